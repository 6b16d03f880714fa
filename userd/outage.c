// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "outage.h"

struct ygr_outage ygr_outage_find(const struct ygr_spool_found *found, uint64_t load_id,
				  const uint8_t boot_id[YGR_BATCH_ID_BYTES])
{
	const struct ygr_batch_header *last = &found->last;
	struct ygr_outage outage = { 0 };
	bool rebooted;

	if (!found->has_last)
		return outage;
	rebooted = memcmp(last->boot_id, boot_id, YGR_BATCH_ID_BYTES) != 0;
	if (!rebooted && last->load_id == load_id)
		return outage;
	outage.begin_time_ns = last->max_time_ns + (uint64_t)last->realtime_offset_ns;
	outage.previous_load_id = last->load_id;
	outage.load_id = load_id;
	outage.rebooted = rebooted;
	return outage;
}
