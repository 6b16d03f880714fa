// SPDX-License-Identifier: GPL-2.0-only
/* Records go in, and what is known of the other side comes out: in order, as the pipeline does it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "client_hello_fake.h"
#include "clock.h"
#include "dns_packet.h"
#include "names.h"
#include "ring_fake.h"

#define NS_A	100u
#define NS_B	200u

static struct ygr_names *names;
static struct record_fake record;
static const struct ygr_names_facts *facts;

static void create(struct ygr_names_config config)
{
	config.cache_bytes = 1 << 20;
	ygr_names_destroy(names);
	assert_int_equal(ygr_names_create(&names, &config, 1), 0);
}

static int set_up(void **state)
{
	(void)state;
	create((struct ygr_names_config) { .dns = true, .tls = true, .http = true });
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ygr_names_destroy(names);
	names = NULL;
	return 0;
}

static struct ygr_address address_of(const char *text, uint16_t port)
{
	struct ygr_address address = { .family = strchr(text, ':') ? AF_INET6 : AF_INET, .port = port };

	assert_int_equal(inet_pton(address.family, text, address.addr), 1);
	return address;
}

static void observe(void)
{
	struct ygr_record_view view;
	const char *reason;

	assert_int_equal(ygr_record_parse(record.bytes, record.head.len, &view, &reason), 0);
	facts = ygr_names_observe(names, &view);
}

static void begin(uint16_t type, uint32_t net_ns, uint64_t now_s)
{
	record_fake_begin(&record, type, YGR_CLASS_SOCKET, now_s * YGR_NS_PER_S);
	record.head.net_ns = net_ns;
}

static uint8_t rcode;

static void answer(uint32_t net_ns, uint64_t now_s, const char *question, const char *records)
{
	struct ygr_body_dns body = { .net_ns = net_ns, .transport = IPPROTO_UDP };
	uint8_t packet[DNS_PACKET_BYTES];
	size_t len = dns_packet_make(packet, question, records);

	packet[3] |= rcode;
	begin(YGR_EV_DNS, 0, now_s);
	record_fake_body(&record, &body, sizeof(body));
	record_fake_string(&record, YGR_STR_PAYLOAD, packet, (uint32_t)len);
	observe();
	assert_non_null(facts);
}

#define COOKIE	7u

static void talk(uint16_t type, uint32_t net_ns, uint64_t now_s, const char *address)
{
	struct ygr_body_socket body = {
		.family = AF_INET, .remote = address_of(address, 443), .socket_cookie = COOKIE,
	};

	begin(type, net_ns, now_s);
	record_fake_body(&record, &body, sizeof(body));
	observe();
}

static void stream(const char *address, const void *bytes, size_t len)
{
	struct ygr_body_stream body = {
		.family = AF_INET, .remote = address_of(address, 443), .socket_cookie = COOKIE,
	};

	begin(YGR_EV_STREAM, NS_A, 20);
	record_fake_body(&record, &body, sizeof(body));
	if (bytes)
		record_fake_string(&record, YGR_STR_PAYLOAD, bytes, (uint32_t)len);
	observe();
	assert_non_null(facts);
}

static void test_a_connection_has_its_name(void **state)
{
	(void)state;
	talk(YGR_EV_CONNECT, NS_A, 9, "192.0.2.1");
	assert_false(facts->has_name);
	answer(NS_A, 10, "www.example.org A", "www.example.org. 300 IN CNAME edge.example.\n"
					      "edge.example. 60 IN A 192.0.2.1\n"
					      "edge.example. 60 IN A 192.0.2.2\n");
	assert_non_null(facts->dns);
	assert_string_equal(facts->dns->question, "www.example.org");
	assert_false(facts->has_name);
	talk(YGR_EV_CONNECT, NS_A, 11, "192.0.2.2");
	assert_true(facts->has_name);
	assert_null(facts->dns);
	assert_string_equal(facts->name.name, "www.example.org");
	assert_string_equal(facts->name.canonical, "edge.example");
	assert_int_equal(facts->name.age_ns, YGR_NS_PER_S);
	assert_false(facts->name.is_expired);
	talk(YGR_EV_SEND, NS_A, 80, "192.0.2.1");
	assert_true(facts->has_name);
	assert_true(facts->name.is_expired);
	talk(YGR_EV_CONNECT, NS_A, 11, "192.0.2.3");
	assert_false(facts->has_name);
}

static void test_the_shortest_time_of_a_chain(void **state)
{
	(void)state;
	answer(NS_A, 10, "a.example A", "a.example. 5 IN CNAME b.example.\nb.example. 60 IN A 192.0.2.1\n");
	talk(YGR_EV_CONNECT, NS_A, 16, "192.0.2.1");
	assert_true(facts->name.is_expired);
}

static void test_another_namespace(void **state)
{
	(void)state;
	answer(NS_A, 10, "a.example A", "a.example. 60 IN A 192.0.2.1");
	talk(YGR_EV_CONNECT, NS_B, 11, "192.0.2.1");
	assert_false(facts->has_name);
	talk(YGR_EV_CONNECT, NS_A, 11, "192.0.2.1");
	assert_true(facts->has_name);
}

static void test_answers_that_name_nothing(void **state)
{
	(void)state;
	answer(NS_A, 10, "a.example A", "b.example. 60 IN A 192.0.2.1");
	talk(YGR_EV_CONNECT, NS_A, 11, "192.0.2.1");
	assert_false(facts->has_name);
	rcode = 3;
	answer(NS_A, 10, "a.example A", "a.example. 60 IN A 192.0.2.1");
	rcode = 0;
	assert_string_equal(facts->dns->rcode, "NXDOMAIN");
	talk(YGR_EV_CONNECT, NS_A, 11, "192.0.2.1");
	assert_false(facts->has_name);
}

static void test_other_events(void **state)
{
	static const uint16_t types[] = { YGR_EV_SOCKET_CREATE, YGR_EV_BIND, YGR_EV_LISTEN, YGR_EV_ACCEPT };

	(void)state;
	answer(NS_A, 10, "a.example A", "a.example. 60 IN A 192.0.2.1");
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		talk(types[i], NS_A, 11, "192.0.2.1");
		assert_null(facts);
	}
}

static void close_it(uint64_t cookie)
{
	struct ygr_body_close body = {
		.family = AF_INET, .net_ns = NS_A, .remote = address_of("192.0.2.1", 443), .socket_cookie = cookie,
	};

	begin(YGR_EV_SOCKET_CLOSE, NS_B, 12);
	record_fake_body(&record, &body, sizeof(body));
	observe();
	assert_non_null(facts);
	assert_false(facts->has_name);
}

static void check_known(const char *dns, const char *sni, const char *host)
{
	const char *const expected[] = { dns, sni, host };

	for (int kind = 0; kind < YGR_CONNECTION_NAME_NR; kind++) {
		assert_int_equal(!facts->known[kind], !expected[kind]);
		if (expected[kind])
			assert_string_equal(facts->known[kind], expected[kind]);
	}
}

static const char request[] = "GET /a?token=secret HTTP/1.1\r\nHost: www.example.org\r\n\r\n";

/* As the connection was made: what its address is the answer for by now does not matter. */
static void test_a_close(void **state)
{
	(void)state;
	answer(NS_A, 10, "a.example A", "a.example. 60 IN A 192.0.2.1");
	talk(YGR_EV_CONNECT, NS_A, 11, "192.0.2.1");
	stream("192.0.2.1", request, sizeof(request) - 1);
	answer(NS_A, 12, "b.example A", "b.example. 60 IN A 192.0.2.1");
	close_it(COOKIE);
	check_known("a.example", NULL, "www.example.org");
	/* Told twice, since there was no memory for it the first time. */
	observe();
	check_known("a.example", NULL, "www.example.org");
	close_it(COOKIE + 1);
	close_it(COOKIE);
	check_known(NULL, NULL, NULL);
}

