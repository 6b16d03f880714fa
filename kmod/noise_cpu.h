/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a CPU keeps of noise (noise.h), and what is done about each kind of it: for noise.c, which has both.
 *
 * Context of all: task, preemption off, on that CPU; to flush, on another one if that CPU has gone.
 */
#ifndef YGR_NOISE_CPU_H
#define YGR_NOISE_CPU_H

#include <linux/percpu.h>
#include <linux/workqueue.h>

#include "budget.h"
#include "coalesce.h"
#include "noise.h"

/* Of a held record: a head, a body, and a path of some 400 bytes. A longer one is not held. */
#define YGR_NOISE_HOLD_BYTES	704u

/* Its CPU's tasks use it; so does the work, which is a task's too. */
struct ygr_noise_cpu {
	struct ygr_coalesce coalesce;
	u8 held[YGR_COALESCE_SLOT_NR][YGR_NOISE_HOLD_BYTES] __aligned(8);
	struct ygr_budget processes;
	struct ygr_budget cgroups;
	struct ygr_record who[YGR_BUDGET_ENTRY_NR]; /* of `processes`, where something is suppressed */
	u64 coalesced[YGR_CLASS_NR];
	u64 coalesced_told[YGR_CLASS_NR];
	u64 merged[YGR_CLASS_NR];
	u64 suppressed[YGR_CLASS_NR];
	u64 suppressed_told[YGR_CLASS_NR];
	u32 marks[1u << YGR_NOISE_MARKS_LOG2];
	struct work_struct work;
	unsigned int cpu;
	bool everything;		/* the work is to tell what is not over, too */
};

DECLARE_PER_CPU(struct ygr_noise_cpu *, ygr_noise_cpus);	/* NULL: a CPU without a ring */

/* ---- noise_repeat.c ---- */

/* What begin() has to know of what ask() found. */
struct ygr_noise_first {
	struct ygr_coalesce_key key;
	struct ygr_coalesce_slot *slot;	/* NULL: such events are not merged; the caller's to set */
	u64 tick;
};

static __always_inline bool ygr_noise_may_repeat(const struct ygr_event *event, const struct ygr_noise_limits *limits)
{
	return (limits->coalesce_on & YGR_ON_BIT(event->match.on)) &&
	       (event->class != YGR_CLASS_FILE || event->inode);
}

/*
 * What is to become of an event that may repeat. If it is one more of a series it is counted there, and done with; the
 * second is to be held, which its `hold` says.
 */
enum ygr_coalesce_answer ygr_noise_ask_repeat(struct ygr_noise_cpu *noise, struct ygr_event *event,
					      const struct ygr_noise_limits *limits, struct ygr_noise_first *first);

/* It has a slot, is new, and recorded. */
void ygr_noise_begin_repeat(struct ygr_noise_cpu *noise, const struct ygr_event *event, struct ygr_noise_first *first);

/* Tells what is held of a process. */
void ygr_noise_settle_repeats(struct ygr_noise_cpu *noise, u64 start_ns, pid_t tgid);

/* Tells what is over, or everything. A crowded ring is not made fuller by it: a series may go on beyond its window. */
void ygr_noise_flush_repeats(struct ygr_noise_cpu *noise, bool everything);

/* ---- noise_budget.c ---- */

/* Whether an event is beyond a budget of who makes it, and is counted there in place of a record. */
bool ygr_noise_is_over_budget(struct ygr_noise_cpu *noise, const struct ygr_event *event,
			      const struct ygr_noise_limits *limits);

/* So many of @context's task need not be asked about. */
static inline void ygr_noise_let_pass(struct ygr_context *context, const struct ygr_noise_limits *limits)
{
	context->pass_nr = limits->pass_nr;
	context->pass_left = limits->pass_nr;
}

/* Tells what was suppressed of a process. */
void ygr_noise_settle_budget(struct ygr_noise_cpu *noise, u64 start_ns, pid_t tgid);

/* Tells what is over, or everything. */
void ygr_noise_flush_budgets(struct ygr_noise_cpu *noise, bool everything);

#endif
