// SPDX-License-Identifier: GPL-2.0-only
#include "top_report.h"

#include <stdlib.h>
#include <string.h>

const char *const ygr_top_sort_names[YGR_TOP_SORT_NR] = {
	[YGR_TOP_BY_EVENTS] = "events",
	[YGR_TOP_BY_DENIED] = "denied",
	[YGR_TOP_BY_NAME] = "name",
};

bool ygr_top_sort_find(const char *name, enum ygr_top_sort *sort)
{
	for (int i = 0; i < YGR_TOP_SORT_NR; i++)
		if (!strcmp(name, ygr_top_sort_names[i])) {
			*sort = i;
			return true;
		}
	return false;
}

void ygr_top_report_set_look(struct ygr_top_report *report, const struct ygr_top_look *now,
			     const struct ygr_top_look *before)
{
	report->look = *now;
	ygr_top_look_since(now, before, report->count);
	memset(report->sum, 0, sizeof(report->sum));
	report->dropped_nr = 0;
	for (unsigned int i = 0; i < now->class_nr; i++) {
		for (int j = 0; j < YGR_TOP_COUNT_NR; j++)
			report->sum[j] = ygr_top_sum(report->sum[j], report->count[i][j]);
		report->dropped_nr = ygr_top_sum(report->dropped_nr,
						 now->class[i].count[YGR_TOP_DROPPED]);
	}
}

static void set_list(struct ygr_top_list *list, const struct ygr_top_hitters *hitters)
{
	const struct ygr_top_hitter *all = ygr_top_hitters_all(hitters, &list->nr);

	memcpy(list->hitter, all, list->nr * sizeof(*all));
	list->is_least = ygr_top_hitters_is_full(hitters);
	list->total = ygr_top_hitters_total(hitters);
}

void ygr_top_report_set_tally(struct ygr_top_report *report, const struct ygr_top_tally *tally)
{
	set_list(&report->processes, tally->processes);
	set_list(&report->rules, tally->rules);
}

/* ---- order ---- */

static int compare_bytes(const void *a, size_t a_len, const void *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return order ?: (a_len > b_len) - (a_len < b_len);
}

/* The larger one first. */
static int compare_count(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

/* A rule's name is its key. */
static int compare_name(const struct ygr_top_hitter *a, const struct ygr_top_hitter *b)
{
	int order = compare_bytes(a->comm, a->comm_len, b->comm, b->comm_len);

	if (order)
		return order;
	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	return compare_bytes(a->key, a->key_len, b->key, b->key_len);
}

static uint64_t denied(const struct ygr_top_hitter *hitter)
{
	return ygr_top_sum(hitter->denied, hitter->would_deny);
}

static int compare(const void *one, const void *other, void *arg)
{
	const struct ygr_top_hitter *a = one, *b = other;
	enum ygr_top_sort sort = *(const enum ygr_top_sort *)arg;
	int order = 0;

	if (sort == YGR_TOP_BY_NAME)
		return compare_name(a, b);
	if (sort == YGR_TOP_BY_DENIED)
		order = compare_count(denied(a), denied(b));
	order = order ?: compare_count(a->count, b->count);
	return order ?: compare_name(a, b);
}

void ygr_top_report_sort(struct ygr_top_report *report, enum ygr_top_sort sort)
{
	struct ygr_top_list *lists[] = { &report->processes, &report->rules };

	for (int i = 0; i < 2; i++)
		qsort_r(lists[i]->hitter, lists[i]->nr, sizeof(lists[i]->hitter[0]), compare, &sort);
}

double ygr_top_report_rate(const struct ygr_top_report *report, uint64_t count)
{
	return report->elapsed_ns ? (double)count * 1e9 / (double)report->elapsed_ns : 0;
}
