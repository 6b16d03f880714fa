// SPDX-License-Identifier: GPL-2.0-only
#include "event_text.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "event_object.h"
#include "utf8.h"

/* Where the object ends at the earliest, so that rules stand below each other. */
#define OBJECT_COLUMN	84

static void put_time(struct ygr_event_line *line)
{
	uint64_t time_ns = 0;
	struct tm tm;
	time_t seconds;
	char text[40], zone[8] = "";

	ygr_event_map_get_u64(line->event, "time_ns", &time_ns);
	seconds = time_ns / 1000000000;
	if (!localtime_r(&seconds, &tm))
		memset(&tm, 0, sizeof(tm));
	strftime(text, sizeof(text), line->style->date ? "%F %T" : "%T", &tm);
	/* With a day it is read later and elsewhere, where nobody knows this host's zone. */
	if (line->style->date)
		strftime(zone, sizeof(zone), "%z", &tm);
	ygr_event_line_put(line, "%s.%03u%s ", text, (unsigned int)(time_ns / 1000000 % 1000), zone);
}

static void put_verdict(struct ygr_event_line *line)
{
	if (ygr_event_map_is(line->event, "verdict", "deny")) {
		ygr_event_line_color(line, YGR_COLOR_RED);
		ygr_event_line_put(line, "DENY  ");
		ygr_event_line_color(line, YGR_COLOR_PLAIN);
	} else if (ygr_event_map_is(line->event, "verdict", "would_deny")) {
		ygr_event_line_color(line, YGR_COLOR_YELLOW);
		ygr_event_line_put(line, "WOULD ");
		ygr_event_line_color(line, YGR_COLOR_PLAIN);
	} else {
		ygr_event_line_put(line, "      ");
	}
}

/* Short forms for the long ones: an exec check is an exec to a person. */
static void put_type(struct ygr_event_line *line)
{
	static const char *const shorter[][2] = {
		{ "exec_check", "exec" },
		{ "mmap_exec", "mmap" },
		{ "close_write", "wrote" },
		{ "heartbeat", "beat" },
		{ "socket_create", "socket" },
		{ "socket_close", "close" },
	};
	unsigned int end = line->column + 8, i;
	struct ygr_event_text type = { "?", 1 };

	ygr_event_map_get_text(line->event, "type", &type);
	for (i = 0; i < sizeof(shorter) / sizeof(shorter[0]); i++)
		if (ygr_event_map_is(line->event, "type", shorter[i][0]))
			type = (struct ygr_event_text) { shorter[i][1], strlen(shorter[i][1]) };
	ygr_event_line_put_text(line, &type);
	ygr_event_line_put(line, " ");
	ygr_event_line_pad_to(line, end);
}

static void put_user(struct ygr_event_line *line)
{
	unsigned int end = line->column + 10;
	const char *name = NULL;
	uint64_t euid;

	if (ygr_event_map_get_u64(line->event, "euid", &euid)) {
		if (line->style->user_name)
			name = line->style->user_name(euid, line->style->context);
		if (name)
			line->column += ygr_utf8_put(line->out, name, strlen(name));
		else
			ygr_event_line_put(line, "%" PRIu64, euid);
	}
	ygr_event_line_put(line, " ");
	ygr_event_line_pad_to(line, end);
}

static bool put_process(struct ygr_event_line *line, const struct ygr_event_value *process)
{
	struct ygr_event_text comm;
	uint64_t pid;

	if (!ygr_event_map_get_u64(process, "pid", &pid))
		return false;
	if (!ygr_event_map_get_text(process, "comm", &comm))
		comm = (struct ygr_event_text) { "?", 1 };
	ygr_event_line_put_text(line, &comm);
	ygr_event_line_put(line, "[%" PRIu64 "]", pid);
	return true;
}

static void put_subject(struct ygr_event_line *line)
{
	if (put_process(line, ygr_event_map_find(line->event, "parent")))
		ygr_event_line_put(line, " > ");
	if (put_process(line, line->event))
		ygr_event_line_put(line, " > ");
}

static void put_rule(struct ygr_event_line *line)
{
	struct ygr_event_text rule;
	uint64_t generation = 0;

	if (!ygr_event_map_get_text(line->event, "rule", &rule))
		return;
	ygr_event_line_put(line, "  ");
	ygr_event_line_pad_to(line, OBJECT_COLUMN);
	ygr_event_line_put(line, "rule ");
	ygr_event_line_put_text(line, &rule);
	ygr_event_map_get_u64(line->event, "generation", &generation);
	ygr_event_line_put(line, " (gen %" PRIu64 ")", generation);
}

void ygr_event_text_print(FILE *out, const struct ygr_event_value *event,
			  const struct ygr_event_style *style)
{
	struct ygr_event_line line = { .out = out, .event = event, .style = style };
	const struct ygr_event_object *object = ygr_event_object_find(event);

	put_time(&line);
	put_verdict(&line);
	put_type(&line);
	if (object->has_subject) {
		put_user(&line);
		put_subject(&line);
	}
	object->put(&line);
	ygr_event_object_put_repeats(&line);
	put_rule(&line);
	putc('\n', out);
}
