/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose events they are, and of which rules: each event, as it comes from the spool, onto
 * the accounts of its process and of its rule. Pure but for the tables' memory.
 */
#ifndef YGR_TOP_TALLY_H
#define YGR_TOP_TALLY_H

#include "event_map.h"
#include "top_hitters.h"

#define YGR_TOP_TALLY_CAP	1024	/* processes; and as many rules */

struct ygr_top_tally {
	struct ygr_top_hitters *processes, *rules;
};

/* Return: 0 or -ENOMEM. */
int ygr_top_tally_init(struct ygr_top_tally *tally);
void ygr_top_tally_exit(struct ygr_top_tally *tally);

void ygr_top_tally_clear(struct ygr_top_tally *tally);

/*
 * An event that tells repeats, or what was suppressed, counts as many as it stands for. What
 * the sensor says of itself is nobody's; a cgroup's suppressed events are no process's.
 */
void ygr_top_tally_add(struct ygr_top_tally *tally, const struct ygr_event_value *event);

#endif
