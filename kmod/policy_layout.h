/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Header and section table of a policy blob -> pointers to its sections. Pure.
 * The first half of ygr_policy_verify(), which is the one to call.
 */
#ifndef YGR_POLICY_LAYOUT_H
#define YGR_POLICY_LAYOUT_H

#include "policy_image.h"

/*
 * Fills the pointers and numbers of @image: every section lies inside the
 * blob and STRINGS, if there, starts and ends with NUL.
 *
 * Return: 0, or -EBADMSG with @error filled.
 */
int ygr_policy_layout_verify(const void *blob, size_t bytes, struct ygr_policy_image *image,
			     struct ygr_policy_error *error);

#endif
