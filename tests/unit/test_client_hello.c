// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/ssl.h>
#include <stdlib.h>

#include "client_hello.h"
#include "client_hello_fake.h"

#define HEAD	5	/* of a record */

static struct ygr_client_hello hello;
static uint8_t bytes[CLIENT_HELLO_FAKE_BYTES];

static bool parse(const uint8_t *from, size_t len)
{
	uint8_t *exact = malloc(len ? len : 1);	/* so that a sanitizer sees where it ends */
	bool is_one;

	memcpy(exact, from, len);
	memset(&hello, 0xff, sizeof(hello));
	is_one = ygr_client_hello_parse(&hello, exact, len);
	free(exact);
	return is_one;
}

static void check_sni(const char *sni)
{
	assert_int_equal(hello.sni_len, strlen(sni));
	assert_memory_equal(hello.sni, sni, strlen(sni));
}

static void check_alpn(int nr, const char *name)
{
	assert_true(nr < hello.alpn_nr);
	assert_int_equal(hello.alpn[nr].len, strlen(name));
	assert_memory_equal(hello.alpn[nr].bytes, name, strlen(name));
}

static void test_of_openssl(void **state)
{
	size_t len = client_hello_fake_make(bytes, "www.example.org", "h2,http/1.1", TLS1_3_VERSION);

	(void)state;
	assert_true(parse(bytes, len));
	assert_false(hello.is_cut);
	assert_false(hello.is_malformed);
	assert_int_equal(hello.version, 0x0304);
	check_sni("www.example.org");
	assert_int_equal(hello.alpn_nr, 2);
	check_alpn(0, "h2");
	check_alpn(1, "http/1.1");
}

static void test_of_an_older_one(void **state)
{
	size_t len = client_hello_fake_make(bytes, "WWW.Example.org", NULL, TLS1_2_VERSION);

	(void)state;
	assert_true(parse(bytes, len));
	assert_false(hello.is_cut | hello.is_malformed);
	assert_int_equal(hello.version, 0x0303);
	check_sni("www.example.org");
	assert_int_equal(hello.alpn_nr, 0);
}

static void test_without_names(void **state)
{
	size_t len = client_hello_fake_make(bytes, NULL, NULL, TLS1_3_VERSION);

	(void)state;
	assert_true(parse(bytes, len));
	assert_false(hello.is_cut | hello.is_malformed);
	assert_int_equal(hello.sni_len, 0);
	assert_int_equal(hello.alpn_nr, 0);
}

/* What follows in the stream is none of it. */
static void test_more_bytes(void **state)
{
	size_t len = client_hello_fake_make(bytes, "a.example", NULL, TLS1_3_VERSION);

	(void)state;
	memset(bytes + len, 0x16, 100);
	assert_true(parse(bytes, len + 100));
	assert_false(hello.is_cut | hello.is_malformed);
	check_sni("a.example");
}

static size_t find_text(size_t len, const char *text)
{
	const uint8_t *at = memmem(bytes, len, text, strlen(text));

	assert_non_null(at);
	return (size_t)(at - bytes);
}

/* Cut anywhere: what is whole in front of it is told, and nothing that is not there. */
static void test_each_length(void **state)
{
	size_t len = client_hello_fake_make(bytes, "www.example.org", "h2", TLS1_3_VERSION);
	size_t sni_end = find_text(len, "www.example.org") + 15, alpn_end = find_text(len, "\x02h2") + 3;

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		bool is_one = parse(bytes, cut);

		assert_int_equal(is_one, cut >= HEAD + 4 + 2);
		if (!is_one)
			continue;
		assert_true(hello.is_cut);
		assert_false(hello.is_malformed);
		assert_int_equal(hello.sni_len, cut >= sni_end ? 15 : 0);
		assert_int_equal(hello.alpn_nr, cut >= alpn_end);
	}
}

/* The same message in records of @payload bytes each. */
static size_t reframe(uint8_t *out, size_t len, size_t payload)
{
	uint8_t *at = out;

	for (size_t off = HEAD; off < len; off += payload) {
		size_t part = len - off < payload ? len - off : payload;

		memcpy(at, bytes, 3);
		at[3] = (uint8_t)(part >> 8);
		at[4] = (uint8_t)part;
		memcpy(at + HEAD, bytes + off, part);
		at += HEAD + part;
	}
	return (size_t)(at - out);
}

static void test_in_fragments(void **state)
{
	static uint8_t framed[6 * CLIENT_HELLO_FAKE_BYTES];
	size_t len = client_hello_fake_make(bytes, "www.example.org", "h2", TLS1_3_VERSION);

	(void)state;
	for (size_t payload = 1; payload < len; payload++) {
		assert_true(parse(framed, reframe(framed, len, payload)));
		assert_false(hello.is_cut | hello.is_malformed);
		check_sni("www.example.org");
		check_alpn(0, "h2");
	}
}

