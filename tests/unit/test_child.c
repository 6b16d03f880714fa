// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "clock.h"

#define MS	YGR_NS_PER_MS
#define S	YGR_NS_PER_S

static struct ygr_child child;

static int set_up(void **state)
{
	(void)state;
	return ygr_child_init(&child, "child", true);
}

static int give_status(const void *arg)
{
	_exit(*(const int *)arg);
}

static int beat_and_wait(const void *arg)
{
	(void)arg;
	ygr_child_beat();
	pause();
	return 0;
}

static void test_runs_and_ends_with_its_status(void **state)
{
	const int wanted = 7;
	int status;

	(void)state;
	assert_int_equal(ygr_child_start(&child, 0, give_status, &wanted), 0);
	assert_true(child.pid > 0);
	assert_int_equal(waitpid(child.pid, &status, 0), child.pid);
	assert_int_equal(WEXITSTATUS(status), 7);
}

static void test_one_at_a_time(void **state)
{
	const int zero = 0;
	pid_t first;

	(void)state;
	ygr_child_start(&child, 0, give_status, &zero);
	first = child.pid;
	assert_int_equal(ygr_child_start(&child, 1000 * S, give_status, &zero), 0);
	assert_int_equal(child.pid, first);
	assert_true(ygr_child_due_ns(&child) == UINT64_MAX);
	waitpid(first, NULL, 0);
}

static void test_not_wanted(void **state)
{
	const int zero = 0;

	(void)state;
	child.wanted = false;
	assert_int_equal(ygr_child_start(&child, 0, give_status, &zero), 0);
	assert_int_equal(child.pid, 0);
	assert_true(ygr_child_due_ns(&child) == UINT64_MAX);
}

/* It ran from @start_ns to @end_ns: when is the next one due? */
static uint64_t wait_after(uint64_t start_ns, uint64_t end_ns)
{
	child.pid = 1;
	child.started_ns = start_ns;
	ygr_child_note_end(&child, end_ns);
	assert_int_equal(child.pid, 0);
	return ygr_child_due_ns(&child) - end_ns;
}

static void test_wait_doubles_up_to_its_limit(void **state)
{
	static const uint64_t waits_ms[] = { 100, 200, 400, 800, 1600, 3200, 5000, 5000 };

	(void)state;
	for (size_t i = 0; i < sizeof(waits_ms) / sizeof(waits_ms[0]); i++)
		assert_int_equal(wait_after(i * 10 * S, i * 10 * S + 1), waits_ms[i] * MS);
}

static void test_wait_starts_anew_after_a_good_run(void **state)
{
	(void)state;
	wait_after(0, 1);
	wait_after(0, 1);
	assert_int_equal(wait_after(0, 10 * S - 1), 400 * MS);
	assert_int_equal(wait_after(0, 10 * S), 100 * MS);
}

static void test_hangs_after_a_minute_of_silence(void **state)
{
	(void)state;
	child.pid = 1;
	child.alive_ns = 5 * S;
	assert_false(ygr_child_is_hung(&child, 65 * S));
	assert_true(ygr_child_is_hung(&child, 65 * S + 1));
	assert_false(ygr_child_is_hung(&child, 66 * S));
	assert_true(ygr_child_is_hung(&child, 126 * S));
	child.pid = 0;
	assert_false(ygr_child_is_hung(&child, 1000 * S));
}

static void test_a_beat_is_seen_by_the_parent(void **state)
{
	int tries = 0;

	(void)state;
	ygr_child_beat();	/* this process is no child: nothing happens */
	assert_int_equal(atomic_load(child.beats), 0);
	ygr_child_start(&child, 0, beat_and_wait, NULL);
	while (!atomic_load(child.beats) && tries++ < 1000)
		usleep(5000);
	assert_int_equal(atomic_load(child.beats), 1);
	assert_false(ygr_child_is_hung(&child, 100 * S));
	assert_true(ygr_child_is_hung(&child, 161 * S));
	kill(child.pid, SIGKILL);
	waitpid(child.pid, NULL, 0);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_runs_and_ends_with_its_status),
		TEST(test_one_at_a_time),
		TEST(test_not_wanted),
		TEST(test_wait_doubles_up_to_its_limit),
		TEST(test_wait_starts_anew_after_a_good_run),
		TEST(test_hangs_after_a_minute_of_silence),
		TEST(test_a_beat_is_seen_by_the_parent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
