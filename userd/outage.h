/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The time between two runs of the module, in which nothing was seen: from the last event
 * that the spool has of the one to the start of the other. Pure.
 */
#ifndef YGR_OUTAGE_H
#define YGR_OUTAGE_H

#include "spool.h"

struct ygr_outage {
	uint64_t begin_time_ns;		/* CLOCK_REALTIME; 0: there was none */
	uint64_t previous_load_id;
	uint64_t load_id;		/* CLOCK_BOOTTIME ns at which the module was loaded again */
	bool	 rebooted;		/* the machine was started anew in between */
};

/*
 * @found: of the spool; @load_id, @boot_id: of the module that is read now.
 * Return: begin_time_ns is 0 if it is the same run, or the spool has nothing of another.
 */
struct ygr_outage ygr_outage_find(const struct ygr_spool_found *found, uint64_t load_id,
				  const uint8_t boot_id[YGR_BATCH_ID_BYTES]);

#endif
