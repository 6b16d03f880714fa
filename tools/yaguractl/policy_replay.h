/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a policy would have done to events that were recorded: each is judged by the
 * matcher that the kernel runs, in the order in which they happened, labels
 * included. Pure, save for its memory.
 *
 * A record does not tell all that rules can ask (ygr_policy_event.missing). An event for
 * which the policy asks what the record lacks is counted as partial: its verdict
 * is a guess.
 */
#ifndef YGR_POLICY_REPLAY_H
#define YGR_POLICY_REPLAY_H

#include "policy_event.h"

/* Labelled processes that are remembered; of others the labels are forgotten and counted. */
#define YGR_POLICY_REPLAY_PROCESSES_MAX	1000000u

struct ygr_policy_replay_rule {
	uint64_t held_nr;
	uint64_t deny_nr;		/* it would have denied, and enforced it */
	uint64_t would_deny_nr;		/* likewise, in monitor mode */
};

struct ygr_policy_replay {
	const struct ygr_policy_index *index;
	struct ygr_policy_replay_rule *rules;
	uint64_t judged_nr;		/* = allow_nr + deny_nr + would_deny_nr */
	uint64_t allow_nr;
	uint64_t deny_nr;
	uint64_t would_deny_nr;
	uint64_t newly_denied_nr;	/* of deny_nr: not denied when they happened */
	uint64_t newly_allowed_nr;	/* of the rest: denied when they happened */
	uint64_t partial_nr;		/* of judged_nr */
	uint64_t other_nr;		/* records that policies do not judge */
	uint64_t labels_lost_nr;	/* processes whose labels were forgotten */
	void *processes;
	uint32_t process_nr;
	struct ygr_policy_event *event;	/* the one at hand */
};

/* @index: must outlive it. Return: 0 or -ENOMEM. */
int ygr_policy_replay_init(struct ygr_policy_replay *replay, const struct ygr_policy_index *index);
void ygr_policy_replay_exit(struct ygr_policy_replay *replay);

/*
 * @map: the next event
 * Return: true and *decision if it was judged.
 */
bool ygr_policy_replay_judge(struct ygr_policy_replay *replay, const struct ygr_event_value *map,
			     struct ygr_decision *decision);

#endif
