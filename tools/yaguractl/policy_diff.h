/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What loading one policy in place of another would change, rule by rule: as they
 * print, not as they were written, so that comments and order of keys do not count.
 */
#ifndef YGR_POLICY_DIFF_H
#define YGR_POLICY_DIFF_H

#include <stdio.h>

#include "policy_image.h"

/*
 * Prints the heads' differences, then "+" rules, "-" rules, "~" rules with the lines that
 * differ, and "^" those that only changed places. @old or @new may be NULL: no policy.
 * Return: how many differences; -ENOMEM.
 */
int ygr_policy_diff_print(FILE *out, const struct ygr_policy_image *old,
			  const struct ygr_policy_image *new);

#endif
