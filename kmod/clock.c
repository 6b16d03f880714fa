// SPDX-License-Identifier: GPL-2.0-only
#include "clock.h"

#ifdef CONFIG_X86

#include <linux/math64.h>
#include <asm/tsc.h>

DEFINE_PER_CPU(struct ygr_clock, ygr_clocks);

/*
 * What the kernel says and what the counter stood at just after it. Who was interrupted in between would have
 * an old time for a new count, or a new time for an old one.
 *
 * Return: whether the two belong together.
 */
static bool read_both(u64 *ns, u64 *count)
{
	unsigned int tries = 3;
	u64 before;

	do {
		before = rdtsc();
		*ns = ktime_get_boot_fast_ns();
		*count = rdtsc();
	} while (*count - before > YGR_CLOCK_BASE_WITHIN && --tries);
	return tries;
}

/*
 * From a base that is @ahead_ns before the kernel: slower, so that at the end of the range it is not any
 * more. Else each base would be ahead by a little more than the one before, for as long as nothing pauses.
 */
static u32 mult_of(unsigned int khz, u64 ahead_ns)
{
	u64 mult = div_u64(1000000ull << YGR_CLOCK_SHIFT, khz);

	return mult - min((ahead_ns << YGR_CLOCK_SHIFT) / YGR_CLOCK_RANGE, mult / 2);
}

u64 ygr_clock_renew(struct ygr_clock *clock)
{
	u64 ns, count, passed, last_ns = 0;
	bool is_base = read_both(&ns, &count);

	/* Two readings that follow one another agree but for a drift of nanoseconds. */
	passed = count - clock->count;
	if (passed < 2 * (u64)clock->range)
		last_ns = clock->ns + (passed * clock->mult >> YGR_CLOCK_SHIFT);
	clock->range = 0;
	clock->count = count;
	clock->ns = max(ns, last_ns);
	/* Of less than 1 MHz it would not fit; there is none. */
	if (is_base && tsc_khz >= 1000 && !check_tsc_unstable()) {
		clock->mult = mult_of(tsc_khz, clock->ns - ns);
		clock->range = YGR_CLOCK_RANGE;
	}
	return clock->ns;
}

#endif
