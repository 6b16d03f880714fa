// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "feed.h"
#include "log.h"

void ygr_feed_close(struct ygr_feed *feed)
{
	ygr_spool_scan_close(feed->scan);
	feed->scan = NULL;
	feed->has_item = false;
}

static bool is_of(const struct ygr_scan_item *item, const struct ygr_sender_state *position)
{
	return memcmp(item->header.spool_id, position->spool_id, YGR_BATCH_ID_BYTES) == 0;
}

bool ygr_feed_is_own(const struct ygr_feed *feed, const struct ygr_sender_state *position)
{
	return is_of(&feed->item, position);
}

/* Ids start over in a new spool: the position says nothing about that one. */
static bool is_position_of(const struct ygr_sender_state *position, struct ygr_spool_scan *scan)
{
	struct ygr_scan_item item;
	int ret;

	do {
		ret = ygr_spool_scan_next(scan, &item);
	} while (ret == YGR_SCAN_FAULT);
	return ret == YGR_SCAN_BATCH && is_of(&item, position);
}

static int open_scan(struct ygr_feed *feed, const struct ygr_sender_state *position)
{
	bool may_skip;
	int ret = ygr_spool_scan_open(&feed->scan, feed->spool_dir, YGR_SCAN_RAW);

	if (ret)
		return ret;
	may_skip = is_position_of(position, feed->scan);
	ygr_feed_close(feed);
	ret = ygr_spool_scan_open(&feed->scan, feed->spool_dir, YGR_SCAN_RAW);
	if (ret)
		return ret;
	if (may_skip)
		ygr_spool_scan_skip_to(feed->scan, position->acked_id);
	feed->seen_id = position->acked_id;
	return 0;
}

static void note_fault(struct ygr_feed *feed)
{
	feed->fault_nr++;
	ygr_error("%s: spool: %s:%llu: %llu bytes are no batch: %s", feed->name, feed->item.segment,
		  (unsigned long long)feed->item.offset, (unsigned long long)feed->item.fault_bytes,
		  feed->item.reason);
}

bool ygr_feed_peek(struct ygr_feed *feed, const struct ygr_sender_state *position)
{
	int ret = 0;

	while (!feed->has_item) {
		if (!feed->scan && open_scan(feed, position))
			return false;
		ret = ygr_spool_scan_next(feed->scan, &feed->item);
		if (ret == YGR_SCAN_FAULT) {
			note_fault(feed);
			continue;
		}
		if (ret != YGR_SCAN_BATCH)
			break;
		feed->has_item = !ygr_feed_is_own(feed, position) ||
				 feed->item.header.batch_id > position->acked_id;
	}
	if (ret < 0) {
		ygr_error("%s: cannot read the spool: %s", feed->name, strerror(-ret));
		ygr_feed_close(feed);
	}
	return feed->has_item;
}

void ygr_feed_take(struct ygr_feed *feed)
{
	if (feed->item.header.batch_id > feed->seen_id)
		feed->seen_id = feed->item.header.batch_id;
	feed->has_item = false;
}

uint64_t ygr_feed_missing_nr(const struct ygr_feed *feed)
{
	uint64_t id = feed->item.header.batch_id;

	return id > feed->seen_id ? id - feed->seen_id - 1 : 0;
}
