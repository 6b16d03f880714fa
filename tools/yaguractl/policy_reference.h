/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a policy says of an event, judged slowly and obviously: every rule, every
 * clause, every test, every item, as ygr_policy.h words it, without an index. For
 * `policy explain`, and to compare the kernel's matcher with. Pure.
 *
 * Everywhere, @labels are those that the process has when a rule is tried:
 * event->match->labels, and what LABEL rules before it have set.
 */
#ifndef YGR_POLICY_REFERENCE_H
#define YGR_POLICY_REFERENCE_H

#include "match.h"

struct ygr_reference_event {
	const struct ygr_match_event *match;	/* whose exe, parent, ancestors and cgroup are not looked at... */
	struct ygr_match_text exe;		/* ...as these are */
	struct ygr_match_text parent;
	struct ygr_match_text cgroup;
	const struct ygr_match_text *ancestors;
	__u32 ancestor_nr;
};

/*
 * One test, negation included. @path: which of the event's paths a PATH test is about;
 * one that it does not have is among no items.
 */
bool ygr_policy_reference_test(const struct ygr_policy_image *image, const struct ygr_test *test,
			       const struct ygr_reference_event *event, __u32 path, __u64 labels);

/* All tests of a clause, for one of the event's paths. */
bool ygr_policy_reference_clause(const struct ygr_policy_image *image,
				 const struct ygr_clause *clause,
				 const struct ygr_reference_event *event, __u64 labels);

/* Whether @rule is about such events, has not expired, and one of its clauses holds. */
bool ygr_policy_reference_rule(const struct ygr_policy_image *image, const struct ygr_rule *rule,
			       const struct ygr_reference_event *event, __u64 labels);

/* As ygr_match_tell(); @held may be NULL. */
struct ygr_decision ygr_policy_reference_match(const struct ygr_policy_image *image,
					       const struct ygr_reference_event *event,
					       void (*held)(void *arg, const struct ygr_rule *rule),
					       void *arg);

/* In bytes: longer texts match no glob here. A kernel, where tests run it, has less stack. */
#ifndef YGR_REFERENCE_TEXT_MAX
#define YGR_REFERENCE_TEXT_MAX	65536
#endif

/* As ygr_glob_match(), by a table of all places in both; as much stack as the longest text. */
bool ygr_policy_reference_glob(const char *glob, __u32 glob_len, const char *text, __u32 len);

#endif
