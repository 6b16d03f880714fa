/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TLS settings and what OpenSSL makes of them: 1.2 or later, both ends may show
 * and demand a certificate. Kernel TLS where kernel and library have it.
 * Files are read by create(), and not again.
 */
#ifndef YGR_TLS_H
#define YGR_TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>

#include "option.h"

struct ygr_tls_settings {
	bool	 is_set;		/* first: see YGR_OPTION_STRUCT */
	const char *ca;			/* who may have signed the far end's; NULL: the system's */
	const char *cert;		/* our own, with its chain; NULL: none */
	const char *key;
	const char *server_name;	/* that the far end's must bear; NULL: the host's */
};

/* For a `tls:` mapping: { "tls", YGR_OPTION_STRUCT, .at = ..., .members = ygr_tls_options } */
extern const struct ygr_option ygr_tls_options[];

struct ygr_tls;

/*
 * For connections to @host; its certificate is always verified. Strings are not
 * copied.
 * Return: 0; -errno, and @reason names the file; good until the next call.
 */
int ygr_tls_create_client(struct ygr_tls **tls, const struct ygr_tls_settings *settings,
			  const char *host, const char **reason);

/* @client_ca: who must have signed a client's certificate; NULL: none is asked for. */
int ygr_tls_create_server(struct ygr_tls **tls, const char *cert, const char *key,
			  const char *client_ca, const char **reason);
void ygr_tls_destroy(struct ygr_tls *tls);	/* NULL is fine */

/* One connection on @fd. Return: NULL if out of memory. SSL_free() it. */
SSL *ygr_tls_open(const struct ygr_tls *tls, int fd);

/*
 * In the user's words, why the last call on @ssl failed with SSL_ERROR_SSL.
 * Empties OpenSSL's list of errors. Good until the next call.
 */
const char *ygr_tls_explain(const SSL *ssl);

#endif