static void test_a_close_of_the_unknown(void **state)
{
	(void)state;
	talk(YGR_EV_CONNECT, NS_A, 9, "192.0.2.1");
	answer(NS_A, 10, "a.example A", "a.example. 60 IN A 192.0.2.1");
	close_it(COOKIE);
	check_known(NULL, NULL, NULL);
	close_it(0);
	check_known(NULL, NULL, NULL);
}

static void test_no_remote_address(void **state)
{
	struct ygr_body_socket body = { .family = AF_UNIX };
	struct ygr_names_stats stats;

	(void)state;
	begin(YGR_EV_CONNECT, NS_A, 1);
	record_fake_body(&record, &body, sizeof(body));
	observe();
	assert_false(facts->has_name);
	ygr_names_stats(names, &stats);
	assert_int_equal(stats.unnamed_nr, 0);
}

static void test_tls(void **state)
{
	uint8_t bytes[CLIENT_HELLO_FAKE_BYTES];
	size_t len = client_hello_fake_make(bytes, "www.example.org", "h2", TLS1_3_VERSION);

	(void)state;
	answer(NS_A, 10, "a.example A", "a.example. 60 IN A 192.0.2.1");
	stream("192.0.2.1", bytes, len);
	assert_true(facts->has_name);
	assert_non_null(facts->tls);
	assert_null(facts->http);
	assert_int_equal(facts->tls->sni_len, 15);
	assert_memory_equal(facts->tls->sni, "www.example.org", 15);
	close_it(COOKIE);
	check_known("a.example", "www.example.org", NULL);
}

