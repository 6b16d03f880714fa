/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a policy blob's items say: each by itself, and whether a field may have
 * it. Pure; a part of ygr_policy_verify(), which is the one to call.
 */
#ifndef YGR_POLICY_ITEM_H
#define YGR_POLICY_ITEM_H

#include "policy_image.h"

/*
 * Every item of every section, whether a test names it or not.
 *
 * Return: 0, or -EBADMSG with @error filled.
 */
int ygr_policy_item_verify(const struct ygr_policy_image *image, struct ygr_policy_error *error);

/* A string of STRINGS that is 1 .. YGR_RULE_NAME_MAX printable bytes without a blank. */
bool ygr_policy_item_is_name(const struct ygr_policy_image *image, __u32 off);

/* @section: an enum ygr_section_kind that fields take their items from */
__u32 ygr_policy_item_nr(const struct ygr_policy_image *image, __u32 section);

/*
 * The items of @test, which lie in their section, as its field wants them.
 *
 * @text_bytes: their length is added, if they are texts
 * Return: 0, or -EBADMSG with @error filled.
 */
int ygr_policy_item_verify_span(const struct ygr_policy_image *image, const struct ygr_test *test,
				__u64 *text_bytes, struct ygr_policy_error *error);

#endif
