// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "enrich.h"

/* These are about the sensor: their head names whoever happened to be running. */
static bool has_subject(const struct ygr_record *head)
{
	return head->type != YGR_EV_START && head->type != YGR_EV_GAP &&
	       head->type != YGR_EV_TOTALS;
}

void ygr_enrich_record(struct ygr_process_table *table, const struct ygr_record_view *view,
		       struct ygr_enrichment *enrichment)
{
	const struct ygr_process *process;

	memset(enrichment, 0, sizeof(*enrichment));
	if (!has_subject(view->head))
		return;
	process = ygr_process_table_find(table, view->head->tgid, view->head->start_ns);
	enrichment->self = process;
	while (process && enrichment->ancestor_nr < YGR_ENRICH_ANCESTORS_MAX) {
		process = ygr_process_table_parent(table, process);
		if (process)
			enrichment->ancestors[enrichment->ancestor_nr++] = process;
	}
}
