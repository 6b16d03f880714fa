// SPDX-License-Identifier: GPL-2.0-only
/* What Space-Saving promises, against an account of everything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "top_hitters.h"

#define CAP	8
#define KEY_NR	64

static struct ygr_top_hitters *hitters;

static struct ygr_top_hitter *add(const char *key, uint64_t weight)
{
	return ygr_top_hitters_add(hitters, key, strlen(key), weight);
}

static const struct ygr_top_hitter *find(const char *key)
{
	unsigned int nr;
	const struct ygr_top_hitter *all = ygr_top_hitters_all(hitters, &nr);

	for (unsigned int i = 0; i < nr; i++)
		if (all[i].key_len == strlen(key) && !memcmp(all[i].key, key, strlen(key)))
			return &all[i];
	return NULL;
}

static unsigned int nr_of(void)
{
	unsigned int nr;

	ygr_top_hitters_all(hitters, &nr);
	return nr;
}

static int create(void **state)
{
	(void)state;
	hitters = ygr_top_hitters_create(CAP);
	return hitters ? 0 : -1;
}

static int destroy(void **state)
{
	(void)state;
	ygr_top_hitters_destroy(hitters);
	return 0;
}

static void an_empty_table_has_nothing(void **state)
{
	(void)state;
	assert_int_equal(nr_of(), 0);
	assert_int_equal(ygr_top_hitters_total(hitters), 0);
	assert_false(ygr_top_hitters_is_full(hitters));
	ygr_top_hitters_destroy(NULL);
}

static void counts_are_exact_while_there_is_room(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		add("a", 1);
		add("b", 10);
	}
	assert_int_equal(nr_of(), 2);
	assert_int_equal(find("a")->count, 3);
	assert_int_equal(find("a")->error, 0);
	assert_int_equal(find("b")->count, 30);
	assert_int_equal(ygr_top_hitters_total(hitters), 33);
	assert_false(ygr_top_hitters_is_full(hitters));
}

static void keys_differ_by_length_and_by_bytes_after_a_nul(void **state)
{
	(void)state;
	ygr_top_hitters_add(hitters, "a\0b", 3, 1);
	ygr_top_hitters_add(hitters, "a\0c", 3, 2);
	ygr_top_hitters_add(hitters, "a", 1, 3);
	ygr_top_hitters_add(hitters, "", 0, 4);
	assert_int_equal(nr_of(), 4);
	assert_int_equal(find("a")->count, 3);
	assert_int_equal(find("")->count, 4);
}

static void other_fields_stay_until_the_key_goes(void **state)
{
	(void)state;
	add("a", 1)->denied = 7;
	assert_int_equal(add("a", 1)->denied, 7);
	for (char key[2] = "b"; key[0] < 'b' + CAP; key[0]++)
		assert_int_equal(add(key, 5)->denied, 0);
	assert_null(find("a"));
	assert_int_equal(add("a", 1)->denied, 0);
}

static void who_comes_last_takes_the_place_and_count_of_the_least(void **state)
{
	(void)state;
	for (char key[2] = "a"; key[0] < 'a' + CAP; key[0]++)
		add(key, (uint64_t)(key[0] - 'a' + 2));
	assert_false(ygr_top_hitters_is_full(hitters));
	add("new", 1);
	assert_null(find("a"));
	assert_int_equal(find("new")->count, 3);
	assert_int_equal(find("new")->error, 2);
	assert_true(ygr_top_hitters_is_full(hitters));
	assert_int_equal(nr_of(), CAP);
	/* The least is now "b" or "new", of 3 each. */
	add("newer", 1);
	assert_int_equal(find("newer")->count, 4);
	assert_int_equal(find("newer")->error, 3);
}

