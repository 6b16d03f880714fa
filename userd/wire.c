// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "le.h"
#include "wire.h"

#define HELLO_FIXED_BYTES	32
#define REPLY_BYTES		24
#define BATCH_FIXED_BYTES	8
#define ACK_BYTES		8
#define REFUSED_FIXED_BYTES	16

static int parse_hello(const uint8_t *at, size_t len, struct ygr_wire_message *message)
{
	if (len < HELLO_FIXED_BYTES)
		return -EPROTO;
	message->version = ygr_le16_get(at);
	message->host_len = ygr_le16_get(at + 2);
	if (message->host_len > YGR_WIRE_HOST_BYTES_MAX ||
	    message->host_len != len - HELLO_FIXED_BYTES || ygr_le32_get(at + 4) != 0)
		return -EPROTO;
	memcpy(message->spool_id, at + 8, YGR_BATCH_ID_BYTES);
	message->batch_id = ygr_le64_get(at + 24);
	message->host = (const char *)at + HELLO_FIXED_BYTES;
	return 0;
}

static int parse_reply(const uint8_t *at, size_t len, struct ygr_wire_message *message)
{
	if (len != REPLY_BYTES || ygr_le32_get(at + 4) != 0)
		return -EPROTO;
	message->version = ygr_le16_get(at);
	message->status = ygr_le16_get(at + 2);
	message->batch_id = ygr_le64_get(at + 8);
	message->last_hash = ygr_le64_get(at + 16);
	return 0;
}

static int parse_batch(const uint8_t *at, size_t len, struct ygr_wire_message *message)
{
	if (len < BATCH_FIXED_BYTES)
		return -EPROTO;
	message->batch_id = ygr_le64_get(at);
	message->batch = at + BATCH_FIXED_BYTES;
	message->batch_len = len - BATCH_FIXED_BYTES;
	return 0;
}

static int parse_ack(const uint8_t *at, size_t len, struct ygr_wire_message *message)
{
	if (len != ACK_BYTES)
		return -EPROTO;
	message->batch_id = ygr_le64_get(at);
	return 0;
}

static int parse_refused(const uint8_t *at, size_t len, struct ygr_wire_message *message)
{
	if (len < REFUSED_FIXED_BYTES)
		return -EPROTO;
	message->batch_id = ygr_le64_get(at);
	message->status = ygr_le16_get(at + 8);
	message->text_len = ygr_le16_get(at + 10);
	if (message->text_len > YGR_WIRE_TEXT_BYTES_MAX ||
	    message->text_len != len - REFUSED_FIXED_BYTES || ygr_le32_get(at + 12) != 0)
		return -EPROTO;
	message->text = (const char *)at + REFUSED_FIXED_BYTES;
	return 0;
}

static int parse_payload(uint16_t type, const uint8_t *at, size_t len,
			 struct ygr_wire_message *message)
{
	switch (type) {
	case YGR_WIRE_HELLO:
		return parse_hello(at, len, message);
	case YGR_WIRE_REPLY:
		return parse_reply(at, len, message);
	case YGR_WIRE_BATCH:
		return parse_batch(at, len, message);
	case YGR_WIRE_ACK:
		return parse_ack(at, len, message);
	case YGR_WIRE_REFUSED:
		return parse_refused(at, len, message);
	}
	return -EPROTO;
}

ssize_t ygr_wire_parse(const uint8_t *bytes, size_t len, size_t cap_payload,
		       struct ygr_wire_message *message)
{
	size_t payload;
	uint16_t type;

	/* A stranger is told apart by his first four bytes, not after twelve. */
	if (len >= 4 && ygr_le32_get(bytes) != YGR_WIRE_MAGIC)
		return -EPROTO;
	if (len < YGR_WIRE_HEAD_BYTES)
		return 0;
	type = ygr_le16_get(bytes + 4);
	payload = ygr_le32_get(bytes + 8);
	if (type < YGR_WIRE_HELLO || type > YGR_WIRE_REFUSED || ygr_le16_get(bytes + 6) != 0)
		return -EPROTO;
	if (payload > cap_payload)
		return -EMSGSIZE;
	if (len - YGR_WIRE_HEAD_BYTES < payload)
		return 0;

