/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The messages of the Fluent Forward protocol, version 1: what a client writes and
 * what it reads. Pure. Whatever comes may be hostile.
 */
#ifndef YGR_FLUENT_MESSAGE_H
#define YGR_FLUENT_MESSAGE_H

#include <stdbool.h>
#include <sys/types.h>

#include "event_mapping.h"
#include "text_buffer.h"

#define YGR_FLUENT_DIGEST_BYTES	129	/* SHA-512 in hex, with the NUL */
#define YGR_FLUENT_NONCE_MAX	128

/* ---- entries: [time, record] one after the other ---- */

/*
 * Appends one. The record of a JSON format is what that JSON says; of the native one,
 * the event itself with "id" and "host" in front.
 * Return: 0; -EBADMSG: the JSON is none; -ENOMEM.
 */
int ygr_fluent_message_put_entry(struct ygr_text_buffer *out, const struct ygr_event_value *event,
				 const struct ygr_event_origin *origin,
				 const struct ygr_text_buffer *json);

/* [tag, bin of entries, {"chunk": chunk, "size": nr}] */
void ygr_fluent_message_put_packed(struct ygr_text_buffer *out, const char *tag,
				   const struct ygr_text_buffer *entries, uint32_t nr,
				   const char *chunk, bool is_gzip);

/* ["PING", host, salt, digest, user, password digest] */
void ygr_fluent_message_put_ping(struct ygr_text_buffer *out, const char *host,
				 const char *salt, size_t salt_len, const char *digest,
				 const char *user, const char *password_digest);

/* ---- what comes back ---- */

enum ygr_fluent_kind { YGR_FLUENT_HELO, YGR_FLUENT_PONG, YGR_FLUENT_ACK };

struct ygr_fluent_message {
	enum ygr_fluent_kind kind;
	char nonce[YGR_FLUENT_NONCE_MAX];	/* HELO */
	size_t nonce_len;
	char auth[YGR_FLUENT_NONCE_MAX];	/* HELO: not empty: a user is asked for */
	size_t auth_len;
	bool is_good;				/* PONG: we may go on */
	char reason[128];			/* PONG: why not; printable */
	char host[128];				/* PONG: the far end's own name */
	char digest[YGR_FLUENT_DIGEST_BYTES];	/* PONG */
	char chunk[64];				/* ACK */
};

/*
 * Return: bytes used; 0: more is needed, or it never will be one: a caller whose buffer is
 * full gives up; -EBADMSG.
 */
ssize_t ygr_fluent_message_parse(struct ygr_fluent_message *message, const char *bytes, size_t len);

#endif
