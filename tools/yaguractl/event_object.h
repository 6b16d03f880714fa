/* SPDX-License-Identifier: GPL-2.0-only */
/* What an event is about, in words: a file, an address, a child, a loss. Pure. */
#ifndef YGR_EVENT_OBJECT_H
#define YGR_EVENT_OBJECT_H

#include <stdbool.h>

#include "event_line.h"

struct ygr_event_object {
	const char *type;
	bool has_subject;	/* false: the sensor speaks of itself, whoever ran */
	void (*put)(struct ygr_event_line *line);
};

/* "  x17 in 0.8 s", if the event tells of repeats. */
void ygr_event_object_put_repeats(struct ygr_event_line *line);

/* By the event's type; for a type that is not known, one that puts "?". */
const struct ygr_event_object *ygr_event_object_find(const struct ygr_event_value *event);

#endif
