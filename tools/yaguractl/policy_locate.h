/* SPDX-License-Identifier: GPL-2.0-only */
/* Byte of a blob -> rule and test: what a verifier's complaint is about. Pure. */
#ifndef YGR_POLICY_LOCATE_H
#define YGR_POLICY_LOCATE_H

#include "policy_image.h"

struct ygr_policy_location {
	long rule;	/* index; -1: no rule's */
	long test;	/* index; -1: the rule's as a whole, or an alternative's */
	long value;	/* index among the test's values; -1: none of them */
};

/*
 * What the byte at `offset` of a verified image belongs to, by itself or by an
 * item that a test refers to (the first one, if several do).
 */
struct ygr_policy_location ygr_policy_locate(const struct ygr_policy_image *image, __u32 offset);

/* The name of that rule; NULL: no rule's. */
const char *ygr_policy_locate_rule(const struct ygr_policy_image *image, __u32 offset);

/* Rules of an image by mode. */
void ygr_policy_locate_modes(const struct ygr_policy_image *image, __u32 nr[YGR_MODE_NR]);

#endif
