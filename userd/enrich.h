/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the process table adds to an event, so that it can be read by itself:
 * the executable of its process, the parent, the line of ancestors.
 *
 * Pure. Pointers are into the table: good until it is changed.
 */
#ifndef YGR_ENRICH_H
#define YGR_ENRICH_H

#include "process_table.h"

#define YGR_ENRICH_ANCESTORS_MAX	8

struct ygr_enrichment {
	const struct ygr_process *self;		/* NULL: not known */
	size_t ancestor_nr;
	const struct ygr_process *ancestors[YGR_ENRICH_ANCESTORS_MAX]; /* [0]: the parent */
};

/* For a record that the table has observed. */
void ygr_enrich_record(struct ygr_process_table *table, const struct ygr_record_view *view,
		       struct ygr_enrichment *enrichment);

#endif
