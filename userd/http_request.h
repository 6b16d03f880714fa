/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The first bytes of a stream as an HTTP request: method, target and host of an HTTP/1
 * one (RFC 9112), or that it is HTTP/2, which begins with a fixed text (RFC 9113 section
 * 3.4) and compresses what follows.
 *
 * What may be secret stays out: user and password in front of a host always, what
 * follows the `?` of a target unless it is asked for. The bytes may end anywhere.
 * A parser that is kept for servers wants a whole request, or to be fed the rest of
 * it, and takes a library that Debian 12 has in an abandoned version only
 * (http-parser); two lines of a request are all that is wanted here.
 *
 * Pure. Any bytes are safe to pass. Texts point into them.
 */
#ifndef YGR_HTTP_REQUEST_H
#define YGR_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define YGR_HTTP_METHOD_BYTES	24
#define YGR_HTTP_HOST_BYTES	255

struct ygr_http_text {
	const char *bytes;	/* NULL: there is none */
	size_t len;
};

struct ygr_http_request {
	uint8_t	 version;	/* 10, 11; 20: HTTP/2, and nothing else is known; 0: the bytes end before it */
	bool	 is_cut;	/* the bytes end before the request's head does */
	uint16_t port;		/* that the host is told with; 0: none */
	struct ygr_http_text method;
	struct ygr_http_text path;	/* of the target, without its query */
	struct ygr_http_text query;	/* what follows `?` */
	uint8_t	 host_len;	/* 0: none is told */
	char	 host[YGR_HTTP_HOST_BYTES];	/* in lower case, without brackets; printable ASCII */
};

/* Return: false: this is no request, and @request means nothing. */
bool ygr_http_request_parse(struct ygr_http_request *request, const char *bytes, size_t len);

#endif
