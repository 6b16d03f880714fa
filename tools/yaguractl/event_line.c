// SPDX-License-Identifier: GPL-2.0-only
#include "event_line.h"

#include <stdarg.h>

#include "utf8.h"

void ygr_event_line_put(struct ygr_event_line *line, const char *fmt, ...)
{
	va_list args;
	int columns;

	va_start(args, fmt);
	columns = vfprintf(line->out, fmt, args);
	va_end(args);
	if (columns > 0)
		line->column += columns;
}

void ygr_event_line_pad_to(struct ygr_event_line *line, unsigned int column)
{
	while (line->column < column)
		ygr_event_line_put(line, " ");
}

void ygr_event_line_color(struct ygr_event_line *line, const char *sequence)
{
	if (line->style->color)
		fputs(sequence, line->out);
}

void ygr_event_line_put_text(struct ygr_event_line *line, const struct ygr_event_text *text)
{
	line->column += ygr_utf8_put(line->out, text->bytes, text->len);
}

bool ygr_event_line_is_cut(const struct ygr_event_line *line, const char *key)
{
	return ygr_event_map_find(ygr_event_map_find(line->event, "truncated"), key);
}

/* A path that was cut holds its end; "..." stands for what is missing. */
bool ygr_event_line_put_path(struct ygr_event_line *line, const char *key)
{
	struct ygr_event_text text;

	if (!ygr_event_map_get_text(line->event, key, &text))
		return false;
	if (ygr_event_line_is_cut(line, key))
		ygr_event_line_put(line, "...");
	ygr_event_line_put_text(line, &text);
	return true;
}
