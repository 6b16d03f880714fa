/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Points in time as people write them:
 *
 *	now	-10m	-1h30m	-2d		before now: s m h d w
 *	2024-03-01	2024-03-01T12:04	2024-03-01 12:04:07.5
 *	...Z	...+02:00	...+0200	else in the local time zone
 *	12:04	12:04:07			today
 *	@1709294647				seconds since 1970
 *
 * Pure, save for the time zone.
 */
#ifndef YGR_TIME_TEXT_H
#define YGR_TIME_TEXT_H

#include <stdint.h>

/* Return: 0 and *time_ns, UTC; -EINVAL. */
int ygr_time_text_parse(const char *text, uint64_t now_ns, uint64_t *time_ns);

#endif
