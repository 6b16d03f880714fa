// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "http_answer.h"

static struct ygr_http_answer answer;

static void check(enum ygr_http_kind kind, long status, const char *body, uint32_t event_nr,
		  enum ygr_http_verdict verdict, const char *reason)
{
	ygr_http_answer_read(&answer, kind, status, body, strlen(body), event_nr);
	assert_int_equal(answer.verdict, verdict);
	assert_string_equal(answer.reason, reason);
}

static void test_statuses(void **state)
{
	(void)state;
	check(YGR_HTTP_LINES, 200, "x", 5, YGR_HTTP_TAKEN, "");
	check(YGR_HTTP_LINES, 204, "", 5, YGR_HTTP_TAKEN, "");
	check(YGR_HTTP_LINES, 400, "no such field", 5, YGR_HTTP_REFUSED, "HTTP 400: no such field");
	assert_int_equal(answer.refused_nr, 5);
	check(YGR_HTTP_LINES, 422, "", 1, YGR_HTTP_REFUSED, "HTTP 422");
	check(YGR_HTTP_LINES, 413, "", 1, YGR_HTTP_TOO_LARGE, "HTTP 413");
	check(YGR_HTTP_LINES, 429, "slow down", 1, YGR_HTTP_NOT_NOW, "HTTP 429: slow down");
	check(YGR_HTTP_LINES, 401, "", 1, YGR_HTTP_NOT_NOW, "HTTP 401");
	check(YGR_HTTP_LINES, 404, "", 1, YGR_HTTP_NOT_NOW, "HTTP 404");
	check(YGR_HTTP_LINES, 302, "", 1, YGR_HTTP_NOT_NOW, "HTTP 302");
	check(YGR_HTTP_LINES, 503, "", 1, YGR_HTTP_NOT_NOW, "HTTP 503");
	check(YGR_HTTP_LINES, 0, "", 1, YGR_HTTP_NOT_NOW, "HTTP 0");
}

static void test_reasons_cannot_steer_a_terminal(void **state)
{
	char body[300];

	(void)state;
	check(YGR_HTTP_LINES, 503, "a\x1b[2J\nb\xff" "c\u200bd", 1, YGR_HTTP_NOT_NOW,
	      "HTTP 503: a [2J b c   d");
	memset(body, 'x', sizeof(body) - 1);
	body[sizeof(body) - 1] = '\0';
	ygr_http_answer_read(&answer, YGR_HTTP_LINES, 503, body, strlen(body), 1);
	assert_int_equal(strlen(answer.reason), 110);
}

static void test_bulk(void **state)
{
	(void)state;
	check(YGR_HTTP_ELASTIC, 200, "{\"errors\":false}", 2, YGR_HTTP_TAKEN, "");
	check(YGR_HTTP_ELASTIC, 200,
	      "{\"errors\":true,\"items\":[{\"create\":{\"status\":201}},{\"create\":{\"status\":409}}]}",
	      2, YGR_HTTP_TAKEN, "");
	assert_int_equal(answer.duplicate_nr, 1);
	check(YGR_HTTP_ELASTIC, 200,
	      "{\"errors\":true,\"items\":[{\"create\":{\"status\":201}},{\"create\":{\"status\":400,\"error\":{\"reason\":\"no float\"}}}]}",
	      2, YGR_HTTP_REFUSED, "1 of 2 events: no float");
	assert_int_equal(answer.refused_nr, 1);
	check(YGR_HTTP_ELASTIC, 200,
	      "{\"errors\":true,\"items\":[{\"create\":{\"status\":429,\"error\":{\"reason\":\"queue\"}}},{\"create\":{\"status\":400}}]}",
	      2, YGR_HTTP_NOT_NOW, "1 of 2 events: queue");
	check(YGR_HTTP_ELASTIC, 200,
	      "{\"errors\":true,\"items\":[{\"create\":{\"status\":503}}]}", 1, YGR_HTTP_NOT_NOW,
	      "1 of 1 events: busy");
	check(YGR_HTTP_ELASTIC, 400, "{}", 1, YGR_HTTP_REFUSED, "HTTP 400: {}");
	check(YGR_HTTP_ELASTIC, 503, "", 1, YGR_HTTP_NOT_NOW, "HTTP 503");
}

/* A proxy's friendly page says nothing about events. */
static void test_bulk_answers_that_are_none(void **state)
{
	static const char none[] = "HTTP 200, but no answer of a _bulk";

	(void)state;
	check(YGR_HTTP_ELASTIC, 200, "", 1, YGR_HTTP_NOT_NOW, none);
	check(YGR_HTTP_ELASTIC, 200, "<html>", 1, YGR_HTTP_NOT_NOW, none);
	check(YGR_HTTP_ELASTIC, 200, "[]", 1, YGR_HTTP_NOT_NOW, none);
	check(YGR_HTTP_ELASTIC, 200, "{}", 1, YGR_HTTP_NOT_NOW, none);
	check(YGR_HTTP_ELASTIC, 200, "{\"errors\":true}", 1, YGR_HTTP_NOT_NOW, none);
	check(YGR_HTTP_ELASTIC, 200, "{\"errors\":true,\"items\":[7]}", 1, YGR_HTTP_NOT_NOW, none);
	check(YGR_HTTP_ELASTIC, 200, "{\"errors\":true,\"items\":[{}]}", 1, YGR_HTTP_NOT_NOW, none);
	check(YGR_HTTP_ELASTIC, 200, "{\"errors\":true,\"items\":[{\"create\":{\"status\":400}}]}", 2,
	      YGR_HTTP_NOT_NOW, none);
	assert_int_equal(answer.refused_nr, 0);
}

static void test_clickhouse(void **state)
{
	(void)state;
	check(YGR_HTTP_CLICKHOUSE, 200, "", 3, YGR_HTTP_TAKEN, "");
	check(YGR_HTTP_CLICKHOUSE, 500, "Code: 27, e.displayText() = ...", 3, YGR_HTTP_REFUSED,
	      "HTTP 500: Code: 27, e.displayText() = ...");
	assert_int_equal(answer.refused_nr, 3);
	check(YGR_HTTP_CLICKHOUSE, 500, "Code: 241, memory", 3, YGR_HTTP_NOT_NOW,
	      "HTTP 500: Code: 241, memory");
	check(YGR_HTTP_CLICKHOUSE, 404, "Code: 60, no table", 3, YGR_HTTP_NOT_NOW,
	      "HTTP 404: Code: 60, no table");
	check(YGR_HTTP_CLICKHOUSE, 400, "Code: 27", 3, YGR_HTTP_REFUSED, "HTTP 400: Code: 27");
	check(YGR_HTTP_CLICKHOUSE, 500, "", 3, YGR_HTTP_NOT_NOW, "HTTP 500");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_reasons_cannot_steer_a_terminal),
		cmocka_unit_test(test_bulk),
		cmocka_unit_test(test_bulk_answers_that_are_none),
		cmocka_unit_test(test_clickhouse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
