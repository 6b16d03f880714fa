/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a rule's decision to what is done: a denial passes the rule's mode, its
 * breaker and the policy's, the never-deny set, and the question whether
 * somebody still listens. Counts what each rule did.
 */
#ifndef YGR_VERDICT_H
#define YGR_VERDICT_H

#include "event.h"
#include "policy.h"

/*
 * Decides, once, whether denials are enforced at all: not if @observe_only; else on a kernel of a
 * series that has been tested (compat/series.h), or where @anywhere.
 */
void ygr_verdict_init(bool observe_only, bool anywhere);

/* Return: whether every denial is one that would have been. Context: any. */
bool ygr_verdict_observes(void);

/* Return: whether it observes by parameter, and not for want of a known kernel. Context: any. */
bool ygr_verdict_is_told(void);

/*
 * In this order, a denial is one that would have been when the module only observes, its rule monitors, a breaker
 * has tripped, nobody has read for longer than the policy allows, or the never-deny
 * set holds the event. What is left counts against the two breakers; the denial
 * that trips one is itself still enforced.
 *
 * @event: judged (decision is set), its paths resolved if to be denied; if settled, not to be
 *	denied. Adds YGR_F_PROTECTED, YGR_F_BREAKER, YGR_F_NO_READER where these make it WOULD_DENY
 *
 * Context: task, preemption off.
 */
enum ygr_verdict ygr_verdict_weigh(const struct ygr_policy *policy, struct ygr_event *event);

/*
 * Counts the LABEL rules that held for @event, which set its labels. They are found by a
 * second search: few events have any.
 */
void ygr_verdict_count_labels(const struct ygr_policy *policy, const struct ygr_event *event);

/* Adds @cpu's counters (protected, monitored) to @stats. */
void ygr_verdict_stats(unsigned int cpu, struct ygr_stats *stats);

#endif
