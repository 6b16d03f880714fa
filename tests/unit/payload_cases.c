// SPDX-License-Identifier: GPL-2.0-only
#include "payload.h"
#include "payload_cases.h"

#define STREAM(text, result)	{ PAYLOAD_STREAM, text, sizeof(text) - 1, result }
#define ANSWER(text, result)	{ PAYLOAD_ANSWER, text, sizeof(text) - 1, result }
#define LENGTH(text, result)	{ PAYLOAD_LENGTH, text, sizeof(text) - 1, result }

const struct payload_case payload_cases[] = {
	STREAM("", 0),
	STREAM("G", 0),
	STREAM("GET ", 1),
	STREAM("GET", 0),
	STREAM("get /", 0),
	STREAM("GETS /", 0),
	STREAM("HEAD /", 1),
	STREAM("POST /", 1),
	STREAM("PUT /", 1),
	STREAM("DELETE /", 1),
	STREAM("CONNECT a:1", 1),
	STREAM("OPTIONS *", 1),
	STREAM("TRACE /", 1),
	STREAM("PATCH /", 1),
	STREAM("PRI * HTTP/2.0\r\n", 1),
	STREAM("HTTP/1.1 200 OK\r\n", 0),
	STREAM("SSH-2.0-x\r\n", 0),
	/* A TLS record: handshake, 3.1 to 3.4, up to 2^14 bytes, a ClientHello. */
	STREAM("\x16\x03\x01\x02\x00", 1),
	STREAM("\x16\x03\x01\x02\x00\x01", 1),
	STREAM("\x16\x03\x03\x40\x00\x01", 1),
	STREAM("\x16\x03\x03\x40\x01\x01", 0),
	STREAM("\x16\x03\x01\x02\x00\x02", 0),
	STREAM("\x16\x03\x05\x02\x00\x01", 0),
	STREAM("\x16\x02\x01\x02\x00\x01", 0),
	STREAM("\x17\x03\x03\x02\x00\x01", 0),
	STREAM("\x16\x03\x01\x02", 0),

	ANSWER("\0\0\x80\0\0\1\0\0\0\0\0\0", 1),
	ANSWER("\0\0\x81\x80\0\1\0\7\0\0\0\1x", 1),
	ANSWER("\0\0\x80\0\0\1\0\0\0\0\0", 0),
	ANSWER("", 0),
	ANSWER("\0\0\0\0\0\1\0\0\0\0\0\0", 0),		/* a question */
	ANSWER("\0\0\x88\0\0\1\0\0\0\0\0\0", 0),	/* of another kind (opcode) */
	ANSWER("\0\0\x80\0\0\0\0\0\0\0\0\0", 0),	/* to none */
	ANSWER("\0\0\x80\0\0\2\0\0\0\0\0\0", 0),	/* to two */
	ANSWER("\0\0\x80\0\1\1\0\0\0\0\0\0", 0),

	LENGTH("\0\x0c\0\0\x80\0\0\1\0\0\0\0\0\0", 12),
	LENGTH("\x10\x00\0\0\x80\0\0\1\0\0\0\0\0\0", 4096),
	LENGTH("\0\x0b\0\0\x80\0\0\1\0\0\0\0\0\0", 0),
	LENGTH("\0\x0c\0\0\0\0\0\1\0\0\0\0\0\0", 0),
	LENGTH("\0\x0c\0\0\x80\0\0\1\0\0\0\0\0", 0),
	LENGTH("\0", 0),
	LENGTH("", 0),
	{ .bytes = NULL },
};

__u32 payload_case_result(const struct payload_case *c, const __u8 *bytes)
{
	switch (c->kind) {
	case PAYLOAD_STREAM:
		return ygr_payload_is_stream(bytes, c->len);
	case PAYLOAD_ANSWER:
		return ygr_payload_is_dns_answer(bytes, c->len);
	case PAYLOAD_LENGTH:
		return ygr_payload_dns_length(bytes, c->len);
	}
	return ~0u;
}
