// SPDX-License-Identifier: GPL-2.0-only
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "client_hello_fake.h"

static void offer(SSL *tls, const char *alpn)
{
	uint8_t list[256], *at = list;

	while (*alpn) {
		size_t len = strcspn(alpn, ",");

		*at++ = (uint8_t)len;
		memcpy(at, alpn, len);
		at += len;
		alpn += len + (alpn[len] == ',');
	}
	if (SSL_set_alpn_protos(tls, list, (unsigned int)(at - list)))
		abort();
}

size_t client_hello_fake_make(uint8_t bytes[CLIENT_HELLO_FAKE_BYTES], const char *name, const char *alpn,
			      int max_version)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *tls = context ? SSL_new(context) : NULL;
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
	int len;

	if (!tls || !in || !out || !SSL_set_max_proto_version(tls, max_version))
		abort();
	SSL_set_bio(tls, in, out);
	if (name && !SSL_set_tlsext_host_name(tls, name))
		abort();
	if (alpn)
		offer(tls, alpn);
	SSL_connect(tls);
	len = BIO_read(out, bytes, CLIENT_HELLO_FAKE_BYTES);
	if (len <= 0)
		abort();
	SSL_free(tls);
	SSL_CTX_free(context);
	return (size_t)len;
}
