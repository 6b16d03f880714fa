/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CLOCK_BOOTTIME for a handful of instructions: between two readings of the kernel's clock, at most a
 * millisecond or so apart, time is told by the processor's counter, if the kernel itself trusts that. Each CPU has
 * its own base and goes by its own counter, so that nothing is asked of how they compare.
 *
 * What it tells on one CPU never goes back, and is within the drift of a millisecond of what the
 * kernel would have said: nanoseconds. A counter that stands elsewhere after a sleep, or ran through it, is
 * out of the range of its base.
 */
#ifndef YGR_CLOCK_H
#define YGR_CLOCK_H

#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/preempt.h>

#ifdef CONFIG_X86

#include <asm/msr.h>

struct ygr_clock {
	u64 count;		/* at the base */
	u64 ns;			/* at the base */
	u32 range;		/* counts from the base on that it is good for; 0: none */
	u32 mult;		/* ns for each count, << YGR_CLOCK_SHIFT */
};

/* Counts that the kernel's clock may have been read within, for a base; else there is none. */
#define YGR_CLOCK_BASE_WITHIN	2000

/* A range times the mult of a counter of 1 MHz fits 64 bits. */
#define YGR_CLOCK_SHIFT	22
#define YGR_CLOCK_RANGE	(1u << 20)

DECLARE_PER_CPU(struct ygr_clock, ygr_clocks);

/* Sets a new base. */
u64 ygr_clock_renew(struct ygr_clock *clock);

/* Context: task, preemption off. */
static __always_inline u64 ygr_clock_task_ns(void)
{
	struct ygr_clock *clock = this_cpu_ptr(&ygr_clocks);
	u64 counts = rdtsc() - clock->count;

	if (unlikely(counts >= clock->range))
		return ygr_clock_renew(clock);
	return clock->ns + (counts * clock->mult >> YGR_CLOCK_SHIFT);
}

#else

static __always_inline u64 ygr_clock_task_ns(void)
{
	return ktime_get_boot_fast_ns();
}

#endif

/*
 * The time of a record. Those of one task are in order by it, and those of interrupts, which have no base,
 * agree with them to what a base is allowed to be wrong by.
 *
 * Context: preemption off; no NMI.
 */
static __always_inline u64 ygr_clock_boot_ns(void)
{
	return likely(in_task()) ? ygr_clock_task_ns() : ktime_get_boot_fast_ns();
}

#endif
