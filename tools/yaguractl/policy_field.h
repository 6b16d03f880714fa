/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a rule may look at, in the language: for each enum ygr_field its key and how its
 * values are written. Where the blob keeps them, and which events have it, is in field.h.
 */
#ifndef YGR_POLICY_FIELD_H
#define YGR_POLICY_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "field.h"

/* How a value is written. Fields of one syntax can share a named list. */
enum ygr_policy_syntax {
	YGR_SYNTAX_PATH,	/* a name or pattern: policy_pattern.h */
	YGR_SYNTAX_UNIX,	/* likewise, or "@" and any bytes */
	YGR_SYNTAX_XATTR,	/* "security.capability", "user.*" */
	YGR_SYNTAX_ARGUMENT,	/* any text */
	YGR_SYNTAX_DIGEST,	/* 64 hexadecimal digits */
	YGR_SYNTAX_FILE_ID,	/* "8:1:12345" */
	YGR_SYNTAX_CGROUP_ID,	/* a number */
	YGR_SYNTAX_CIDR,	/* an address, or ADDRESS/BITS */
	YGR_SYNTAX_PORT,	/* a number or a range; so the others below */
	YGR_SYNTAX_USER,	/* or a user's name */
	YGR_SYNTAX_LOGIN,	/* or that, or "unset" */
	YGR_SYNTAX_GROUP,	/* or a group's name */
	YGR_SYNTAX_FAMILY,	/* or one of some words */
	YGR_SYNTAX_TYPE,
	YGR_SYNTAX_PROTOCOL,
	YGR_SYNTAX_WORD,	/* one of some words, each a bit */
	YGR_SYNTAX_LABEL,	/* a name of the policy's author, a bit */
};

struct ygr_policy_field {
	const char *key;
	enum ygr_policy_syntax syntax;
	const char *noun;		/* what events that do not have it lack */
};

extern const struct ygr_policy_field ygr_policy_field[YGR_FIELD_NR];

/* The keys alone, for suggestions. */
extern const char *const ygr_policy_field_keys[YGR_FIELD_NR];

/* A word for a number: of a socket's family, type or protocol. */
struct ygr_policy_number {
	const char *word;
	uint32_t number;
};

/* Words of a syntax, until one whose word is NULL; NULL: it has none. */
const struct ygr_policy_number *ygr_policy_field_numbers(enum ygr_policy_syntax syntax);

/* Words of FILE_ATTR or PROCESS_ATTR: item n is bit n. */
const char *const *ygr_policy_field_words(enum ygr_field field, unsigned int *nr);

#endif
