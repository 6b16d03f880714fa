/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which events are wanted: an expression over their fields.
 *
 *	type=exec and exe~/tmp/ and not uid=0
 *	(type in connect,accept) and remote.addr in 10.0.0.0/8
 *	verdict=deny or rule
 *
 *	or		weakest
 *	and
 *	not
 *	FIELD		it is there
 *	FIELD = VALUE	a number, or the same text; != is "not ="
 *	FIELD ~ VALUE	text within; with * or ? a pattern for all of it; !~ is "not ~"
 *	FIELD < VALUE	numbers; <= > >= too
 *	FIELD in A,B,C	one of these; 10.0.0.0/8 is a network where the field is an address
 *
 * FIELD is a key of docs/EVENTS.md, with dots into maps; of a list, any item that
 * holds is enough. VALUE may be quoted, with " or '. verdict is "allow" where the
 * event has none. What is absent equals nothing.
 *
 * Compiled once, then immutable. Pure: no I/O, no clock, no allocation; any text
 * and any event are safe to pass.
 */
#ifndef YGR_EVENT_FILTER_H
#define YGR_EVENT_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "event_map.h"

#define YGR_FILTER_TEXT_MAX	2048	/* of an expression, in bytes */
#define YGR_FILTER_NODES_MAX	256
#define YGR_FILTER_DEPTH_MAX	32	/* of parentheses and "not" */

struct ygr_filter_node {
	uint8_t	 kind;		/* the .c file's own */
	uint8_t	 op;
	bool	 has_number;
	uint8_t	 prefix_bits;	/* of a network */
	uint8_t	 family;	/* 0: no network */
	uint8_t	 address[16];
	bool	 is_pattern;	/* the text has * or ? in it */
	uint16_t left, right;	/* nodes */
	uint16_t outer, inner;	/* enum ygr_event_key: the field, and what is asked for within it */
	uint16_t text_off, text_len;
	uint64_t number;
};

struct ygr_event_filter {
	uint16_t node_nr;
	uint16_t root;
	uint16_t text_len;
	bool	 is_set;	/* false: every event passes */
	struct ygr_filter_node nodes[YGR_FILTER_NODES_MAX];
	char	 text[YGR_FILTER_TEXT_MAX];
};

struct ygr_filter_error {
	unsigned int column;	/* from 1, in bytes */
	char message[192];
};

/*
 * Return: 0; -EINVAL: @error says what and where, and no event passes @filter; a
 * filter of { 0 } lets every event pass.
 */
int ygr_event_filter_parse(struct ygr_event_filter *filter, const char *text,
			   struct ygr_filter_error *error);

bool ygr_event_filter_passes(const struct ygr_event_filter *filter,
			     const struct ygr_event_value *event);

#endif
