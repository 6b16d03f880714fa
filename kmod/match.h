/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Verified policy + event -> verdict. Pure.
 *
 * The first rule that matches, in the policy's order, decides. Only rules that
 * the index gives for the event's paths or address, and those that name neither,
 * are looked at: the cost does not grow with the number of rules.
 */
#ifndef YGR_MATCH_H
#define YGR_MATCH_H

#include "policy_index.h"

#define YGR_MATCH_PATHS_MAX	2	/* rename has two */

struct ygr_match_path {
	const char *bytes;
	__u32 len;
};

/* What a rule may look at. */
struct ygr_match_event {
	enum ygr_on on;
	__u32 euid;
	__u32 path_nr;		/* of those that are known whole */
	struct ygr_match_path paths[YGR_MATCH_PATHS_MAX];
	__u16 family;		/* AF_INET, AF_INET6 (never v4-mapped); else no address */
	__u16 port;		/* host-endian; looked at only with a family */
	const __u8 *addr;	/* 4 or 16 bytes, network order */
};

struct ygr_decision {
	const struct ygr_rule *rule;	/* NULL: none matched */
	__u32 rule_id;			/* 1 + index; 0: none */
	enum ygr_action action;
	enum ygr_mode mode;
};

/* Context: any; no allocation, no lock; about 1 KiB of stack. Never fails. */
struct ygr_decision ygr_match(const struct ygr_policy_index *index,
			      const struct ygr_match_event *event);

#endif
