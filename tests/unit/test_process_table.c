// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "process_table.h"
#include "ring_fake.h"

#define LINGER_NS	1000u

static struct ygr_process_table *table;
static struct record_fake record;
static struct ygr_record_view view;

static int set_up(void **state)
{
	(void)state;
	return ygr_process_table_create(&table, 1 << 20, LINGER_NS);
}

static int tear_down(void **state)
{
	(void)state;
	ygr_process_table_destroy(table);
	return 0;
}

static void begin(uint16_t type, uint64_t time_ns, uint32_t pid, uint64_t start_ns, const char *comm)
{
	record_fake_begin(&record, type, YGR_CLASS_EXEC, time_ns);
	record.head.tgid = pid;
	record.head.start_ns = start_ns;
	record.head.ppid = 1;
	strncpy(record.head.comm, comm, YGR_COMM_BYTES);
}

static void observe(void)
{
	const char *reason;

	assert_int_equal(ygr_record_parse(record.bytes, record.head.len, &view, &reason), 0);
	ygr_process_table_observe(table, &view);
}

static void fork_of(uint32_t parent, uint64_t parent_start, uint32_t child, uint64_t start_ns)
{
	struct ygr_body_fork body = { .child_tgid = child, .child_start_ns = start_ns };

	begin(YGR_EV_FORK, start_ns, parent, parent_start, "sh");
	record_fake_body(&record, &body, sizeof(body));
	observe();
}

static void exec_of(uint32_t pid, uint64_t start_ns, const char *path, const char *comm)
{
	begin(YGR_EV_EXEC, start_ns + 1, pid, start_ns, comm);
	record_fake_string(&record, YGR_STR_PATH, path, (uint32_t)strlen(path));
	observe();
}

static void exit_of(uint32_t pid, uint64_t start_ns, uint64_t time_ns)
{
	begin(YGR_EV_EXIT, time_ns, pid, start_ns, "x");
	observe();
}

static struct ygr_process_stats stats_of(void)
{
	struct ygr_process_stats stats;

	ygr_process_table_stats(table, &stats);
	return stats;
}

static void test_fork_inherits_then_exec_replaces(void **state)
{
	const struct ygr_process *child;

	(void)state;
	exec_of(10, 100, "/bin/sh", "sh");
	fork_of(10, 100, 11, 200);
	child = ygr_process_table_find(table, 11, 200);
	assert_string_equal(child->exe->bytes, "/bin/sh");
	assert_string_equal(child->comm, "sh");
	assert_int_equal(ygr_process_table_parent(table, child)->pid, 10);
	exec_of(11, 200, "/bin/ls", "ls");
	child = ygr_process_table_find(table, 11, 200);
	assert_string_equal(child->exe->bytes, "/bin/ls");
	assert_string_equal(child->comm, "ls");
	assert_int_equal(ygr_process_table_parent(table, child)->pid, 10);
}

static void test_pid_reuse(void **state)
{
	(void)state;
	exec_of(10, 100, "/bin/old", "old");
	exec_of(10, 900, "/bin/new", "new");
	assert_string_equal(ygr_process_table_find(table, 10, 100)->exe->bytes, "/bin/old");
	assert_string_equal(ygr_process_table_find(table, 10, 900)->exe->bytes, "/bin/new");
	assert_string_equal(ygr_process_table_find(table, 10, 0)->exe->bytes, "/bin/new");
	assert_null(ygr_process_table_find(table, 10, 500));
}

static void test_proc_entry_becomes_exact(void **state)
{
	const uint64_t tick = YGR_PROCESS_TICK_NS;

	(void)state;
	ygr_process_table_add(table, 20, 1, 7 * tick, "sshd", "/usr/sbin/sshd");
	assert_null(ygr_process_table_find(table, 20, 8 * tick));
	assert_null(ygr_process_table_find(table, 20, 7 * tick - 1));
	assert_string_equal(ygr_process_table_find(table, 20, 7 * tick + 5)->exe->bytes, "/usr/sbin/sshd");
	assert_null(ygr_process_table_find(table, 20, 7 * tick + 6));
}

static void test_events_know_better_than_proc(void **state)
{
	(void)state;
	exec_of(10, 123, "/bin/sh", "sh");
	ygr_process_table_add(table, 10, 1, 0, "stale", "/stale");
	assert_string_equal(ygr_process_table_find(table, 10, 123)->exe->bytes, "/bin/sh");
	assert_int_equal(stats_of().entry_nr, 1);
}

static void test_ended_lingers_for_its_children(void **state)
{
	(void)state;
	exec_of(10, 100, "/bin/sh", "sh");
	fork_of(10, 100, 11, 200);
	exit_of(10, 100, 300);
	assert_non_null(ygr_process_table_parent(table, ygr_process_table_find(table, 11, 200)));
	exec_of(11, 200 + LINGER_NS, "/bin/ls", "ls");
	assert_non_null(ygr_process_table_find(table, 10, 100));
	exec_of(11, 302 + LINGER_NS, "/bin/ls", "ls");
	assert_null(ygr_process_table_find(table, 10, 100));
}

