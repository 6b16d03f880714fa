// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"

#define LINE_BYTES	1024

static int log_level = LOG_INFO;
static const char *log_name = "yagurad";

void ygr_log_set_level(int level)
{
	log_level = level;
}

void ygr_log_set_name(const char *name)
{
	log_name = name;
}

int ygr_log_level_parse(const char *text)
{
	static const struct {
		const char *text;
		int level;
	} levels[] = {
		{ "error", LOG_ERR }, { "warning", LOG_WARNING }, { "notice", LOG_NOTICE },
		{ "info", LOG_INFO }, { "debug", LOG_DEBUG },
	};

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (strcmp(text, levels[i].text) == 0)
			return levels[i].level;
	return -EINVAL;
}

/* Return: how many were held back before this one; -1: hold this one back too. */
static int admit(struct ygr_log_place *place)
{
	uint64_t now_ns = ygr_clock_boot_ns();
	int held_nr = 0;

	if (now_ns - place->window_start_ns > YGR_LOG_WINDOW_S * YGR_NS_PER_S) {
		held_nr = (int)place->held_nr;
		place->window_start_ns = now_ns;
		place->said_nr = 0;
		place->held_nr = 0;
	}
	if (place->said_nr == YGR_LOG_BURST) {
		place->held_nr++;
		return -1;
	}
	place->said_nr++;
	return held_nr;
}

/* One write per line, so that the lines of two processes do not mix. */
static void emit(int level, const char *text)
{
	char line[LINE_BYTES + 64];
	int len;

	if (isatty(STDERR_FILENO))
		len = snprintf(line, sizeof(line), "%s: %s\n", log_name, text);
	else
		len = snprintf(line, sizeof(line), "<%d>%s: %s\n", level, log_name, text);
	if (write(STDERR_FILENO, line, (size_t)len) < 0)
		return;		/* there is nobody left to tell */
}

void ygr_log_write(struct ygr_log_place *place, int level, const char *format, ...)
{
	char text[LINE_BYTES];
	int used, held_nr;
	va_list args;

	if (level > log_level)
		return;
	held_nr = admit(place);
	if (held_nr < 0)
		return;
	va_start(args, format);
	used = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (held_nr > 0 && used > 0 && (size_t)used < sizeof(text))
		snprintf(text + used, sizeof(text) - (size_t)used, " (and %d like it before)", held_nr);
	emit(level, text);
}
