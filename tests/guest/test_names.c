// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names, from the wire to the receiver: in a network namespace of its own, libcurl asks a name
 * server and then web servers, with and without TLS; the real daemon and
 * receiver tell by which name each connection was found and what it asked for.
 *
 * The names: web.example.test, an alias of edge.example.test, 127.0.0.2; api.example.test,
 * 127.0.0.3; tcp.example.test, 127.0.0.4, asked for by TCP; v6.example.test, ::1. What is at
 * 127.0.0.9 has none.
 */
#include <curl/curl.h>
#include <jansson.h>
#include <ldns/ldns.h>
#include <net/if.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "daemon.h"
#include "event_json.h"
#include "loopback.h"
#include "../unit/dns_packet.h"

#define MODULE_PARAMS	"flush_ms=50"
#define CLIENT_MS	60000
#define SECRET		"hunter2"

/* ---- servers: one process, in the client's namespace ----------------------------- */

enum { DNS_UDP, DNS_TCP, HTTP, TLS, SERVER_NR };

static void require(bool holds, const char *what)
{
	if (holds)
		return;
	perror(what);
	_exit(1);
}

static const char *records_of(const char *question)
{
	static const struct { const char *question, *records; } answers[] = {
		{ "web.example.test. A", "web.example.test. 300 IN CNAME edge.example.test.\n"
					 "edge.example.test. 60 IN A 127.0.0.2\n" },
		{ "api.example.test. A", "api.example.test. 60 IN A 127.0.0.3\n" },
		{ "tcp.example.test. A", "tcp.example.test. 60 IN A 127.0.0.4\n" },
		{ "v6.example.test. AAAA", "v6.example.test. 60 IN AAAA ::1\n" },
	};

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (!strcasecmp(question, answers[i].question))
			return answers[i].records;
	return "";
}

/* Return: bytes of @packet; 0: that was no question. */
static size_t answer(const uint8_t *bytes, size_t len, uint8_t packet[DNS_PACKET_BYTES])
{
	ldns_pkt *query;
	char question[300], *name, *type;
	ldns_rr *rr;
	size_t answer_len;

	if (ldns_wire2pkt(&query, bytes, len) != LDNS_STATUS_OK)
		return 0;
	rr = ldns_rr_list_rr(ldns_pkt_question(query), 0);
	name = ldns_rdf2str(ldns_rr_owner(rr));
	type = ldns_rr_type2str(ldns_rr_get_type(rr));
	snprintf(question, sizeof(question), "%s %s", name, type);
	answer_len = dns_packet_make(packet, question, records_of(question));
	memcpy(packet, bytes, 2);	/* the number of the query */
	free(name);
	free(type);
	ldns_pkt_free(query);
	return answer_len;
}

static void serve_datagram(int fd)
{
	uint8_t query[512], packet[DNS_PACKET_BYTES];
	struct sockaddr_storage from;
	socklen_t from_len = sizeof(from);
	ssize_t len = recvfrom(fd, query, sizeof(query), 0, (struct sockaddr *)&from, &from_len);
	size_t answer_len = len > 0 ? answer(query, (size_t)len, packet) : 0;

	if (answer_len)
		sendto(fd, packet, answer_len, 0, (struct sockaddr *)&from, from_len);
}

/* As many questions as come, each behind its length. */
static void serve_stream(int fd)
{
	uint8_t query[514], packet[2 + DNS_PACKET_BYTES];

	while (recv(fd, query, 2, MSG_WAITALL) == 2) {
		size_t len = (size_t)query[0] << 8 | query[1], answer_len;

		if (len > 512 || recv(fd, query + 2, len, MSG_WAITALL) != (ssize_t)len)
			return;
		answer_len = answer(query + 2, len, packet + 2);
		packet[0] = (uint8_t)(answer_len >> 8);
		packet[1] = (uint8_t)answer_len;
		if (send(fd, packet, answer_len + 2, 0) < 0)
			return;
	}
}

static const char page[] = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n";

static void serve_http(int fd)
{
	char request[2048];

	if (recv(fd, request, sizeof(request), 0) > 0)
		send(fd, page, sizeof(page) - 1, 0);
}

static void serve_tls(int fd, SSL_CTX *context)
{
	SSL *tls = SSL_new(context);
	char request[2048];

	SSL_set_fd(tls, fd);
	if (SSL_accept(tls) == 1 && SSL_read(tls, request, sizeof(request)) > 0) {
		SSL_write(tls, page, sizeof(page) - 1);
		SSL_shutdown(tls);
	}
	SSL_free(tls);
}

