// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "cli.h"
#include "commands.h"
#include "policy_file.h"

/*
 * What the kernel's verifier takes: detached, over the bytes as they are, the
 * signer named by issuer and serial, no certificates and no signed attributes within.
 */
#define SIGN_FLAGS	(CMS_DETACHED | CMS_BINARY | CMS_NOCERTS | CMS_NOATTR | CMS_NOSMIMECAP)

static int fail_openssl(const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	return ygr_cli_fail(YGR_EXIT_FAULT, "%s: %s", what, reason ?: "unknown error");
}

static EVP_PKEY *read_key(const char *path)
{
	FILE *in = fopen(path, "re");
	EVP_PKEY *key;

	if (!in) {
		ygr_cli_fail(YGR_EXIT_FAULT, "%s: %s", path, strerror(errno));
		return NULL;
	}
	key = PEM_read_PrivateKey(in, NULL, NULL, NULL);
	fclose(in);
	if (!key)
		fail_openssl(path);
	return key;
}

static X509 *read_certificate(const char *path)
{
	FILE *in = fopen(path, "re");
	X509 *certificate;

	if (!in) {
		ygr_cli_fail(YGR_EXIT_FAULT, "%s: %s", path, strerror(errno));
		return NULL;
	}
	certificate = PEM_read_X509(in, NULL, NULL, NULL);
	fclose(in);
	if (!certificate)
		fail_openssl(path);
	return certificate;
}

static int write_file(const char *path, const void *bytes, size_t len)
{
	FILE *out = fopen(path, "we");
	int failed;

	if (!out)
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: %s", path, strerror(errno));
	failed = fwrite(bytes, 1, len, out) != len;
	failed |= fclose(out);
	if (failed)
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: %s", path, strerror(errno));
	return YGR_EXIT_OK;
}

static int write_signature(const char *blob_path, CMS_ContentInfo *cms)
{
	unsigned char *der = NULL;
	int len = i2d_CMS_ContentInfo(cms, &der), code;
	char *path;

	if (len < 0)
		return fail_openssl("encoding the signature");
	if (asprintf(&path, "%s.p7s", blob_path) < 0) {
		OPENSSL_free(der);
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s", strerror(ENOMEM));
	}
	code = write_file(path, der, (size_t)len);
	if (!code)
		printf("%s: %d bytes; load it: yaguractl policy load %s --signature %s\n", path, len,
		       blob_path, path);
	free(path);
	OPENSSL_free(der);
	return code;
}

static int sign_with(const struct ygr_policy_file *file, const char *out, EVP_PKEY *key,
		     X509 *certificate)
{
	BIO *content = BIO_new_mem_buf(file->blob, (int)file->bytes);
	CMS_ContentInfo *cms = NULL;
	int code;

	if (content)
		cms = CMS_sign(NULL, NULL, NULL, NULL, SIGN_FLAGS | CMS_PARTIAL);
	if (!cms || !CMS_add1_signer(cms, certificate, key, EVP_sha256(), SIGN_FLAGS) ||
	    CMS_final(cms, content, NULL, SIGN_FLAGS) != 1)
		code = fail_openssl("signing");
	else
		code = write_file(out, file->blob, file->bytes);
	if (!code)
		code = write_signature(out, cms);
	CMS_ContentInfo_free(cms);
	BIO_free(content);
	return code;
}

static int sign(const struct ygr_policy_file *file, const char *out, const char *key_path,
		const char *certificate_path)
{
	EVP_PKEY *key = read_key(key_path);
	X509 *certificate = key ? read_certificate(certificate_path) : NULL;
	int code = YGR_EXIT_FAULT;

	if (key && certificate && X509_check_private_key(certificate, key) != 1)
		ygr_cli_fail(code, "%s is not the certificate of the key %s", certificate_path, key_path);
	else if (key && certificate)
		code = sign_with(file, out, key, certificate);
	X509_free(certificate);
	EVP_PKEY_free(key);
	return code;
}

int ygr_cmd_policy_sign(int argc, char **argv)
{
	static const struct option options[] = {
		{ "key", required_argument, NULL, 'k' },
		{ "cert", required_argument, NULL, 'c' },
		{ "out", required_argument, NULL, 'o' },
		{ 0 },
	};
	const char *key = NULL, *certificate = NULL, *out = NULL;
	struct ygr_policy_file file;
	int option, code;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'k')
			key = optarg;
		else if (option == 'c')
			certificate = optarg;
		else if (option == 'o')
			out = optarg;
		else
			return YGR_EXIT_USAGE;
	}
	if (optind + 1 != argc || !key || !certificate || !out)
		return ygr_cli_usage("policy sign takes one FILE, --key, --cert and --out");
	code = ygr_policy_file_open(&file, argv[optind], false);
	if (code)
		return code;
	code = sign(&file, out, key, certificate);
	ygr_policy_file_close(&file);
	return code;
}
