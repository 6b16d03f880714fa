/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Event -> one line for a person:
 *
 *	12:04:07.313 DENY  exec    www-data  nginx[812] > sh[4711] > /tmp/x        rule no-exec (gen 7)
 *
 * time, verdict, what, effective user, parent > process > object, rule. What an
 * attacker can name (files, arguments, processes) never reaches the terminal
 * raw: characters that are not plainly visible are escaped, and names with
 * spaces are quoted, so that a name cannot pose as another column.
 *
 * Pure, save for the stream and the time zone.
 */
#ifndef YGR_EVENT_TEXT_H
#define YGR_EVENT_TEXT_H

#include <stdio.h>

#include "event_line.h"

/* `event` is a map; keys that are absent or of another type are left out. */
void ygr_event_text_print(FILE *out, const struct ygr_event_value *event,
			  const struct ygr_event_style *style);

#endif
