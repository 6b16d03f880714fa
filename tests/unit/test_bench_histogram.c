// SPDX-License-Identifier: GPL-2.0-only
/* Percentiles: exact where each number has a bucket, and elsewhere as near as promised. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench_histogram.h"

#define NR	20000

static struct ygr_bench_histogram histogram, other;
static uint64_t sorted[NR];

static int start_empty(void **state)
{
	(void)state;
	memset(&histogram, 0, sizeof(histogram));
	memset(&other, 0, sizeof(other));
	return 0;
}

static uint64_t quantile(unsigned int per_mille)
{
	return ygr_bench_histogram_quantile(&histogram, per_mille);
}

static void add(uint64_t ns)
{
	ygr_bench_histogram_add(&histogram, ns);
}

static void empty_has_no_percentile(void **state)
{
	(void)state;
	assert_int_equal(quantile(1), 0);
	assert_int_equal(quantile(500), 0);
	assert_int_equal(quantile(1000), 0);
	assert_int_equal(ygr_bench_histogram_mean(&histogram), 0);
}

static void one_is_every_percentile(void **state)
{
	static const uint64_t each[] = { 0, 1, 1023, 1024, 1025, 123456789, UINT64_C(1) << 36,
					 UINT64_MAX };

	for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
		start_empty(state);
		add(each[i]);
		assert_int_equal(quantile(1), each[i]);
		assert_int_equal(quantile(500), each[i]);
		assert_int_equal(quantile(1000), each[i]);
		assert_int_equal(ygr_bench_histogram_mean(&histogram), each[i]);
	}
}

static void small_numbers_are_exact(void **state)
{
	(void)state;
	for (uint64_t ns = 1; ns <= 1000; ns++)
		add(ns);
	for (unsigned int per_mille = 1; per_mille <= 1000; per_mille++)
		assert_int_equal(quantile(per_mille), per_mille);
	assert_int_equal(histogram.sum_ns, 500500);
	assert_int_equal(ygr_bench_histogram_mean(&histogram), 500);
}

static void a_rank_is_rounded_up(void **state)
{
	(void)state;
	for (uint64_t ns = 1; ns <= 3; ns++)
		add(ns);
	assert_int_equal(quantile(333), 1);
	assert_int_equal(quantile(334), 2);
	assert_int_equal(quantile(500), 2);
	assert_int_equal(quantile(667), 3);
	assert_int_equal(quantile(999), 3);
}

/* Two numbers, of which the first is told as the end of its bucket. */
static uint64_t told_as(uint64_t ns)
{
	void *state = NULL;

	start_empty(&state);
	add(ns);
	add(UINT64_MAX);
	return quantile(500);
}

static void each_is_told_within_a_512th(void **state)
{
	uint64_t previous = 0, told;

	(void)state;
	for (uint64_t ns = 1; ns < UINT64_C(1) << 36; ns += 1 + ns / 97) {
		told = told_as(ns);
		assert_in_range(told - ns, 0, ns / 512);
		assert_true(told >= previous);
		previous = told;
	}
}

static void buckets_meet_at_powers_of_two(void **state)
{
	(void)state;
	for (unsigned int bit = 10; bit < 36; bit++) {
		const uint64_t power = UINT64_C(1) << bit, width = power >> 9;

		assert_int_equal(told_as(power - 1), power - 1);
		assert_int_equal(told_as(power), power + width - 1);
		assert_int_equal(told_as(power + width - 1), power + width - 1);
		assert_int_equal(told_as(power + width), power + 2 * width - 1);
	}
	assert_int_equal(told_as((UINT64_C(1) << 36) - (UINT64_C(1) << 26) - 1),
			 (UINT64_C(1) << 36) - (UINT64_C(1) << 26) - 1);
}

static void what_is_too_long_is_the_maximum(void **state)
{
	(void)state;
	add(1);
	add(UINT64_C(1) << 36);
	add(UINT64_C(1) << 40);
	assert_int_equal(quantile(333), 1);
	assert_int_equal(quantile(500), UINT64_C(1) << 40);
	assert_int_equal(histogram.max_ns, UINT64_C(1) << 40);
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Of every magnitude. */
static uint64_t draw(void)
{
	const uint64_t bits = (uint64_t)random() << 31 | (uint64_t)random();

	return bits & ((UINT64_C(1) << (1 + random() % 35)) - 1);
}

static void as_sorting_says(void **state)
{
	(void)state;
	srandom(1);
	for (size_t i = 0; i < NR; i++)
		add(sorted[i] = draw());
	qsort(sorted, NR, sizeof(sorted[0]), compare);
	for (unsigned int per_mille = 1; per_mille <= 1000; per_mille++) {
		const uint64_t exact = sorted[NR / 1000 * per_mille - 1];

		assert_in_range(quantile(per_mille) - exact, 0, exact / 512);
	}
	assert_int_equal(quantile(1000), sorted[NR - 1]);
}

static void merged_is_as_if_added(void **state)
{
	struct ygr_bench_histogram whole = { 0 };

	(void)state;
	srandom(2);
	for (size_t i = 0; i < NR; i++) {
		const uint64_t ns = draw();

		ygr_bench_histogram_add(&whole, ns);
		ygr_bench_histogram_add(i % 3 ? &histogram : &other, ns);
	}
	ygr_bench_histogram_merge(&histogram, &other);
	assert_memory_equal(&histogram, &whole, sizeof(whole));
	memset(&other, 0, sizeof(other));
	ygr_bench_histogram_merge(&histogram, &other);
	assert_memory_equal(&histogram, &whole, sizeof(whole));
}

static void many_do_not_overflow(void **state)
{
	(void)state;
	histogram.nr = UINT64_MAX;
	histogram.max_ns = 9;
	histogram.bucket_nr[7] = UINT64_MAX / 2;
	histogram.bucket_nr[9] = UINT64_MAX - UINT64_MAX / 2;
	assert_int_equal(quantile(499), 7);
	assert_int_equal(quantile(501), 9);
	assert_int_equal(quantile(1000), 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(empty_has_no_percentile, start_empty),
		cmocka_unit_test_setup(one_is_every_percentile, start_empty),
		cmocka_unit_test_setup(small_numbers_are_exact, start_empty),
		cmocka_unit_test_setup(a_rank_is_rounded_up, start_empty),
		cmocka_unit_test_setup(each_is_told_within_a_512th, start_empty),
		cmocka_unit_test_setup(buckets_meet_at_powers_of_two, start_empty),
		cmocka_unit_test_setup(what_is_too_long_is_the_maximum, start_empty),
		cmocka_unit_test_setup(as_sorting_says, start_empty),
		cmocka_unit_test_setup(merged_is_as_if_added, start_empty),
		cmocka_unit_test_setup(many_do_not_overflow, start_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
