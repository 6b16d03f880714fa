/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The spool as one output sees it: the batches behind its position, one at a time,
 * and again from there after close().
 *
 *	peek() -> item ... take() | close()
 *
 * Memory: the scan's (spool_scan.h); none while it is closed.
 */
#ifndef YGR_FEED_H
#define YGR_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "sender_state.h"
#include "spool_scan.h"

struct ygr_feed {
	const char *name;		/* of the output, for messages */
	const char *spool_dir;
	struct ygr_spool_scan *scan;	/* NULL: closed */
	struct ygr_scan_item item;	/* while has_item */
	bool	 has_item;
	uint64_t seen_id;		/* highest id that was taken since it was opened */
	uint64_t fault_nr;		/* stretches of bad bytes, each of them logged */
};

/*
 * Opens the spool behind @position if need be. What belongs to another spool than
 * the position's is not behind it: it is given from its start.
 * Return: true with feed->item; false: there is nothing now, or it cannot be read,
 * which was logged, and the next call tries anew.
 */
bool ygr_feed_peek(struct ygr_feed *feed, const struct ygr_sender_state *position);

/* The item was dealt with. */
void ygr_feed_take(struct ygr_feed *feed);
void ygr_feed_close(struct ygr_feed *feed);	/* fine at any time */

/* Does the item belong to the position's spool? */
bool ygr_feed_is_own(const struct ygr_feed *feed, const struct ygr_sender_state *position);

/* How many ids between the last taken one and the item are not in the spool. */
uint64_t ygr_feed_missing_nr(const struct ygr_feed *feed);

#endif
