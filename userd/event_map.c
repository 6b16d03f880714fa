// SPDX-License-Identifier: GPL-2.0-only
#include "event_map.h"

#include <stdlib.h>
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

/*
 * Items of one whole item, itself included: how much memory it takes, before any is
 * taken. Return: 0: it is not whole, or too deep.
 */
static size_t count_items(const uint8_t *at, const uint8_t *end)
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

static bool reserve(struct ygr_event_stream *stream, size_t nr)
{
	struct ygr_event_value *values;

	if (nr <= stream->cap)
		return true;
	values = reallocarray(stream->values, nr, sizeof(*values));
	if (!values)
		return false;
	stream->values = values;
	stream->cap = nr;
	return true;
}

void ygr_event_map_open(struct ygr_event_stream *stream, const char *bytes, size_t len)
{
	*stream = (struct ygr_event_stream) { .bytes = bytes, .len = len };
}

void ygr_event_map_restart(struct ygr_event_stream *stream, const char *bytes, size_t len)
{
	stream->bytes = bytes;
	stream->len = len;
	stream->off = 0;
}

void ygr_event_map_close(struct ygr_event_stream *stream)
{
	free(stream->values);
	stream->values = NULL;
	stream->cap = 0;
}

const struct ygr_event_value *ygr_event_map_next(struct ygr_event_stream *stream)
{
	const uint8_t *at = (const uint8_t *)stream->bytes + stream->off;
	const uint8_t *end = (const uint8_t *)stream->bytes + stream->len;
	struct ygr_event_value *free_values;
	size_t nr;

	if (stream->off >= stream->len)
		return NULL;
	nr = count_items(at, end);
	if (!nr || !reserve(stream, nr))
		return NULL;
	free_values = stream->values + 1;
	at = read_items(at, end, 1, stream->values, &free_values);
	if (stream->values[0].kind != YGR_EVENT_MAP)
		return NULL;
	stream->off = (size_t)(at - (const uint8_t *)stream->bytes);
	return stream->values;
}

bool ygr_event_map_as_text(const struct ygr_event_value *value, struct ygr_event_text *text)
{
	if (value->kind != YGR_EVENT_TEXT && value->kind != YGR_EVENT_BYTES)
		return false;
	*text = (struct ygr_event_text) { value->bytes, value->nr };
	return true;
}

static bool is_word(const struct ygr_event_value *value, const char *word, size_t len)
{
	struct ygr_event_text text;

	return ygr_event_map_as_text(value, &text) && text.len == len &&
	       !memcmp(text.bytes, word, len);
}

static const struct ygr_event_value *find(const struct ygr_event_value *map, const char *key,
					  size_t len)
{
	const struct ygr_event_value *at;
	uint32_t i;

	if (!map || map->kind != YGR_EVENT_MAP)
		return NULL;
	for (i = 0, at = map->items; i < map->nr; i++, at += 2)
		if (is_word(at, key, len))
			return at + 1;
	return NULL;
}

const struct ygr_event_value *ygr_event_map_find(const struct ygr_event_value *map,
						 const char *key)
{
	return find(map, key, strlen(key));
}

const struct ygr_event_value *ygr_event_map_find_path(const struct ygr_event_value *map,
						      const char *path)
{
	size_t len = strcspn(path, ".");

	while (map && path[len]) {
		map = find(map, path, len);
		path += len + 1;
		len = strcspn(path, ".");
	}
	return find(map, path, len);
}

bool ygr_event_map_get_u64(const struct ygr_event_value *map, const char *key, uint64_t *value)
{
	const struct ygr_event_value *found = ygr_event_map_find(map, key);

	if (!found || found->kind != YGR_EVENT_UNSIGNED)
		return false;
	*value = found->number;
	return true;
}

bool ygr_event_map_get_text(const struct ygr_event_value *map, const char *key,
			    struct ygr_event_text *text)
{
	const struct ygr_event_value *value = ygr_event_map_find(map, key);

	return value && ygr_event_map_as_text(value, text);
}

bool ygr_event_map_is(const struct ygr_event_value *map, const char *key, const char *word)
{
	const struct ygr_event_value *value = ygr_event_map_find(map, key);

	return value && is_word(value, word, strlen(word));
}
