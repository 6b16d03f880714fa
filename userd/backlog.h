/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What goes when the spool is full and the newest events are to be kept: whole
 * segments, the oldest first, never the newest one. What they held and no output
 * has settled is counted, by class, from the batch headers.
 *
 * Context: reads the headers of one segment and removes it. May sleep.
 */
#ifndef YGR_BACKLOG_H
#define YGR_BACKLOG_H

#include "spool_format.h"

struct ygr_backlog {
	uint64_t batch_nr;		/* discarded, and settled by no output */
	uint64_t first_batch_id;	/* of these; 0: there are none */
	uint64_t last_batch_id;
	uint64_t class_nr[YGR_BATCH_CLASS_NR];	/* their events */
};

/*
 * The batch up to which all outputs need nothing any more, by their state files in
 * @dir; 0: some output needs everything, or there is none.
 */
uint64_t ygr_backlog_settled_id(const char *dir);

/*
 * Removes the segment of that name and adds what is lost with it to @backlog.
 * Return: the bytes that it had; -errno, and it is still there.
 */
int64_t ygr_backlog_discard(int dir_fd, uint64_t segment_id, uint64_t settled_id,
			    struct ygr_backlog *backlog);

void ygr_backlog_add(struct ygr_backlog *sum, const struct ygr_backlog *backlog);

#endif
