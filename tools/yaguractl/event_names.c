// SPDX-License-Identifier: GPL-2.0-only
#include "event_names.h"

#include <inttypes.h>

/* Answers beyond are counted; --json has them all. */
#define ANSWERS_NR 4

static bool put_field(struct ygr_event_line *line, const struct ygr_event_value *map, const char *key,
		      const char *before)
{
	struct ygr_event_text text;

	if (!ygr_event_map_get_text(map, key, &text))
		return false;
	ygr_event_line_put(line, "%s", before);
	ygr_event_line_put_text(line, &text);
	return true;
}

void ygr_event_names_put_name(struct ygr_event_line *line)
{
	if (!put_field(line, line->event, "dns_name", " ("))
		return;
	ygr_event_line_put(line, ygr_event_map_find(line->event, "dns_expired") ? ", expired)" : ")");
}

static void put_tls(struct ygr_event_line *line, const struct ygr_event_value *tls)
{
	const struct ygr_event_value *alpn = ygr_event_map_find(tls, "alpn");
	struct ygr_event_text text;

	ygr_event_line_put(line, " tls");
	put_field(line, tls, "sni", " ");
	for (uint32_t i = 0; alpn && alpn->kind == YGR_EVENT_ARRAY && i < alpn->nr; i++) {
		if (!ygr_event_map_as_text(&alpn->items[i], &text))
			continue;
		ygr_event_line_put(line, i ? "," : " ");
		ygr_event_line_put_text(line, &text);
	}
}

static void put_http(struct ygr_event_line *line, const struct ygr_event_value *http)
{
	uint64_t port;

	if (!put_field(line, http, "method", " ")) {
		put_field(line, http, "version", " http/");
		return;
	}
	if (put_field(line, http, "host", " ") && ygr_event_map_get_u64(http, "port", &port))
		ygr_event_line_put(line, ":%" PRIu64, port);
	put_field(line, http, "path", ygr_event_map_find(http, "host") ? "" : " ");
	if (!put_field(line, http, "query", "?") && ygr_event_map_find(http, "query_bytes"))
		ygr_event_line_put(line, "?...");
}

void ygr_event_names_put_asked(struct ygr_event_line *line)
{
	const struct ygr_event_value *tls = ygr_event_map_find(line->event, "tls");
	const struct ygr_event_value *http = ygr_event_map_find(line->event, "http");

	if (tls)
		put_tls(line, tls);
	if (http)
		put_http(line, http);
}

static void put_answers(struct ygr_event_line *line, const struct ygr_event_value *answers)
{
	for (uint32_t i = 0; i < answers->nr; i++) {
		if (i == ANSWERS_NR) {
			ygr_event_line_put(line, ", %u more", answers->nr - i);
			return;
		}
		put_field(line, &answers->items[i], "data", i ? ", " : " ");
	}
}

bool ygr_event_names_put_answer(struct ygr_event_line *line)
{
	const struct ygr_event_value *dns = ygr_event_map_find(line->event, "dns");
	const struct ygr_event_value *answers = ygr_event_map_find(line->event, "answers");

	if (!put_field(line, dns, "question", ""))
		return false;
	put_field(line, dns, "type", " ");
	if (!ygr_event_map_is(dns, "rcode", "NOERROR"))
		put_field(line, dns, "rcode", " ");
	if (answers && answers->kind == YGR_EVENT_ARRAY)
		put_answers(line, answers);
	return true;
}
