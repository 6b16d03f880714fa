/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A TCP connection, in TLS or not, for either end: bytes in and out, without
 * waiting.
 *
 * Edge-triggered: after ready() the user calls recv() until it says -EAGAIN, and
 * send() with what is left. ready() also comes when the connection is up, or has
 * failed: then these two say so. It never comes from within a call.
 */
#ifndef YGR_STREAM_H
#define YGR_STREAM_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "lookup.h"
#include "loop.h"
#include "tls.h"

enum ygr_stream_state {
	YGR_STREAM_CLOSED,
	YGR_STREAM_LOOKING_UP,
	YGR_STREAM_CONNECTING,
	YGR_STREAM_SHAKING_HANDS,
	YGR_STREAM_OPEN,
	YGR_STREAM_FAILED,
};

struct ygr_stream {
	struct ygr_loop *loop;
	enum ygr_stream_state state;
	int	 fd;
	int	 handle;
	struct ygr_lookup *lookup;	/* LOOKING_UP */
	const struct ygr_tls *tls;
	SSL	 *ssl;			/* NULL: no TLS */
	int	 error;			/* FAILED: -errno */
	char	 reason[256];		/* FAILED: in words */
	void (*ready)(void *arg);
	void *arg;
};

void ygr_stream_init(struct ygr_stream *stream, struct ygr_loop *loop,
		     void (*ready)(void *arg), void *arg);
void ygr_stream_close(struct ygr_stream *stream);	/* fine at any time */

/*
 * @tls: NULL: none; outlives the stream.
 * Return: 0: it is on its way; -errno, and ygr_stream_reason() says why.
 */
int ygr_stream_connect(struct ygr_stream *stream, const char *host, const char *port,
		       const struct ygr_tls *tls);
/* Takes over the connected, non-blocking @fd, also on failure. Return: 0 or -errno. */
int ygr_stream_accept(struct ygr_stream *stream, int fd, const struct ygr_tls *tls);

/* Return: bytes; 0: the far end closed; -EAGAIN: after ready(); -errno. */
ssize_t ygr_stream_recv(struct ygr_stream *stream, void *bytes, size_t cap);
/*
 * Return: bytes, fewer perhaps; -EAGAIN: after ready(), again with the same bytes
 * in front; -errno.
 */
ssize_t ygr_stream_send(struct ygr_stream *stream, const void *bytes, size_t len);

/* Connected, and hands were shaken. */
static inline bool ygr_stream_is_open(const struct ygr_stream *stream)
{
	return stream->state == YGR_STREAM_OPEN;
}

static inline const char *ygr_stream_reason(const struct ygr_stream *stream)
{
	return stream->reason;
}

/* {"tls": "TLSv1.3", "cipher": ..., "ktls_send": true, "ktls_recv": false}; or {"tls": ""} */
json_t *ygr_stream_describe(const struct ygr_stream *stream);

#endif