static void serve_connection(int kind, int listener, SSL_CTX *context)
{
	const struct timeval patience = { .tv_sec = 10 };
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (kind == DNS_TCP)
		serve_stream(fd);
	else if (kind == HTTP)
		serve_http(fd);
	else
		serve_tls(fd, context);
	close(fd);
}

static SSL_CTX *make_context(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	X509_NAME *name = X509_get_subject_name(cert);

	X509_set_version(cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	X509_gmtime_adj(X509_getm_notBefore(cert), -86400);
	X509_gmtime_adj(X509_getm_notAfter(cert), 86400);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"guest", -1, -1, 0);
	X509_set_issuer_name(cert, name);
	X509_set_pubkey(cert, key);
	require(X509_sign(cert, key, EVP_sha256()) > 0, "certificate");
	require(SSL_CTX_use_certificate(context, cert) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1, "key");
	X509_free(cert);
	EVP_PKEY_free(key);
	return context;
}

static int listen_at(int type, uint16_t port)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int fd = socket(AF_INET6, type | SOCK_CLOEXEC, 0), off = 0;

	require(fd >= 0 && !setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) &&
		!bind(fd, (struct sockaddr *)&any, sizeof(any)), "bind");
	if (type == SOCK_STREAM)
		require(!listen(fd, 8), "listen");
	return fd;
}

static int serve(void *arg)
{
	struct pollfd *fds = arg;
	SSL_CTX *context = make_context();

	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (poll(fds, SERVER_NR, -1) > 0) {
		if (fds[DNS_UDP].revents)
			serve_datagram(fds[DNS_UDP].fd);
		for (int kind = DNS_TCP; kind < SERVER_NR; kind++)
			if (fds[kind].revents)
				serve_connection(kind, fds[kind].fd, context);
	}
	return 1;
}

/* ---- the client ---------------------------------------------------------------- */

static size_t swallow(char *bytes, size_t size, size_t nr, void *arg)
{
	(void)bytes;
	(void)arg;
	return size * nr;
}

static void get(const char *url)
{
	CURL *curl = curl_easy_init();
	CURLcode code;

	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 30L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, swallow);
	code = curl_easy_perform(curl);
	if (code != CURLE_OK) {
		fprintf(stderr, "%s: %s\n", url, curl_easy_strerror(code));
		_exit(1);
	}
	curl_easy_cleanup(curl);
}

static int fetch(void *url)
{
	get(url);
	return 0;
}

/* Each in a process of its own, which begins without a cache. */
static void fetch_as_child(const char *url)
{
	require(!guest_child_wait(guest_child_start(fetch, (void *)url), CLIENT_MS), url);
}

static void bring_up_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	require(!ioctl(fd, SIOCSIFFLAGS, &request), "lo");
	close(fd);
}

static void use_name_server(const char *options)
{
	char text[128];

	snprintf(text, sizeof(text), "nameserver 127.0.0.1\n%s", options);
	require(!guest_file_write("/etc/resolv.conf", text), "/etc/resolv.conf");
}

static int play_scene(void *arg)
{
	struct pollfd fds[SERVER_NR] = { 0 };
	pid_t servers;

	(void)arg;
	require(!unshare(CLONE_NEWNET), "unshare");
	bring_up_loopback();
	fds[DNS_UDP].fd = listen_at(SOCK_DGRAM, 53);
	fds[DNS_TCP].fd = listen_at(SOCK_STREAM, 53);
	fds[HTTP].fd = listen_at(SOCK_STREAM, 80);
	fds[TLS].fd = listen_at(SOCK_STREAM, 443);
	for (int i = 0; i < SERVER_NR; i++)
		fds[i].events = POLLIN;
	servers = guest_child_start(serve, fds);

	use_name_server("");
	fetch_as_child("http://web.example.test/some/page?token=" SECRET);
	fetch_as_child("https://api.example.test/");
	fetch_as_child("http://v6.example.test/six");
	use_name_server("options use-vc\n");
	fetch_as_child("http://tcp.example.test/");
	fetch_as_child("http://127.0.0.9/nameless");
	kill(servers, SIGKILL);
	return 0;
}

/* Where no answer was seen: in another namespace, to the same address. */
static int connect_elsewhere(void *arg)
{
	struct sockaddr_in web = ipv4("127.0.0.2", 80);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)arg;
	connect(fd, (struct sockaddr *)&web, sizeof(web));
	close(fd);
	return 0;
}

/* ---- what arrived ---------------------------------------------------------------- */

static struct daemon daemon_;
static struct far_end far;
static json_t *events;		/* those of sockets, in their order */
static uint64_t own_net_ns;

