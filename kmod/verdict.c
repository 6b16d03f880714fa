// SPDX-License-Identifier: GPL-2.0-only
#include <linux/init.h>
#include <linux/percpu.h>

#include "compat/compat.h"
#include "protected.h"
#include "reader.h"
#include "sensor.h"
#include "tally.h"
#include "verdict.h"

struct counters {
	u64 protected;
	u64 monitored;
};

static DEFINE_PER_CPU(struct counters, counters);

static bool observes __ro_after_init;
static bool is_told __ro_after_init;

void __init ygr_verdict_init(bool observe_only, bool anywhere)
{
	is_told = observe_only;
	observes = observe_only || (!anywhere && !ygr_compat_is_known_kernel());
}

bool ygr_verdict_observes(void)
{
	return observes;
}

bool ygr_verdict_is_told(void)
{
	return is_told;
}

static struct ygr_breaker_limit limit_of_rule(const struct ygr_rule *rule)
{
	return (struct ygr_breaker_limit) { .nr = rule->breaker_nr, .seconds = rule->breaker_s };
}

static struct ygr_breaker_limit limit_of_policy(const struct ygr_policy *policy)
{
	const struct ygr_policy_header *header = policy->image.header;

	return (struct ygr_breaker_limit) { .nr = header->breaker_nr, .seconds = header->breaker_s };
}

/* @rule: NULL: the whole policy's breaker. */
static void tell_breaker(const struct ygr_policy *policy, const struct ygr_rule *rule,
			 struct ygr_breaker_limit limit)
{
	const struct ygr_body_breaker body = {
		.generation = policy->generation,
		.rule_id = rule ? rule - policy->image.rules + 1 : 0,
		.denial_nr = limit.nr,
		.seconds = limit.seconds,
	};

	ygr_sensor_tell_breaker(&body, rule ? policy->image.strings + rule->name_off : NULL);
}

/* Counts a denial against one breaker. Return: whether it may stand. */
static bool passes_breaker(const struct ygr_policy *policy, const struct ygr_rule *rule,
			   atomic64_t *breaker, struct ygr_breaker_limit limit)
{
	enum ygr_tally_count count = ygr_tally_count(breaker, limit);

	if (count == YGR_TALLY_TRIPS)
		tell_breaker(policy, rule, limit);
	return count != YGR_TALLY_TRIPPED;
}

/*
 * Another processor's denial may trip one of the two meanwhile. One that counted against the rule's
 * and then finds the policy's tripped has made the rule's count one too high, and is not enforced.
 */
static bool passes_breakers(const struct ygr_policy *policy, const struct ygr_rule *rule,
			    struct ygr_rule_tally *tally)
{
	return passes_breaker(policy, rule, &tally->breaker, limit_of_rule(rule)) &&
	       passes_breaker(policy, NULL, &policy->tallies->breaker, limit_of_policy(policy));
}

/* Return: why a denial is not enforced, YGR_F_*; 0: it is. */
static u32 find_reason(const struct ygr_policy *policy, const struct ygr_event *event,
		       struct ygr_rule_tally *tally)
{
	const struct ygr_policy_header *header = policy->image.header;

	if (ygr_tally_is_tripped(&tally->breaker) || ygr_tally_is_tripped(&policy->tallies->breaker))
		return YGR_F_BREAKER;
	if (ygr_reader_is_missing(header->daemon_timeout_s))
		return YGR_F_NO_READER;
	if (!(header->flags & YGR_POLICY_F_UNPROTECTED) && ygr_protected_holds(event))
		return YGR_F_PROTECTED;
	return passes_breakers(policy, event->decision.rule, tally) ? 0 : YGR_F_BREAKER;
}

/* Return: whether the denial is enforced; if not, the event says why. */
static bool is_enforced(const struct ygr_policy *policy, struct ygr_event *event,
			struct ygr_rule_tally *tally)
{
	u32 reason;

	if (observes || event->decision.mode == YGR_MODE_MONITOR)
		return false;
	reason = find_reason(policy, event, tally);
	event->flags |= reason;
	if (reason == YGR_F_PROTECTED)
		this_cpu_inc(counters.protected);
	else if (reason)
		this_cpu_inc(counters.monitored);
	return !reason;
}

enum ygr_verdict ygr_verdict_weigh(const struct ygr_policy *policy, struct ygr_event *event)
{
	const struct ygr_decision *decision = &event->decision;
	struct ygr_tallies *tallies = policy->tallies;
	struct ygr_rule_tally *tally;
	u32 index;

	if (!decision->rule)
		return YGR_VERDICT_ALLOW;
	index = decision->rule_id - 1;
	if (decision->action != YGR_ACTION_DENY) {
		/* The success of an attempt is an event of its own, and counted then. */
		if (!event->only_if_denied)
			ygr_tally_held(tallies, index);
		return YGR_VERDICT_ALLOW;
	}
	ygr_tally_held(tallies, index);
	tally = &tallies->rules[index];
	if (is_enforced(policy, event, tally)) {
		atomic64_inc(&tally->denied_nr);
		return YGR_VERDICT_DENY;
	}
	atomic64_inc(&tally->would_deny_nr);
	return YGR_VERDICT_WOULD_DENY;
}

static void count_label_rule(void *arg, const struct ygr_rule *rule)
{
	const struct ygr_policy *policy = arg;

	if (rule->action == YGR_ACTION_LABEL)
		ygr_tally_held(policy->tallies, rule - policy->image.rules);
}

void ygr_verdict_count_labels(const struct ygr_policy *policy, const struct ygr_event *event)
{
	ygr_match_tell(&policy->index, &event->match, count_label_rule, (void *)policy);
}

void ygr_verdict_stats(unsigned int cpu, struct ygr_stats *stats)
{
	const struct counters *from = per_cpu_ptr(&counters, cpu);

	stats->protected += READ_ONCE(from->protected);
	stats->monitored += READ_ONCE(from->monitored);
}
