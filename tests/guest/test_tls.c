// SPDX-License-Identifier: GPL-2.0-only
/*
 * TLS between two ends of the same process, with and without the kernel's help: the
 * bytes arrive either way, and what is reported is what is.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest.h"
#include "stream.h"

#define CERT	"/tmp/tls.pem"
#define KEY	"/tmp/tls.key"
#define BYTES	(4u << 20)
#define WAIT_NS	(60ull * 1000000000)

/* ---- a certificate -------------------------------------------------------- */

static void add_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_nconf_nid(NULL, NULL, nid, value);

	assert_non_null(extension);
	assert_int_equal(X509_add_ext(cert, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

/* Signed by itself, for 127.0.0.1: its own authority. */
static void make_certificate(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	X509_NAME *name = X509_get_subject_name(cert);
	FILE *file;

	X509_set_version(cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	X509_gmtime_adj(X509_getm_notBefore(cert), -86400);
	X509_gmtime_adj(X509_getm_notAfter(cert), 86400);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"guest", -1, -1, 0);
	X509_set_issuer_name(cert, name);
	X509_set_pubkey(cert, key);
	add_extension(cert, NID_subject_alt_name, "IP:127.0.0.1");
	add_extension(cert, NID_basic_constraints, "critical,CA:TRUE");
	assert_true(X509_sign(cert, key, EVP_sha256()) > 0);

	file = fopen(CERT, "w");
	assert_int_equal(PEM_write_X509(file, cert), 1);
	fclose(file);
	file = fopen(KEY, "w");
	assert_int_equal(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
	fclose(file);
	X509_free(cert);
	EVP_PKEY_free(key);
}

/* ---- the kernel's part ---------------------------------------------------- */

static void load(const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/t/%s.ko", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;		/* built in, or not there */
	if (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST)
		printf("# %s: %s\n", path, strerror(errno));
	close(fd);
}

/* Each after those that it needs. */
static void load_kernel_tls(void)
{
	static const char *const names[] = {
		"gf128mul", "ghash-generic", "crypto_null", "ctr", "gcm", "tls",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		load(names[i]);
}

static bool has_kernel_tls(void)
{
	char text[256] = "";
	int fd = open("/proc/sys/net/ipv4/tcp_available_ulp", O_RDONLY | O_CLOEXEC);
	bool has = read(fd, text, sizeof(text) - 1) > 0 && strstr(text, "tls");

	close(fd);
	return has;
}

/* ---- two ends ------------------------------------------------------------- */

struct end {
	struct ygr_stream stream;
	size_t	 done;			/* bytes sent, or received and found right */
};

static struct ygr_loop *loop;
static struct ygr_loop_timer timer;
static struct end client, server;
static int listener = -1;
static struct ygr_tls *client_tls, *server_tls;

static uint8_t byte_at(size_t at)
{
	return (uint8_t)(at * 31 >> 3);
}

static void client_ready(void *arg)
{
	uint8_t bytes[10000];
	ssize_t ret = 0;

	(void)arg;
	while (client.done < BYTES && ret >= 0) {
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = byte_at(client.done + i);
		ret = ygr_stream_send(&client.stream, bytes,
				      BYTES - client.done < sizeof(bytes) ? BYTES - client.done : sizeof(bytes));
		if (ret > 0)
			client.done += (size_t)ret;
	}
	if (ret < 0 && ret != -EAGAIN)
		fail_msg("client: %s", ygr_stream_reason(&client.stream));
}

static void server_ready(void *arg)
{
	uint8_t bytes[10000];
	ssize_t ret;

	(void)arg;
	while ((ret = ygr_stream_recv(&server.stream, bytes, sizeof(bytes))) > 0)
		for (ssize_t i = 0; i < ret; i++)
			assert_int_equal(bytes[i], byte_at(server.done++));
	if (ret != -EAGAIN)
		fail_msg("server: %s", ret ? ygr_stream_reason(&server.stream) : "closed");
	if (server.done == BYTES)
		ygr_loop_stop(loop);
}

static void accept_one(void *arg, uint32_t events)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)arg;
	(void)events;
	if (fd >= 0)
		assert_int_equal(ygr_stream_accept(&server.stream, fd, server_tls), 0);
}

static void time_is_up(void *arg)
{
	(void)arg;
	fail_msg("%zu bytes sent, %zu received, and no more", client.done, server.done);
}

static unsigned int listen_somewhere(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(address);

	listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
	assert_true(ygr_loop_watch(loop, listener, EPOLLIN, accept_one, NULL) >= 0);
	return ntohs(address.sin_port);
}

static int set_up(void **state)
{
	static const struct ygr_tls_settings settings = { .is_set = true, .ca = CERT };
	const char *reason = "";

	(void)state;
	make_certificate();
	memset(&client, 0, sizeof(client));
	memset(&server, 0, sizeof(server));
	assert_int_equal(ygr_loop_create(&loop, YGR_LOOP_EPOLL), 0);
	assert_int_equal(ygr_loop_timer_init(loop, &timer, time_is_up, NULL), 0);
	ygr_stream_init(&client.stream, loop, client_ready, NULL);
	ygr_stream_init(&server.stream, loop, server_ready, NULL);
	if (ygr_tls_create_server(&server_tls, CERT, KEY, NULL, &reason) ||
	    ygr_tls_create_client(&client_tls, &settings, "127.0.0.1", &reason))
		fail_msg("%s", reason);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ygr_stream_close(&client.stream);
	ygr_stream_close(&server.stream);
	ygr_tls_destroy(client_tls);
	ygr_tls_destroy(server_tls);
	ygr_loop_destroy(loop);
	close(listener);
	return 0;
}

static void carry_all_bytes(void)
{
	char port[8];

	snprintf(port, sizeof(port), "%u", listen_somewhere());
	assert_int_equal(ygr_stream_connect(&client.stream, "127.0.0.1", port, client_tls), 0);
	ygr_loop_timer_arm(&timer, WAIT_NS);
	assert_int_equal(ygr_loop_run(loop), 0);
	assert_int_equal(client.done, BYTES);
	assert_int_equal(server.done, BYTES);
}

static bool says(const struct ygr_stream *stream, const char *key)
{
	json_t *status = ygr_stream_describe(stream);
	bool value = json_is_true(json_object_get(status, key));

	json_decref(status);
	return value;
}

/* What the socket itself says, whatever OpenSSL makes of it. */
static bool kernel_encrypts(int fd)
{
	char ulp[16] = "";
	socklen_t len = sizeof(ulp);

	return getsockopt(fd, IPPROTO_TCP, TCP_ULP, ulp, &len) == 0 && strcmp(ulp, "tls") == 0;
}

/* ---- tests ---------------------------------------------------------------- */

static void without_kernel_tls_the_process_encrypts(void **state)
{
	(void)state;
	if (has_kernel_tls())
		skip();
	carry_all_bytes();
	assert_false(says(&client.stream, "ktls_send"));
	assert_false(kernel_encrypts(client.stream.fd));
}

static void with_kernel_tls_the_kernel_does(void **state)
{
	(void)state;
	load_kernel_tls();
	if (!has_kernel_tls())
		skip();
	carry_all_bytes();
	assert_true(says(&client.stream, "ktls_send"));
	assert_true(kernel_encrypts(client.stream.fd));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(without_kernel_tls_the_process_encrypts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(with_kernel_tls_the_kernel_does, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("tls", tests, NULL, NULL);
}