static void test_http(void **state)
{
	(void)state;
	stream("192.0.2.1", request, sizeof(request) - 1);
	assert_false(facts->has_name);
	assert_null(facts->tls);
	assert_non_null(facts->http);
	assert_int_equal(facts->http->path.len, 2);
	assert_memory_equal(facts->http->host, "www.example.org", 15);
	/* Nobody asked for it. */
	assert_null(facts->http->query.bytes);
	assert_int_equal(facts->query_len, 12);
}

static void test_http_with_its_query(void **state)
{
	(void)state;
	create((struct ygr_names_config) { .http = true, .query = true });
	stream("192.0.2.1", request, sizeof(request) - 1);
	assert_int_equal(facts->http->query.len, 12);
	assert_memory_equal(facts->http->query.bytes, "token=secret", 12);
	assert_int_equal(facts->query_len, 0);
}

static void test_what_is_switched_off(void **state)
{
	uint8_t bytes[CLIENT_HELLO_FAKE_BYTES];
	size_t len = client_hello_fake_make(bytes, "www.example.org", "h2", TLS1_3_VERSION);
	struct ygr_names_stats stats;

	(void)state;
	create((struct ygr_names_config) { 0 });
	answer(NS_A, 10, "a.example A", "a.example. 60 IN A 192.0.2.1");
	assert_null(facts->dns);
	assert_false(facts->is_malformed);
	talk(YGR_EV_CONNECT, NS_A, 11, "192.0.2.1");
	assert_false(facts->has_name);
	stream("192.0.2.1", bytes, len);
	assert_null(facts->tls);
	stream("192.0.2.1", request, sizeof(request) - 1);
	assert_null(facts->http);
	ygr_names_stats(names, &stats);
	assert_int_equal(stats.answer_nr, 0);
	assert_int_equal(stats.other_nr, 2);
}

static void test_bytes_of_something_else(void **state)
{
	struct ygr_names_stats stats;

	(void)state;
	stream("192.0.2.1", "SSH-2.0-x\r\n", 11);
	assert_null(facts->tls);
	assert_null(facts->http);
	stream("192.0.2.1", NULL, 0);
	ygr_names_stats(names, &stats);
	assert_int_equal(stats.other_nr, 1);
}

static void test_an_answer_that_is_none(void **state)
{
	struct ygr_body_dns body = { .net_ns = NS_A };
	struct ygr_names_stats stats;

	(void)state;
	begin(YGR_EV_DNS, 0, 1);
	record_fake_body(&record, &body, sizeof(body));
	record_fake_string(&record, YGR_STR_PAYLOAD, "0123456789abcdef", 16);
	observe();
	assert_true(facts->is_malformed);
	assert_null(facts->dns);
	ygr_names_stats(names, &stats);
	assert_int_equal(stats.malformed_nr, 1);
	begin(YGR_EV_DNS, 0, 1);
	record_fake_body(&record, &body, sizeof(body));
	observe();
	assert_false(facts->is_malformed);
	assert_null(facts->dns);
}

static void test_counted(void **state)
{
	struct ygr_names_stats stats;

	(void)state;
	answer(NS_A, 10, "a.example A", "a.example. 60 IN A 192.0.2.1");
	answer(NS_B, 10, "a.example A", "a.example. 60 IN A 192.0.2.1");
	talk(YGR_EV_CONNECT, NS_A, 11, "192.0.2.1");
	talk(YGR_EV_CONNECT, NS_A, 11, "192.0.2.2");
	stream("192.0.2.1", request, sizeof(request) - 1);
	ygr_names_stats(names, &stats);
	assert_int_equal(stats.answer_nr, 2);
	assert_int_equal(stats.named_nr, 2);
	assert_int_equal(stats.unnamed_nr, 1);
	assert_int_equal(stats.http_nr, 1);
	assert_int_equal(stats.cache.address_nr, 2);
	assert_int_equal(stats.cache.space_nr, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_connection_has_its_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_the_shortest_time_of_a_chain, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_another_namespace, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_answers_that_name_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_other_events, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_close, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_close_of_the_unknown, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_remote_address, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_tls, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_http, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_http_with_its_query, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_is_switched_off, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_bytes_of_something_else, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_an_answer_that_is_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_counted, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
