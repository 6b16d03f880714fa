/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a TLS client says in the clear before anything else: RFC 8446 section 4.1.2 and
 * RFC 5246 section 7.4.1.2, with the extensions server_name (RFC 6066) and
 * application_layer_protocol_negotiation (RFC 7301).
 *
 * The bytes are the first ones of a stream, as many as there are: a ClientHello
 * with keys of the new kind is longer than what is captured, and its names lie in front
 * of them or behind. What is whole in front of the cut is told. OpenSSL can take a
 * ClientHello apart as well (SSL_CTX_set_client_hello_cb), but only a whole one, and with a
 * connection's memory for each; so this is our own, and OpenSSL judges it in its test.
 *
 * Pure. Any bytes are safe to pass: lengths within lengths are checked, nothing is followed.
 */
#ifndef YGR_CLIENT_HELLO_H
#define YGR_CLIENT_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define YGR_CLIENT_HELLO_BYTES	 4096	/* that are looked at */
#define YGR_CLIENT_HELLO_ALPN_NR 8

struct ygr_client_hello_alpn {
	uint8_t	 len;
	uint8_t	 bytes[255];	/* RFC 7301: any */
};

struct ygr_client_hello {
	bool	 is_cut;	/* the bytes end before the ClientHello does */
	bool	 is_malformed;	/* what follows what is told here breaks the rules */
	uint16_t version;	/* the highest offered: 0x0303 is TLS 1.2, 0x0304 TLS 1.3 */
	uint8_t	 sni_len;	/* 0: none */
	char	 sni[255];	/* in lower case; no NUL, no control character, nothing but ASCII */
	uint8_t	 alpn_nr;
	struct ygr_client_hello_alpn alpn[YGR_CLIENT_HELLO_ALPN_NR];	/* the first */
};

/* Return: false: this is no ClientHello, and @hello means nothing. */
bool ygr_client_hello_parse(struct ygr_client_hello *hello, const uint8_t *bytes, size_t len);

#endif
