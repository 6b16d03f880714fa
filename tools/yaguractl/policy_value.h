/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One value of a rule, text -> item and back: a path, a user, a network, a port.
 *
 * Pure, save for the arena that keeps texts; what only the host knows is asked
 * of a function of the caller. On failure the value is untouched and `why` holds a
 * sentence that says what was expected, and what to write instead where that
 * is known.
 */
#ifndef YGR_POLICY_VALUE_H
#define YGR_POLICY_VALUE_H

#include <stddef.h>

#include "arena.h"
#include "policy_field.h"
#include "policy_host.h"
#include "policy_reason.h"

struct ygr_policy_text_value {
	const char *bytes;	/* NUL-terminated; PREFIX: with its final '/' */
	uint16_t len;
	uint8_t kind;		/* enum ygr_text_kind */
};

/* The section of its field says which member holds it; WORD: bits. */
union ygr_policy_value {
	struct ygr_policy_text_value text;	/* TEXTS */
	struct ygr_range_item range;		/* RANGES */
	struct ygr_cidr_item cidr;		/* CIDRS */
	struct ygr_id_item id;			/* IDS */
	struct ygr_digest_item digest;		/* DIGESTS */
	uint64_t bits;
};

/* Return: 0; -EINVAL and *why; -ENOMEM. Not for labels, which are the model's to number. */
int ygr_policy_value_parse(enum ygr_field field, const char *text,
			   const struct ygr_policy_host *host, struct ygr_arena *arena,
			   union ygr_policy_value *value, struct ygr_policy_reason *why);

/* Room for the text of any value. */
#define YGR_POLICY_VALUE_TEXT	(2 * YGR_POLICY_PATH_MAX + 5)

/*
 * As ygr_policy_value_parse() reads it, not yet quoted for YAML. Return: its length; it ends in NUL.
 */
size_t ygr_policy_value_format(enum ygr_field field, const union ygr_policy_value *value,
			       char text[YGR_POLICY_VALUE_TEXT]);

#endif
