// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "utf8.h"

static void good(const char *bytes, uint32_t wanted)
{
	uint32_t code = 0;

	assert_int_equal(ygr_utf8_next(bytes, strlen(bytes), &code), strlen(bytes));
	assert_int_equal(code, wanted);
	assert_true(ygr_utf8_is_valid(bytes, strlen(bytes)));
}

static void bad(const char *bytes)
{
	uint32_t code = 77;

	assert_int_equal(ygr_utf8_next(bytes, strlen(bytes), &code), 0);
	assert_int_equal(code, 77);
	assert_false(ygr_utf8_is_valid(bytes, strlen(bytes)));
}

static void test_edges_of_each_length(void **state)
{
	(void)state;
	good("\x01", 1);
	good("\x7f", 0x7f);
	good("\xc2\x80", 0x80);
	good("\xdf\xbf", 0x7ff);
	good("\xe0\xa0\x80", 0x800);
	good("\xed\x9f\xbf", 0xd7ff);
	good("\xee\x80\x80", 0xe000);
	good("\xef\xbf\xbf", 0xffff);
	good("\xf0\x90\x80\x80", 0x10000);
	good("\xf4\x8f\xbf\xbf", 0x10ffff);
}

static void test_what_is_none(void **state)
{
	(void)state;
	bad("\x80");			/* a tail alone */
	bad("\xc0\x80");		/* overlong */
	bad("\xc1\xbf");
	bad("\xe0\x9f\xbf");
	bad("\xf0\x8f\xbf\xbf");
	bad("\xed\xa0\x80");		/* surrogates */
	bad("\xed\xbf\xbf");
	bad("\xf4\x90\x80\x80");	/* above U+10FFFF */
	bad("\xf5\x80\x80\x80");
	bad("\xff");
	bad("\xc3");			/* cut */
	bad("\xe2\x82");
	bad("\xf0\x9f\x98");
	bad("\xc3(");			/* no tail */
	bad("\xe2\x82(");
}

static void test_valid(void **state)
{
	(void)state;
	assert_true(ygr_utf8_is_valid("", 0));
	assert_true(ygr_utf8_is_valid("a\xc3\xbc\0b", 5));
	assert_false(ygr_utf8_is_valid("a\xc3\xbc\xc3", 4));
}

static void test_plain(void **state)
{
	static const uint32_t plain[] = { ' ', 'a', '~', 0xa0, 0xfc, 0x3042, 0xfffd, 0x1f600, 0x10fffd };
	static const uint32_t not_plain[] = {
		0, 0x1b, 0x1f, 0x7f, 0x80, 0x9b, 0x9f, 0xad, 0x200b, 0x200e, 0x200f, 0x2028,
		0x2029, 0x202a, 0x202e, 0x2060, 0x2066, 0x2069, 0xfeff, 0xfffe, 0xffff, 0x1fffe,
		0xe0001, 0xe0041, 0x10ffff };
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (!ygr_utf8_is_plain(plain[i]))
			fail_msg("U+%04X is plain", plain[i]);
	for (i = 0; i < sizeof(not_plain) / sizeof(not_plain[0]); i++)
		if (ygr_utf8_is_plain(not_plain[i]))
			fail_msg("U+%04X is not plain", not_plain[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edges_of_each_length),
		cmocka_unit_test(test_what_is_none),
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
