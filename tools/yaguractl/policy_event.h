/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An event as rules see it, outside the kernel: described in words ("exec
 * path=/tmp/x uid=33"), or taken from what the daemon recorded; and then judged by
 * any policy, with the matcher that the kernel runs.
 *
 * Pure. It owns its texts, within itself.
 */
#ifndef YGR_POLICY_EVENT_H
#define YGR_POLICY_EVENT_H

#include "event_map.h"
#include "match.h"

#define YGR_POLICY_EVENT_TEXT_BYTES	(64u << 10)	/* of all texts of an event together */
#define YGR_POLICY_EVENT_ANCESTORS_MAX	8
#define YGR_POLICY_EVENT_LABELS_MAX	8

struct ygr_policy_event {
	struct ygr_match_event match;	/* complete after ygr_policy_event_bind() */
	uint32_t missing;		/* YGR_FIELD_BIT()s of what a record does not tell */
	struct ygr_match_text exe;
	struct ygr_match_text parent;
	struct ygr_match_text cgroup;
	uint32_t ancestor_nr;
	struct ygr_match_text ancestors[YGR_POLICY_EVENT_ANCESTORS_MAX];
	uint32_t label_nr;
	struct ygr_match_text labels[YGR_POLICY_EVENT_LABELS_MAX];

	uint8_t addr[16];
	uint8_t sha256[32];
	uint8_t verity[32];
	struct ygr_subject_bits bits[4];
	uint32_t text_used;
	char text[YGR_POLICY_EVENT_TEXT_BYTES];
};

/*
 * @words: the event ("exec", as in a policy's `on`), then key=value in any order. The
 * keys are those of a policy's `where`, one value each, save that path, ancestor,
 * argv, file, process and label may stand more than once (path: the old and the new
 * name; ancestor: nearest first). What is not given the event does not have; uid and
 * gid are 0, loginuid is unset.
 * Return: 0; -EINVAL with a sentence in why[0 .. cap - 1].
 */
int ygr_policy_event_parse(struct ygr_policy_event *event, int word_nr, char *const *words,
			   char *why, size_t cap);

/*
 * @map: as the daemon writes events; `missing` tells what of an event it does not.
 * Return: 0; -ENOENT: of a type that policies do not judge (or that is told again by
 * another record); -EBADMSG: no event; -E2BIG: its texts do not fit.
 */
int ygr_policy_event_from_map(struct ygr_policy_event *event, const struct ygr_event_value *map);

/* Fills what depends on the policy: programs, cgroup and labels as its bits. */
void ygr_policy_event_bind(struct ygr_policy_event *event, const struct ygr_policy_index *index);

#endif
