/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Globs of the policy (YGR_TEXT_GLOB in ygr_policy.h). Pure, no recursion.
 *
 * Malicious input: any glob and any text are safe; the steps of a match are at most
 * the product of their lengths, the stack is constant. What a malformed glob
 * matches is not told.
 */
#ifndef YGR_GLOB_H
#define YGR_GLOB_H

#include "pure.h"

/* Well-formed: no NUL unless @any_byte, nothing escaped that is missing or '/'. */
bool ygr_glob_is_good(const char *glob, __u32 glob_len, bool any_byte);

/* A text that ends in '/', or is shorter than two bytes, matches nothing. */
bool ygr_glob_match(const char *glob, __u32 glob_len, const char *text, __u32 len);

/* What each match starts and ends with. */
struct ygr_glob_literals {
	__u32 head_len;		/* bytes before the first that is special */
	__u32 tail_off;		/* of the bytes after the last that is special */
};

struct ygr_glob_literals ygr_glob_find_literals(const char *glob, __u32 glob_len);

#endif
