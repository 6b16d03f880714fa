// SPDX-License-Identifier: GPL-2.0-only
#include "time_text.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#define NS_PER_S	UINT64_C(1000000000)
#define YEAR_MAX	2261	/* the last whole one in 2^63 ns */

/* Exactly @digits digits. */
static bool take_number(const char **at, unsigned int digits, int *value)
{
	*value = 0;
	for (; digits; digits--, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		*value = *value * 10 + (**at - '0');
	}
	return true;
}

static bool take_char(const char **at, char wanted)
{
	if (**at != wanted)
		return false;
	(*at)++;
	return true;
}

static uint64_t unit_s(char unit)
{
	switch (unit) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return 86400;
	case 'w':
		return 7 * 86400;
	}
	return 0;
}

/* "10m", "1h30m": what is to be taken from now. */
static int parse_relative(const char *at, uint64_t now_ns, uint64_t *time_ns)
{
	uint64_t total_s = 0, count;
	const char *start;

	do {
		for (start = at, count = 0; *at >= '0' && *at <= '9' && at - start < 9; at++)
			count = count * 10 + (uint64_t)(*at - '0');
		if (at == start || !unit_s(*at))
			return -EINVAL;
		total_s += count * unit_s(*at++);
	} while (*at);
	*time_ns = total_s > now_ns / NS_PER_S ? 0 : now_ns - total_s * NS_PER_S;
	return 0;
}

static bool take_clock(const char **at, struct tm *tm, uint64_t *fraction_ns)
{
	uint64_t scale = NS_PER_S;

	if (!take_number(at, 2, &tm->tm_hour) || !take_char(at, ':') ||
	    !take_number(at, 2, &tm->tm_min) || tm->tm_hour > 23 || tm->tm_min > 59)
		return false;
	if (!take_char(at, ':'))
		return true;
	if (!take_number(at, 2, &tm->tm_sec) || tm->tm_sec > 60)
		return false;
	if (!take_char(at, '.'))
		return true;
	for (; **at >= '0' && **at <= '9' && scale > 1; (*at)++) {
		scale /= 10;
		*fraction_ns += (uint64_t)(**at - '0') * scale;
	}
	return scale < NS_PER_S;
}

static bool take_date(const char **at, struct tm *tm)
{
	if (!take_number(at, 4, &tm->tm_year) || !take_char(at, '-') ||
	    !take_number(at, 2, &tm->tm_mon) || !take_char(at, '-') ||
	    !take_number(at, 2, &tm->tm_mday))
		return false;
	if (tm->tm_year < 1970 || tm->tm_year > YEAR_MAX || tm->tm_mon < 1 || tm->tm_mon > 12 ||
	    tm->tm_mday < 1 || tm->tm_mday > 31)
		return false;
	tm->tm_year -= 1900;
	tm->tm_mon--;
	return true;
}

/* "Z", "+02:00", "+0200" or nothing: the local zone. Return: whether nothing follows. */
static bool finish(const char *at, struct tm *tm, time_t *seconds)
{
	int hours, minutes, sign = *at == '-' ? -1 : 1;

	if (!*at) {
		tm->tm_isdst = -1;
		*seconds = mktime(tm);
		return true;
	}
	*seconds = timegm(tm);
	if (take_char(&at, 'Z'))
		return !*at;
	if (*at != '+' && *at != '-')
		return false;
	at++;
	if (!take_number(&at, 2, &hours))
		return false;
	take_char(&at, ':');	/* or without, as strftime() writes it */
	if (!take_number(&at, 2, &minutes))
		return false;
	*seconds -= sign * (hours * 3600 + minutes * 60);
	return !*at;
}

static int parse_date(const char *at, uint64_t now_ns, uint64_t *time_ns)
{
	time_t seconds = (time_t)(now_ns / NS_PER_S);
	uint64_t fraction_ns = 0;
	struct tm tm = { 0 };

	if (strlen(at) > 2 && at[2] == ':') {
		localtime_r(&seconds, &tm);
		tm.tm_sec = 0;
		if (!take_clock(&at, &tm, &fraction_ns))
			return -EINVAL;
	} else {
		if (!take_date(&at, &tm))
			return -EINVAL;
		if ((take_char(&at, 'T') || take_char(&at, ' ')) && !take_clock(&at, &tm, &fraction_ns))
			return -EINVAL;
	}
	if (!finish(at, &tm, &seconds) || seconds < 0)
		return -EINVAL;
	*time_ns = (uint64_t)seconds * NS_PER_S + fraction_ns;
	return 0;
}

static int parse_epoch(const char *at, uint64_t *time_ns)
{
	uint64_t seconds = 0;
	size_t digits = strlen(at);

	if (!digits || digits > 10)
		return -EINVAL;
	for (; *at; at++) {
		if (*at < '0' || *at > '9')
			return -EINVAL;
		seconds = seconds * 10 + (uint64_t)(*at - '0');
	}
	*time_ns = seconds * NS_PER_S;
	return 0;
}

int ygr_time_text_parse(const char *text, uint64_t now_ns, uint64_t *time_ns)
{
	if (!strcmp(text, "now")) {
		*time_ns = now_ns;
		return 0;
	}
	if (*text == '-')
		return parse_relative(text + 1, now_ns, time_ns);
	if (*text == '@')
		return parse_epoch(text + 1, time_ns);
	return parse_date(text, now_ns, time_ns);
}
