// SPDX-License-Identifier: GPL-2.0-only
#include "bench_baseline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_report.h"
#include "text_error.h"
#include "text_file.h"

#define QUOTED_MAX	48	/* bytes of a value in a message */

#define refuse(sentence, ...) ygr_text_error_refuse(sentence, YGR_BENCH_REASON_BYTES, __VA_ARGS__)

json_t *ygr_bench_baseline_read(const char *path, char reason[YGR_BENCH_REASON_BYTES])
{
	json_t *baseline;
	json_error_t error;
	size_t bytes;
	char *text;
	int ret = ygr_text_file_read(path, YGR_BENCH_BASELINE_BYTES_MAX, &text, &bytes);

	if (ret) {
		refuse(reason, "%s", strerror(-ret));
		return NULL;
	}
	baseline = json_loadb(text, bytes, 0, &error);
	if (!baseline)
		refuse(reason, "line %d: %s", error.line, error.text);
	free(text);
	return baseline;
}

static void quote(const json_t *value, char text[QUOTED_MAX])
{
	if (json_is_string(value))
		snprintf(text, QUOTED_MAX, "%s", json_string_value(value));
	else if (json_is_integer(value))
		snprintf(text, QUOTED_MAX, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else
		snprintf(text, QUOTED_MAX, "?");
}

static int check_same(const json_t *baseline, const json_t *report, const char *of,
		      const char *key, char *reason)
{
	const json_t *then = json_object_get(json_object_get(baseline, of), key);
	const json_t *now = json_object_get(json_object_get(report, of), key);
	char then_text[QUOTED_MAX], now_text[QUOTED_MAX];

	if (json_equal(then, now))
		return 0;
	quote(then, then_text);
	quote(now, now_text);
	return refuse(reason, "made with another %s: %s, not %s", key, then_text, now_text);
}

/* What was cut short, or failed in part, is no measure of the calls that were asked for. */
static int check_whole(const json_t *baseline, char *reason)
{
	const json_t *run = json_object_get(baseline, "run");

	if (json_is_true(json_object_get(run, "interrupted")))
		return refuse(reason, "it was interrupted: a baseline is a whole run");
	if (json_integer_value(json_object_get(run, "failed")))
		return refuse(reason, "calls of it failed: %" JSON_INTEGER_FORMAT,
			      json_integer_value(json_object_get(run, "failed")));
	return 0;
}

static const char *state_of(const json_t *report)
{
	const json_t *sensor = json_object_get(report, "sensor");

	return json_string_value(json_object_get(sensor, "state")) ?: "?";
}

int ygr_bench_baseline_check(const json_t *baseline, const json_t *report,
			     char reason[YGR_BENCH_REASON_BYTES])
{
	static const char *const asked[] = { "mix", "threads", "rate", "objects" };
	static const char *const host[] = { "name", "kernel", "cpus" };
	int err;

	if (json_integer_value(json_object_get(baseline, "format")) != YGR_BENCH_FORMAT ||
	    !json_is_object(json_object_get(baseline, "calls")))
		return refuse(reason, "no report of bench --json");
	if (strcmp(state_of(baseline), "absent") && strcmp(state_of(baseline), "off"))
		return refuse(reason, "made with the sensor on: a baseline is made without it");
	err = check_whole(baseline, reason);
	for (size_t i = 0; !err && i < sizeof(host) / sizeof(host[0]); i++)
		err = check_same(baseline, report, "host", host[i], reason);
	for (size_t i = 0; !err && i < sizeof(asked) / sizeof(asked[0]); i++)
		err = check_same(baseline, report, "asked", asked[i], reason);
	if (!err && strcmp(state_of(report), "on"))
		return refuse(reason, "the sensor is %s now, too: there is nothing to compare",
			      state_of(report));
	return err;
}

static void compare_kind(const json_t *then, json_t *kind)
{
	json_t *added, *value;
	const char *key;

	then = json_object_get(then, "difference");
	if (!json_is_object(then) || !json_object_get(kind, "difference"))
		return;
	added = json_object();
	json_object_foreach(json_object_get(kind, "difference"), key, value) {
		const json_t *before = json_object_get(then, key);
		json_int_t by;

		if (json_is_integer(before) &&
		    !__builtin_sub_overflow(json_integer_value(value), json_integer_value(before),
					    &by))
			json_object_set_new(added, key, json_integer(by));
	}
	json_object_set_new(kind, "added", added);
}

void ygr_bench_baseline_compare(const json_t *baseline, json_t *report)
{
	const json_t *calls = json_object_get(baseline, "calls");
	const char *name;
	json_t *kind;

	json_object_foreach(json_object_get(report, "calls"), name, kind)
		compare_kind(json_object_get(calls, name), kind);
	json_object_set_new(report, "method", json_string("twin-and-baseline"));
}