static void test_unknown_subject_is_added(void **state)
{
	(void)state;
	begin(YGR_EV_CONNECT, 5, 33, 3, "curl");
	observe();
	assert_string_equal(ygr_process_table_find(table, 33, 3)->comm, "curl");
	assert_null(ygr_process_table_find(table, 33, 3)->exe);
	assert_int_equal(stats_of().missed_nr, 1);
}

static void test_sensor_events_have_no_subject(void **state)
{
	(void)state;
	begin(YGR_EV_TOTALS, 5, 33, 3, "idle");
	observe();
	assert_int_equal(stats_of().entry_nr, 0);
}

static void test_parent_by_pid_must_be_older(void **state)
{
	(void)state;
	exec_of(10, 500, "/bin/later", "later");
	ygr_process_table_add(table, 11, 10, 0, "child", NULL);
	assert_null(ygr_process_table_parent(table, ygr_process_table_find(table, 11, 0)));
}

static void test_ceiling(void **state)
{
	struct ygr_process_stats stats;

	(void)state;
	tear_down(state);
	assert_int_equal(ygr_process_table_create(&table, 64 << 10, LINGER_NS), 0);
	for (uint32_t pid = 2; pid < 5000; pid++) {
		exec_of(pid, pid, "/usr/bin/a-program-with-some-name", "a");
		assert_true(stats_of().used_bytes <= 64 << 10);
		/* One that is asked for all the time stays. */
		if (pid > 2)
			assert_non_null(ygr_process_table_find(table, 2, 2));
	}
	stats = stats_of();
	assert_true(stats.evicted_nr > 4000);
	assert_int_equal(stats.entry_nr + stats.evicted_nr, 4998);
}

static void test_ended_go_first(void **state)
{
	(void)state;
	tear_down(state);
	assert_int_equal(ygr_process_table_create(&table, 64 << 10, UINT64_MAX / 2), 0);
	exec_of(2, 2, "/bin/runs", "runs");
	for (uint32_t pid = 3; pid < 2000; pid++) {
		exec_of(pid, pid, "/bin/short-lived", "s");
		exit_of(pid, pid, pid + 2);
	}
	assert_non_null(ygr_process_table_find(table, 2, 2));
	assert_int_equal(stats_of().evicted_nr, 0);
}

/* Entries that name each other: found, not followed for ever. */
static void test_circle(void **state)
{
	const struct ygr_process *process;

	(void)state;
	fork_of(5, 50, 6, 50);
	fork_of(6, 50, 5, 50);
	process = ygr_process_table_find(table, 5, 50);
	assert_int_equal(ygr_process_table_parent(table, process)->pid, 6);
}

static void test_same_program_is_kept_once(void **state)
{
	size_t before;

	(void)state;
	exec_of(2, 2, "/usr/bin/a-program-with-some-name", "a");
	exec_of(3, 3, "/usr/bin/a-program-with-some-name", "a");
	before = stats_of().used_bytes;
	exec_of(4, 4, "/usr/bin/a-program-with-some-name", "a");
	assert_int_equal(stats_of().used_bytes - before, sizeof(struct ygr_process));
	assert_ptr_equal(ygr_process_table_find(table, 2, 2)->exe, ygr_process_table_find(table, 4, 4)->exe);
}

static void test_long_program_is_cut(void **state)
{
	static char path[YGR_PROCESS_EXE_BYTES + 100];

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	ygr_process_table_add(table, 20, 1, 0, "sshd", path);
	assert_int_equal(ygr_process_table_find(table, 20, 0)->exe->len, YGR_PROCESS_EXE_BYTES);
}

/* Whoever remembers a line of ancestors looks again when this number has risen. */
static void test_changes_that_others_see(void **state)
{
	uint32_t before;

	(void)state;
	exec_of(10, 100, "/bin/sh", "sh");
	before = ygr_process_table_change_nr(table);
	exec_of(10, 100, "/bin/bash", "bash");
	assert_int_equal(ygr_process_table_change_nr(table), before);	/* nobody descends from it */
	fork_of(10, 100, 11, 200);
	exec_of(11, 200, "/bin/ls", "ls");
	assert_int_equal(ygr_process_table_change_nr(table), before);
	exec_of(10, 100, "/bin/zsh", "zsh");
	assert_int_equal(ygr_process_table_change_nr(table), before + 1);
}

static void test_change_ends_the_mark(void **state)
{
	struct ygr_process *process;

	(void)state;
	exec_of(10, 100, "/bin/sh", "sh");
	process = ygr_process_table_find(table, 10, 100);
	process->mark.serial = 3;
	process->mark.subject_serial = 3;
	exec_of(10, 100, "/bin/bash", "bash");
	assert_int_equal(process->mark.serial, 0);
	assert_int_equal(process->mark.subject_serial, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fork_inherits_then_exec_replaces),
		TEST(test_pid_reuse),
		TEST(test_proc_entry_becomes_exact),
		TEST(test_events_know_better_than_proc),
		TEST(test_ended_lingers_for_its_children),
		TEST(test_unknown_subject_is_added),
		TEST(test_sensor_events_have_no_subject),
		TEST(test_parent_by_pid_must_be_older),
		TEST(test_ceiling),
		TEST(test_ended_go_first),
		TEST(test_circle),
		TEST(test_same_program_is_kept_once),
		TEST(test_long_program_is_cut),
		TEST(test_changes_that_others_see),
		TEST(test_change_ends_the_mark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
