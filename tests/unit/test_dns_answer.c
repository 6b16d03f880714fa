// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "dns_answer.h"
#include "dns_packet.h"

static struct ygr_dns_answer answer;
static uint8_t packet[DNS_PACKET_BYTES];
static size_t packet_len;

static void take(const char *question, const char *records)
{
	packet_len = dns_packet_make(packet, question, records);
	assert_int_equal(ygr_dns_answer_parse(&answer, packet, packet_len), 0);
	assert_false(answer.is_partial);
}

static void check_record(int nr, const char *name, const char *type, uint32_t ttl, const char *data,
			 bool is_of_question)
{
	const struct ygr_dns_record *record = &answer.records[nr];

	assert_true(nr < answer.record_nr);
	assert_string_equal(record->name, name);
	assert_string_equal(record->type, type);
	assert_int_equal(record->ttl, ttl);
	assert_string_equal(record->data, data);
	assert_int_equal(record->is_of_question, is_of_question);
}

static void check_question(const char *question, const char *type, const char *rcode, const char *canonical)
{
	assert_string_equal(answer.question, question);
	assert_string_equal(answer.type, type);
	assert_string_equal(answer.rcode, rcode);
	assert_string_equal(answer.canonical, canonical);
}

static void test_an_address(void **state)
{
	uint8_t expected[4] = { 192, 0, 2, 1 };

	(void)state;
	take("www.example.org A", "www.example.org. 60 IN A 192.0.2.1");
	check_question("www.example.org", "A", "NOERROR", "www.example.org");
	assert_int_equal(answer.id, 0x1234);
	assert_int_equal(answer.record_nr, 1);
	assert_int_equal(answer.promised_nr, 1);
	assert_false(answer.is_truncated);
	assert_int_equal(answer.alias_ttl, UINT32_MAX);
	check_record(0, "www.example.org", "A", 60, "192.0.2.1", true);
	assert_int_equal(answer.records[0].family, AF_INET);
	assert_memory_equal(answer.records[0].address, expected, 4);
}

static void test_an_address_of_ip_6(void **state)
{
	uint8_t expected[16];

	(void)state;
	take("www.example.org AAAA", "www.example.org. 0 IN AAAA 2001:db8::7");
	check_record(0, "www.example.org", "AAAA", 0, "2001:db8::7", true);
	assert_int_equal(answer.records[0].family, AF_INET6);
	inet_pton(AF_INET6, "2001:db8::7", expected);
	assert_memory_equal(answer.records[0].address, expected, 16);
}

/* Not made by the library: RFC 1035 section 4.1, with a name that points back. */
static void test_bytes_of_the_wire(void **state)
{
	static const uint8_t bytes[] =
		"\x00\x07\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00"
		"\x01" "A" "\x02" "bC" "\x00\x00\x01\x00\x01"
		"\xc0\x0c\x00\x01\x00\x01\x00\x00\x0e\x10\x00\x04\x0a\x00\x00\x09";

	(void)state;
	assert_int_equal(ygr_dns_answer_parse(&answer, bytes, sizeof(bytes) - 1), 0);
	check_question("a.bc", "A", "NOERROR", "a.bc");
	assert_int_equal(answer.record_nr, 1);
	check_record(0, "a.bc", "A", 3600, "10.0.0.9", true);
}

static void test_a_chain_of_aliases(void **state)
{
	(void)state;
	take("www.example.org A",
	     "www.example.org. 300 IN CNAME web.cdn.example.\n"
	     "web.cdn.example. 20 IN CNAME edge7.cdn.example.\n"
	     "edge7.cdn.example. 60 IN A 192.0.2.1\n"
	     "edge7.cdn.example. 60 IN A 192.0.2.2\n");
	check_question("www.example.org", "A", "NOERROR", "edge7.cdn.example");
	assert_int_equal(answer.alias_ttl, 20);
	check_record(0, "www.example.org", "CNAME", 300, "web.cdn.example", false);
	check_record(2, "edge7.cdn.example", "A", 60, "192.0.2.1", true);
	check_record(3, "edge7.cdn.example", "A", 60, "192.0.2.2", true);
}

static void test_a_chain_out_of_order(void **state)
{
	(void)state;
	take("a.example A", "c.example. 9 IN A 192.0.2.3\n"
			    "b.example. 9 IN CNAME c.example.\n"
			    "a.example. 9 IN CNAME b.example.\n");
	assert_string_equal(answer.canonical, "c.example");
	check_record(0, "c.example", "A", 9, "192.0.2.3", true);
}

static void test_a_chain_that_bites_its_tail(void **state)
{
	(void)state;
	take("a.example A", "a.example. 9 IN CNAME b.example.\n"
			    "b.example. 9 IN CNAME a.example.\n"
			    "z.example. 9 IN A 192.0.2.3\n");
	assert_int_equal(answer.record_nr, 3);
	assert_false(answer.records[2].is_of_question);
}

