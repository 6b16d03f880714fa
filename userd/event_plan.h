/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A mapping (event_mapping.h) made ready: which rows each type of event has, where their
 * values come from, and the JSON around them, so that an event costs no search and no
 * formatting but that of its values.
 */
#ifndef YGR_EVENT_PLAN_H
#define YGR_EVENT_PLAN_H

#include "event_index.h"
#include "event_mapping.h"

#define YGR_EVENT_PLAN_DEPTH_MAX	6	/* objects within one another */

struct ygr_event_plan_text {
	const char *bytes;
	uint32_t len;
};

/* "ours=JSON" of a CHOOSE row. */
struct ygr_event_plan_choice {
	struct ygr_event_plan_text ours, json;
	bool is_any;				/* *: whatever it is, and if it is absent */
	bool has_number;			/* `ours` is one, in decimal */
	uint64_t number;
};

struct ygr_event_plan_row {
	const struct ygr_mapping_row *row;
	struct ygr_event_path from;
	struct ygr_event_plan_text before;	/* "name":, and the value if that is always the same */
	uint16_t objects[YGR_EVENT_PLAN_DEPTH_MAX]; /* that the field is in, the outermost first */
	uint8_t depth;				/* how many those are */
	bool	may_lack;			/* puts something though its source is absent */
	const struct ygr_event_plan_choice *choices;
	size_t	choice_nr;
};

struct ygr_event_plan {
	struct ygr_event_plan_row *rows;
	struct ygr_event_plan_text *objects;	/* "name":{ */
	struct ygr_event_plan_choice *choices;
	const struct ygr_event_plan_row **by_type[YGR_TYPE_NR + 1];
	size_t	row_nr, object_nr, choice_nr;
	size_t	nr_by_type[YGR_TYPE_NR + 1];
};

/*
 * @mapping has to stay. Rows deeper than YGR_EVENT_PLAN_DEPTH_MAX are a mistake of its
 * author's: -EINVAL. Return: 0; -ENOMEM.
 */
int ygr_event_plan_create(struct ygr_event_plan **plan, const struct ygr_mapping *mapping);
void ygr_event_plan_destroy(struct ygr_event_plan *plan);	/* NULL is fine */

#endif
