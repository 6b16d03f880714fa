// SPDX-License-Identifier: GPL-2.0-only
/* Strings and numbers of JSON, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "json_text.h"

static struct ygr_text_buffer text;

static int tear_down(void **state)
{
	(void)state;
	ygr_text_buffer_exit(&text);
	return 0;
}

static void is_text(const char *wanted)
{
	assert_false(text.failed);
	assert_int_equal(text.len, strlen(wanted));
	assert_memory_equal(text.bytes, wanted, text.len);
	ygr_text_buffer_clear(&text);
}

/* Eight bytes are looked at together: each byte there is, at each place, beside others. */
static void test_plain_len_of_every_byte(void **state)
{
	char bytes[24];

	(void)state;
	for (unsigned int byte = 0; byte < 256; byte++) {
		bool is_plain = byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';

		for (size_t at = 0; at < sizeof(bytes); at++) {
			memset(bytes, '!', sizeof(bytes));	/* next to '"' */
			bytes[at] = (char)byte;
			assert_int_equal(ygr_json_text_plain_len(bytes, sizeof(bytes)),
					 is_plain ? sizeof(bytes) : at);
			assert_int_equal(ygr_json_text_plain_len(bytes, at), at);
		}
	}
}

static void test_plain_len_at_the_borders(void **state)
{
	char bytes[16];

	(void)state;
	for (const char *each = " ~][#!"; *each; each++) {
		memset(bytes, *each, sizeof(bytes));
		assert_int_equal(ygr_json_text_plain_len(bytes, sizeof(bytes)), sizeof(bytes));
	}
	memset(bytes, 0xff, sizeof(bytes));
	assert_int_equal(ygr_json_text_plain_len(bytes, sizeof(bytes)), 0);
}

static void test_strings(void **state)
{
	static const struct { const char *bytes, *wanted; } cases[] = {
		{ "", "\"\"" },
		{ "plain", "\"plain\"" },
		{ "0123456\"8", "\"0123456\\\"8\"" },
		{ "a\\b\n\t\x01\x7f", "\"a\\\\b\\n\\t\\u0001\\u007F\"" },
		{ "gr\xc3\xbc\xc3\x9f""e", "\"gr\\u00FC\\u00DFe\"" },
		{ "\xf0\x9f\x90\x9f", "\"\\uD83D\\uDC1F\"" },
		{ "12345678\xff", "\"12345678\\\\xff\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ygr_json_text_put_string(&text, cases[i].bytes, strlen(cases[i].bytes));
		is_text(cases[i].wanted);
	}
}

/* Around each power of ten, where a digit comes in. */
static void test_numbers(void **state)
{
	char wanted[24];
	uint64_t power = 1;

	(void)state;
	for (int digits = 0; digits < 20; digits++, power *= 10) {
		for (uint64_t number = power - 1; number != power + 2; number++) {
			ygr_text_buffer_put_u64(&text, number);
			snprintf(wanted, sizeof(wanted), "%" PRIu64, number);
			is_text(wanted);
		}
	}
	ygr_text_buffer_put_u64(&text, UINT64_MAX);
	is_text("18446744073709551615");
	ygr_text_buffer_put_i64(&text, INT64_MIN);
	is_text("-9223372036854775808");
}

/* Many readers cannot hold them. */
static void test_large_numbers_are_strings(void **state)
{
	(void)state;
	ygr_json_text_put_u64(&text, INT64_MAX);
	is_text("9223372036854775807");
	ygr_json_text_put_u64(&text, (uint64_t)INT64_MAX + 1);
	is_text("\"9223372036854775808\"");
}

static void test_pieces_around_the_first_growth(void **state)
{
	char piece[100];
	size_t len = 0;

	(void)state;
	memset(piece, 'x', sizeof(piece));
	for (int i = 0; i < 200; i++, len += sizeof(piece) + 1) {
		ygr_text_buffer_put(&text, piece, sizeof(piece));
		ygr_text_buffer_put_char(&text, '|');
	}
	assert_int_equal(text.len, len);
	assert_true(text.cap >= len);
	assert_int_equal(text.bytes[100], '|');
	assert_int_equal(text.bytes[len - 1], '|');
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_plain_len_of_every_byte),
		TEST(test_plain_len_at_the_borders),
		TEST(test_strings),
		TEST(test_numbers),
		TEST(test_large_numbers_are_strings),
		TEST(test_pieces_around_the_first_growth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
