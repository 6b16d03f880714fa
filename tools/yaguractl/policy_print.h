/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Verified policy -> text that policy_text reads: what `show` prints, `load`
 * accepts, and a blob that policy_blob made comes out of it unchanged.
 *
 * Pure, save for the stream it is given (a memory stream in tests).
 */
#ifndef YGR_POLICY_PRINT_H
#define YGR_POLICY_PRINT_H

#include <stdio.h>

#include "policy_image.h"

/*
 * The image must come from ygr_policy_verify().
 * Return: 0; -ENOMEM; -EILSEQ when the policy says what the language cannot (a path
 * that is not UTF-8, a name with odd letters): all of
 * it is printed, escaped, but will not load.
 */
int ygr_policy_print(FILE *out, const struct ygr_policy_image *image);

#endif
