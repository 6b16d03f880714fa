// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "breaker.h"

#define SECOND_NS	1000000000ull
#define TICK_NS		(1ull << 26)

/* Return: how many of @nr denials, @gap_ns apart, are enforced before the breaker has tripped. */
static unsigned int enforced_of(unsigned int nr, uint64_t gap_ns, struct ygr_breaker_limit limit)
{
	uint64_t state = 0, now_ns = 1000 * SECOND_NS;

	for (unsigned int i = 0; i < nr; i++, now_ns += gap_ns) {
		if (state == YGR_BREAKER_TRIPPED)
			return i;
		state = ygr_breaker_count(state, limit, now_ns);
	}
	return nr;
}

static void without_a_limit_it_never_trips(void **state)
{
	const struct ygr_breaker_limit none = { 0, 0 };

	(void)state;
	assert_int_equal(enforced_of(100000, 1, none), 100000);
	assert_int_equal(ygr_breaker_count(0, none, 5), 0);
}

static void the_nth_denial_trips_it_and_stands(void **state)
{
	(void)state;
	for (uint32_t nr = 1; nr <= 50; nr++)
		assert_int_equal(enforced_of(100, 1000, (struct ygr_breaker_limit){ nr, 10 }), nr);
}

static void one_is_enough_if_one_is_allowed(void **state)
{
	(void)state;
	assert_true(ygr_breaker_count(0, (struct ygr_breaker_limit){ 1, 1 }, 0) == YGR_BREAKER_TRIPPED);
	/* Even of a window that is shorter than a tick, which no blob can ask for. */
	assert_true(ygr_breaker_count(0, (struct ygr_breaker_limit){ 1, 0 }, 0) == YGR_BREAKER_TRIPPED);
}

static void slow_denials_never_trip_it(void **state)
{
	(void)state;
	/* Four per window of ten seconds, five allowed; then exactly five. */
	assert_int_equal(enforced_of(10000, 5 * SECOND_NS / 2, (struct ygr_breaker_limit){ 5, 10 }),
			 10000);
	assert_int_equal(enforced_of(10000, 2 * SECOND_NS, (struct ygr_breaker_limit){ 5, 10 }), 5);
}

/* The window closes `seconds` after its first denial, to a tick. */
static void the_window_ends_on_time(void **state)
{
	const struct ygr_breaker_limit limit = { 2, 10 };
	uint64_t start_ns = 77 * SECOND_NS, first, second;

	(void)state;
	first = ygr_breaker_count(0, limit, start_ns);
	second = ygr_breaker_count(first, limit, start_ns + 10 * SECOND_NS - 2 * TICK_NS);
	assert_true(second == YGR_BREAKER_TRIPPED);
	second = ygr_breaker_count(first, limit, start_ns + 10 * SECOND_NS + TICK_NS);
	assert_true(second != YGR_BREAKER_TRIPPED);
	assert_int_equal((uint32_t)second, 1);
	/* And that one has opened the next. */
	assert_true(ygr_breaker_count(second, limit, start_ns + 11 * SECOND_NS) == YGR_BREAKER_TRIPPED);
}

/* What the header says can be missed: one fewer at a window's end, one fewer at the next's start. */
static void two_windows_hold_two_less_than_twice(void **state)
{
	const struct ygr_breaker_limit limit = { 5, 10 };
	uint64_t word = ygr_breaker_count(0, limit, 0);
	unsigned int i;

	(void)state;
	for (i = 1; i < 4; i++)
		word = ygr_breaker_count(word, limit, 9 * SECOND_NS);
	for (i = 0; i < 4; i++)
		word = ygr_breaker_count(word, limit, 11 * SECOND_NS);
	assert_true(word != YGR_BREAKER_TRIPPED);
	assert_true(ygr_breaker_count(word, limit, 11 * SECOND_NS) == YGR_BREAKER_TRIPPED);
}

static void tripped_is_for_good(void **state)
{
	const struct ygr_breaker_limit limit = { 1, 1 };

	(void)state;
	for (uint64_t now_ns = 0; now_ns < 1000 * SECOND_NS; now_ns += SECOND_NS)
		assert_true(ygr_breaker_count(YGR_BREAKER_TRIPPED, limit, now_ns) == YGR_BREAKER_TRIPPED);
}

/* The ticks begin again after nine years; a window across that is a window. */
static void ticks_wrap(void **state)
{
	const struct ygr_breaker_limit limit = { 3, 60 };
	uint64_t wrap_ns = TICK_NS << 32, word = 0;

	(void)state;
	word = ygr_breaker_count(word, limit, wrap_ns - SECOND_NS);
	word = ygr_breaker_count(word, limit, wrap_ns + SECOND_NS);
	assert_true(word != YGR_BREAKER_TRIPPED);
	assert_true(ygr_breaker_count(word, limit, wrap_ns + 2 * SECOND_NS) == YGR_BREAKER_TRIPPED);
}

static void the_largest_limits_do_not_overflow(void **state)
{
	struct ygr_breaker_limit limit = { 2, UINT32_MAX };
	uint64_t word = ygr_breaker_count(0, limit, 0);

	(void)state;
	/* 136 years of window are cut to nine. */
	assert_true(ygr_breaker_count(word, limit, 8ull * 365 * 86400 * SECOND_NS) == YGR_BREAKER_TRIPPED);
	limit.nr = UINT32_MAX;
	word = 5ull << 32 | (UINT32_MAX - 2);
	word = ygr_breaker_count(word, limit, 5 * TICK_NS);
	assert_true(word == (5ull << 32 | (UINT32_MAX - 1)));
	assert_true(ygr_breaker_count(word, limit, 5 * TICK_NS) == YGR_BREAKER_TRIPPED);
}

/* The same, told by a list of times: slow and obvious. */
static void it_agrees_with_a_list_of_times(void **state)
{
	unsigned int tripped_nr = 0;

	(void)state;
	srand(1);
	for (unsigned int round = 0; round < 2000; round++) {
		struct ygr_breaker_limit limit = { 1 + rand() % 8, 1 + rand() % 20 };
		uint64_t window = limit.seconds * SECOND_NS >> 26;
		uint64_t word = 0, tick = rand(), opened = 0;
		unsigned int in_window = 0;

		for (unsigned int i = 0; i < 100; i++) {
			tick += rand() % 60;
			if (!in_window || tick - opened >= window) {
				opened = tick;
				in_window = 0;
			}
			in_window++;
			word = ygr_breaker_count(word, limit, tick << 26 | (rand() & 0x3ffffff));
			assert_int_equal(word == YGR_BREAKER_TRIPPED, in_window == limit.nr);
			if (word == YGR_BREAKER_TRIPPED)
				break;
		}
		tripped_nr += word == YGR_BREAKER_TRIPPED;
	}
	/* Both ends were seen. */
	assert_in_range(tripped_nr, 500, 1900);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_limit_it_never_trips),
		cmocka_unit_test(the_nth_denial_trips_it_and_stands),
		cmocka_unit_test(one_is_enough_if_one_is_allowed),
		cmocka_unit_test(slow_denials_never_trip_it),
		cmocka_unit_test(the_window_ends_on_time),
		cmocka_unit_test(two_windows_hold_two_less_than_twice),
		cmocka_unit_test(tripped_is_for_good),
		cmocka_unit_test(ticks_wrap),
		cmocka_unit_test(the_largest_limits_do_not_overflow),
		cmocka_unit_test(it_agrees_with_a_list_of_times),
	};

	return cmocka_run_group_tests_name("breaker", tests, NULL, NULL);
}
