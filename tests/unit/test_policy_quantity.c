// SPDX-License-Identifier: GPL-2.0-only
/* Durations, rates, sizes, times: what is read, what is refused, what comes back. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy_quantity.h"

static struct ygr_policy_reason why;

static void duration(const char *text, uint32_t wanted, const char *again)
{
	char put[YGR_POLICY_QUANTITY_TEXT];
	uint32_t seconds = 0;

	assert_int_equal(ygr_policy_quantity_duration(text, &seconds, &why), 0);
	assert_int_equal(seconds, wanted);
	ygr_policy_quantity_put_duration(put, seconds);
	assert_string_equal(put, again);
}

static void no_duration(const char *text)
{
	uint32_t seconds = 77;

	assert_int_equal(ygr_policy_quantity_duration(text, &seconds, &why), -EINVAL);
	assert_int_equal(seconds, 77);
}

static void test_durations(void **state)
{
	(void)state;
	duration("1s", 1, "1s");
	duration("90s", 90, "90s");
	duration("5m", 300, "5m");
	duration("120m", 7200, "2h");
	duration("48h", 172800, "2d");
	duration("4294967295s", UINT32_MAX, "4294967295s");
	no_duration("");
	no_duration("5");
	no_duration("s");
	no_duration("0s");
	no_duration("-1s");
	no_duration("1.5h");
	no_duration("5 m");
	no_duration("5M");
	no_duration("5min");
	no_duration("4294967296s");
	no_duration("49711d");
	no_duration("99999999999999999999d");
	assert_string_equal(why.text, "\"99999999999999999999d\": expected a duration such as 90s, 5m, 2h or 1d");
}

static void rate(const char *text, uint32_t wanted_nr, uint32_t wanted_s, const char *again)
{
	char put[YGR_POLICY_QUANTITY_TEXT];
	uint32_t nr = 0, seconds = 0;

	assert_int_equal(ygr_policy_quantity_rate(text, &nr, &seconds, &why), 0);
	assert_int_equal(nr, wanted_nr);
	assert_int_equal(seconds, wanted_s);
	ygr_policy_quantity_put_rate(put, nr, seconds);
	assert_string_equal(put, again);
}

static void no_rate(const char *text)
{
	uint32_t nr = 7, seconds = 77;

	assert_int_equal(ygr_policy_quantity_rate(text, &nr, &seconds, &why), -EINVAL);
	assert_int_equal(nr, 7);
	assert_int_equal(seconds, 77);
}

static void test_rates(void **state)
{
	(void)state;
	rate("20/60s", 20, 60, "20/1m");
	rate("1/1s", 1, 1, "1/1s");
	rate("4294967295/4294967295s", UINT32_MAX, UINT32_MAX, "4294967295/4294967295s");
	no_rate("20");
	no_rate("20/");
	no_rate("/60s");
	no_rate("0/60s");
	no_rate("20/0s");
	no_rate("20/60");
	no_rate("20 / 60s");
	no_rate("20/60s/1");
	no_rate("4294967296/1s");
}

static void size(const char *text, uint64_t wanted, const char *again)
{
	char put[YGR_POLICY_QUANTITY_TEXT];
	uint64_t bytes = 0;

	assert_int_equal(ygr_policy_quantity_bytes(text, &bytes, &why), 0);
	assert_int_equal(bytes, wanted);
	ygr_policy_quantity_put_bytes(put, bytes);
	assert_string_equal(put, again);
}

static void no_size(const char *text)
{
	uint64_t bytes = 77;

	assert_int_equal(ygr_policy_quantity_bytes(text, &bytes, &why), -EINVAL);
	assert_int_equal(bytes, 77);
}

static void test_sizes(void **state)
{
	(void)state;
	size("1", 1, "1");
	size("1000", 1000, "1000");
	size("1024", 1024, "1K");
	size("64M", 64 << 20, "64M");
	size("64MiB", 64 << 20, "64M");
	size("1024K", 1 << 20, "1M");
	size("3G", 3ull << 30, "3G");
	size("4096G", 4096ull << 30, "4096G");
	no_size("");
	no_size("0");
	no_size("64m");
	no_size("64MB");
	no_size("M");
	no_size("8589934592G");
}

static void point(const char *text, uint64_t wanted, const char *again)
{
	char put[YGR_POLICY_QUANTITY_TEXT];
	uint64_t seconds = 0;

	assert_int_equal(ygr_policy_quantity_time(text, &seconds, &why), 0);
	assert_int_equal(seconds, wanted);
	ygr_policy_quantity_put_time(put, seconds);
	assert_string_equal(put, again);
}

static void no_point(const char *text)
{
	uint64_t seconds = 77;

	assert_int_equal(ygr_policy_quantity_time(text, &seconds, &why), -EINVAL);
	assert_int_equal(seconds, 77);
}

static void test_times(void **state)
{
	(void)state;
	point("2026-12-31", 1798675200, "2026-12-31T00:00:00Z");
	point("2026-12-31T23:59:59Z", 1798761599, "2026-12-31T23:59:59Z");
	point("2028-02-29", 1835395200, "2028-02-29T00:00:00Z");
	point("1970-01-02", 86400, "1970-01-02T00:00:00Z");
	no_point("");
	no_point("1970-01-01");
	no_point("1969-12-31");
	no_point("2026-02-30");
	no_point("2027-02-29");
	no_point("2026-13-01");
	no_point("2026-1-2");
	no_point("31.12.2026");
	no_point("2026-12-31 00:00:00");
	no_point("2026-12-31T24:00:00Z");
	no_point("2026-12-31T23:59:60Z");
	no_point("2026-12-31T23:59:59");
	no_point("2026-12-31T23:59:59+01:00");
	no_point("2026-12-31T23:59Z");
	no_point(" 2026-12-31");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
