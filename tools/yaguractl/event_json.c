// SPDX-License-Identifier: GPL-2.0-only
#include "event_json.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "event_map.h"
#include "utf8.h"

#define KEY_BYTES	64

static json_t *from_object(const msgpack_object *object);

static json_t *from_hex(const struct ygr_event_text *text)
{
	static const char digits[] = "0123456789abcdef";
	char *hex = malloc(2 * text->len + 1);
	json_t *value;
	size_t i;

	if (!hex)
		return NULL;
	for (i = 0; i < text->len; i++) {
		hex[2 * i] = digits[(unsigned char)text->bytes[i] >> 4];
		hex[2 * i + 1] = digits[text->bytes[i] & 15];
	}
	value = json_pack("{s:s#}", "hex", hex, (int)(2 * text->len));
	free(hex);
	return value;
}

/* jansson refuses text that is no UTF-8 whatever the msgpack type says. */
static json_t *from_text(const msgpack_object *object)
{
	struct ygr_event_text text;
	json_t *value;

	ygr_event_map_as_text(object, &text);
	value = json_stringn(text.bytes, text.len);
	return value ?: from_hex(&text);
}

static json_t *from_unsigned(uint64_t number)
{
	char text[24];

	if (number <= INT64_MAX)
		return json_integer(number);
	snprintf(text, sizeof(text), "%" PRIu64, number);
	return json_string(text);
}

static json_t *from_array(const msgpack_object *object)
{
	json_t *array = json_array();
	uint32_t i;

	for (i = 0; array && i < object->via.array.size; i++) {
		if (!json_array_append_new(array, from_object(&object->via.array.ptr[i])))
			continue;
		json_decref(array);
		return NULL;
	}
	return array;
}

/* Our keys are short ASCII; anything else was not written by the daemon. */
static void copy_key(char key[KEY_BYTES], const msgpack_object *object)
{
	struct ygr_event_text text;

	if (!ygr_event_map_as_text(object, &text) || text.len >= KEY_BYTES ||
	    memchr(text.bytes, 0, text.len) || !ygr_utf8_is_valid(text.bytes, text.len))
		text = (struct ygr_event_text) { "?", 1 };
	memcpy(key, text.bytes, text.len);
	key[text.len] = '\0';
}

static json_t *from_map(const msgpack_object *object)
{
	json_t *map = json_object();
	char key[KEY_BYTES];
	uint32_t i;

	for (i = 0; map && i < object->via.map.size; i++) {
		copy_key(key, &object->via.map.ptr[i].key);
		if (!json_object_set_new(map, key, from_object(&object->via.map.ptr[i].val)))
			continue;
		json_decref(map);
		return NULL;
	}
	return map;
}

static json_t *from_object(const msgpack_object *object)
{
	switch (object->type) {
	case MSGPACK_OBJECT_BOOLEAN:
		return json_boolean(object->via.boolean);
	case MSGPACK_OBJECT_POSITIVE_INTEGER:
		return from_unsigned(object->via.u64);
	case MSGPACK_OBJECT_NEGATIVE_INTEGER:
		return json_integer(object->via.i64);
	case MSGPACK_OBJECT_FLOAT32:
	case MSGPACK_OBJECT_FLOAT64:
		return json_real(object->via.f64) ?: json_null();	/* no NaN in JSON */
	case MSGPACK_OBJECT_STR:
	case MSGPACK_OBJECT_BIN:
		return from_text(object);
	case MSGPACK_OBJECT_ARRAY:
		return from_array(object);
	case MSGPACK_OBJECT_MAP:
		return from_map(object);
	default:
		return json_null();
	}
}

/* The library escapes every control character but DEL. */
static void put_line(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == 0x7f)
			fputs("\\u007F", out);
		else
			putc(*text, out);
	}
	putc('\n', out);
}

int ygr_event_json_print(FILE *out, const msgpack_object *event)
{
	json_t *value = from_object(event);
	char *text;

	if (!value)
		return -ENOMEM;
	text = json_dumps(value, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(value);
	if (!text)
		return -ENOMEM;
	put_line(out, text);
	free(text);
	return 0;
}
