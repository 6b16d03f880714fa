/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What ygr_policy_verify() makes of a blob, and what it says of one that it refuses. Pure.
 */
#ifndef YGR_POLICY_IMAGE_H
#define YGR_POLICY_IMAGE_H

#include <yagura/ygr_policy.h>

#include "pure.h"

/* Pointers into a blob, which must outlive the image and never change. */
struct ygr_policy_image {
	const struct ygr_policy_header *header;
	const char *strings;
	const struct ygr_rule *rules;
	const struct ygr_clause *clauses;
	const struct ygr_test *tests;
	const struct ygr_text_item *texts;
	const struct ygr_range_item *ranges;
	const struct ygr_cidr_item *cidrs;
	const struct ygr_id_item *ids;
	const struct ygr_digest_item *digests;
	const struct ygr_label_item *labels;
	const struct ygr_noise_item *noise;	/* NULL: none */
	__u32 strings_bytes;
	__u32 rule_nr;
	__u32 clause_nr;
	__u32 test_nr;
	__u32 text_nr;
	__u32 range_nr;
	__u32 cidr_nr;
	__u32 id_nr;
	__u32 digest_nr;
	__u32 label_nr;
	__u32 noise_nr;
	__u64 on_mask;		/* union of the rules' `on` */
	__u64 deny_on_mask;	/* of the rules that deny, enforced or not */
	bool has_expiry;	/* a rule expires: the event must tell the time */
	__u32 fields_of[YGR_ON_NR]; /* YGR_FIELD_BIT()s that rules of this event look at */
};

struct ygr_policy_error {
	__u32 code;		/* enum ygr_policy_error_code */
	__u32 offset;		/* in the blob */
};

/* Return: -EBADMSG, with @error at @where in the blob that starts with @header. */
static inline int ygr_policy_refuse(struct ygr_policy_error *error,
				    const struct ygr_policy_header *header, __u32 code,
				    const void *where)
{
	error->code = code;
	error->offset = (__u32)((const __u8 *)where - (const __u8 *)header);
	return -EBADMSG;
}

#endif
