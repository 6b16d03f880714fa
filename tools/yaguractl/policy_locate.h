/* SPDX-License-Identifier: GPL-2.0-only */
/* Byte of a blob -> rule: which one a verifier's complaint is about. Pure. */
#ifndef YGR_POLICY_LOCATE_H
#define YGR_POLICY_LOCATE_H

#include "policy_verify.h"

/*
 * The name of the rule that the byte at `offset` of a verified image belongs
 * to, by itself or by an item that it refers to; NULL: no rule's.
 */
const char *ygr_policy_locate_rule(const struct ygr_policy_image *image, __u32 offset);

/* Rules of an image by mode. */
void ygr_policy_locate_modes(const struct ygr_policy_image *image, __u32 nr[YGR_MODE_NR]);

#endif
