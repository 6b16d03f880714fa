// SPDX-License-Identifier: GPL-2.0-only
/* What /proc says of a process, whatever that calls itself. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench_process.h"

#define REST " S 17 812 812 0 -1 4194560 1 2 3 4 120 34 5 6 20 0 3 0 987654 1000 200 18446744073709551615 1 2\n"

static void check(const char *text)
{
	struct ygr_bench_process process = { .pid = 9, .rss_bytes = 8, .peak_bytes = 7 };

	assert_int_equal(ygr_bench_process_parse_stat(text, &process), 0);
	assert_int_equal(process.parent, 17);
	assert_int_equal(process.cpu_ticks, 154);
	assert_int_equal(process.start_ticks, 987654);
	assert_int_equal(process.pid, 9);
	assert_int_equal(process.rss_bytes, 8);
	assert_int_equal(process.peak_bytes, 7);
}

static void whatever_its_name(void **state)
{
	(void)state;
	check("812 (yagurad)" REST);
	check("812 ()" REST);
	check("812 (a b)" REST);
	check("812 () S 1 2 3 4 5)" REST);
	check("812 ((((\n)" REST);
}

static void what_is_cut_is_refused(void **state)
{
	static const char whole[] = "812 (yagurad) S 17 812 812 0 -1 4194560 1 2 3 4 120 34 5 6 20 0 3 0 9";
	struct ygr_bench_process process, before;

	(void)state;
	memset(&before, 0x5a, sizeof(before));
	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		char text[sizeof(whole)] = "";

		memcpy(text, whole, len);
		process = before;
		assert_int_equal(ygr_bench_process_parse_stat(text, &process), -EINVAL);
		assert_memory_equal(&process, &before, sizeof(process));
	}
}

static void a_size_is_found_by_its_whole_name(void **state)
{
	static const char text[] = "Name:\tVmRSS: 1 kB\nVmPeak:\t   900 kB\nVmRSSx:\t 5 kB\n"
				   "VmRSS:\t   123 kB\nVmHWM:\t   456 kB\nVmLck:\t\nVmPin: 7 mB";

	(void)state;
	assert_int_equal(ygr_bench_process_parse_size(text, "VmRSS"), 123 * 1024);
	assert_int_equal(ygr_bench_process_parse_size(text, "VmHWM"), 456 * 1024);
	assert_int_equal(ygr_bench_process_parse_size(text, "VmLck"), 0);
	assert_int_equal(ygr_bench_process_parse_size(text, "VmSwap"), 0);
	assert_int_equal(ygr_bench_process_parse_size("", "VmRSS"), 0);
}

static void oneself(void **state)
{
	struct ygr_bench_process process;

	(void)state;
	assert_int_equal(ygr_bench_process_read(getpid(), &process), 0);
	assert_int_equal(process.pid, getpid());
	assert_int_equal(process.parent, getppid());
	assert_true(process.rss_bytes > 0 && process.rss_bytes <= process.peak_bytes);
	assert_true(process.start_ticks > 0);
	assert_int_equal(ygr_bench_process_read(0x7ffffff, &process), -ENOENT);
	assert_int_equal(process.pid, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_its_name),
		cmocka_unit_test(what_is_cut_is_refused),
		cmocka_unit_test(a_size_is_found_by_its_whole_name),
		cmocka_unit_test(oneself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
