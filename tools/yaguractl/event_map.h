/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events as the daemon writes them: a stream of msgpack maps with text keys
 * (docs/EVENTS.md). Pure. Any bytes are safe to pass; what unpacking takes is
 * bounded by a multiple of the bytes given.
 */
#ifndef YGR_EVENT_MAP_H
#define YGR_EVENT_MAP_H

#include <msgpack.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ygr_event_stream {
	const char *bytes;	/* the caller's; must outlive the stream */
	size_t len;
	size_t off;		/* of the next event */
	msgpack_unpacked unpacked;
};

/* Text or bytes within the stream; not NUL-terminated, never NULL. */
struct ygr_event_text {
	const char *bytes;
	size_t len;
};

void ygr_event_map_open(struct ygr_event_stream *stream, const char *bytes, size_t len);
void ygr_event_map_close(struct ygr_event_stream *stream);

/*
 * Return: the next event, a map, good until the next call; NULL at the end,
 * and when the bytes at stream->off are no map (then off < len).
 */
const msgpack_object *ygr_event_map_next(struct ygr_event_stream *stream);

/* The value of a key; NULL: absent, or `map` is NULL or no map. */
const msgpack_object *ygr_event_map_find(const msgpack_object *map, const char *key);

/* Return: whether the key is there with this type; the output is untouched else. */
bool ygr_event_map_get_u64(const msgpack_object *map, const char *key, uint64_t *value);
bool ygr_event_map_get_text(const msgpack_object *map, const char *key,
			    struct ygr_event_text *text);

/* str or bin. Return: whether it is one. */
bool ygr_event_map_as_text(const msgpack_object *object, struct ygr_event_text *text);

/* Whether the key is there and its text is this word. */
bool ygr_event_map_is(const msgpack_object *map, const char *key, const char *word);

#endif
