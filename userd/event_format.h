/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The forms in which an event can leave: our own names, those of others, CSV.
 *
 * Context: one thread of a process. Pure but for what is made ready once.
 */
#ifndef YGR_EVENT_FORMAT_H
#define YGR_EVENT_FORMAT_H

#include "event_mapping.h"

enum ygr_event_format {
	YGR_FORMAT_JSON,	/* our names, as in docs/EVENTS.md */
	YGR_FORMAT_ECS,
	YGR_FORMAT_OCSF,
	YGR_FORMAT_SIGMA,
	YGR_FORMAT_CSV,
	YGR_FORMAT_NR,
};

extern const char *const ygr_event_format_names[YGR_FORMAT_NR];

/*
 * The event, without a newline. With a host name in @origin, JSON starts with "id"
 * and "host", as a receiver of many hosts needs them.
 */
void ygr_event_format_put(struct ygr_text_buffer *out, enum ygr_event_format format,
			  const struct ygr_event_value *event,
			  const struct ygr_event_origin *origin);

#endif
