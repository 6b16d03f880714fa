/* SPDX-License-Identifier: GPL-2.0-only */
/* Values of an event as JSON. Pure. */
#ifndef YGR_EVENT_JSON_H
#define YGR_EVENT_JSON_H

#include "event_map.h"
#include "text_buffer.h"

/*
 * Keys and values as in the event, in the same order. What JSON has no form
 * for: bytes that are no UTF-8 become {"hex": "..."}; a number above 2^63 - 1
 * becomes text. Control characters are escaped, so that a line is a line.
 */
void ygr_event_json_put(struct ygr_text_buffer *out, const struct ygr_event_value *value);

/* The pairs of a map with a comma between them, without its braces. */
void ygr_event_json_put_pairs(struct ygr_text_buffer *out, const struct ygr_event_value *map);

#endif
