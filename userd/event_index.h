/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One event, its values by the number of their key: for those who want many of them
 * (all columns, all rows of a mapping). Pure.
 */
#ifndef YGR_EVENT_INDEX_H
#define YGR_EVENT_INDEX_H

#include "event_key.h"

struct ygr_event_index {
	const struct ygr_event_value *event;
	const struct ygr_event_value *at[YGR_KEY_NR];	/* NULL: absent */
};

/* "name" or "outer.name", looked up once. */
struct ygr_event_path {
	const char *text;
	uint16_t outer;		/* OTHER: there are keys in it that have no number; NONE: no path */
	uint16_t inner;		/* NONE: `outer` is all */
};

/* @text stays the caller's, and has to stay; NULL: no path. */
struct ygr_event_path ygr_event_index_path(const char *text);

/* @event: a map, or NULL, which has nothing in it. */
void ygr_event_index_fill(struct ygr_event_index *index, const struct ygr_event_value *event);

/* NULL: absent. */
const struct ygr_event_value *ygr_event_index_get(const struct ygr_event_index *index,
						  const struct ygr_event_path *path);

/* A whole number that is not negative. Return: whether there is one; @number is untouched else. */
bool ygr_event_index_get_u64(const struct ygr_event_index *index, enum ygr_event_key key,
			     uint64_t *number);

#endif
