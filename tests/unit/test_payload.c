// SPDX-License-Identifier: GPL-2.0-only
/* What is worth a copy, how often, and which of many is the first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "payload_cases.h"
#include "rate.h"
#include "recent.h"

#define WINDOW_S	60

/* In memory that ends where they do. */
static void each_payload(void **state)
{
	(void)state;
	for (const struct payload_case *c = payload_cases; c->bytes; c++) {
		__u8 *copy = malloc(c->len ? c->len : 1);
		__u32 result;

		memcpy(copy, c->bytes, c->len);
		result = payload_case_result(c, copy);
		if (result != c->result)
			fail_msg("case %td: %u, not %u", c - payload_cases, result, c->result);
		free(copy);
	}
}

/* ---- recent ---- */

static struct ygr_recent *fresh(void)
{
	static struct ygr_recent recent;

	memset(&recent, 0, sizeof(recent));
	return &recent;
}

/* Spreads as the hash of the module does. */
static uint64_t key_of(uint64_t number)
{
	number = (number + 1) * 0x9e3779b97f4a7c15ull;
	number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9ull;
	return number ^ number >> 27;
}

static void key_is_new_once_in_a_window(void **state)
{
	struct ygr_recent *recent = fresh();

	(void)state;
	assert_true(ygr_recent_is_new(recent, key_of(1), 100, WINDOW_S));
	assert_false(ygr_recent_is_new(recent, key_of(1), 100, WINDOW_S));
	assert_false(ygr_recent_is_new(recent, key_of(1), 159, WINDOW_S));
	/* From when it was told, not from when it was seen. */
	assert_true(ygr_recent_is_new(recent, key_of(1), 160, WINDOW_S));
	assert_false(ygr_recent_is_new(recent, key_of(1), 219, WINDOW_S));
	assert_true(ygr_recent_is_new(recent, key_of(2), 219, WINDOW_S));
}

static void nothing_is_known_at_first(void **state)
{
	struct ygr_recent *recent = fresh();

	(void)state;
	assert_true(ygr_recent_is_new(recent, 0, WINDOW_S, WINDOW_S));
	assert_false(ygr_recent_is_new(recent, 0, WINDOW_S, WINDOW_S));
}

/* The seconds have 24 bits: a key is as old as they say, also across their end. */
static void seconds_wrap(void **state)
{
	struct ygr_recent *recent = fresh();
	const uint32_t end = (1u << 24) - 10;

	(void)state;
	assert_true(ygr_recent_is_new(recent, key_of(3), end, WINDOW_S));
	assert_false(ygr_recent_is_new(recent, key_of(3), end + 59, WINDOW_S));
	assert_true(ygr_recent_is_new(recent, key_of(3), end + 60, WINDOW_S));
}

/* Two keys of one place live side by side, a third one takes the older's. */
static void older_gives_way(void **state)
{
	struct ygr_recent *recent = fresh();
	const uint64_t a = 2 | 1ull << 40, b = 2 | 2ull << 40, c = 2 | 3ull << 40;

	(void)state;
	assert_true(ygr_recent_is_new(recent, a, 100, WINDOW_S));
	assert_true(ygr_recent_is_new(recent, b, 101, WINDOW_S));
	assert_false(ygr_recent_is_new(recent, a, 102, WINDOW_S));
	assert_false(ygr_recent_is_new(recent, b, 102, WINDOW_S));
	assert_true(ygr_recent_is_new(recent, c, 103, WINDOW_S));
	assert_false(ygr_recent_is_new(recent, b, 104, WINDOW_S));
	assert_false(ygr_recent_is_new(recent, c, 104, WINDOW_S));
	assert_true(ygr_recent_is_new(recent, a, 104, WINDOW_S));
}

/* A new key is never taken for an old one; few are told twice while a quarter of the places is taken. */
static void many_keys(void **state)
{
	struct ygr_recent *recent = fresh();
	const unsigned int nr = YGR_RECENT_NR / 4;
	unsigned int again = 0;

	(void)state;
	for (unsigned int i = 0; i < nr; i++)
		assert_true(ygr_recent_is_new(recent, key_of(i), 100, WINDOW_S));
	for (unsigned int i = 0; i < nr; i++)
		again += ygr_recent_is_new(recent, key_of(i), 100, WINDOW_S);
	assert_true(again < nr / 10);
	for (unsigned int i = 0; i < 100 * YGR_RECENT_NR; i++)
		assert_true(ygr_recent_is_new(recent, key_of(nr + i), 100, WINDOW_S));
}

/* ---- rate ---- */

static void so_many_in_a_window(void **state)
{
	struct ygr_rate rate = { 0 };

	(void)state;
	for (int window = 1; window <= 3; window++) {
		for (int i = 0; i < 5; i++)
			assert_true(ygr_rate_allows(&rate, 1000 * window + i, 1000, 5));
		for (int i = 0; i < 50; i++)
			assert_false(ygr_rate_allows(&rate, 1000 * window + 999, 1000, 5));
	}
	assert_false(ygr_rate_allows(&rate, 100000, 1000, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_payload),
		cmocka_unit_test(key_is_new_once_in_a_window),
		cmocka_unit_test(nothing_is_known_at_first),
		cmocka_unit_test(seconds_wrap),
		cmocka_unit_test(older_gives_way),
		cmocka_unit_test(many_keys),
		cmocka_unit_test(so_many_in_a_window),
	};

	return cmocka_run_group_tests_name("payload", tests, NULL, NULL);
}
