// SPDX-License-Identifier: GPL-2.0-only
/* What one run may be compared with, and what comes of it. */
#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>


#include "bench_baseline.h"

#define ASKED(mix, threads, rate, objects) \
	"\"asked\":{\"mix\":\"" mix "\",\"seconds\":5,\"threads\":" threads ",\"rate\":" rate \
	",\"objects\":" objects "}"
#define HOST(name, kernel, cpus) \
	"\"host\":{\"name\":\"" name "\",\"kernel\":\"" kernel "\",\"cpus\":" cpus "}"
#define SENSOR(state)	"\"sensor\":{\"state\":\"" state "\"}"
#define CALLS(differences) "\"calls\":{\"open\":{\"difference\":{" differences "}}}"
#define REPORT(asked, host, sensor, calls) \
	"{\"format\":1," asked "," host "," sensor "," calls "}"
#define USUAL_ASKED	ASKED("open=1", "1", "1000", "256")
#define USUAL_HOST	HOST("a", "6.12", "2")
#define NOW		REPORT(USUAL_ASKED, USUAL_HOST, SENSOR("on"), CALLS("\"p50_ns\":900,\"p99_ns\":4000"))
#define THEN		REPORT(USUAL_ASKED, USUAL_HOST, SENSOR("absent"), CALLS("\"p50_ns\":300,\"p99_ns\":5000"))

static json_t *parse(const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

	if (!value)
		fail_msg("no JSON: %s", text);
	return value;
}

static void expect(const char *then, const char *now, int wanted, const char *why)
{
	json_t *baseline = parse(then), *report = parse(now);
	char reason[YGR_BENCH_REASON_BYTES] = "";

	assert_int_equal(ygr_bench_baseline_check(baseline, report, reason), wanted);
	assert_string_equal(reason, why);
	json_decref(baseline);
	json_decref(report);
}

static void what_can_be_compared(void **state)
{
	(void)state;
	expect(THEN, NOW, 0, "");
	expect(REPORT(USUAL_ASKED, USUAL_HOST, SENSOR("off"), CALLS("")), NOW, 0, "");
	/* How long each ran does not matter. */
	expect(REPORT("\"asked\":{\"mix\":\"open=1\",\"seconds\":60,\"threads\":1,\"rate\":1000,\"objects\":256}",
		      USUAL_HOST, SENSOR("off"), CALLS("")), NOW, 0, "");
}

static void what_cannot(void **state)
{
	(void)state;
	expect(NOW, NOW, -EINVAL, "made with the sensor on: a baseline is made without it");
	expect(THEN, THEN, -EINVAL, "the sensor is absent now, too: there is nothing to compare");
	expect(REPORT(ASKED("open=2", "1", "1000", "256"), USUAL_HOST, SENSOR("off"), CALLS("")), NOW,
	       -EINVAL, "made with another mix: open=2, not open=1");
	expect(REPORT(ASKED("open=1", "2", "1000", "256"), USUAL_HOST, SENSOR("off"), CALLS("")), NOW,
	       -EINVAL, "made with another threads: 2, not 1");
	expect(REPORT(ASKED("open=1", "1", "0", "256"), USUAL_HOST, SENSOR("off"), CALLS("")), NOW,
	       -EINVAL, "made with another rate: 0, not 1000");
	expect(REPORT(ASKED("open=1", "1", "1000", "1"), USUAL_HOST, SENSOR("off"), CALLS("")), NOW,
	       -EINVAL, "made with another objects: 1, not 256");
	expect(REPORT(USUAL_ASKED, HOST("b", "6.12", "2"), SENSOR("off"), CALLS("")), NOW,
	       -EINVAL, "made with another name: b, not a");
	expect(REPORT(USUAL_ASKED, HOST("a", "6.1", "2"), SENSOR("off"), CALLS("")), NOW,
	       -EINVAL, "made with another kernel: 6.1, not 6.12");
	expect(REPORT(USUAL_ASKED, HOST("a", "6.12", "[]"), SENSOR("off"), CALLS("")), NOW,
	       -EINVAL, "made with another cpus: ?, not 2");
	expect(REPORT(USUAL_ASKED, HOST("\\u001b[2J", "6.12", "2"), SENSOR("off"), CALLS("")), NOW,
	       -EINVAL, "made with another name: \\x1b[2J, not a");
}

