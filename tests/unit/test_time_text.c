// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "time_text.h"

#define NS	UINT64_C(1000000000)
#define NOW	(UINT64_C(1709294647) * NS + 313999999)	/* 2024-03-01 12:04:07 UTC */

static void is(const char *text, uint64_t wanted_ns)
{
	uint64_t time_ns = 1;

	if (ygr_time_text_parse(text, NOW, &time_ns) || time_ns != wanted_ns)
		fail_msg("%s: %llu, wanted %llu", text, (unsigned long long)time_ns,
			 (unsigned long long)wanted_ns);
}

static void is_none(const char *text)
{
	uint64_t time_ns = 1;

	if (ygr_time_text_parse(text, NOW, &time_ns) != -EINVAL || time_ns != 1)
		fail_msg("taken: %s", text);
}

static void test_relative(void **state)
{
	(void)state;
	is("now", NOW);
	is("-10m", NOW - 600 * NS);
	is("-1h30m", NOW - 5400 * NS);
	is("-2d", NOW - 2 * 86400 * NS);
	is("-1w", NOW - 7 * 86400 * NS);
	is("-0s", NOW);
	is("-999999999w", 0);
	is_none("-");
	is_none("-10");
	is_none("-m");
	is_none("-10x");
	is_none("-10m5");
	is_none("-9999999999s");
	is_none("10m");
}

static void test_absolute(void **state)
{
	(void)state;
	is("2024-03-01", 1709251200 * NS);
	is("2024-03-01T12:04", 1709294640 * NS);
	is("2024-03-01 12:04:07", 1709294647 * NS);
	is("2024-03-01T12:04:07.5Z", 1709294647 * NS + 500000000);
	is("2024-03-01T12:04:07.000000001Z", 1709294647 * NS + 1);
	is("2024-03-01T14:04:07+02:00", 1709294647 * NS);
	is("2024-03-01 14:04:07.313+0200", 1709294647 * NS + 313000000);
	is("2024-03-01T10:34:07-01:30", 1709294647 * NS);
	is("12:04", 1709294640 * NS);
	is("12:04:06", 1709294646 * NS);
	is("@0", 0);
	is("@1709294647", 1709294647 * NS);
	is_none("");
	is_none("2024");
	is_none("2024-13-01");
	is_none("2024-00-01");
	is_none("2024-03-32");
	is_none("1969-12-31");
	is_none("9999-01-01");
	is_none("2024-03-01T");
	is_none("2024-03-01T25:00");
	is_none("2024-03-01T12:60");
	is_none("2024-03-01T12:04:07.");
	is_none("2024-03-01T12:04:07Zx");
	is_none("2024-03-01T12:04:07+2");
	is_none("2024-03-01T12:04:07+020");
	is_none("24-03-01");
	is_none("@");
	is_none("@x");
	is_none("@99999999999");
	is_none("yesterday");
}

/* Where no zone is said, it is the local one; summer time included. */
static void test_local(void **state)
{
	(void)state;
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	is("2024-03-01 13:04:07", 1709294647 * NS);
	is("13:04:07", 1709294647 * NS);
	is("2024-07-01 14:00", 1719835200 * NS);
	is("2024-07-01T12:00Z", 1719835200 * NS);
	setenv("TZ", "UTC", 1);
	tzset();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_relative),
		cmocka_unit_test(test_absolute),
		cmocka_unit_test(test_local),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