static void one_place_is_enough_to_be_right_about_a_majority(void **state)
{
	struct ygr_top_hitters *one = ygr_top_hitters_create(1);
	const struct ygr_top_hitter *all;
	unsigned int nr;

	(void)state;
	ygr_top_hitters_add(one, "a", 1, 1);
	ygr_top_hitters_add(one, "b", 1, 5);
	all = ygr_top_hitters_all(one, &nr);
	assert_int_equal(nr, 1);
	assert_memory_equal(all[0].key, "b", 1);
	assert_int_equal(all[0].count, 6);
	assert_int_equal(all[0].error, 1);
	ygr_top_hitters_destroy(one);
}

static void clear_forgets_all(void **state)
{
	(void)state;
	for (char key[2] = "a"; key[0] < 'a' + 2 * CAP; key[0]++)
		add(key, 1);
	ygr_top_hitters_clear(hitters);
	an_empty_table_has_nothing(state);
	assert_int_equal(add("a", 1)->count, 1);
	assert_int_equal(find("a")->error, 0);
}

static void sums_stop_at_the_largest_number(void **state)
{
	(void)state;
	add("a", UINT64_MAX);
	add("a", 1);
	add("b", 3);
	assert_int_equal(find("a")->count, UINT64_MAX);
	assert_int_equal(find("b")->count, 3);
	assert_int_equal(ygr_top_hitters_total(hitters), UINT64_MAX);
}

/* Never too small, too large by no more than the error, and nobody of weight is missing. */
static void check_promises(const uint64_t true_count[KEY_NR])
{
	uint64_t total = 0, sum = 0, least = UINT64_MAX;
	unsigned int nr;
	const struct ygr_top_hitter *all = ygr_top_hitters_all(hitters, &nr);
	char key[2] = "";

	for (unsigned int i = 0; i < nr; i++) {
		uint64_t is = true_count[all[i].key[0] - ' '];

		assert_int_equal(all[i].key_len, 1);
		assert_true(all[i].count >= is && all[i].count - all[i].error <= is);
		sum += all[i].count;
		least = all[i].count < least ? all[i].count : least;
	}
	for (unsigned int i = 0; i < KEY_NR; i++) {
		total += true_count[i];
		key[0] = (char)(' ' + i);
		if (!find(key) && true_count[i])
			assert_true(true_count[i] <= least);
	}
	assert_int_equal(sum, total);
	assert_int_equal(ygr_top_hitters_total(hitters), total);
	assert_true(!ygr_top_hitters_is_full(hitters) || least <= total / CAP);
}

static void promises_hold_for_random_streams(void **state)
{
	unsigned int seed = 1;

	(void)state;
	for (unsigned int round = 0; round < 200; round++) {
		uint64_t true_count[KEY_NR] = { 0 };

		ygr_top_hitters_clear(hitters);
		for (unsigned int i = 0; i < 500; i++) {
			/* A few come often. */
			unsigned int which = (unsigned int)rand_r(&seed) % KEY_NR;
			uint64_t weight = (uint64_t)rand_r(&seed) % 5 + 1;
			char key[2] = { (char)(' ' + which * which / KEY_NR), '\0' };

			true_count[key[0] - ' '] += weight;
			add(key, weight);
		}
		check_promises(true_count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_empty_table_has_nothing, create, destroy),
		cmocka_unit_test_setup_teardown(counts_are_exact_while_there_is_room, create, destroy),
		cmocka_unit_test_setup_teardown(keys_differ_by_length_and_by_bytes_after_a_nul, create, destroy),
		cmocka_unit_test_setup_teardown(other_fields_stay_until_the_key_goes, create, destroy),
		cmocka_unit_test_setup_teardown(who_comes_last_takes_the_place_and_count_of_the_least, create, destroy),
		cmocka_unit_test(one_place_is_enough_to_be_right_about_a_majority),
		cmocka_unit_test_setup_teardown(clear_forgets_all, create, destroy),
		cmocka_unit_test_setup_teardown(sums_stop_at_the_largest_number, create, destroy),
		cmocka_unit_test_setup_teardown(promises_hold_for_random_streams, create, destroy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