static void keep(void *arg, const struct ygr_event_value *event)
{
	struct ygr_text_buffer text = { 0 };

	(void)arg;
	if (!ygr_event_map_is(event, "class", "socket"))
		return;
	ygr_event_json_put(&text, event);
	json_array_append_new(events, json_loadb(text.bytes, text.len, 0, NULL));
	ygr_text_buffer_exit(&text);
}

/* "a.b" within it; NULL: there is none. */
static const json_t *at(const json_t *event, const char *path)
{
	const char *dot = strchr(path, '.');
	char first[64];

	if (!dot)
		return json_object_get(event, path);
	snprintf(first, sizeof(first), "%.*s", (int)(dot - path), path);
	return at(json_object_get(event, first), dot + 1);
}

static bool is_text(const json_t *event, const char *path, const char *text)
{
	const json_t *value = at(event, path);

	return json_is_string(value) && !strcmp(json_string_value(value), text);
}

static void print_events(void)
{
	size_t i;
	json_t *event;

	json_array_foreach(events, i, event) {
		char *text = json_dumps(event, JSON_COMPACT);

		printf("# %s\n", text);
		free(text);
	}
}

/* The first of @type to @address at @port. */
static const json_t *find(const char *type, const char *address, uint16_t port)
{
	size_t i;
	json_t *event;

	json_array_foreach(events, i, event)
		if (is_text(event, "type", type) && is_text(event, "remote.addr", address) &&
		    (uint16_t)json_integer_value(at(event, "remote.port")) == port)
			return event;
	print_events();
	fail_msg("no %s to %s port %u", type, address, port);
	return NULL;
}

static void check_text(const json_t *event, const char *path, const char *text)
{
	char *all;

	if (text ? is_text(event, path, text) : !at(event, path))
		return;
	all = json_dumps(event, JSON_COMPACT);
	fail_msg("%s is not %s in %s", path, text ?: "absent", all);
}

/* Connect, first bytes and close of one connection, all under one name. */
static void check_connection(const char *address, uint16_t port, const char *name)
{
	static const char *const types[] = { "connect", "stream", "socket_close" };
	json_int_t cookie = json_integer_value(at(find("connect", address, port), "socket_cookie"));

	assert_int_not_equal(cookie, 0);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		const json_t *event = find(types[i], address, port);

		check_text(event, "dns_name", name);
		assert_int_equal(json_integer_value(at(event, "socket_cookie")), cookie);
	}
}

static int setup(void **state)
{
	char link[64] = "";

	(void)state;
	events = json_array();
	far.visit = keep;
	if (guest_module_load(MODULE_PARAMS))
		return -1;
	if (readlink("/proc/self/ns/net", link, sizeof(link) - 1) < 0)
		return -1;
	own_net_ns = strtoull(link + strcspn(link, "0123456789"), NULL, 10);
	daemon_init(&daemon_, "names", NULL);
	daemon_receiver_start(&daemon_);
	daemon_start(&daemon_);
	daemon_wait_delivered(&daemon_, &far);
	assert_int_equal(guest_child_wait(guest_child_start(play_scene, NULL), 5 * CLIENT_MS), 0);
	assert_int_equal(guest_child_wait(guest_child_start(connect_elsewhere, NULL), CLIENT_MS), 0);
	daemon_wait_delivered(&daemon_, &far);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	daemon_exit(&daemon_);
	far_end_close(&far);
	json_decref(events);
	return daemon_module_unload();
}

/* ---- what it says ---------------------------------------------------------------- */

static void http_to_a_named_host(void **state)
{
	const json_t *connect = find("connect", "127.0.0.2", 80), *stream = find("stream", "127.0.0.2", 80);

	(void)state;
	check_connection("127.0.0.2", 80, "web.example.test");
	check_text(connect, "dns_canonical", "edge.example.test");
	check_text(connect, "dns_expired", NULL);
	assert_true(json_is_integer(at(connect, "dns_age_ms")));
	check_text(stream, "http.method", "GET");
	check_text(stream, "http.host", "web.example.test");
	check_text(stream, "http.path", "/some/page");
	check_text(stream, "http.query", NULL);
	assert_int_equal(json_integer_value(at(stream, "http.query_bytes")), strlen("token=" SECRET));
	check_text(stream, "tls", NULL);
	check_text(find("socket_close", "127.0.0.2", 80), "http.host", "web.example.test");
}

