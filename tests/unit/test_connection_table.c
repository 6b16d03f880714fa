// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <stdio.h>

#include "connection_table.h"

static struct ygr_connection_table *table;
static const char *names[YGR_CONNECTION_NAME_NR];

static int set_up(void **state)
{
	(void)state;
	return ygr_connection_table_create(&table, YGR_CONNECTION_BYTES_MIN, 7);
}

static int tear_down(void **state)
{
	(void)state;
	ygr_connection_table_destroy(table);
	return 0;
}

static void note(uint64_t cookie, enum ygr_connection_name kind, const char *name)
{
	ygr_connection_table_note(table, cookie, kind, name, strlen(name));
}

static uint64_t count(void)
{
	struct ygr_connection_table_stats stats;

	ygr_connection_table_stats(table, &stats);
	assert_true(stats.used_bytes <= stats.limit_bytes);
	return stats.connection_nr;
}

static void test_from_first_to_last(void **state)
{
	(void)state;
	assert_false(ygr_connection_table_find(table, 1, names));
	note(1, YGR_CONNECTION_DNS, "a.example");
	note(2, YGR_CONNECTION_DNS, "b.example");
	note(1, YGR_CONNECTION_SNI, "a.example");
	assert_true(ygr_connection_table_find(table, 1, names));
	assert_string_equal(names[YGR_CONNECTION_DNS], "a.example");
	assert_string_equal(names[YGR_CONNECTION_SNI], "a.example");
	assert_null(names[YGR_CONNECTION_HOST]);
	ygr_connection_table_forget(table, 1);
	assert_false(ygr_connection_table_find(table, 1, names));
	assert_null(names[YGR_CONNECTION_DNS]);
	assert_true(ygr_connection_table_find(table, 2, names));
	assert_string_equal(names[YGR_CONNECTION_DNS], "b.example");
	assert_int_equal(count(), 1);
	ygr_connection_table_forget(table, 1);
	assert_int_equal(count(), 1);
}

static void test_another_name(void **state)
{
	(void)state;
	note(1, YGR_CONNECTION_DNS, "a.example");
	note(1, YGR_CONNECTION_DNS, "b.example");
	assert_true(ygr_connection_table_find(table, 1, names));
	assert_string_equal(names[YGR_CONNECTION_DNS], "b.example");
	note(1, YGR_CONNECTION_DNS, "b.example");
	assert_string_equal(names[YGR_CONNECTION_DNS], "b.example");
	assert_int_equal(count(), 1);
}

static void test_nothing_to_note(void **state)
{
	(void)state;
	note(0, YGR_CONNECTION_DNS, "a.example");
	note(1, YGR_CONNECTION_DNS, "");
	assert_int_equal(count(), 0);
}

static void test_bounded(void **state)
{
	struct ygr_connection_table_stats stats;
	char name[32];

	(void)state;
	for (uint64_t cookie = 1; cookie <= 10000; cookie++) {
		snprintf(name, sizeof(name), "n%llu.example", (unsigned long long)cookie);
		note(cookie, YGR_CONNECTION_HOST, name);
		if (cookie > 1)
			note(1, YGR_CONNECTION_SNI, "kept.example");
	}
	ygr_connection_table_stats(table, &stats);
	assert_true(stats.used_bytes <= stats.limit_bytes);
	assert_true(stats.connection_nr > 200);
	assert_int_equal(stats.connection_nr + stats.evicted_nr, 10000);
	assert_true(ygr_connection_table_find(table, 10000, names));
	assert_true(ygr_connection_table_find(table, 1, names));
	assert_false(ygr_connection_table_find(table, 2, names));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_from_first_to_last, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_another_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nothing_to_note, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_bounded, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
