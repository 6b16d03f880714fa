// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instructions added to a system call by Yagura and by what people would use
 * instead, in one guest, one after the other. The baseline is taken first and
 * again between and after them, so that its drift shows.
 *
 *	bench_hooks SECTION
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

static const char *section;

static int begin(void **state)
{
	(void)state;
	bench_report_open(section);
	return 0;
}

static int end(void **state)
{
	(void)state;
	bench_report_close();
	return 0;
}

static int run_hooks(void)
{
	const struct CMUnitTest hooks[] = {
		cmocka_unit_test(nothing),
		cmocka_unit_test(bench_yagura),
		cmocka_unit_test(bench_yagura_noise),
		cmocka_unit_test(bench_bpf),
		cmocka_unit_test(bench_fanotify),
		cmocka_unit_test(bench_falco),
		cmocka_unit_test(bench_bpftrace),
		cmocka_unit_test(bench_bpf_rules),
		cmocka_unit_test(bench_yagura_rules),
		cmocka_unit_test(nothing_at_last),
		cmocka_unit_test(bench_audit),
	};

	return cmocka_run_group_tests(hooks, begin, end);
}

static int run_find(void)
{
	const struct CMUnitTest find[] = {
		cmocka_unit_test(bench_find),
	};

	return cmocka_run_group_tests(find, begin, end);
}

static int run_profile(void)
{
	const struct CMUnitTest profile[] = {
		cmocka_unit_test(bench_profile),
	};

	return cmocka_run_group_tests(profile, begin, end);
}

static int run_cost(void)
{
	const struct CMUnitTest cost[] = {
		cmocka_unit_test(bench_cost),
	};

	return cmocka_run_group_tests(cost, begin, end);
}

static int run_load(void)
{
	const struct CMUnitTest load[] = {
		cmocka_unit_test(bench_load),
	};

	return cmocka_run_group_tests(load, begin, end);
}

static int run_delivery(void)
{
	const struct CMUnitTest delivery[] = {
		cmocka_unit_test(bench_delivery),
	};

	return cmocka_run_group_tests(delivery, begin, end);
}

static int run_scale(void)
{
	const struct CMUnitTest scale[] = {
		cmocka_unit_test(bench_scale),
	};

	return cmocka_run_group_tests(scale, begin, end);
}

static int run_quick(void)
{
	const struct CMUnitTest quick[] = {
		cmocka_unit_test(bench_yagura_quick),
	};

	return cmocka_run_group_tests(quick, begin, end);
}

static const struct {
	const char *name;
	int (*run)(void);
} sections[] = {
	{ "quick",	run_quick },
	{ "find",	run_find },
	{ "profile",	run_profile },	/* for tests/bench/profile */
	{ "cost",	run_cost },
	{ "work",	run_load },
	{ "delivery",	run_delivery },
	{ "scale",	run_scale },	/* on as many CPUs as there are */
	{ "hooks",	run_hooks },	/* the last: audit leaves its mark on what runs */
};

/* Return: exit status. */
static int run_section(const char *name)
{
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		if (strcmp(sections[i].name, name))
			continue;
		section = name;
		return sections[i].run();
	}
	fprintf(stderr, "bench_hooks: no section %s\n", name);
	return 2;
}

int main(int argc, char *argv[])
{
	if (argc == 4 && !strcmp(argv[1], "exec"))
		return bench_exec_main(argv);
	bench_work_prepare();
	bench_settle();
	return run_section(argc == 2 ? argv[1] : "");
}
