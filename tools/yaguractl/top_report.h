/* SPDX-License-Identifier: GPL-2.0-only */
/* What `top` tells of one interval: all that screen, text and JSON are made of. Pure. */
#ifndef YGR_TOP_REPORT_H
#define YGR_TOP_REPORT_H

#include "top_look.h"
#include "top_tally.h"

enum ygr_top_sort {
	YGR_TOP_BY_EVENTS,
	YGR_TOP_BY_DENIED,	/* with those that would have been */
	YGR_TOP_BY_NAME,
	YGR_TOP_SORT_NR,
};

extern const char *const ygr_top_sort_names[YGR_TOP_SORT_NR];

/* Return: whether it is a name of one; *sort is untouched else. */
bool ygr_top_sort_find(const char *name, enum ygr_top_sort *sort);

struct ygr_top_list {
	unsigned int nr;
	bool	 is_least;	/* there were more than nr, nobody knows how many; counts may be too large */
	uint64_t total;		/* of all of them */
	struct ygr_top_hitter hitter[YGR_TOP_TALLY_CAP];
};

struct ygr_top_report {
	uint64_t time_ns;	/* UTC, of its end */
	uint64_t elapsed_ns;	/* 0: a first look, with nothing to compare it with */
	struct ygr_top_look look;
	uint64_t count[YGR_CLASS_MAX][YGR_TOP_COUNT_NR];	/* of the interval, by look.class */
	uint64_t sum[YGR_TOP_COUNT_NR];				/* of all classes */
	uint64_t dropped_nr;		/* since the module was loaded, of all classes */
	struct ygr_top_list processes, rules;
	char	 module_error[128];	/* why there is no module; "": there is one */
	char	 spool_error[256];	/* why there are no events; "": they are read */
	uint64_t fault_nr;		/* in this interval: stretches of the spool that are no batch */
	uint64_t missing_nr;		/* batches that are not there */
	bool	 is_behind;		/* there is more in the spool than there was time to read */
};

/* The counters since the look before, and their sum. */
void ygr_top_report_set_look(struct ygr_top_report *report, const struct ygr_top_look *now,
			     const struct ygr_top_look *before);

/* A copy of what is on the accounts. */
void ygr_top_report_set_tally(struct ygr_top_report *report, const struct ygr_top_tally *tally);

/* Both lists; the order of what is equal does not change from one interval to the next. */
void ygr_top_report_sort(struct ygr_top_report *report, enum ygr_top_sort sort);

/* Per second; 0 of a first look. */
double ygr_top_report_rate(const struct ygr_top_report *report, uint64_t count);

#endif
