// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <string.h>

#include "client_hello.h"

#define RECORD_HANDSHAKE	22
#define RECORD_HEAD_BYTES	5
#define RECORD_BYTES_MAX	(1u << 14)
#define HANDSHAKE_CLIENT_HELLO	1
#define HANDSHAKE_HEAD_BYTES	4
#define RANDOM_BYTES		32
#define SESSION_ID_BYTES_MAX	32

#define EXTENSION_SERVER_NAME	0
#define EXTENSION_ALPN		16
#define EXTENSION_VERSIONS	43
#define NAME_TYPE_HOST		0

/* Bytes that are still to be read; it is never longer than what it was cut from. */
struct span {
	const uint8_t *at, *end;
};

static size_t left_of(const struct span *span)
{
	return (size_t)(span->end - span->at);
}

static bool take_number(struct span *span, size_t bytes, uint32_t *number)
{
	if (left_of(span) < bytes)
		return false;
	for (*number = 0; bytes; bytes--)
		*number = *number << 8 | *span->at++;
	return true;
}

static bool take_span(struct span *span, size_t len, struct span *taken)
{
	if (left_of(span) < len)
		return false;
	taken->at = span->at;
	taken->end = span->at += len;
	return true;
}

/* A length of @bytes bytes, and as much. */
static bool take_vector(struct span *span, size_t bytes, struct span *taken)
{
	uint32_t len;

	return take_number(span, bytes, &len) && take_span(span, len, taken);
}

/* ---- records ----------------------------------------------------------------- */

static size_t payload_of(const uint8_t *head)
{
	return (size_t)head[3] << 8 | head[4];
}

static bool is_record_head(const uint8_t *head)
{
	return head[0] == RECORD_HANDSHAKE && head[1] == 3 && head[2] <= 4 && payload_of(head) &&
	       payload_of(head) <= RECORD_BYTES_MAX;
}

/*
 * A handshake message may be spread over records, at its sender's whim: what is in
 * them, in a row. Return: how much; a record that is none ends it.
 */
static size_t join_records(const uint8_t *bytes, size_t len, uint8_t joined[YGR_CLIENT_HELLO_BYTES])
{
	size_t joined_len = 0;

	while (len >= RECORD_HEAD_BYTES && is_record_head(bytes)) {
		size_t payload = payload_of(bytes);

		bytes += RECORD_HEAD_BYTES;
		len -= RECORD_HEAD_BYTES;
		if (payload > len)
			payload = len;
		memcpy(joined + joined_len, bytes, payload);
		joined_len += payload;
		bytes += payload;
		len -= payload;
	}
	return joined_len;
}

/* ---- extensions -------------------------------------------------------------- */

/* A name of another kind, or of bytes that no host name has, is as good as none. */
static bool take_server_name(struct ygr_client_hello *hello, struct span data)
{
	struct span list, name;
	uint32_t type;

	if (!take_vector(&data, 2, &list) || left_of(&data))
		return false;
	while (left_of(&list)) {
		if (!take_number(&list, 1, &type) || !take_vector(&list, 2, &name) || !left_of(&name))
			return false;
		if (type != NAME_TYPE_HOST || hello->sni_len)
			continue;
		if (left_of(&name) > sizeof(hello->sni))
			return false;
		for (const uint8_t *at = name.at; at < name.end; at++) {
			if (*at <= ' ' || *at > '~')
				return false;
			hello->sni[at - name.at] = (char)tolower(*at);
		}
		hello->sni_len = (uint8_t)left_of(&name);
	}
	return true;
}

static bool take_alpn(struct ygr_client_hello *hello, struct span data)
{
	struct span list, name;

	if (!take_vector(&data, 2, &list) || left_of(&data))
		return false;
	while (left_of(&list)) {
		if (!take_vector(&list, 1, &name) || !left_of(&name))
			return false;
		if (hello->alpn_nr == YGR_CLIENT_HELLO_ALPN_NR)
			continue;
		hello->alpn[hello->alpn_nr].len = (uint8_t)left_of(&name);
		memcpy(hello->alpn[hello->alpn_nr].bytes, name.at, left_of(&name));
		hello->alpn_nr++;
	}
	return true;
}

/* RFC 8701: values that mean nothing are mixed in, so that servers learn to bear them. */
static bool is_grease(uint32_t value)
{
	return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

static bool take_versions(struct ygr_client_hello *hello, struct span data)
{
	struct span list;
	uint32_t version;

	if (!take_vector(&data, 1, &list) || left_of(&data))
		return false;
	while (left_of(&list)) {
		if (!take_number(&list, 2, &version))
			return false;
		if (!is_grease(version) && version > hello->version)
			hello->version = (uint16_t)version;
	}
	return true;
}

static bool take_extension(struct ygr_client_hello *hello, uint32_t type, struct span data)
{
	switch (type) {
	case EXTENSION_SERVER_NAME:
		return take_server_name(hello, data);
	case EXTENSION_ALPN:
		return take_alpn(hello, data);
	case EXTENSION_VERSIONS:
		return take_versions(hello, data);
	}
	return true;
}

/* ---- the message ------------------------------------------------------------- */

/* Return: whether there was anything more to be told from. */
static bool take_head(struct ygr_client_hello *hello, struct span *body)
{
	struct span session, suites, methods;
	uint32_t version;

	if (!take_number(body, 2, &version))
		return false;
	hello->version = (uint16_t)version;
	if (left_of(body) < RANDOM_BYTES)
		return false;
	body->at += RANDOM_BYTES;
	if (left_of(body) && *body->at > SESSION_ID_BYTES_MAX) {
		hello->is_malformed = true;
		return false;
	}
	return take_vector(body, 1, &session) && take_vector(body, 2, &suites) && take_vector(body, 1, &methods);
}

static void take_extensions(struct ygr_client_hello *hello, struct span list)
{
	struct span data;
	uint32_t type;

	while (left_of(&list)) {
		if (!take_number(&list, 2, &type) || !take_vector(&list, 2, &data)) {
			hello->is_malformed = !hello->is_cut;
			return;
		}
		if (!take_extension(hello, type, data)) {
			hello->is_malformed = true;
			return;
		}
	}
}

bool ygr_client_hello_parse(struct ygr_client_hello *hello, const uint8_t *bytes, size_t len)
{
	uint8_t joined[YGR_CLIENT_HELLO_BYTES];
	struct span body;
	uint32_t type, body_len, list_len;

	hello->is_cut = hello->is_malformed = false;
	hello->version = 0;
	hello->sni_len = hello->alpn_nr = 0;
	if (len > sizeof(joined))
		len = sizeof(joined);
	body.at = joined;
	body.end = joined + join_records(bytes, len, joined);
	if (!take_number(&body, 1, &type) || type != HANDSHAKE_CLIENT_HELLO || !take_number(&body, 3, &body_len))
		return false;
	if (body_len > left_of(&body))
		hello->is_cut = true;
	else
		body.end = body.at + body_len;

	if (!take_head(hello, &body)) {
		hello->is_malformed |= !hello->is_cut;
		return hello->version >> 8 == 3;
	}
	/* RFC 5246: without extensions, their length is not there either. */
	if (hello->version >> 8 != 3 || !left_of(&body))
		return hello->version >> 8 == 3;
	if (!take_number(&body, 2, &list_len) || (!hello->is_cut && list_len != left_of(&body)))
		hello->is_malformed = !hello->is_cut;
	else
		take_extensions(hello, body);
	return true;
}
