/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the policy's verdict and the ring: what repeats is merged (coalesce.h), and who
 * makes too many events has the excess counted in place of records (budget.h). Only allowed
 * events of files and sockets; what is denied, or would have been, never.
 *
 * Nothing is silent. Repeats are told by a record like the first one with YGR_F_COALESCED,
 * what is suppressed by SUPPRESSED records. Of each class, at any moment:
 *
 *	events = records - merged + coalesced + suppressed + dropped by the ring + ignored
 *
 * with records of the ring, `merged` those that tell repeats, and `coalesced` the repeats,
 * told or held. What is held or not told yet is in memory of a fixed size, for each CPU its
 * own, and not lost while a ring is full: it waits.
 */
#ifndef YGR_NOISE_H
#define YGR_NOISE_H

#include <linux/preempt.h>

#include <yagura/ygr_abi.h>

#include "context.h"
#include "event.h"
#include "noise_limits.h"

struct ygr_policy;

/*
 * What holds where the policy says nothing.
 *
 * @coalesce_ms: the window; 0: nothing is merged
 * @process_budget, @cgroup_budget: in a second, on a CPU; 0: none. Both 0: no share either
 *
 * Return: 0 or -ENOMEM. Before the hooks are attached; exit() after they are gone.
 */
int ygr_noise_init(unsigned int coalesce_ms, unsigned int process_budget,
		   unsigned int cgroup_budget);
void ygr_noise_exit(void);

/*
 * Whether a judged event is not to be recorded, since it has been merged or suppressed. If it
 * is recorded all the same, event->hold says whether in the ring or as the first repeat.
 *
 * Context: as ygr_pipeline_judge().
 */
bool ygr_noise_takes(struct ygr_event *event, const struct ygr_noise_limits *limits);

/*
 * The short way, for opens and connects: what was not seen lately is a first, and of a budget a few events may be
 * taken before it is asked, and some more once it was. So the second of a series may be told in full, as a first one, and
 * a budget be exceeded by what pass_nr says for each task, of opens that rules decide about once more;
 * neither by more, and all is counted.
 *
 * What was seen lately is known by a mark. Two that have the same are taken for one, and asked about the long way.
 */
#define YGR_NOISE_MARKS_LOG2	8

DECLARE_PER_CPU(u32 *, ygr_noise_marks);	/* NULL: a CPU without a ring, where nobody has a context */

/* What was opened, and how, as one number. */
static __always_inline u64 ygr_noise_what_of_open(const struct inode *inode, u32 open_flags)
{
	return (u64)(unsigned long)inode ^ (u64)open_flags << 27;
}

/* What was connected to. @addr: 16 bytes */
static __always_inline u64 ygr_noise_what_of_connect(u16 family, u16 port, const u8 *addr)
{
	u64 halves[2];

	memcpy(halves, addr, sizeof(halves));
	return halves[0] ^ halves[1] << 7 ^ halves[1] >> 57 ^ (u64)port << 32 ^ (u64)family << 48;
}

/* @start_ns: of the process. Return: whether it had none. It has one now. */
static __always_inline bool ygr_noise_mark(u32 *marks, u64 start_ns, u64 what)
{
	u64 hash = (what ^ start_ns) * 0x9e3779b97f4a7c15ull;
	u32 *mark = &marks[hash >> (64 - YGR_NOISE_MARKS_LOG2)];
	u32 tag = hash >> (32 - YGR_NOISE_MARKS_LOG2);

	if (*mark == tag)
		return false;
	*mark = tag;
	return true;
}

/*
 * Whether an event of the current task that is to be recorded can be with no more said, if @context, the task's slot,
 * is still the task's.
 *
 * @what: ygr_noise_what_of_*()
 *
 * Context: preemption off. After it was recorded: ygr_noise_passed(); if it was not: ygr_noise_pass_back().
 */
static __always_inline bool ygr_noise_passes(struct ygr_context *context, const struct ygr_noise_limits *limits,
					     enum ygr_on on, u64 what)
{
	if (!context->pass_left || !ygr_context_was_of(context, current))
		return false;
	if ((limits->coalesce_on & YGR_ON_BIT(on)) &&
	    !ygr_noise_mark(this_cpu_read(ygr_noise_marks), context->values.start_ns, what))
		return false;
	context->pass_left--;
	return true;
}

/* Lets as many pass again, if the budgets and the ring do. */
void ygr_noise_pass_on(struct ygr_context *context, const struct ygr_noise_limits *limits);

/* The last one that may pass asks for those that come after it. */
static __always_inline void ygr_noise_passed(struct ygr_context *context, const struct ygr_noise_limits *limits)
{
	if (unlikely(!context->pass_left))
		ygr_noise_pass_on(context, limits);
}

/* It was not recorded after all. Its budgets may have been told of it meanwhile, and then keep it. */
static inline void ygr_noise_pass_back(struct ygr_context *context)
{
	if (context->pass_left < context->pass_nr)
		context->pass_left++;
}

/* Its budgets are told of what passed, and no more does. Context: preemption off. */
void ygr_noise_charge(struct ygr_context *context);

/*
 * Where an event with a `hold` is written in place of the ring.
 *
 * Context: as ygr_record_begin(). Return: NULL: it is too long, and belongs into the ring.
 */
struct ygr_record *ygr_noise_hold(struct ygr_coalesce_slot *slot, u32 bytes);

/* What hold() returned has been filled. */
void ygr_noise_held(void);

DECLARE_PER_CPU(struct ygr_record *, ygr_noise_holding);

/* For each commit: cheap when there is nothing to it. */
static inline bool ygr_noise_is_holding(void)
{
	return unlikely(this_cpu_read(ygr_noise_holding)) && in_task();
}

/*
 * Tells what this CPU keeps of the current process, which ends or is about to be
 * another program. Other CPUs tell theirs when the window is over. Context: task.
 */
void ygr_noise_settle(void);

/*
 * Tells what is over, or everything. Does not wait for it. Context: process, may sleep.
 */
void ygr_noise_flush(bool everything);

/* Tells everything, and waits for it. Nobody adds any more. Context: process, may sleep. */
void ygr_noise_drain(void);

/* Adds @cpu's counters to @stats. Context: any. */
void ygr_noise_stats(unsigned int cpu, struct ygr_noise_stats *stats);

#endif
