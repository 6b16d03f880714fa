/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A name or a pattern of names, as text and as the blob has it. Pure.
 *
 * The narrowest kind that says the same is taken, since it is cheaper to look
 * up: a name without wildcards is EXACT; a directory and "**" PREFIX; "*" and
 * the end of a name, or "**" and a whole name, SUFFIX; the rest GLOB. "\*",
 * "\?" and "\\" are the bytes themselves.
 */
#ifndef YGR_POLICY_PATTERN_H
#define YGR_POLICY_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <yagura/ygr_policy.h>

#include "policy_reason.h"

struct ygr_policy_pattern {
	uint8_t kind;		/* enum ygr_text_kind */
	uint16_t len;
	char bytes[YGR_POLICY_PATH_MAX + 1];	/* NUL-terminated */
};

/*
 * @what: "path", for the sentence
 * @abstract: "@" may come first, and then any bytes (a unix socket's name)
 *
 * Return: 0; -EINVAL and @why.
 */
int ygr_policy_pattern_parse(const char *text, const char *what, bool abstract,
			     struct ygr_policy_pattern *pattern, struct ygr_policy_reason *why);

/* Room for the text of any pattern: each byte escaped, and a wildcard. */
#define YGR_POLICY_PATTERN_TEXT	(2 * YGR_POLICY_PATH_MAX + 4)

/* The text of an item. Return: its length; it ends in NUL. */
size_t ygr_policy_pattern_format(const char *bytes, size_t len, enum ygr_text_kind kind,
				 char text[YGR_POLICY_PATTERN_TEXT]);

#endif
