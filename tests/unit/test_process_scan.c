// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "process_scan.h"

#define REST " S 7 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4242 20 21\n"

static uint32_t ppid;
static uint64_t ticks;
static char comm[YGR_COMM_BYTES + 1];

static void expect(const char *text, const char *wanted)
{
	ppid = 0;
	ticks = 0;
	assert_int_equal(ygr_process_scan_parse(text, &ppid, comm, &ticks), 0);
	assert_string_equal(comm, wanted);
	assert_int_equal(ppid, 7);
	assert_int_equal(ticks, 4242);
}

static void test_names(void **state)
{
	(void)state;
	expect("12 (sh)" REST, "sh");
	expect("12 (a b)" REST, "a b");
	expect("12 (evil) R 1 (x)" REST, "evil) R 1 (x");
	expect("12 ()" REST, "");
	expect("12 (kworker/u8:2-events_unbound)" REST, "kworker/u8:2-eve");
}

static void test_refused(void **state)
{
	static const char *const texts[] = {
		"", "12", "12 (sh", "12 sh)" REST, ")(" REST, "12 (sh)", "12 (sh) S", "12 (sh) S x" REST,
		"12 (sh) S 7 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(ygr_process_scan_parse(texts[i], &ppid, comm, &ticks), -EBADMSG);
}

/* This very process is found, with its parent and its program. */
static void test_scan(void **state)
{
	const struct ygr_process *self;
	struct ygr_process_table *table;
	char exe[4096] = "";

	(void)state;
	assert_true(readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0);
	assert_int_equal(ygr_process_table_create(&table, 1 << 20, 0), 0);
	assert_true(ygr_process_scan(table) >= 1);
	self = ygr_process_table_find(table, (uint32_t)getpid(), 0);
	assert_non_null(self);
	assert_int_equal(self->ppid, getppid());
	assert_string_equal(self->exe, exe);
	assert_true(self->approximate);
	ygr_process_table_destroy(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_scan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
