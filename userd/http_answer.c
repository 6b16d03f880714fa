// SPDX-License-Identifier: GPL-2.0-only
#include "http_answer.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "utf8.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

/* What comes from the far end is shown to people: only plain characters pass. */
static void make_plain(char *text)
{
	uint32_t code;
	size_t nr;

	while (*text) {
		nr = ygr_utf8_next(text, strlen(text), &code);
		if (!nr || !ygr_utf8_is_plain(code)) {
			memset(text, ' ', nr ? nr : 1);
			nr = nr ? nr : 1;
		}
		text += nr;
	}
}

static void __attribute__((format(printf, 3, 4)))
say(struct ygr_http_answer *answer, enum ygr_http_verdict verdict, const char *fmt, ...)
{
	va_list args;

	answer->verdict = verdict;
	va_start(args, fmt);
	vsnprintf(answer->reason, sizeof(answer->reason), fmt, args);
	va_end(args);
	make_plain(answer->reason);
}

/* ---- the status alone ----------------------------------------------------------- */

/*
 * A wrong password or path is the operator's to mend, and nothing is lost until
 * then; 400 and the like are about what was sent.
 */
static enum ygr_http_verdict judge_status(long status)
{
	switch (status) {
	case 200 ... 299:
		return YGR_HTTP_TAKEN;
	case 400:
	case 415:
	case 422:
		return YGR_HTTP_REFUSED;
	case 413:
		return YGR_HTTP_TOO_LARGE;
	}
	return YGR_HTTP_NOT_NOW;
}

static void read_plain(struct ygr_http_answer *answer, long status, const char *body, size_t len,
		       uint32_t event_nr)
{
	answer->verdict = judge_status(status);
	if (answer->verdict == YGR_HTTP_TAKEN)
		return;
	if (answer->verdict == YGR_HTTP_REFUSED)
		answer->refused_nr = event_nr;
	say(answer, answer->verdict, "HTTP %ld%s%.*s", status, len ? ": " : "",
	    (int)(len < 100 ? len : 100), len ? body : "");
}

/* ---- ClickHouse -------------------------------------------------------------------- */

/*
 * Old servers say 500 to whatever went wrong, with "Code: N" in the text; N is about
 * the data in these.
 */
static bool is_about_data(const char *body, size_t len)
{
	static const int codes[] = {
		6, 16, 25, 26, 27, 33, 38, 39, 41, 53, 69, 70, 72, 117, 130, 131, 321, 349,
	};
	char text[64];
	int code;

	snprintf(text, sizeof(text), "%.*s", (int)(len < 63 ? len : 63), len ? body : "");
	if (sscanf(text, "Code: %d", &code) != 1)
		return false;
	for (size_t i = 0; i < NR(codes); i++)
		if (codes[i] == code)
			return true;
	return false;
}

static void read_clickhouse(struct ygr_http_answer *answer, long status, const char *body,
			    size_t len, uint32_t event_nr)
{
	read_plain(answer, status, body, len, event_nr);
	if (status != 500 || !is_about_data(body, len))
		return;
	answer->verdict = YGR_HTTP_REFUSED;
	answer->refused_nr = event_nr;
}

/* ---- _bulk ---------------------------------------------------------------------------- */

struct items {
	uint32_t nr;
	uint32_t busy_nr;	/* 429, 5xx */
	const char *busy;	/* the first one's reason */
	const char *refused;
};

/* {"create": {"status": 201}}, or with {"error": {"type": ..., "reason": ...}} */
static bool read_item(struct ygr_http_answer *answer, struct items *items, const json_t *item)
{
	const json_t *result = json_object_iter_value(json_object_iter((json_t *)item));
	const char *reason = json_string_value(json_object_get(json_object_get(result, "error"), "reason"));
	json_int_t status = json_integer_value(json_object_get(result, "status"));

	items->nr++;
	if (!status)
		return false;
	if (status == 409) {
		answer->duplicate_nr++;
	} else if (status == 429 || status >= 500) {
		items->busy_nr++;
		items->busy = items->busy ?: reason ?: "busy";
	} else if (status < 200 || status > 299) {
		answer->refused_nr++;
		items->refused = items->refused ?: reason ?: "no reason given";
	}
	return true;
}

/* Return: whether it is an answer at all: one result for each event. */
static bool read_items(struct ygr_http_answer *answer, struct items *items, const json_t *root,
		       uint32_t event_nr)
{
	const json_t *list = json_object_get(root, "items"), *item;
	size_t i;

	if (json_is_false(json_object_get(root, "errors")))
		return true;
	json_array_foreach(list, i, item)
		if (!read_item(answer, items, item))
			return false;
	return items->nr == event_nr;
}

/*
 * What was taken is taken, even when the whole request is sent again for the few
 * that were not: their ids make them duplicates.
 */
static void judge_items(struct ygr_http_answer *answer, const struct items *items)
{
	if (items->busy_nr)
		say(answer, YGR_HTTP_NOT_NOW, "%u of %u events: %s", items->busy_nr, items->nr,
		    items->busy);
	else if (answer->refused_nr)
		say(answer, YGR_HTTP_REFUSED, "%u of %u events: %s", answer->refused_nr, items->nr,
		    items->refused);
}

static void read_bulk(struct ygr_http_answer *answer, long status, const char *body, size_t len,
		      uint32_t event_nr)
{
	struct items items = { 0 };
	json_t *root;

	read_plain(answer, status, body, len, event_nr);
	if (answer->verdict != YGR_HTTP_TAKEN)
		return;
	root = json_loadb(body ?: "", len, 0, NULL);
	if (!json_is_object(root) || !read_items(answer, &items, root, event_nr)) {
		*answer = (struct ygr_http_answer) { 0 };
		say(answer, YGR_HTTP_NOT_NOW, "HTTP %ld, but no answer of a _bulk", status);
	} else {
		judge_items(answer, &items);
	}
	json_decref(root);
}

void ygr_http_answer_read(struct ygr_http_answer *answer, enum ygr_http_kind kind, long status,
			  const char *body, size_t len, uint32_t event_nr)
{
	*answer = (struct ygr_http_answer) { .verdict = YGR_HTTP_TAKEN };
	switch (kind) {
	case YGR_HTTP_ELASTIC:
		read_bulk(answer, status, body, len, event_nr);
		break;
	case YGR_HTTP_CLICKHOUSE:
		read_clickhouse(answer, status, body, len, event_nr);
		break;
	case YGR_HTTP_LINES:
		read_plain(answer, status, body, len, event_nr);
		break;
	}
}
