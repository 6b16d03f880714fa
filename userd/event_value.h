/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One item of msgpack, with all that is in it, as an array of values. Pure. Any
 * bytes are safe to pass.
 */
#ifndef YGR_EVENT_VALUE_H
#define YGR_EVENT_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define YGR_EVENT_DEPTH_MAX	8	/* maps and arrays within one another */

enum ygr_event_kind {
	YGR_EVENT_NIL,
	YGR_EVENT_BOOL,
	YGR_EVENT_UNSIGNED,
	YGR_EVENT_NEGATIVE,
	YGR_EVENT_REAL,
	YGR_EVENT_TEXT,		/* UTF-8, as its writer says */
	YGR_EVENT_BYTES,
	YGR_EVENT_ARRAY,
	YGR_EVENT_MAP,
} __attribute__((packed));

struct ygr_event_value {
	enum ygr_event_kind kind;
	uint16_t key;			/* enum ygr_event_key of a text that is one; 0: not looked up */
	uint32_t nr;			/* of bytes; of items; of pairs */
	union {
		bool truth;
		uint64_t number;
		int64_t negative;
		double real;
		const char *bytes;	/* never NULL, not NUL-terminated */
		const struct ygr_event_value *items;	/* MAP: key, value, key, value ... */
	};
};

/*
 * The values that the item at @at takes, itself included: how much memory, before
 * any is taken. Return: 0: it is not whole, or too deep, or of a form that our
 * events never hold.
 */
size_t ygr_event_value_count(const uint8_t *at, const uint8_t *end);

/*
 * Reads an item that count() has found good into @values, which has that much
 * room: the item is the first. Texts point into the bytes.
 * Return: where the next item is.
 */
const uint8_t *ygr_event_value_read(const uint8_t *at, const uint8_t *end, struct ygr_event_value *values);

#endif
