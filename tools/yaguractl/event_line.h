/* SPDX-License-Identifier: GPL-2.0-only */
/* A line that knows how far it has come: what event_text and event_object write on. */
#ifndef YGR_EVENT_LINE_H
#define YGR_EVENT_LINE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "event_map.h"

#define YGR_COLOR_RED		"\033[1;31m"
#define YGR_COLOR_YELLOW	"\033[33m"
#define YGR_COLOR_PLAIN		"\033[0m"

struct ygr_event_style {
	bool color;		/* escape sequences for verdicts and losses */
	bool date;		/* with the day, not only the time of day */
	/* The name of a user, or NULL: the number is shown. */
	const char *(*user_name)(uint32_t uid, void *context);
	void *context;
};

struct ygr_event_line {
	FILE *out;
	unsigned int column;		/* colours take none */
	const struct ygr_event_value *event;	/* what the line is about: a map */
	const struct ygr_event_style *style;
};

/* For text of our own. What comes from an event goes through put_text(). */
void ygr_event_line_put(struct ygr_event_line *line, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

void ygr_event_line_pad_to(struct ygr_event_line *line, unsigned int column);

/* Nothing, unless the style asks for colour. */
void ygr_event_line_color(struct ygr_event_line *line, const char *sequence);

/* Escaped, as ygr_utf8_put() does it. */
void ygr_event_line_put_text(struct ygr_event_line *line, const struct ygr_event_text *text);

/* Whether the string of this key was cut by the sensor. */
bool ygr_event_line_is_cut(const struct ygr_event_line *line, const char *key);

/* The path of this key; "..." stands for the cut start. Return: whether there is one. */
bool ygr_event_line_put_path(struct ygr_event_line *line, const char *key);

#endif
