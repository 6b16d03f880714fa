// SPDX-License-Identifier: GPL-2.0-only
#include "event_json.h"

#include <string.h>

#include "event_key.h"
#include "json_text.h"
#include "utf8.h"

#define KEY_BYTES	64

static void put_hex(struct ygr_text_buffer *out, const struct ygr_event_text *text)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	ygr_text_buffer_put_text(out, "{\"hex\":\"");
	for (i = 0; i < text->len; i++) {
		ygr_text_buffer_put_char(out, digits[(unsigned char)text->bytes[i] >> 4]);
		ygr_text_buffer_put_char(out, digits[text->bytes[i] & 15]);
	}
	ygr_text_buffer_put_text(out, "\"}");
}

/* Whatever its writer called it: what is UTF-8 is text. */
static void put_text(struct ygr_text_buffer *out, const struct ygr_event_value *value)
{
	struct ygr_event_text text;

	ygr_event_map_as_text(value, &text);
	if (ygr_json_text_plain_len(text.bytes, text.len) == text.len ||
	    ygr_utf8_is_valid(text.bytes, text.len))
		ygr_json_text_put_string(out, text.bytes, text.len);
	else
		put_hex(out, &text);
}

/* Our keys are short ASCII; anything else was not written by the daemon. With the colon. */
static void put_key(struct ygr_text_buffer *out, const struct ygr_event_value *key)
{
	enum ygr_event_key number = ygr_event_key_of(key);
	struct ygr_event_text text;
	size_t len;

	if (number > YGR_KEY_OTHER) {
		text.bytes = ygr_event_key_json(number, &len);
		ygr_text_buffer_put(out, text.bytes, len);
		return;
	}
	if (!ygr_event_map_as_text(key, &text) || text.len >= KEY_BYTES ||
	    memchr(text.bytes, 0, text.len) || !ygr_utf8_is_valid(text.bytes, text.len))
		text = (struct ygr_event_text) { "?", 1 };
	ygr_json_text_put_string(out, text.bytes, text.len);
	ygr_text_buffer_put_char(out, ':');
}

static void put_array(struct ygr_text_buffer *out, const struct ygr_event_value *array)
{
	uint32_t i;

	ygr_text_buffer_put_char(out, '[');
	for (i = 0; i < array->nr; i++) {
		if (i)
			ygr_text_buffer_put_char(out, ',');
		ygr_event_json_put(out, &array->items[i]);
	}
	ygr_text_buffer_put_char(out, ']');
}

void ygr_event_json_put_pairs(struct ygr_text_buffer *out, const struct ygr_event_value *map)
{
	uint32_t i;

	for (i = 0; i < map->nr; i++) {
		if (i)
			ygr_text_buffer_put_char(out, ',');
		put_key(out, &map->items[2 * i]);
		ygr_event_json_put(out, &map->items[2 * i + 1]);
	}
}

/* The decoder bounds the depth, and so the recursion. */
void ygr_event_json_put(struct ygr_text_buffer *out, const struct ygr_event_value *value)
{
	switch (value->kind) {
	case YGR_EVENT_NIL:
		ygr_text_buffer_put_text(out, "null");
		break;
	case YGR_EVENT_BOOL:
		ygr_text_buffer_put_text(out, value->truth ? "true" : "false");
		break;
	case YGR_EVENT_UNSIGNED:
		ygr_json_text_put_u64(out, value->number);
		break;
	case YGR_EVENT_NEGATIVE:
		ygr_text_buffer_put_i64(out, value->negative);
		break;
	case YGR_EVENT_REAL:
		ygr_json_text_put_real(out, value->real);
		break;
	case YGR_EVENT_TEXT:
	case YGR_EVENT_BYTES:
		put_text(out, value);
		break;
	case YGR_EVENT_ARRAY:
		put_array(out, value);
		break;
	case YGR_EVENT_MAP:
		ygr_text_buffer_put_char(out, '{');
		ygr_event_json_put_pairs(out, value);
		ygr_text_buffer_put_char(out, '}');
		break;
	}
}
