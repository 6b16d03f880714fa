/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events for tests, written as JSON with ' for ": packed as the daemon packs
 * them; {'hex': '...'} becomes bytes (bin).
 */
#ifndef JSON_EVENT_H
#define JSON_EVENT_H

#include <jansson.h>
#include <msgpack.h>
#include <stdlib.h>
#include <string.h>

static inline void pack_hex(msgpack_packer *pk, const char *hex)
{
	size_t len = strlen(hex) / 2, i;
	unsigned int byte;
	char one;

	msgpack_pack_bin(pk, len);
	for (i = 0; i < len; i++) {
		sscanf(hex + 2 * i, "%2x", &byte);
		one = (char)byte;
		msgpack_pack_bin_body(pk, &one, 1);
	}
}

static inline void pack_json(msgpack_packer *pk, json_t *value)
{
	const char *key;
	json_t *inner;
	size_t i;

	switch (json_typeof(value)) {
	case JSON_OBJECT:
		if (json_object_get(value, "hex")) {
			pack_hex(pk, json_string_value(json_object_get(value, "hex")));
			return;
		}
		msgpack_pack_map(pk, json_object_size(value));
		json_object_foreach(value, key, inner) {
			msgpack_pack_str(pk, strlen(key));
			msgpack_pack_str_body(pk, key, strlen(key));
			pack_json(pk, inner);
		}
		return;
	case JSON_ARRAY:
		msgpack_pack_array(pk, json_array_size(value));
		json_array_foreach(value, i, inner)
			pack_json(pk, inner);
		return;
	case JSON_STRING:
		msgpack_pack_str(pk, json_string_length(value));
		msgpack_pack_str_body(pk, json_string_value(value), json_string_length(value));
		return;
	case JSON_INTEGER:
		msgpack_pack_int64(pk, json_integer_value(value));
		return;
	case JSON_REAL:
		msgpack_pack_double(pk, json_real_value(value));
		return;
	case JSON_TRUE:
		msgpack_pack_true(pk);
		return;
	case JSON_FALSE:
		msgpack_pack_false(pk);
		return;
	case JSON_NULL:
		msgpack_pack_nil(pk);
		return;
	}
}

static inline void add_json_event(msgpack_sbuffer *out, const char *text)
{
	char *quoted = strdup(text), *at;
	json_error_t error;
	msgpack_packer pk;
	json_t *value;

	for (at = quoted; *at; at++)
		if (*at == '\'')
			*at = '"';
	value = json_loads(quoted, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
	if (!value) {
		fprintf(stderr, "bad test event: %s: %s\n", error.text, text);
		abort();
	}
	msgpack_packer_init(&pk, out, msgpack_sbuffer_write);
	pack_json(&pk, value);
	json_decref(value);
	free(quoted);
}

#endif
