// SPDX-License-Identifier: GPL-2.0-only
#include "top_view.h"

#include "top_sheet.h"

/* Headings and a row of each: below that, one list is more use than two. */
#define LISTS_ROWS	4

const struct ygr_top_list *ygr_top_view_list(const struct ygr_top_report *report,
					     enum ygr_top_which which)
{
	return which == YGR_TOP_PROCESSES ? &report->processes : &report->rules;
}

const char *ygr_top_view_alert(const struct ygr_top_look *look, unsigned int index)
{
	const struct {
		bool is_so;
		const char *what;
	} alerts[] = {
		{ look->is_tripped, "NOTHING IS DENIED: the policy's breaker has tripped; load it again to set it back" },
		{ look->has_no_reader, "NOTHING IS DENIED: no daemon reads, for longer than the policy allows" },
		{ look->is_told, "NOTHING IS DENIED: the module was loaded with observe_only=1" },
		{ look->observes && !look->is_told, "NOTHING IS DENIED: this kernel's series has not been tested with this module" },
		{ look->confirm_left_ms, "the policy is on trial: yaguractl policy confirm" },
	};

	for (unsigned int i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++)
		if (alerts[i].is_so && !index--)
			return alerts[i].what;
	return NULL;
}

/* ---- rows ---- */

static bool take(unsigned int *left, unsigned int rows)
{
	if (!rows || rows > *left)
		return false;
	*left -= rows;
	return true;
}

/* A list without a row has one that says so. */
static unsigned int wanted(const struct ygr_top_report *report, enum ygr_top_which which)
{
	return ygr_top_view_list(report, which)->nr ?: 1;
}

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* The other list has a third, unless one of them needs less. */
static void share(const struct ygr_top_view *view, const struct ygr_top_report *report,
		  struct ygr_top_plan *plan, unsigned int left)
{
	enum ygr_top_which mine = view->focus, other = !view->focus;
	unsigned int mine_wanted = wanted(report, mine), other_share;

	plan->heading[mine] = left >= 2;
	if (left < LISTS_ROWS) {
		plan->list[mine] = left >= 2 ? left - 1 : 0;
		return;
	}
	plan->heading[other] = true;
	left -= 2;
	other_share = left / 3 ?: 1;
	if (mine_wanted < left - other_share)
		other_share = left - mine_wanted;
	plan->list[other] = least(wanted(report, other), other_share);
	plan->list[mine] = left - plan->list[other];
}

static void plan_batch(const struct ygr_top_report *report, struct ygr_top_plan *plan)
{
	plan->title = plan->sensor = plan->daemon = plan->footer = true;
	plan->rings = report->look.ring_nr;
	plan->classes = report->look.class_nr;
	plan->alerts = plan->alert_nr;
	for (int i = 0; i < YGR_TOP_LIST_NR; i++) {
		plan->heading[i] = true;
		plan->list[i] = least(wanted(report, i), YGR_TOP_BATCH_ROWS);
	}
}

void ygr_top_view_plan(const struct ygr_top_view *view, const struct ygr_top_report *report,
		       struct ygr_top_plan *plan)
{
	const struct ygr_top_look *look = &report->look;
	unsigned int left = least(view->rows, YGR_TOP_LINES_MAX), lists, class_rows;

	*plan = (struct ygr_top_plan) {
		.class_pairs = !view->is_batch && view->cols >= 2 * YGR_TOP_CLASS_COLS ? 2 : 1,
	};
	while (ygr_top_view_alert(look, plan->alert_nr))
		plan->alert_nr++;
	if (view->is_batch) {
		plan_batch(report, plan);
		return;
	}
	/* By what is missed most; the lists have what is left, and enough of it. */
	plan->title = take(&left, 1);
	plan->sensor = take(&left, 1);
	plan->alerts = take(&left, plan->alert_nr);
	lists = least(left, LISTS_ROWS);
	left -= lists;
	class_rows = (look->class_nr + plan->class_pairs - 1) / plan->class_pairs;
	plan->classes = take(&left, look->class_nr ? class_rows + 2 : 0);
	plan->rings = take(&left, look->ring_nr ? 1 : 0);
	plan->daemon = take(&left, 1);
	plan->footer = take(&left, 1);
	share(view, report, plan, lists + left);
}

/* ---- keys ---- */

void ygr_top_view_clamp(struct ygr_top_view *view, const struct ygr_top_report *report)
{
	struct ygr_top_plan plan;

	ygr_top_view_plan(view, report, &plan);
	for (int i = 0; i < YGR_TOP_LIST_NR; i++) {
		unsigned int nr = ygr_top_view_list(report, i)->nr;
		unsigned int max = nr > plan.list[i] ? nr - plan.list[i] : 0;

		view->scroll[i] = least(view->scroll[i], max);
	}
}

static void scroll(struct ygr_top_view *view, const struct ygr_top_report *report, bool is_down,
		   bool is_page)
{
	unsigned int *at = &view->scroll[view->focus], rows = 1;
	struct ygr_top_plan plan;

	ygr_top_view_plan(view, report, &plan);
	if (is_page && plan.list[view->focus])
		rows = plan.list[view->focus];
	if (is_down)
		*at += rows;
	else
		*at -= least(*at, rows);
	ygr_top_view_clamp(view, report);
}

void ygr_top_view_press(struct ygr_top_view *view, const struct ygr_top_report *report,
			enum ygr_top_key key)
{
	/* Whatever the key: it has been read. */
	if (view->shows_help && key != YGR_TOP_KEY_NONE && key != YGR_TOP_KEY_REDRAW) {
		view->shows_help = false;
		return;
	}
	switch (key) {
	case YGR_TOP_KEY_PAUSE:
		view->is_paused = !view->is_paused;
		break;
	case YGR_TOP_KEY_SORT:
		view->sort = (view->sort + 1) % YGR_TOP_SORT_NR;
		break;
	case YGR_TOP_KEY_HELP:
		view->shows_help = true;
		break;
	case YGR_TOP_KEY_TAB:
		view->focus = !view->focus;
		ygr_top_view_clamp(view, report);
		break;
	case YGR_TOP_KEY_UP:
		scroll(view, report, false, false);
		break;
	case YGR_TOP_KEY_DOWN:
		scroll(view, report, true, false);
		break;
	case YGR_TOP_KEY_PAGE_UP:
		scroll(view, report, false, true);
		break;
	case YGR_TOP_KEY_PAGE_DOWN:
		scroll(view, report, true, true);
		break;
	default:
		break;
	}
}
