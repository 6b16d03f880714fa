/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The whole order of the kernel side:
 *
 *	hook -> paths -> judge (policy) -> record -> ring
 *
 * Delivered or counted: every event that enters is recorded, ignored by
 * policy, or dropped by the ring and counted there by class.
 */
#ifndef YGR_PIPELINE_H
#define YGR_PIPELINE_H

#include "event.h"
#include "policy.h"

/*
 * Whether an event of kind @on that is not recorded by itself can be of
 * interest to the policy in force: lets a hook leave early.
 *
 * Context: any.
 */
bool ygr_pipeline_is_watched(enum ygr_on on);

/* Whether the policy in force can deny @on. Context: any. */
bool ygr_pipeline_may_deny(enum ygr_on on);

/*
 * Judges and records. The event's strings must be in place; its paths are
 * resolved here, when somebody needs them.
 *
 * Context: task, preemption off (the strings are in this CPU's scratch).
 * Return: true if the hook must deny. Our own failures never do.
 */
bool ygr_pipeline_run(struct ygr_event *event);

/* The same for an event without strings in the scratch. Context: task. */
bool ygr_pipeline_run_preemptible(struct ygr_event *event);

/* Records of the sensor itself, told as acts of the current task. Context: process. */
void ygr_pipeline_tell_policy(u64 old_generation, u64 new_generation, enum ygr_policy_op op,
			      u32 rule_nr);
void ygr_pipeline_tell_start(u64 load_id, const char *hooks);

/* An argument vector could not be read. Context: any. */
void ygr_pipeline_count_argv_failure(void);

/* Adds @cpu's counters to @stats. Context: any. */
void ygr_pipeline_stats(unsigned int cpu, struct ygr_stats *stats);

#endif
