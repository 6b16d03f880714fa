/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The messages between sender and receiver; docs/WIRE.md has the offsets.
 *
 *	sender				receiver
 *	HELLO version spool next host ->
 *				<-	REPLY status last hash
 *	BATCH id bytes ->
 *	BATCH id bytes ->
 *				<-	ACK id	(this one and all before it are durable,
 *						 but for those that were refused)
 *	BATCH id bytes ->
 *				<-	REFUSED id status text	(never send it again)
 *
 * Pure: no I/O. What parse() accepts lies within the bytes it was given.
 */
#ifndef YGR_WIRE_H
#define YGR_WIRE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "spool_format.h"

#define YGR_WIRE_MAGIC		0x57524759u	/* "YGRW" */
#define YGR_WIRE_VERSION	2
#define YGR_WIRE_HEAD_BYTES	12
#define YGR_WIRE_HOST_BYTES_MAX	255
#define YGR_WIRE_TEXT_BYTES_MAX	255
#define YGR_WIRE_PAYLOAD_MAX	(8u + YGR_BATCH_BYTES_MAX)

enum ygr_wire_type {
	YGR_WIRE_HELLO	= 1,
	YGR_WIRE_REPLY	= 2,
	YGR_WIRE_BATCH	= 3,
	YGR_WIRE_ACK	= 4,
	YGR_WIRE_REFUSED = 5,
};

/* REPLY status; anything but OK ends the connection. */
enum ygr_wire_status {
	YGR_WIRE_OK		= 0,
	YGR_WIRE_E_VERSION	= 1,	/* the receiver does not speak it */
	YGR_WIRE_E_STORAGE	= 2,	/* it cannot store this spool now */
};

/* REFUSED status: why a batch will not be taken, however often it comes. */
enum ygr_wire_refusal {
	YGR_WIRE_R_BATCH	= 1,	/* it is none that this receiver can read */
	YGR_WIRE_R_LARGE	= 2,	/* it is larger than this receiver takes */
};

struct ygr_wire_message {
	enum ygr_wire_type type;
	uint16_t version;			/* HELLO, REPLY */
	uint16_t status;			/* REPLY, REFUSED */
	uint8_t	 spool_id[YGR_BATCH_ID_BYTES];	/* HELLO */
	uint64_t batch_id;			/* HELLO: next; REPLY: last, 0: none; BATCH; ACK; REFUSED */
	uint64_t last_hash;			/* REPLY: header_hash of that batch */
	const char *host;			/* HELLO: not terminated */
	size_t	 host_len;
	const char *text;			/* REFUSED: not terminated, any bytes */
	size_t	 text_len;
	const uint8_t *batch;			/* BATCH */
	size_t	 batch_len;
};

/*
 * @cap_payload: the largest payload that this side takes at this point.
 * Return: bytes of the message; 0: it is not all there yet; -EPROTO; -EMSGSIZE.
 */
ssize_t ygr_wire_parse(const uint8_t *bytes, size_t len, size_t cap_payload,
		       struct ygr_wire_message *message);

/* Write one message to @out, which has room for it. Return: bytes. */
#define YGR_WIRE_HELLO_BYTES_MAX (YGR_WIRE_HEAD_BYTES + 32 + YGR_WIRE_HOST_BYTES_MAX)
#define YGR_WIRE_REPLY_BYTES	(YGR_WIRE_HEAD_BYTES + 24)
#define YGR_WIRE_BATCH_HEAD_BYTES (YGR_WIRE_HEAD_BYTES + 8)	/* then the batch itself */
#define YGR_WIRE_ACK_BYTES	(YGR_WIRE_HEAD_BYTES + 8)
#define YGR_WIRE_REFUSED_BYTES_MAX (YGR_WIRE_HEAD_BYTES + 16 + YGR_WIRE_TEXT_BYTES_MAX)
size_t ygr_wire_put_hello(uint8_t *out, const uint8_t spool_id[YGR_BATCH_ID_BYTES],
			  uint64_t next_batch_id, const char *host);
size_t ygr_wire_put_reply(uint8_t *out, enum ygr_wire_status status, uint64_t last_batch_id,
			  uint64_t last_hash);
size_t ygr_wire_put_batch_head(uint8_t *out, uint64_t batch_id, size_t batch_len);
size_t ygr_wire_put_ack(uint8_t *out, uint64_t batch_id);
size_t ygr_wire_put_refused(uint8_t *out, uint64_t batch_id, enum ygr_wire_refusal status,
			    const char *text);

#endif