/* A server that adds what nobody asked for does not get to name other addresses. */
static void test_other_names_addresses(void **state)
{
	(void)state;
	take("a.example A", "a.example. 9 IN A 192.0.2.1\n"
			    "bank.example. 9 IN A 192.0.2.66\n");
	check_record(0, "a.example", "A", 9, "192.0.2.1", true);
	check_record(1, "bank.example", "A", 9, "192.0.2.66", false);
	take("a.example A", "a.example. 9 IN CNAME b.example.\n"
			    "a.example. 9 IN A 192.0.2.66\n");
	assert_false(answer.records[1].is_of_question);
	take("a.example TXT", "a.example. 9 CH A 192.0.2.66\n");
	assert_false(answer.records[0].is_of_question);
}

static void test_names_as_they_are_told(void **state)
{
	(void)state;
	take("wWw.ExAmPlE.oRg A", "WWW.example.ORG. 5 IN A 192.0.2.1");
	check_question("www.example.org", "A", "NOERROR", "www.example.org");
	check_record(0, "www.example.org", "A", 5, "192.0.2.1", true);
	take(". NS", ". 5 IN NS A.Root.example.");
	check_question(".", "NS", "NOERROR", ".");
	check_record(0, ".", "NS", 5, "a.root.example", false);
	take("a\\.b\\032\\010.example A", "");
	assert_null(strpbrk(answer.question, " \n"));
}

static void test_other_types(void **state)
{
	(void)state;
	take("example.org MX", "example.org. 5 IN MX 10 Mail.example.org.");
	check_record(0, "example.org", "MX", 5, "10 Mail.example.org.", false);
	take("1.2.0.192.in-addr.arpa PTR", "1.2.0.192.in-addr.arpa. 5 IN PTR Host.example.");
	check_record(0, "1.2.0.192.in-addr.arpa", "PTR", 5, "host.example", false);
	take("x.example TXT", "x.example. 5 IN TXT \"v=1; a\" \"b\"");
	check_record(0, "x.example", "TXT", 5, "\"v=1; a\" \"b\"", false);
	take("x.example TYPE65280", "x.example. 5 IN TYPE65280 \\# 2 abcd");
	check_question("x.example", "TYPE65280", "NOERROR", "x.example");
	check_record(0, "x.example", "TYPE65280", 5, "\\# 2 abcd", false);
}

/* ldns passes on some bytes as they are: no terminal is to be steered by them. */
static void test_data_that_is_not_plain(void **state)
{
	static const uint8_t bytes[] =
		"\x00\x07\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00"
		"\x01" "a" "\x00\x00\x41\x00\x01"
		"\xc0\x0c\x00\x41\x00\x01\x00\x00\x00\x05\x00\x0a\x00\x01\x00\x00\x01\x00\x03\x02\x1b\xff";

	(void)state;
	assert_int_equal(ygr_dns_answer_parse(&answer, bytes, sizeof(bytes) - 1), 0);
	assert_int_equal(answer.record_nr, 1);
	assert_string_equal(answer.records[0].type, "HTTPS");
	for (const char *at = answer.records[0].data; *at; at++)
		assert_in_range(*at, ' ', '~');
}

/* What a tunnel brings is told, and no more of it than there is room for. */
static void test_long_data_is_cut(void **state)
{
	char line[1200] = "x.example. 5 IN TXT";

	(void)state;
	for (int i = 0; i < 4; i++) {
		strcat(line, " \"");
		memset(line + strlen(line), 'a' + i, 250);
		strcat(line, "\"");
	}
	take("x.example TXT", line);
	assert_int_equal(strlen(answer.records[0].data), YGR_DNS_DATA_BYTES);
	assert_memory_equal(answer.records[0].data, "\"aaaa", 5);
}

static void test_rcodes(void **state)
{
	static const struct { uint8_t rcode; const char *text; } cases[] = {
		{ 0, "NOERROR" }, { 2, "SERVFAIL" }, { 3, "NXDOMAIN" }, { 5, "REFUSED" }, { 11, "RCODE11" },
	};

	(void)state;
	packet_len = dns_packet_make(packet, "a.example A", "");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		packet[3] = (uint8_t)((packet[3] & 0xf0) | cases[i].rcode);
		assert_int_equal(ygr_dns_answer_parse(&answer, packet, packet_len), 0);
		assert_string_equal(answer.rcode, cases[i].text);
		assert_int_equal(answer.record_nr, 0);
	}
}

static void test_what_is_no_answer(void **state)
{
	(void)state;
	packet_len = dns_packet_make(packet, "a.example A", "a.example. 9 IN A 192.0.2.1");
	for (size_t len = 0; len < 12; len++)
		assert_int_equal(ygr_dns_answer_parse(&answer, packet, len), -EBADMSG);
	packet[2] &= 0x7f;			/* a query */
	assert_int_equal(ygr_dns_answer_parse(&answer, packet, packet_len), -EBADMSG);
	packet[2] |= 0x80 | 5 << 3;		/* of an update */
	assert_int_equal(ygr_dns_answer_parse(&answer, packet, packet_len), -EBADMSG);
	packet[2] &= 0x87;
	assert_int_equal(ygr_dns_answer_parse(&answer, packet, packet_len), 0);
	packet[5] = 2;				/* two questions */
	assert_int_equal(ygr_dns_answer_parse(&answer, packet, packet_len), -EBADMSG);
}

