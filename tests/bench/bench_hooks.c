// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instructions added to a system call by Yagura and by what people would use
 * instead, in one guest, one after the other. The baseline is taken first and
 * again between and after them, so that its drift shows.
 *
 *	bench_hooks [PATTERN]	the contenders whose names match
 */
#include <string.h>

#include "bench.h"

static void nothing(void **state)
{
	(void)state;
	bench_measure("baseline", BENCH_CALLS | BENCH_PROCESSES, NULL);
}

static void nothing_at_last(void **state)
{
	(void)state;
	bench_measure("baseline-last", BENCH_CALLS, NULL);
}

static int begin(void **state)
{
	(void)state;
	bench_work_prepare();
	bench_report_open();
	return 0;
}

static int end(void **state)
{
	(void)state;
	bench_report_close();
	return 0;
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing),
		cmocka_unit_test(bench_yagura),
		cmocka_unit_test(bench_bpf),
		cmocka_unit_test(bench_fanotify),
		cmocka_unit_test(bench_bpf_rules),
		cmocka_unit_test(bench_yagura_rules),
		cmocka_unit_test(nothing_at_last),
		cmocka_unit_test(bench_audit),
	};

	if (argc == 4 && !strcmp(argv[1], "exec"))
		return bench_exec_main(argv);
	if (argc == 2)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, begin, end);
}