#define RAN(run)	REPORT(USUAL_ASKED, USUAL_HOST, SENSOR("off") ",\"run\":{" run "}", CALLS(""))

static void what_is_no_whole_run(void **state)
{
	(void)state;
	expect(RAN("\"failed\":0,\"interrupted\":false"), NOW, 0, "");
	expect(RAN("\"failed\":0,\"interrupted\":true"), NOW, -EINVAL,
	       "it was interrupted: a baseline is a whole run");
	expect(RAN("\"failed\":3,\"interrupted\":false"), NOW, -EINVAL, "calls of it failed: 3");
}

static void what_is_no_report(void **state)
{
	static const char *const each[] = {
		"null", "3", "\"x\"", "[]", "{}", "{\"format\":1}", "{\"format\":2,\"calls\":{}}",
		"{\"format\":\"1\",\"calls\":{}}", "{\"format\":1,\"calls\":[]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++)
		expect(each[i], NOW, -EINVAL, "no report of bench --json");
	expect("{\"format\":1,\"calls\":{}}", NOW, -EINVAL,
	       "made with the sensor on: a baseline is made without it");
	expect("{\"format\":1,\"calls\":{}," SENSOR("off") "}", NOW, -EINVAL,
	       "made with another name: ?, not a");
}

static json_int_t added(const json_t *report, const char *key)
{
	const json_t *value = json_object_get(json_object_get(json_object_get(
		json_object_get(report, "calls"), "open"), "added"), key);

	return value ? json_integer_value(value) : -1;
}

static void what_is_added(void **state)
{
	json_t *baseline = parse(THEN), *report = parse(NOW);

	(void)state;
	ygr_bench_baseline_compare(baseline, report);
	assert_int_equal(added(report, "p50_ns"), 600);
	assert_int_equal(added(report, "p99_ns"), -1000);
	assert_string_equal(json_string_value(json_object_get(report, "method")), "twin-and-baseline");
	json_decref(baseline);
	json_decref(report);
}

/* Nothing is made up for what one of both lacks. */
static void what_is_not_there_is_not_added(void **state)
{
	static const char *const each[] = {
		"\"calls\":{}", "\"calls\":{\"open\":3}", "\"calls\":{\"open\":{\"difference\":[]}}",
		CALLS(""), CALLS("\"p50_ns\":\"300\""), CALLS("\"p50_ns\":1.5"),
		CALLS("\"p50_ns\":-9223372036854775807"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
		char text[512];
		json_t *baseline, *report = parse(NOW);

		snprintf(text, sizeof(text), "{%s}", each[i]);
		baseline = parse(text);
		ygr_bench_baseline_compare(baseline, report);
		assert_int_equal(added(report, "p50_ns"), -1);
		json_decref(baseline);
		json_decref(report);
	}
}

static void expect_unread(const char *text, size_t len, const char *why)
{
	char path[] = "/tmp/bench-baseline.XXXXXX", reason[YGR_BENCH_REASON_BYTES] = "";
	int fd = mkstemp(path);

	assert_true(fd >= 0 && write(fd, text, len) == (ssize_t)len);
	close(fd);
	assert_null(ygr_bench_baseline_read(path, reason));
	unlink(path);
	assert_string_equal(reason, why);
}

static void what_cannot_be_read(void **state)
{
	char reason[YGR_BENCH_REASON_BYTES];
	char *large = calloc(1, YGR_BENCH_BASELINE_BYTES_MAX + 1);

	(void)state;
	assert_null(ygr_bench_baseline_read("/nonexistent", reason));
	assert_string_equal(reason, "No such file or directory");
	assert_null(ygr_bench_baseline_read("/dev/zero", reason));
	assert_string_equal(reason, "File too large");
	expect_unread("", 0, "line 1: '[' or '{' expected near end of file");
	expect_unread(large, YGR_BENCH_BASELINE_BYTES_MAX + 1, "File too large");
	free(large);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_can_be_compared),
		cmocka_unit_test(what_cannot),
		cmocka_unit_test(what_is_no_whole_run),
		cmocka_unit_test(what_is_no_report),
		cmocka_unit_test(what_is_added),
		cmocka_unit_test(what_is_not_there_is_not_added),
		cmocka_unit_test(what_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
