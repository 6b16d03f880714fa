// SPDX-License-Identifier: GPL-2.0-only
#include "fluent_message.h"

#include <errno.h>
#include <jansson.h>
#include <msgpack.h>
#include <stdio.h>
#include <string.h>

#define NS_PER_S	UINT64_C(1000000000)
#define VALUES_MAX	64	/* of an answer: the longest has a dozen */
#define EVENT_TIME_TYPE	0	/* ext type: seconds and nanoseconds, 4 bytes each */

static int write_out(void *arg, const char *bytes, size_t len)
{
	ygr_text_buffer_put(arg, bytes, len);
	return 0;	/* the buffer remembers what failed */
}

static void pack_text(msgpack_packer *pk, const char *text, size_t len)
{
	msgpack_pack_str(pk, len);
	msgpack_pack_str_body(pk, text, len);
}

static void pack_word(msgpack_packer *pk, const char *word)
{
	pack_text(pk, word, strlen(word));
}

/* ---- records ------------------------------------------------------------------- */

static void pack_value(msgpack_packer *pk, const struct ygr_event_value *value);

static void pack_items(msgpack_packer *pk, const struct ygr_event_value *items, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		pack_value(pk, &items[i]);
}

/* The decoder bounds the depth. */
static void pack_value(msgpack_packer *pk, const struct ygr_event_value *value)
{
	switch (value->kind) {
	case YGR_EVENT_NIL:
		msgpack_pack_nil(pk);
		break;
	case YGR_EVENT_BOOL:
		value->truth ? msgpack_pack_true(pk) : msgpack_pack_false(pk);
		break;
	case YGR_EVENT_UNSIGNED:
		msgpack_pack_uint64(pk, value->number);
		break;
	case YGR_EVENT_NEGATIVE:
		msgpack_pack_int64(pk, value->negative);
		break;
	case YGR_EVENT_REAL:
		msgpack_pack_double(pk, value->real);
		break;
	case YGR_EVENT_TEXT:
		pack_text(pk, value->bytes, value->nr);
		break;
	case YGR_EVENT_BYTES:
		msgpack_pack_bin(pk, value->nr);
		msgpack_pack_bin_body(pk, value->bytes, value->nr);
		break;
	case YGR_EVENT_ARRAY:
		msgpack_pack_array(pk, value->nr);
		pack_items(pk, value->items, value->nr);
		break;
	case YGR_EVENT_MAP:
		msgpack_pack_map(pk, value->nr);
		pack_items(pk, value->items, 2 * (size_t)value->nr);
		break;
	}
}

static void pack_event(msgpack_packer *pk, const struct ygr_event_value *event,
		       const struct ygr_event_origin *origin)
{
	char id[YGR_EVENT_ID_BYTES];

	ygr_event_mapping_id(origin, id);
	msgpack_pack_map(pk, event->nr + 1 + (origin->host_name != NULL));
	pack_word(pk, "id");
	pack_word(pk, id);
	if (origin->host_name) {
		pack_word(pk, "host");
		pack_word(pk, origin->host_name);
	}
	pack_items(pk, event->items, 2 * (size_t)event->nr);
}

static void pack_json(msgpack_packer *pk, json_t *value)
{
	const char *key;
	json_t *inner;
	size_t i;

	switch (json_typeof(value)) {
	case JSON_OBJECT:
		msgpack_pack_map(pk, json_object_size(value));
		json_object_foreach(value, key, inner) {
			pack_word(pk, key);
			pack_json(pk, inner);
		}
		break;
	case JSON_ARRAY:
		msgpack_pack_array(pk, json_array_size(value));
		json_array_foreach(value, i, inner)
			pack_json(pk, inner);
		break;
	case JSON_STRING:
		pack_text(pk, json_string_value(value), json_string_length(value));
		break;
	case JSON_INTEGER:
		msgpack_pack_int64(pk, json_integer_value(value));
		break;
	case JSON_REAL:
		msgpack_pack_double(pk, json_real_value(value));
		break;
	case JSON_TRUE:
		msgpack_pack_true(pk);
		break;
	case JSON_FALSE:
		msgpack_pack_false(pk);
		break;
	case JSON_NULL:
		msgpack_pack_nil(pk);
		break;
	}
}

static void put_be32(char *out, uint32_t value)
{
	out[0] = (char)(value >> 24);
	out[1] = (char)(value >> 16);
	out[2] = (char)(value >> 8);
	out[3] = (char)value;
}

static void pack_time(msgpack_packer *pk, const struct ygr_event_value *event)
{
	uint64_t time_ns = 0;
	char bytes[8];

	ygr_event_map_get_u64(event, "time_ns", &time_ns);
	put_be32(bytes, (uint32_t)(time_ns / NS_PER_S));
	put_be32(bytes + 4, (uint32_t)(time_ns % NS_PER_S));
	msgpack_pack_ext(pk, sizeof(bytes), EVENT_TIME_TYPE);
	msgpack_pack_ext_body(pk, bytes, sizeof(bytes));
}

int ygr_fluent_message_put_entry(struct ygr_text_buffer *out, const struct ygr_event_value *event,
				 const struct ygr_event_origin *origin,
				 const struct ygr_text_buffer *json)
{
	json_t *root = NULL;
	msgpack_packer pk;

	if (json) {
		root = json_loadb(json->bytes, json->len, JSON_ALLOW_NUL, NULL);
		if (!root)
			return -EBADMSG;
	}
	msgpack_packer_init(&pk, out, write_out);
	msgpack_pack_array(&pk, 2);
	pack_time(&pk, event);
	if (root)
		pack_json(&pk, root);
	else
		pack_event(&pk, event, origin);
	json_decref(root);
	return out->failed ? -ENOMEM : 0;
}

