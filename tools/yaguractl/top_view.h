/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a person looks at a report: what keys change, and how the rows of the screen are shared
 * out. Pure. Any size is fine, nothing at all included.
 */
#ifndef YGR_TOP_VIEW_H
#define YGR_TOP_VIEW_H

#include "top_report.h"

enum ygr_top_key {
	YGR_TOP_KEY_NONE,	/* also: one that means nothing here */
	YGR_TOP_KEY_QUIT,
	YGR_TOP_KEY_PAUSE,
	YGR_TOP_KEY_SORT,
	YGR_TOP_KEY_HELP,
	YGR_TOP_KEY_TAB,
	YGR_TOP_KEY_UP,
	YGR_TOP_KEY_DOWN,
	YGR_TOP_KEY_PAGE_UP,
	YGR_TOP_KEY_PAGE_DOWN,
	YGR_TOP_KEY_REDRAW,	/* the screen has another size, or was somebody else's meanwhile */
};

enum ygr_top_which {
	YGR_TOP_PROCESSES,
	YGR_TOP_RULES,
	YGR_TOP_LIST_NR,
};

struct ygr_top_view {
	unsigned int rows, cols;
	bool	 is_batch;	/* as many rows as it takes, no keys */
	bool	 is_ascii;	/* the terminal has no other characters */
	bool	 is_paused, shows_help;
	bool	 has_ended;	/* of what was recorded, this was the last */
	uint64_t interval_ns;
	enum ygr_top_sort sort;
	enum ygr_top_which focus;	/* has the larger part, and the arrow keys */
	unsigned int scroll[YGR_TOP_LIST_NR];	/* rows that are passed over */
};

#define YGR_TOP_BATCH_ROWS	20	/* of each list */
#define YGR_TOP_CLASS_COLS	38	/* of one class */

/* Which parts there is room for, and how many rows of each list, without its heading. */
struct ygr_top_plan {
	bool	 title, sensor, alerts, rings, daemon, classes, footer;
	bool	 heading[YGR_TOP_LIST_NR];
	unsigned int list[YGR_TOP_LIST_NR];
	unsigned int class_pairs;	/* classes beside each other: 1 or 2 */
	unsigned int alert_nr;
};

void ygr_top_view_plan(const struct ygr_top_view *view, const struct ygr_top_report *report,
		       struct ygr_top_plan *plan);

/* Why nothing is denied, or would not stay as it is; NULL: there are no more. */
const char *ygr_top_view_alert(const struct ygr_top_look *look, unsigned int index);

const struct ygr_top_list *ygr_top_view_list(const struct ygr_top_report *report,
					     enum ygr_top_which which);

/* QUIT, NONE and REDRAW change nothing. */
void ygr_top_view_press(struct ygr_top_view *view, const struct ygr_top_report *report,
			enum ygr_top_key key);

/* Of a list that became shorter, the last rows. */
void ygr_top_view_clamp(struct ygr_top_view *view, const struct ygr_top_report *report);

#endif