static void test_what_is_none(void **state)
{
	size_t len = client_hello_fake_make(bytes, "a.example", NULL, TLS1_3_VERSION);
	static const struct { size_t at; uint8_t value; } wrong[] = {
		{ 0, 23 }, { 0, 0 }, { 1, 2 }, { 2, 5 }, { HEAD, 2 }, { HEAD + 4, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		uint8_t right = bytes[wrong[i].at];

		bytes[wrong[i].at] = wrong[i].value;
		assert_false(parse(bytes, len));
		bytes[wrong[i].at] = right;
		assert_true(parse(bytes, len));
	}
	assert_false(parse((const uint8_t *)"GET / HTTP/1.1\r\n", 16));
	assert_false(parse((const uint8_t *)"\x16\x03\x01\x00\x00\x01\x00\x00", 8));
	assert_false(parse((const uint8_t *)"\x16\x03\x01\x40\x01\x01\x00\x00\x10\x03\x03", 11));
}

/* A message of our own making, of one extension. */
static bool parse_extension(uint8_t type, const char *data, size_t len)
{
	uint8_t message[512] = { 22, 3, 1, 0, 0, 1, 0, 0, 0, 3, 3 };
	uint8_t *at = message + HEAD + 4 + 2 + 32;
	size_t body;

	*at++ = 0;					/* session */
	memcpy(at, "\x00\x02\x13\x01\x01\x00", 6);	/* one suite, one compression */
	at += 6;
	*at++ = 0;
	*at++ = (uint8_t)(len + 4);
	*at++ = 0;
	*at++ = type;
	*at++ = 0;
	*at++ = (uint8_t)len;
	memcpy(at, data, len);
	at += len;
	body = (size_t)(at - message) - HEAD - 4;
	message[8] = (uint8_t)body;
	message[4] = (uint8_t)(body + 4);
	message[3] = (uint8_t)((body + 4) >> 8);
	assert_true(body < 256);
	return parse(message, (size_t)(at - message));
}

#define EXTENSION(type, data) parse_extension(type, data, sizeof(data) - 1)

static void check_extension(bool is_one, bool is_malformed, const char *sni)
{
	assert_true(is_one);
	assert_int_equal(hello.is_malformed, is_malformed);
	assert_false(hello.is_cut);
	check_sni(sni);
}

static void test_server_names(void **state)
{
	(void)state;
	check_extension(EXTENSION(0, "\x00\x05\x00\x00\x02" "ab"), false, "ab");
	check_extension(EXTENSION(0, "\x00\x06\x00\x00\x02" "ab"), true, "");
	check_extension(EXTENSION(0, "\x00\x05\x00\x00\x03" "ab"), true, "");
	check_extension(EXTENSION(0, "\x00\x05\x00\x00\x02" "abc"), true, "");
	check_extension(EXTENSION(0, "\x00\x05\x00\x00\x02" "a\n"), true, "");
	check_extension(EXTENSION(0, "\x00\x05\x00\x00\x02" "a\xc3"), true, "");
	check_extension(EXTENSION(0, "\x00\x05\x00\x00\x02" "a "), true, "");
	check_extension(EXTENSION(0, "\x00\x03\x00\x00\x00"), true, "");
	check_extension(EXTENSION(0, "\x00"), true, "");
	check_extension(EXTENSION(0, ""), true, "");
	/* Of another type, then a host, then a second one. */
	check_extension(EXTENSION(0, "\x00\x0c\x07\x00\x01" "x\x00\x00\x01" "a\x00\x00\x01" "b"), false, "a");
}

static void test_alpn(void **state)
{
	(void)state;
	check_extension(EXTENSION(16, "\x00\x03\x02h2"), false, "");
	check_alpn(0, "h2");
	check_extension(EXTENSION(16, "\x00\x03\x03h2"), true, "");
	assert_int_equal(hello.alpn_nr, 0);
	check_extension(EXTENSION(16, "\x00\x01\x00"), true, "");
	check_extension(EXTENSION(16, "\x00\x14\x01" "a\x01" "b\x01" "c\x01" "d\x01" "e\x01" "f\x01"
				      "g\x01" "h\x01" "i\x01" "j"), false, "");
	assert_int_equal(hello.alpn_nr, YGR_CLIENT_HELLO_ALPN_NR);
	check_alpn(7, "h");
}

static void test_versions(void **state)
{
	(void)state;
	check_extension(EXTENSION(43, "\x06\x0a\x0a\x03\x04\x03\x03"), false, "");
	assert_int_equal(hello.version, 0x0304);
	check_extension(EXTENSION(43, "\x04\xfa\xfa\x03\x02"), false, "");
	assert_int_equal(hello.version, 0x0303);
	check_extension(EXTENSION(43, "\x03\x03\x04\x03"), true, "");
}

static void test_an_unknown_extension(void **state)
{
	(void)state;
	check_extension(EXTENSION(99, "\x01\x02\x03"), false, "");
}

/* Any one byte changed: it may say other things, it must not read beyond its end. */
static void test_each_byte_changed(void **state)
{
	size_t len = client_hello_fake_make(bytes, "www.example.org", "h2", TLS1_3_VERSION);

	(void)state;
	for (size_t at = 0; at < len; at++) {
		uint8_t right = bytes[at];

		for (int bit = 0; bit < 8; bit++) {
			bytes[at] = right ^ (uint8_t)(1 << bit);
			parse(bytes, len);
		}
		bytes[at] = right;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_of_openssl),
		cmocka_unit_test(test_of_an_older_one),
		cmocka_unit_test(test_without_names),
		cmocka_unit_test(test_more_bytes),
		cmocka_unit_test(test_each_length),
		cmocka_unit_test(test_in_fragments),
		cmocka_unit_test(test_what_is_none),
		cmocka_unit_test(test_server_names),
		cmocka_unit_test(test_alpn),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_an_unknown_extension),
		cmocka_unit_test(test_each_byte_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