/* ---- messages --------------------------------------------------------------------- */

void ygr_fluent_message_put_packed(struct ygr_text_buffer *out, const char *tag,
				   const struct ygr_text_buffer *entries, uint32_t nr,
				   const char *chunk, bool is_gzip)
{
	msgpack_packer pk;

	msgpack_packer_init(&pk, out, write_out);
	msgpack_pack_array(&pk, 3);
	pack_word(&pk, tag);
	msgpack_pack_bin(&pk, entries->len);
	msgpack_pack_bin_body(&pk, entries->bytes, entries->len);
	msgpack_pack_map(&pk, is_gzip ? 3 : 2);
	pack_word(&pk, "size");
	msgpack_pack_uint32(&pk, nr);
	pack_word(&pk, "chunk");
	pack_word(&pk, chunk);
	if (is_gzip) {
		pack_word(&pk, "compressed");
		pack_word(&pk, "gzip");
	}
}

void ygr_fluent_message_put_ping(struct ygr_text_buffer *out, const char *host,
				 const char *salt, size_t salt_len, const char *digest,
				 const char *user, const char *password_digest)
{
	msgpack_packer pk;

	msgpack_packer_init(&pk, out, write_out);
	msgpack_pack_array(&pk, 6);
	pack_word(&pk, "PING");
	pack_word(&pk, host);
	pack_text(&pk, salt, salt_len);
	pack_word(&pk, digest);
	pack_word(&pk, user);
	pack_word(&pk, password_digest);
}

/* ---- answers ------------------------------------------------------------------------ */

static const struct ygr_event_value *find_list_item(const struct ygr_event_value *list, uint32_t index)
{
	return index < list->nr ? &list->items[index] : NULL;
}

static void copy_text(char *to, size_t cap, const struct ygr_event_value *value)
{
	struct ygr_event_text text;
	size_t i;

	to[0] = '\0';
	if (!value || !ygr_event_map_as_text(value, &text))
		return;
	for (i = 0; i < text.len && i < cap - 1; i++)
		to[i] = text.bytes[i] >= ' ' && text.bytes[i] < 0x7f ? text.bytes[i] : '?';
	to[i] = '\0';
}

/* Return: false: longer than anybody's. */
static bool copy_bytes(char to[YGR_FLUENT_NONCE_MAX], size_t *len, const struct ygr_event_value *value)
{
	struct ygr_event_text text;

	*len = 0;
	if (!value || !ygr_event_map_as_text(value, &text))
		return true;
	if (text.len > YGR_FLUENT_NONCE_MAX)
		return false;
	memcpy(to, text.bytes, text.len);
	*len = text.len;
	return true;
}

static bool is_text(const struct ygr_event_value *value, const char *word)
{
	struct ygr_event_text text;

	return value && ygr_event_map_as_text(value, &text) && text.len == strlen(word) &&
	       !memcmp(text.bytes, word, text.len);
}

static bool read_helo(struct ygr_fluent_message *message, const struct ygr_event_value *list)
{
	const struct ygr_event_value *options = find_list_item(list, 1);

	message->kind = YGR_FLUENT_HELO;
	return copy_bytes(message->nonce, &message->nonce_len, ygr_event_map_find(options, "nonce")) &&
	       copy_bytes(message->auth, &message->auth_len, ygr_event_map_find(options, "auth"));
}

static bool read_pong(struct ygr_fluent_message *message, const struct ygr_event_value *list)
{
	const struct ygr_event_value *good = find_list_item(list, 1);

	message->kind = YGR_FLUENT_PONG;
	message->is_good = good && good->kind == YGR_EVENT_BOOL && good->truth;
	copy_text(message->reason, sizeof(message->reason), find_list_item(list, 2));
	copy_text(message->host, sizeof(message->host), find_list_item(list, 3));
	copy_text(message->digest, sizeof(message->digest), find_list_item(list, 4));
	return true;
}

static bool read_answer(struct ygr_fluent_message *message, const struct ygr_event_value *value)
{
	*message = (struct ygr_fluent_message) { .kind = YGR_FLUENT_ACK };
	if (value->kind == YGR_EVENT_MAP) {
		copy_text(message->chunk, sizeof(message->chunk), ygr_event_map_find(value, "ack"));
		return message->chunk[0];
	}
	if (value->kind != YGR_EVENT_ARRAY)
		return false;
	if (is_text(find_list_item(value, 0), "HELO"))
		return read_helo(message, value);
	return is_text(find_list_item(value, 0), "PONG") && read_pong(message, value);
}

/* Lists and maps begin like this; anything else is no message. */
static bool may_begin(uint8_t byte)
{
	return (byte >= 0x80 && byte <= 0x9f) || (byte >= 0xdc && byte <= 0xdf);
}

ssize_t ygr_fluent_message_parse(struct ygr_fluent_message *message, const char *bytes, size_t len)
{
	const uint8_t *at = (const uint8_t *)bytes, *end = at + len;
	struct ygr_event_value values[VALUES_MAX];
	size_t nr;

	if (!len)
		return 0;
	if (!may_begin(*at))
		return -EBADMSG;
	nr = ygr_event_value_count(at, end);
	if (!nr)
		return 0;
	if (nr > VALUES_MAX)
		return -EBADMSG;
	end = ygr_event_value_read(at, end, values);
	return read_answer(message, values) ? end - at : -EBADMSG;
}
