// SPDX-License-Identifier: GPL-2.0-only
#include "policy_quantity.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "yaml_tree.h"

#define NR(array)	(sizeof(array) / sizeof((array)[0]))

struct unit {
	const char *name;
	uint64_t factor;
};

/* Ascending. */
static const struct unit durations[] = { { "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 } };
static const struct unit windows[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 } };
static const struct unit sizes[] = {
	{ "", 1 },
	{ "K", 1ull << 10 }, { "KiB", 1ull << 10 },
	{ "M", 1ull << 20 }, { "MiB", 1ull << 20 },
	{ "G", 1ull << 30 }, { "GiB", 1ull << 30 },
};

/* A number and one of these units, in [1, max]. */
static bool parse_with_unit(const char *text, const struct unit *units, size_t nr, uint64_t max,
			    uint64_t *value)
{
	size_t digits = strspn(text, "0123456789"), i;
	uint64_t number;

	if (!ygr_yaml_tree_parse_u64(text, digits, &number))
		return false;
	for (i = 0; i < nr; i++) {
		if (strcmp(text + digits, units[i].name))
			continue;
		if (!number || number > max / units[i].factor)
			return false;
		*value = number * units[i].factor;
		return true;
	}
	return false;
}

int ygr_policy_quantity_duration(const char *text, uint32_t *seconds, struct ygr_policy_reason *why)
{
	uint64_t value;

	if (!parse_with_unit(text, durations, NR(durations), UINT32_MAX, &value))
		return ygr_policy_reason_set(why, "\"%s\": expected a duration such as 90s, 5m, 2h or 1d",
					     text);
	*seconds = value;
	return 0;
}

int ygr_policy_quantity_window(const char *text, uint32_t max_ms, uint32_t *ms,
			       struct ygr_policy_reason *why)
{
	uint64_t value = 0;

	if (strcmp(text, "off") && !parse_with_unit(text, windows, NR(windows), max_ms, &value))
		return ygr_policy_reason_set(why, "\"%s\": expected a time such as 500ms or 1s, at most %us, or off",
					     text, max_ms / 1000);
	*ms = value;
	return 0;
}

int ygr_policy_quantity_budget(const char *text, uint32_t *nr, struct ygr_policy_reason *why)
{
	static const struct unit none[] = { { "", 1 } };
	uint64_t value = 0;

	if (strcmp(text, "off") && !parse_with_unit(text, none, NR(none), UINT32_MAX, &value))
		return ygr_policy_reason_set(why, "\"%s\": expected a number of events in a second, or off", text);
	*nr = value;
	return 0;
}

int ygr_policy_quantity_rate(const char *text, uint32_t *nr, uint32_t *seconds,
			     struct ygr_policy_reason *why)
{
	size_t slash = strcspn(text, "/");
	uint64_t number, duration;

	if (!text[slash] || !ygr_yaml_tree_parse_u64(text, slash, &number) || !number ||
	    number > UINT32_MAX ||
	    !parse_with_unit(text + slash + 1, durations, NR(durations), UINT32_MAX, &duration))
		return ygr_policy_reason_set(why, "\"%s\": expected denials per time, such as 20/60s", text);
	*nr = number;
	*seconds = duration;
	return 0;
}

int ygr_policy_quantity_bytes(const char *text, uint64_t *bytes, struct ygr_policy_reason *why)
{
	if (!parse_with_unit(text, sizes, NR(sizes), INT64_MAX, bytes))
		return ygr_policy_reason_set(why, "\"%s\": expected a size such as 64M (bytes, K, M, G)", text);
	return 0;
}

int ygr_policy_quantity_time(const char *text, uint64_t *seconds, struct ygr_policy_reason *why)
{
	char again[YGR_POLICY_QUANTITY_TEXT];
	struct tm tm = { 0 };
	const char *end = strptime(text, "%Y-%m-%d", &tm);
	time_t t;

	if (end && *end)
		end = strptime(end, "T%H:%M:%SZ", &tm);
	t = end && !*end ? timegm(&tm) : 0;
	if (t > 0) {
		/* timegm() makes 1 March of 30 February: what does not come out as it went in is none. */
		ygr_policy_quantity_put_time(again, t);
		if (!strncmp(again, text, strlen(text)) &&
		    (strlen(text) == strlen("2026-12-31") || strlen(text) == strlen(again))) {
			*seconds = t;
			return 0;
		}
	}
	return ygr_policy_reason_set(why, "\"%s\": expected a date such as 2026-12-31 or a time such as 2026-12-31T23:59:59Z",
				     text);
}

void ygr_policy_quantity_put_duration(char text[YGR_POLICY_QUANTITY_TEXT], uint32_t seconds)
{
	size_t i = NR(durations) - 1;

	while (i && seconds % durations[i].factor)
		i--;
	snprintf(text, YGR_POLICY_QUANTITY_TEXT, "%u%s", (unsigned int)(seconds / durations[i].factor),
		 durations[i].name);
}

void ygr_policy_quantity_put_window(char text[YGR_POLICY_QUANTITY_TEXT], uint32_t ms)
{
	if (!ms)
		strcpy(text, "off");
	else if (ms % 1000)
		snprintf(text, YGR_POLICY_QUANTITY_TEXT, "%ums", ms);
	else
		ygr_policy_quantity_put_duration(text, ms / 1000);
}

void ygr_policy_quantity_put_budget(char text[YGR_POLICY_QUANTITY_TEXT], uint32_t nr)
{
	snprintf(text, YGR_POLICY_QUANTITY_TEXT, nr ? "%u" : "off", nr);
}

void ygr_policy_quantity_put_rate(char text[YGR_POLICY_QUANTITY_TEXT], uint32_t nr, uint32_t seconds)
{
	char duration[YGR_POLICY_QUANTITY_TEXT];

	ygr_policy_quantity_put_duration(duration, seconds);
	snprintf(text, YGR_POLICY_QUANTITY_TEXT, "%u/%.20s", nr, duration);
}

void ygr_policy_quantity_put_bytes(char text[YGR_POLICY_QUANTITY_TEXT], uint64_t bytes)
{
	static const char units[] = "\0KMG";
	unsigned int unit = 0;

	while (unit < 3 && bytes && !(bytes & 1023)) {
		bytes >>= 10;
		unit++;
	}
	snprintf(text, YGR_POLICY_QUANTITY_TEXT, "%llu%.1s", (unsigned long long)bytes, &units[unit]);
}

void ygr_policy_quantity_put_time(char text[YGR_POLICY_QUANTITY_TEXT], uint64_t seconds)
{
	time_t t = seconds;
	struct tm tm;

	/* A year that no calendar of ours has: the number, which will not be read again. */
	if (t < 0 || !gmtime_r(&t, &tm) ||
	    !strftime(text, YGR_POLICY_QUANTITY_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(text, YGR_POLICY_QUANTITY_TEXT, "%llu", (unsigned long long)seconds);
}