static void tls_to_a_named_host(void **state)
{
	const json_t *stream = find("stream", "127.0.0.3", 443);

	(void)state;
	check_connection("127.0.0.3", 443, "api.example.test");
	check_text(stream, "tls.sni", "api.example.test");
	check_text(stream, "http", NULL);
	assert_true(json_array_size(at(stream, "tls.alpn")) > 0);
	check_text(find("socket_close", "127.0.0.3", 443), "tls.sni", "api.example.test");
}

static void ip_6(void **state)
{
	(void)state;
	check_connection("::1", 80, "v6.example.test");
	check_text(find("stream", "::1", 80), "http.path", "/six");
}

static void an_answer_by_tcp(void **state)
{
	size_t i, nr = 0;
	json_t *event;

	(void)state;
	check_connection("127.0.0.4", 80, "tcp.example.test");
	json_array_foreach(events, i, event)
		nr += is_text(event, "type", "dns") && is_text(event, "dns.question", "tcp.example.test") &&
		      is_text(event, "dns.type", "A") && json_integer_value(at(event, "protocol")) == IPPROTO_TCP;
	assert_int_equal(nr, 1);
}

static void an_answer_never_seen(void **state)
{
	(void)state;
	check_connection("127.0.0.9", 80, NULL);
	check_text(find("stream", "127.0.0.9", 80), "http.host", "127.0.0.9");
	check_text(find("stream", "127.0.0.9", 80), "http.path", "/nameless");
}

static void another_namespace(void **state)
{
	size_t i, nr = 0;
	json_t *event;

	(void)state;
	json_array_foreach(events, i, event) {
		if (!is_text(event, "type", "connect") || !is_text(event, "remote.addr", "127.0.0.2") ||
		    (uint64_t)json_integer_value(at(event, "ns.net")) != own_net_ns)
			continue;
		nr++;
		check_text(event, "dns_name", NULL);
	}
	assert_int_equal(nr, 1);
}

static void the_answers_themselves(void **state)
{
	size_t i, nr = 0;
	json_t *event;

	(void)state;
	json_array_foreach(events, i, event) {
		const json_t *address = json_array_get(at(event, "answers"), 1);

		if (!is_text(event, "type", "dns") || !is_text(event, "dns.question", "web.example.test") ||
		    !is_text(event, "dns.type", "A"))
			continue;
		nr++;
		check_text(event, "dns.rcode", "NOERROR");
		check_text(event, "dns.canonical", "edge.example.test");
		assert_int_equal(json_array_size(at(event, "answers")), 2);
		check_text(address, "name", "edge.example.test");
		check_text(address, "data", "127.0.0.2");
		assert_int_equal(json_integer_value(at(address, "ttl")), 60);
		assert_int_equal(json_integer_value(at(event, "remote.port")), 53);
		assert_int_not_equal(json_integer_value(at(event, "net_ns")), own_net_ns);
	}
	assert_int_equal(nr, 1);
}

/* Neither the query nor anything else that was sent. */
static void bytes_end_in_the_reader(void **state)
{
	char *all = json_dumps(events, 0);

	(void)state;
	assert_null(strstr(all, SECRET));
	assert_null(strstr(all, "User-Agent"));
	assert_null(strstr(all, "payload"));
	free(all);
}

/* It is told once a second, and the end of the last connection may be read after that. */
static bool all_requests_are_counted(const struct daemon *daemon)
{
	return daemon_number(daemon, DAEMON_READER, "names.http") >= 4 &&
	       daemon_number(daemon, DAEMON_READER, "names.tls") >= 1 &&
	       daemon_number(daemon, DAEMON_READER, "names.connections") == 0;
}

static void counted(void **state)
{
	(void)state;
	daemon_wait_until(&daemon_, all_requests_are_counted, "requests counted");
	assert_int_equal(daemon_number(&daemon_, DAEMON_READER, "names.http"), 4);
	assert_int_equal(daemon_number(&daemon_, DAEMON_READER, "names.tls"), 1);
	assert_int_equal(daemon_number(&daemon_, DAEMON_READER, "names.malformed"), 0);
	assert_int_equal(daemon_number(&daemon_, DAEMON_READER, "names.namespaces"), 1);
	assert_int_equal(daemon_number(&daemon_, DAEMON_READER, "names.addresses"), 4);
	assert_int_equal(daemon_number(&daemon_, DAEMON_READER, "names.connections"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(http_to_a_named_host),
		cmocka_unit_test(tls_to_a_named_host),
		cmocka_unit_test(ip_6),
		cmocka_unit_test(an_answer_by_tcp),
		cmocka_unit_test(an_answer_never_seen),
		cmocka_unit_test(another_namespace),
		cmocka_unit_test(the_answers_themselves),
		cmocka_unit_test(bytes_end_in_the_reader),
		cmocka_unit_test(counted),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
