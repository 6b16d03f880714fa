/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The whole order of the kernel side:
 *
 *	hook -> paths -> judge (policy) -> noise -> record -> ring
 *
 * Delivered or counted: every event that enters is recorded, ignored by policy, merged
 * into the record of a repeat or suppressed (noise.h), or dropped by the ring and counted
 * there by class.
 */
#ifndef YGR_PIPELINE_H
#define YGR_PIPELINE_H

#include <yagura/ygr_abi.h>

#include "event.h"
#include "policy.h"
#include "record.h"

/*
 * Whether nothing is to be done about an event of kind @on, whatever it is: it is not
 * recorded by itself and the policy in force does not look at it, or the policy
 * ignores it (which is counted). Lets a hook leave before it sets anything up.
 *
 * Context: any.
 */
bool ygr_pipeline_skips(enum ygr_on on);

/*
 * Counts that an event was decided by @rule_id (0: none) without ygr_pipeline_judge(), and not denied.
 *
 * Context: preemption off.
 */
void ygr_pipeline_count(const struct ygr_policy *policy, u32 rule_id);

/*
 * Counts an event of kind @on, which @policy ignores: for hooks that have a way of their own for each of its plans.
 *
 * Context: preemption off.
 */
void ygr_pipeline_count_ignored(const struct ygr_policy *policy, enum ygr_on on);

/* Whether the policy in force has a rule about @on. Context: any. */
bool ygr_pipeline_looks_at(enum ygr_on on);

/* Whether the policy in force can deny @on. Context: any. */
bool ygr_pipeline_may_deny(enum ygr_on on);

/* What the policy in force looks at in events of kind @on: YGR_FIELD_BIT()s. Context: any. */
u32 ygr_pipeline_fields(enum ygr_on on);

/*
 * How large a file may be to be digested when it is executed; 0: the policy in force
 * wants no digests. Context: any.
 */
u64 ygr_pipeline_digest_bytes_max(void);

/*
 * Judges an event by the policy in force, which preemption off keeps in force
 * until the event is recorded. Our own failures never deny.
 *
 * Context: task, preemption off.
 * Return: true if the caller must record it now. Whether the hook must deny,
 * ygr_event_error() tells.
 */
bool ygr_pipeline_judge(struct ygr_event *event);

/*
 * Begins to record a judged event.
 *
 * @body_len: a multiple of 8
 * @strings: the hook's own, at most ten; they may lie in this
 *	CPU's scratch
 *
 * Context: as ygr_pipeline_judge(), and preemption never on between the two.
 * Return: where the hook writes the whole body, before ygr_record_commit(); NULL: dropped.
 */
void *ygr_pipeline_begin(struct ygr_event *event, u16 body_len, struct ygr_event_strings *strings);

/* The same with a body that is there already, and committed. */
void ygr_pipeline_record(struct ygr_event *event, const void *body, u16 body_len,
			 struct ygr_event_strings *strings);

/*
 * Both, for an event whose body costs nothing to fill. Context: task.
 * Return: 0, or the -errno that the hook must return.
 */
int ygr_pipeline_run(struct ygr_event *event, const void *body, u16 body_len);

/* An argument vector could not be read. Context: any. */
void ygr_pipeline_count_argv_failure(void);

/* Adds @cpu's counters to @stats. Context: any. */
void ygr_pipeline_stats(unsigned int cpu, struct ygr_stats *stats);

#endif
