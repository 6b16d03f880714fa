/* SPDX-License-Identifier: GPL-2.0-only */
/* Which events to show: --type and --denied. Pure. */
#ifndef YGR_EVENT_FILTER_H
#define YGR_EVENT_FILTER_H

#include <msgpack.h>
#include <stdbool.h>
#include <stdint.h>

struct ygr_event_filter {
	uint32_t types;		/* bits of the known types; 0: all */
	bool denied;		/* only denials and would-be denials */
};

/*
 * Add the types of "open,exec". Return: NULL, or the word that is no type (good
 * until the next call) with the nearest one in *near, or NULL there.
 */
const char *ygr_event_filter_add_types(struct ygr_event_filter *filter, const char *list,
				       const char **near);

bool ygr_event_filter_passes(const struct ygr_event_filter *filter,
			     const msgpack_object *event);

#endif
