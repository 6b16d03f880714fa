/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one decoder of what lies in a batch: a stream of events, each a map with
 * text keys (docs/WIRE.md names the bytes, docs/EVENTS.md the keys). Whoever wants
 * events, tool or output, gets them here and nowhere else, so that the layout of
 * a batch can change without them: an event that comes out is whole by itself.
 *
 * Pure but for memory that grows with the largest event, and with what a batch's events
 * share (decode.h). Any bytes are safe to pass; memory is bounded by a multiple of the bytes given, depth by
 * YGR_EVENT_DEPTH_MAX.
 */
#ifndef YGR_EVENT_MAP_H
#define YGR_EVENT_MAP_H

#include "decode.h"
#include "event_value.h"

struct ygr_event_stream {
	const char *bytes;	/* the caller's; must outlive the stream */
	size_t len;
	size_t off;		/* of the next event */
	struct ygr_event_value *values;
	size_t cap;
	struct ygr_decode decode; /* what its batches' events share */
};

/* Text or bytes within the stream; not NUL-terminated, never NULL. */
struct ygr_event_text {
	const char *bytes;
	size_t len;
};

/* Takes no memory yet. */
void ygr_event_map_open(struct ygr_event_stream *stream, const char *bytes, size_t len);
void ygr_event_map_close(struct ygr_event_stream *stream);

/* Other bytes, with the memory that is there. */
void ygr_event_map_restart(struct ygr_event_stream *stream, const char *bytes, size_t len);

/*
 * Return: the next event, a map, good until the next call; NULL at the end,
 * and when the bytes at stream->off are no item of a batch (then off < len).
 */
const struct ygr_event_value *ygr_event_map_next(struct ygr_event_stream *stream);

/* The value of a key; NULL: absent, or `map` is NULL or no map. */
const struct ygr_event_value *ygr_event_map_find(const struct ygr_event_value *map,
						 const char *key);

/* The same through maps within maps: "file.ino". */
const struct ygr_event_value *ygr_event_map_find_path(const struct ygr_event_value *map,
						      const char *path);

/* Return: whether the key is there with this type; the output is untouched else. */
bool ygr_event_map_get_u64(const struct ygr_event_value *map, const char *key, uint64_t *value);
bool ygr_event_map_get_text(const struct ygr_event_value *map, const char *key,
			    struct ygr_event_text *text);

/* Text or bytes. Return: whether it is one. */
bool ygr_event_map_as_text(const struct ygr_event_value *value, struct ygr_event_text *text);

/* Whether the key is there and its text is this word. */
bool ygr_event_map_is(const struct ygr_event_value *map, const char *key, const char *word);

#endif
