// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "amount_text.h"

static char room[YGR_AMOUNT_TEXT_BYTES];

static void test_bytes(void **state)
{
	(void)state;
	assert_string_equal(ygr_amount_text_bytes(room, 0), "0 B");
	assert_string_equal(ygr_amount_text_bytes(room, 1023), "1023 B");
	assert_string_equal(ygr_amount_text_bytes(room, 1024), "1 KiB");
	assert_string_equal(ygr_amount_text_bytes(room, 1536), "1.5 KiB");
	assert_string_equal(ygr_amount_text_bytes(room, 10 * 1024 + 1023), "10 KiB");
	assert_string_equal(ygr_amount_text_bytes(room, 1 << 20), "1 MiB");
	assert_string_equal(ygr_amount_text_bytes(room, (1 << 30) - 1), "1023 MiB");
	assert_string_equal(ygr_amount_text_bytes(room, 1 << 30), "1 GiB");
	assert_string_equal(ygr_amount_text_bytes(room, UINT64_MAX), "15 EiB");
}

/* A whole unit and next to nothing is no tenth of the unit below. */
static void test_bytes_are_rounded_down(void **state)
{
	(void)state;
	assert_string_equal(ygr_amount_text_bytes(room, (1 << 20) + 1023), "1 MiB");
	assert_string_equal(ygr_amount_text_bytes(room, 2 * (1 << 20) - 1), "1.9 MiB");
}

static void test_seconds(void **state)
{
	(void)state;
	assert_string_equal(ygr_amount_text_seconds(room, 0), "0 s");
	assert_string_equal(ygr_amount_text_seconds(room, 119), "119 s");
	assert_string_equal(ygr_amount_text_seconds(room, 120), "2 min");
	assert_string_equal(ygr_amount_text_seconds(room, 7199), "119 min");
	assert_string_equal(ygr_amount_text_seconds(room, 7200), "2 h");
	assert_string_equal(ygr_amount_text_seconds(room, 172799), "47 h");
	assert_string_equal(ygr_amount_text_seconds(room, 172800), "2 days");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_bytes_are_rounded_down),
		cmocka_unit_test(test_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
