/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines to stderr, each with the "<N>" prefix of sd-daemon(3) when stderr is not
 * a terminal, so that the journal knows their level.
 *
 * A message that repeats (same place in the code) more than YGR_LOG_BURST times
 * in YGR_LOG_WINDOW_S is held back; how often is said when the window ends and
 * the place speaks again.
 */
#ifndef YGR_LOG_H
#define YGR_LOG_H

#include <stdint.h>
#include <syslog.h>

#define YGR_LOG_BURST		10
#define YGR_LOG_WINDOW_S	10

struct ygr_log_place {
	uint64_t window_start_ns;
	unsigned int said_nr;
	unsigned int held_nr;
};

void ygr_log_set_level(int level);	/* LOG_ERR .. LOG_DEBUG */
void ygr_log_set_name(const char *name);	/* of the process; not copied */

/* "debug", "info", "notice", "warning", "error". Return: a level, or -EINVAL. */
int ygr_log_level_parse(const char *text);

void ygr_log_write(struct ygr_log_place *place, int level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define ygr_log(level, ...) do {					\
	static struct ygr_log_place ygr_log_here;			\
	ygr_log_write(&ygr_log_here, level, __VA_ARGS__);		\
} while (0)

#define ygr_error(...)	ygr_log(LOG_ERR, __VA_ARGS__)
#define ygr_warn(...)	ygr_log(LOG_WARNING, __VA_ARGS__)
#define ygr_notice(...)	ygr_log(LOG_NOTICE, __VA_ARGS__)
#define ygr_info(...)	ygr_log(LOG_INFO, __VA_ARGS__)
#define ygr_debug(...)	ygr_log(LOG_DEBUG, __VA_ARGS__)

#endif
