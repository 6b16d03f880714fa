// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

#include "tls.h"

#define AT(member)	offsetof(struct ygr_tls_settings, member)
const struct ygr_option ygr_tls_options[] = {
	{ "ca",		 YGR_OPTION_PATH, .at = AT(ca) },
	{ "cert",	 YGR_OPTION_PATH, .at = AT(cert) },
	{ "key",	 YGR_OPTION_PATH, .at = AT(key) },
	{ "server_name", YGR_OPTION_TEXT, .at = AT(server_name) },
	{ 0 }
};

struct ygr_tls {
	SSL_CTX	*context;
	bool	 is_server;
	const char *peer_name;		/* client: what the far end must be called */
};

static char explanation[512];

/* What OpenSSL says first is the cause; what follows are its callers. */
static const char *first_error(void)
{
	unsigned long error = ERR_peek_error();
	const char *text = error ? ERR_reason_error_string(error) : NULL;

	ERR_clear_error();
	return text ? text : "unknown reason";
}

static int fail(const char *what, const char *path, const char **reason)
{
	snprintf(explanation, sizeof(explanation), "tls: %s %s: %s", what, path, first_error());
	*reason = explanation;
	return -EINVAL;
}

static int load_identity(SSL_CTX *context, const char *cert, const char *key, const char **reason)
{
	if (!cert && !key)
		return 0;
	if (!cert || !key) {
		*reason = "tls: cert and key go together";
		return -EINVAL;
	}
	if (SSL_CTX_use_certificate_chain_file(context, cert) != 1)
		return fail("cannot use the certificate", cert, reason);
	if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
		return fail("cannot use the key", key, reason);
	if (SSL_CTX_check_private_key(context) != 1)
		return fail("the certificate does not belong to the key", key, reason);
	return 0;
}

static int trust(SSL_CTX *context, const char *ca, const char **reason)
{
	if (!ca)
		return SSL_CTX_set_default_verify_paths(context) == 1 ? 0 : -EIO;
	if (SSL_CTX_load_verify_file(context, ca) != 1)
		return fail("cannot use the CA", ca, reason);
	return 0;
}

static struct ygr_tls *create(const SSL_METHOD *method)
{
	struct ygr_tls *tls = calloc(1, sizeof(*tls));

	if (!tls)
		return NULL;
	tls->context = SSL_CTX_new(method);
	if (!tls->context) {
		free(tls);
		return NULL;
	}
	SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION);
	/* Messages carry their length: a cut connection cannot pass for a whole one. */
	SSL_CTX_set_options(tls->context, SSL_OP_ENABLE_KTLS | SSL_OP_NO_RENEGOTIATION |
			    SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
	/* The buffer moves when it grows; any part of it may go first. */
	SSL_CTX_set_mode(tls->context, SSL_MODE_ENABLE_PARTIAL_WRITE |
			 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	return tls;
}

int ygr_tls_create_client(struct ygr_tls **out, const struct ygr_tls_settings *settings,
			  const char *host, const char **reason)
{
	struct ygr_tls *tls = create(TLS_client_method());
	int ret;

	if (!tls)
		return -ENOMEM;
	tls->peer_name = settings->server_name ? settings->server_name : host;
	SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
	ret = trust(tls->context, settings->ca, reason);
	if (!ret)
		ret = load_identity(tls->context, settings->cert, settings->key, reason);
	if (ret)
		ygr_tls_destroy(tls);
	else
		*out = tls;
	return ret;
}

static int demand_client(SSL_CTX *context, const char *client_ca, const char **reason)
{
	STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(client_ca);

	if (!names)
		return fail("cannot use the client CA", client_ca, reason);
	SSL_CTX_set_client_CA_list(context, names);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	return trust(context, client_ca, reason);
}

int ygr_tls_create_server(struct ygr_tls **out, const char *cert, const char *key,
			  const char *client_ca, const char **reason)
{
	struct ygr_tls *tls = create(TLS_server_method());
	int ret;

	if (!tls)
		return -ENOMEM;
	tls->is_server = true;
	ret = load_identity(tls->context, cert, key, reason);
	if (!ret && client_ca)
		ret = demand_client(tls->context, client_ca, reason);
	if (ret)
		ygr_tls_destroy(tls);
	else
		*out = tls;
	return ret;
}

void ygr_tls_destroy(struct ygr_tls *tls)
{
	if (!tls)
		return;
	SSL_CTX_free(tls->context);
	free(tls);
}

static bool is_address(const char *text)
{
	uint8_t address[16];

	return inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1;
}

/* An address is looked for among the certificate's addresses, a name among its names. */
static bool expect_peer(SSL *ssl, const char *name)
{
	if (is_address(name))
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1;
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return SSL_set1_host(ssl, name) == 1 && SSL_set_tlsext_host_name(ssl, name) == 1;
}

SSL *ygr_tls_open(const struct ygr_tls *tls, int fd)
{
	SSL *ssl = SSL_new(tls->context);

	if (!ssl)
		return NULL;
	if (SSL_set_fd(ssl, fd) != 1 || (!tls->is_server && !expect_peer(ssl, tls->peer_name))) {
		SSL_free(ssl);
		return NULL;
	}
	if (tls->is_server)
		SSL_set_accept_state(ssl);
	else
		SSL_set_connect_state(ssl);
	return ssl;
}

const char *ygr_tls_explain(const SSL *ssl)
{
	long verdict = SSL_get_verify_result(ssl);
	const char *text = first_error();

	if (verdict != X509_V_OK)
		snprintf(explanation, sizeof(explanation), "tls: the far end's certificate is refused: %s",
			 X509_verify_cert_error_string(verdict));
	else
		snprintf(explanation, sizeof(explanation), "tls: %s", text);
	return explanation;
}