static void test_without_a_question(void **state)
{
	static const uint8_t bytes[] =
		"\x00\x07\x81\x80\x00\x00\x00\x01\x00\x00\x00\x00"
		"\x01" "a" "\x00\x00\x01\x00\x01\x00\x00\x0e\x10\x00\x04\x0a\x00\x00\x09";

	(void)state;
	assert_int_equal(ygr_dns_answer_parse(&answer, bytes, sizeof(bytes) - 1), 0);
	check_question("", "", "NOERROR", "");
	check_record(0, "a", "A", 3600, "10.0.0.9", false);
}

/* Cut anywhere: what is in front of it is told. */
static void test_each_length(void **state)
{
	size_t whole;

	(void)state;
	take("www.example.org A", "www.example.org. 60 IN A 192.0.2.1\nwww.example.org. 60 IN A 192.0.2.2");
	whole = packet_len;
	for (size_t len = 0; len < whole; len++) {
		uint8_t *exact = malloc(len ? len : 1);
		int ret;

		memcpy(exact, packet, len);
		ret = ygr_dns_answer_parse(&answer, exact, len);
		free(exact);
		if (len < 12 + 17 + 4) {
			assert_int_equal(ret, -EBADMSG);
			continue;
		}
		assert_int_equal(ret, 0);
		assert_true(answer.is_partial);
		assert_int_equal(answer.promised_nr, 2);
		assert_int_equal(answer.record_nr, len >= whole - 16);
		if (answer.record_nr)
			check_record(0, "www.example.org", "A", 60, "192.0.2.1", true);
	}
}

static void test_a_truncated_answer(void **state)
{
	(void)state;
	packet_len = dns_packet_make(packet, "a.example A", "");
	packet[2] |= 2;
	assert_int_equal(ygr_dns_answer_parse(&answer, packet, packet_len), 0);
	assert_true(answer.is_truncated);
}

static void test_no_more_than_there_is_room_for(void **state)
{
	char records[64 * 40] = "", line[64];

	(void)state;
	for (int i = 1; i <= YGR_DNS_RECORDS_MAX + 1; i++) {
		snprintf(line, sizeof(line), "a.example. 60 IN A 192.0.2.%d\n", i);
		strcat(records, line);
	}
	packet_len = dns_packet_make(packet, "a.example A", records);
	assert_int_equal(ygr_dns_answer_parse(&answer, packet, packet_len), 0);
	assert_int_equal(answer.record_nr, YGR_DNS_RECORDS_MAX);
	assert_int_equal(answer.promised_nr, YGR_DNS_RECORDS_MAX + 1);
	assert_true(answer.is_partial);
	check_record(YGR_DNS_RECORDS_MAX - 1, "a.example", "A", 60, "192.0.2.32", true);
}

/* Pointers that go nowhere, forward or round in a circle end the parse. */
static void test_bad_pointers(void **state)
{
	static const uint8_t targets[] = { 0x0c, 0x0e, 0x10, 0x40, 0xff };
	uint8_t bytes[] = "\x00\x07\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00"
			  "\x01" "a" "\xc0\x00\x00\x01\x00\x01";

	(void)state;
	for (size_t i = 0; i < sizeof(targets); i++) {
		bytes[15] = targets[i];
		ygr_dns_answer_parse(&answer, bytes, sizeof(bytes) - 1);
	}
	bytes[15] = 0x0c;	/* to itself */
	assert_int_equal(ygr_dns_answer_parse(&answer, bytes, sizeof(bytes) - 1), -EBADMSG);
}

static void test_times_to_live_that_are_none(void **state)
{
	static const uint8_t bytes[] =
		"\x00\x07\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00"
		"\x01" "a" "\x00\x00\x01\x00\x01"
		"\xc0\x0c\x00\x01\x00\x01\x80\x00\x00\x00\x00\x04\x0a\x00\x00\x09";

	(void)state;
	assert_int_equal(ygr_dns_answer_parse(&answer, bytes, sizeof(bytes) - 1), 0);
	check_record(0, "a", "A", 0, "10.0.0.9", true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_address),
		cmocka_unit_test(test_an_address_of_ip_6),
		cmocka_unit_test(test_bytes_of_the_wire),
		cmocka_unit_test(test_a_chain_of_aliases),
		cmocka_unit_test(test_a_chain_out_of_order),
		cmocka_unit_test(test_a_chain_that_bites_its_tail),
		cmocka_unit_test(test_other_names_addresses),
		cmocka_unit_test(test_names_as_they_are_told),
		cmocka_unit_test(test_other_types),
		cmocka_unit_test(test_data_that_is_not_plain),
		cmocka_unit_test(test_long_data_is_cut),
		cmocka_unit_test(test_rcodes),
		cmocka_unit_test(test_what_is_no_answer),
		cmocka_unit_test(test_without_a_question),
		cmocka_unit_test(test_each_length),
		cmocka_unit_test(test_a_truncated_answer),
		cmocka_unit_test(test_no_more_than_there_is_room_for),
		cmocka_unit_test(test_bad_pointers),
		cmocka_unit_test(test_times_to_live_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
