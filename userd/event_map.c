// SPDX-License-Identifier: GPL-2.0-only
#include "event_map.h"

#include <stdlib.h>
#include <string.h>

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
	ygr_decode_restart(&stream->decode);
}

void ygr_event_map_close(struct ygr_event_stream *stream)
{
	free(stream->values);
	stream->values = NULL;
	stream->cap = 0;
	ygr_decode_exit(&stream->decode);
}

/* Return: the item at `off`, and where the next one is; NULL: no item is there. */
static const struct ygr_event_value *read_item(struct ygr_event_stream *stream, size_t *next)
{
	const uint8_t *bytes = (const uint8_t *)stream->bytes, *end = bytes + stream->len;
	const uint8_t *at = bytes + stream->off;
	size_t nr = ygr_event_value_count(at, end);

	if (!nr || !reserve(stream, nr))
		return NULL;
	*next = (size_t)(ygr_event_value_read(at, end, stream->values) - bytes);
	return stream->values;
}

/* A map is an event by itself, as batches of schema 1 have it. */
const struct ygr_event_value *ygr_event_map_next(struct ygr_event_stream *stream)
{
	while (stream->off < stream->len) {
		enum ygr_decode_result result = YGR_DECODE_EVENT;
		const struct ygr_event_value *event;
		size_t next;

		event = read_item(stream, &next);
		if (!event)
			return NULL;
		if (event->kind != YGR_EVENT_MAP)
			result = ygr_decode_item(&stream->decode, event, &event);
		if (result == YGR_DECODE_BAD)
			return NULL;
		stream->off = next;
		if (result == YGR_DECODE_EVENT)
			return event;
	}
	return NULL;
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