	memset(message, 0, sizeof(*message));
	message->type = type;
	if (parse_payload(type, bytes + YGR_WIRE_HEAD_BYTES, payload, message))
		return -EPROTO;
	return (ssize_t)(YGR_WIRE_HEAD_BYTES + payload);
}

static uint8_t *put_head(uint8_t *out, enum ygr_wire_type type, size_t payload)
{
	ygr_le32_put(out, YGR_WIRE_MAGIC);
	ygr_le16_put(out + 4, (uint16_t)type);
	ygr_le16_put(out + 6, 0);
	ygr_le32_put(out + 8, (uint32_t)payload);
	return out + YGR_WIRE_HEAD_BYTES;
}

size_t ygr_wire_put_hello(uint8_t *out, const uint8_t spool_id[YGR_BATCH_ID_BYTES],
			  uint64_t next_batch_id, const char *host)
{
	size_t host_len = strnlen(host, YGR_WIRE_HOST_BYTES_MAX);
	uint8_t *at = put_head(out, YGR_WIRE_HELLO, HELLO_FIXED_BYTES + host_len);

	ygr_le16_put(at, YGR_WIRE_VERSION);
	ygr_le16_put(at + 2, (uint16_t)host_len);
	ygr_le32_put(at + 4, 0);
	memcpy(at + 8, spool_id, YGR_BATCH_ID_BYTES);
	ygr_le64_put(at + 24, next_batch_id);
	memcpy(at + HELLO_FIXED_BYTES, host, host_len);
	return YGR_WIRE_HEAD_BYTES + HELLO_FIXED_BYTES + host_len;
}

size_t ygr_wire_put_reply(uint8_t *out, enum ygr_wire_status status, uint64_t last_batch_id,
			  uint64_t last_hash)
{
	uint8_t *at = put_head(out, YGR_WIRE_REPLY, REPLY_BYTES);

	ygr_le16_put(at, YGR_WIRE_VERSION);
	ygr_le16_put(at + 2, (uint16_t)status);
	ygr_le32_put(at + 4, 0);
	ygr_le64_put(at + 8, last_batch_id);
	ygr_le64_put(at + 16, last_hash);
	return YGR_WIRE_REPLY_BYTES;
}

size_t ygr_wire_put_batch_head(uint8_t *out, uint64_t batch_id, size_t batch_len)
{
	uint8_t *at = put_head(out, YGR_WIRE_BATCH, BATCH_FIXED_BYTES + batch_len);

	ygr_le64_put(at, batch_id);
	return YGR_WIRE_BATCH_HEAD_BYTES;
}

size_t ygr_wire_put_ack(uint8_t *out, uint64_t batch_id)
{
	uint8_t *at = put_head(out, YGR_WIRE_ACK, ACK_BYTES);

	ygr_le64_put(at, batch_id);
	return YGR_WIRE_ACK_BYTES;
}

size_t ygr_wire_put_refused(uint8_t *out, uint64_t batch_id, enum ygr_wire_refusal status,
			    const char *text)
{
	size_t text_len = strnlen(text, YGR_WIRE_TEXT_BYTES_MAX);
	uint8_t *at = put_head(out, YGR_WIRE_REFUSED, REFUSED_FIXED_BYTES + text_len);

	ygr_le64_put(at, batch_id);
	ygr_le16_put(at + 8, (uint16_t)status);
	ygr_le16_put(at + 10, (uint16_t)text_len);
	ygr_le32_put(at + 12, 0);
	memcpy(at + REFUSED_FIXED_BYTES, text, text_len);
	return YGR_WIRE_HEAD_BYTES + REFUSED_FIXED_BYTES + text_len;
}
