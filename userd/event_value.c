// SPDX-License-Identifier: GPL-2.0-only
#include "event_value.h"

#include <string.h>

/* What the first byte of a msgpack item announces, and where it ends. */
struct item {
	struct ygr_event_value value;	/* a container's items are not in it yet */
	const uint8_t *next;		/* the item after it; in a container, its first */
};

static uint64_t read_be(const uint8_t *at, unsigned int bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | *at++;
	return value;
}

static bool take_text(struct item *item, enum ygr_event_kind kind, const uint8_t *at,
		      const uint8_t *end, uint64_t len)
{
	if (len > (uint64_t)(end - at))
		return false;
	item->value.kind = kind;
	item->value.nr = (uint32_t)len;
	item->value.bytes = (const char *)at;
	item->next = at + len;
	return true;
}

/* Each item takes at least a byte: what cannot be there is not believed. */
static bool take_container(struct item *item, enum ygr_event_kind kind, const uint8_t *at,
			   const uint8_t *end, uint64_t nr)
{
	if (nr > (uint64_t)(end - at))
		return false;
	item->value.kind = kind;
	item->value.nr = (uint32_t)nr;
	item->value.items = NULL;
	item->next = at;
	return true;
}

static bool take_unsigned(struct item *item, const uint8_t *at, const uint8_t *end,
			  unsigned int bytes)
{
	if ((size_t)(end - at) < bytes)
		return false;
	item->value.kind = YGR_EVENT_UNSIGNED;
	item->value.number = read_be(at, bytes);
	item->next = at + bytes;
	return true;
}

static bool take_signed(struct item *item, const uint8_t *at, const uint8_t *end,
			unsigned int bytes)
{
	unsigned int shift = 64 - 8 * bytes;

	if (!take_unsigned(item, at, end, bytes))
		return false;
	item->value.negative = (int64_t)(item->value.number << shift) >> shift;
	if (item->value.negative < 0)
		item->value.kind = YGR_EVENT_NEGATIVE;
	return true;
}

static bool take_real(struct item *item, const uint8_t *at, const uint8_t *end,
		      unsigned int bytes)
{
	uint64_t bits;
	uint32_t half;
	float narrow;

	if (!take_unsigned(item, at, end, bytes))
		return false;
	bits = item->value.number;
	item->value.kind = YGR_EVENT_REAL;
	if (bytes == 8) {
		memcpy(&item->value.real, &bits, sizeof(item->value.real));
		return true;
	}
	half = (uint32_t)bits;
	memcpy(&narrow, &half, sizeof(narrow));
	item->value.real = (double)narrow;
	return true;
}

/* A length field of @width bytes, and what it is the length of. */
static bool take_long(struct item *item, enum ygr_event_kind kind, const uint8_t *at,
		      const uint8_t *end, unsigned int width)
{
	uint64_t nr;

	if ((size_t)(end - at) < width)
		return false;
	nr = read_be(at, width);
	return kind >= YGR_EVENT_ARRAY ? take_container(item, kind, at + width, end, nr) :
					 take_text(item, kind, at + width, end, nr);
}

static bool take_simple(struct item *item, const uint8_t *at, uint8_t byte)
{
	item->next = at;
	item->value.kind = byte == 0xc0 ? YGR_EVENT_NIL : YGR_EVENT_BOOL;
	item->value.truth = byte == 0xc3;
	return true;
}

/* Forms that our events never hold, ext above all, are refused. */
static bool read_item(const uint8_t *at, const uint8_t *end, struct item *item)
{
	uint8_t byte;

	if (at >= end)
		return false;
	byte = *at++;
	item->value.key = 0;
	switch (byte) {
	case 0x00 ... 0x7f:
		return take_unsigned(item, at - 1, end, 1);
	case 0x80 ... 0x8f:
		return take_container(item, YGR_EVENT_MAP, at, end, byte & 0x0f);
	case 0x90 ... 0x9f:
		return take_container(item, YGR_EVENT_ARRAY, at, end, byte & 0x0f);
	case 0xa0 ... 0xbf:
		return take_text(item, YGR_EVENT_TEXT, at, end, byte & 0x1f);
	case 0xc0:
	case 0xc2 ... 0xc3:
		return take_simple(item, at, byte);
	case 0xc4 ... 0xc6:
		return take_long(item, YGR_EVENT_BYTES, at, end, 1u << (byte - 0xc4));
	case 0xca ... 0xcb:
		return take_real(item, at, end, 4u << (byte - 0xca));
	case 0xcc ... 0xcf:
		return take_unsigned(item, at, end, 1u << (byte - 0xcc));
	case 0xd0 ... 0xd3:
		return take_signed(item, at, end, 1u << (byte - 0xd0));
	case 0xd9 ... 0xdb:
		return take_long(item, YGR_EVENT_TEXT, at, end, 1u << (byte - 0xd9));
	case 0xdc ... 0xdd:
		return take_long(item, YGR_EVENT_ARRAY, at, end, 2u << (byte - 0xdc));
	case 0xde ... 0xdf:
		return take_long(item, YGR_EVENT_MAP, at, end, 2u << (byte - 0xde));
	case 0xe0 ... 0xff:
		return take_signed(item, at - 1, end, 1);
	}
	return false;
}

static size_t items_in(const struct ygr_event_value *value)
{
	if (value->kind == YGR_EVENT_MAP)
		return 2 * (size_t)value->nr;
	return value->kind == YGR_EVENT_ARRAY ? value->nr : 0;
}

size_t ygr_event_value_count(const uint8_t *at, const uint8_t *end)
{
	size_t left[YGR_EVENT_DEPTH_MAX + 1] = { 1 }, nr = 0;
	unsigned int depth = 0;
	struct item item;

	for (;;) {
		while (!left[depth])
			if (depth-- == 0)
				return nr;
		if (!read_item(at, end, &item))
			return 0;
		left[depth]--;
		nr++;
		at = item.next;
		if (!items_in(&item.value))
			continue;
		if (depth == YGR_EVENT_DEPTH_MAX)
			return 0;
		left[++depth] = items_in(&item.value);
	}
}

/* The items of a container side by side, then those of its containers. */
static const uint8_t *read_items(const uint8_t *at, const uint8_t *end, size_t nr,
				 struct ygr_event_value *into, struct ygr_event_value **free_values)
{
	struct ygr_event_value *within;
	struct item item;
	size_t i, within_nr;

	for (i = 0; i < nr; i++) {
		read_item(at, end, &item);
		into[i] = item.value;
		at = item.next;
		within_nr = items_in(&item.value);
		if (item.value.kind < YGR_EVENT_ARRAY)
			continue;
		within = *free_values;
		*free_values += within_nr;
		into[i].items = within;
		at = read_items(at, end, within_nr, within, free_values);
	}
	return at;
}

const uint8_t *ygr_event_value_read(const uint8_t *at, const uint8_t *end, struct ygr_event_value *values)
{
	struct ygr_event_value *free_values = values + 1;

	return read_items(at, end, 1, values, &free_values);
}
