// SPDX-License-Identifier: GPL-2.0-only
#include "event_map.h"

#include <string.h>

/* What the first byte of a msgpack item announces. */
struct head {
	size_t bytes;		/* first byte and length field */
	uint64_t payload;	/* bytes that follow */
	uint64_t items;		/* items that follow */
};

static uint64_t read_be(const uint8_t *at, unsigned int bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | *at++;
	return value;
}

/* str8 .. str32, bin8 .. bin32, ext8 .. ext32, array and map 16 and 32. */
static bool read_long_head(const uint8_t *at, size_t room, unsigned int width,
			   uint64_t *count, struct head *head)
{
	if (room < 1 + (size_t)width)
		return false;
	head->bytes = 1 + width;
	*count = read_be(at + 1, width);
	return true;
}

static bool read_head(const uint8_t *at, size_t room, struct head *head)
{
	static const uint8_t fixed[] = { /* 0xca .. 0xd8: float, int, fixext */
		4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17 };
	uint8_t byte = *at;
	uint64_t count = 0;

	*head = (struct head) { .bytes = 1 };
	if (byte <= 0x7f || byte >= 0xe0 || byte == 0xc0 || byte == 0xc2 || byte == 0xc3)
		return true;
	if (byte <= 0x8f) {
		head->items = 2 * (uint64_t)(byte & 0x0f);
	} else if (byte <= 0x9f) {
		head->items = byte & 0x0f;
	} else if (byte <= 0xbf) {
		head->payload = byte & 0x1f;
	} else if (byte >= 0xca && byte <= 0xd8) {
		head->payload = fixed[byte - 0xca];
	} else if (byte >= 0xc4 && byte <= 0xc6) {
		return read_long_head(at, room, 1u << (byte - 0xc4), &head->payload, head);
	} else if (byte >= 0xd9 && byte <= 0xdb) {
		return read_long_head(at, room, 1u << (byte - 0xd9), &head->payload, head);
	} else if (byte == 0xdc || byte == 0xdd) {
		return read_long_head(at, room, byte == 0xdc ? 2 : 4, &head->items, head);
	} else if (byte == 0xde || byte == 0xdf) {
		if (!read_long_head(at, room, byte == 0xde ? 2 : 4, &count, head))
			return false;
		head->items = 2 * count;
	} else {
		return false;	/* 0xc1, and ext8 .. ext32: not in our events */
	}
	return true;
}

/*
 * The library allocates what an array's head claims before it sees the items.
 * So look first whether they can be there: each takes at least a byte.
 */
static bool is_whole_item(const uint8_t *at, size_t room)
{
	uint64_t pending = 1;
	struct head head;

	while (pending) {
		if (pending > room || !read_head(at, room, &head))
			return false;
		if (head.payload > room - head.bytes)
			return false;
		pending += head.items - 1;
		at += head.bytes + head.payload;
		room -= head.bytes + head.payload;
	}
	return true;
}

void ygr_event_map_open(struct ygr_event_stream *stream, const char *bytes, size_t len)
{
	stream->bytes = bytes;
	stream->len = len;
	stream->off = 0;
	msgpack_unpacked_init(&stream->unpacked);
}

void ygr_event_map_close(struct ygr_event_stream *stream)
{
	msgpack_unpacked_destroy(&stream->unpacked);
}

const msgpack_object *ygr_event_map_next(struct ygr_event_stream *stream)
{
	size_t off = stream->off;

	if (off >= stream->len ||
	    !is_whole_item((const uint8_t *)stream->bytes + off, stream->len - off))
		return NULL;
	if (msgpack_unpack_next(&stream->unpacked, stream->bytes, stream->len, &off) !=
	    MSGPACK_UNPACK_SUCCESS)
		return NULL;
	if (stream->unpacked.data.type != MSGPACK_OBJECT_MAP)
		return NULL;
	stream->off = off;
	return &stream->unpacked.data;
}

bool ygr_event_map_as_text(const msgpack_object *object, struct ygr_event_text *text)
{
	switch (object->type) {
	case MSGPACK_OBJECT_STR:
		text->bytes = object->via.str.ptr;
		text->len = object->via.str.size;
		break;
	case MSGPACK_OBJECT_BIN:
		text->bytes = object->via.bin.ptr;
		text->len = object->via.bin.size;
		break;
	default:
		return false;
	}
	if (!text->len)
		text->bytes = "";	/* the library leaves NULL */
	return true;
}

static bool is_word(const msgpack_object *object, const char *word)
{
	struct ygr_event_text text;

	return ygr_event_map_as_text(object, &text) && text.len == strlen(word) &&
	       !memcmp(text.bytes, word, text.len);
}

const msgpack_object *ygr_event_map_find(const msgpack_object *map, const char *key)
{
	uint32_t i;

	if (!map || map->type != MSGPACK_OBJECT_MAP)
		return NULL;
	for (i = 0; i < map->via.map.size; i++)
		if (is_word(&map->via.map.ptr[i].key, key))
			return &map->via.map.ptr[i].val;
	return NULL;
}

bool ygr_event_map_get_u64(const msgpack_object *map, const char *key, uint64_t *value)
{
	const msgpack_object *object = ygr_event_map_find(map, key);

	if (!object || object->type != MSGPACK_OBJECT_POSITIVE_INTEGER)
		return false;
	*value = object->via.u64;
	return true;
}

bool ygr_event_map_get_text(const msgpack_object *map, const char *key,
			    struct ygr_event_text *text)
{
	const msgpack_object *object = ygr_event_map_find(map, key);

	return object && ygr_event_map_as_text(object, text);
}

bool ygr_event_map_is(const msgpack_object *map, const char *key, const char *word)
{
	const msgpack_object *object = ygr_event_map_find(map, key);

	return object && is_word(object, word);
}
