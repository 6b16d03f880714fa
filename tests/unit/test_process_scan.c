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
#include "ring_fake.h"

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
	assert_string_equal(self->exe->bytes, exe);
	assert_true(self->approximate);
	ygr_process_table_destroy(table);
}

/* One that an event named first: its program is found, and who is above it. */
static void test_scan_one(void **state)
{
	struct ygr_process_table *table;
	struct ygr_process *self;
	struct record_fake record;
	struct ygr_record_view view;
	const char *reason;
	uint64_t start_ns;

	(void)state;
	assert_int_equal(ygr_process_table_create(&table, 1 << 20, 0), 0);
	ygr_process_scan(table);
	start_ns = ygr_process_table_find(table, (uint32_t)getpid(), 0)->start_ns + 3;
	ygr_process_table_destroy(table);

	assert_int_equal(ygr_process_table_create(&table, 1 << 20, 0), 0);
	record_fake_begin(&record, YGR_EV_UNLINK, YGR_CLASS_FILE, start_ns + 1000);
	record.head.tgid = (uint32_t)getpid();
	record.head.ppid = (uint32_t)getppid();
	record.head.start_ns = start_ns;
	assert_int_equal(ygr_record_parse(record.bytes, record.head.len, &view, &reason), 0);
	self = ygr_process_table_observe(table, &view);
	assert_true(self->is_stranger);
	assert_null(self->exe);
	ygr_process_scan_one(table, self->pid);
	self = ygr_process_table_find(table, (uint32_t)getpid(), start_ns);
	assert_false(self->is_stranger);
	assert_non_null(self->exe);
	assert_int_equal(self->start_ns, start_ns);
	assert_int_equal(ygr_process_table_parent(table, self)->pid, getppid());
	/* Of a pid that was given to another since, nothing is believed. */
	record.head.start_ns = start_ns - 50 * YGR_PROCESS_TICK_NS;
	assert_int_equal(ygr_record_parse(record.bytes, record.head.len, &view, &reason), 0);
	self = ygr_process_table_observe(table, &view);
	ygr_process_scan_one(table, self->pid);
	self = ygr_process_table_find(table, (uint32_t)getpid(), record.head.start_ns);
	assert_null(self->exe);
	ygr_process_table_destroy(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_scan),
		cmocka_unit_test(test_scan_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
