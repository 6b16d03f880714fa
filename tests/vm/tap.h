/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Just enough of the Test Anything Protocol to tell whether a program's
 * report is whole: a plan "1..N" and N results, none of them "not ok".
 *
 * Several reports in a row count as one (cmocka prints one per group). A
 * skipped test is "ok N # SKIP" in the protocol and "not ok N # SKIP" in
 * cmocka 1.1; either counts as neither good nor bad.
 */
#ifndef YGR_TEST_TAP_H
#define YGR_TEST_TAP_H

#include <stdio.h>
#include <string.h>

struct tap {
	unsigned long plan_nr;	/* announced */
	unsigned long ok_nr;
	unsigned long not_ok_nr;
	unsigned long skip_nr;
	int has_plan;
	size_t len;
	char line[512];		/* being collected; what is longer is not looked at */
};

static inline void tap_line(struct tap *tap)
{
	const char *line = tap->line + strspn(tap->line, " \t");
	unsigned long first, last;
	int number_end = 0;
	int is_bad = !strncmp(line, "not ok", 6);

	if (is_bad || !strncmp(line, "ok ", 3)) {
		sscanf(line + (is_bad ? 6 : 2), " %*u%n", &number_end);
		if (strncmp(line + (is_bad ? 6 : 2) + number_end, " # SKIP", 7) == 0)
			tap->skip_nr++;
		else if (is_bad)
			tap->not_ok_nr++;
		else
			tap->ok_nr++;
	} else if (sscanf(line, "%lu..%lu", &first, &last) == 2 && first == 1) {
		tap->has_plan = 1;
		tap->plan_nr += last;
	}
}

static inline void tap_feed(struct tap *tap, const char *bytes, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		if (bytes[i] == '\n') {
			tap->line[tap->len] = '\0';
			tap_line(tap);
			tap->len = 0;
		} else if (tap->len < sizeof(tap->line) - 1) {
			tap->line[tap->len++] = bytes[i];
		}
	}
}

static inline void tap_end(struct tap *tap)
{
	if (tap->len)
		tap_feed(tap, "\n", 1);
}

/* Return: what is wrong with the report, or NULL. */
static inline const char *tap_fault(const struct tap *tap)
{
	if (tap->not_ok_nr)
		return "a test failed";
	if (!tap->has_plan)
		return "no plan";
	if (tap->ok_nr + tap->skip_nr != tap->plan_nr)
		return "results do not match the plan";
	return NULL;
}

#endif
