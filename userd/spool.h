/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The writing end of the spool: a directory of segments that only grow, the
 * boundary between reader and sender.
 *
 * Survives: kill -9 of any process at any point; a crash of the host, for what
 * append_end() has confirmed, on a disk that keeps what it said was written.
 * Does not survive: a disk that lies; somebody else writing to the directory.
 * A torn batch at the end is cut at the next open. Bad bytes before a good batch
 * are left where they are, for the tool to report.
 *
 * Full (its own limit, or the disk's) is a result, not a loss: the batch stays
 * with the caller, its records stay in the ring, and the kernel counts what it
 * then has to drop, by class and with its reserve for what matters most. With
 * keep_newest, the spool's own limit makes room at the cost of the oldest segments,
 * and counts what they held.
 *
 * This holds no data in memory; the caller does the write, so that it may go
 * through io_uring.
 */
#ifndef YGR_SPOOL_H
#define YGR_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backlog.h"
#include "spool_format.h"

struct ygr_spool;

struct ygr_spool_config {
	const char *dir;
	uint64_t limit_bytes;		/* of all segments together */
	uint64_t segment_bytes;		/* a new segment is begun beyond this */
	bool	 keep_newest;		/* at the limit, the oldest segments go */
};

/* What open() found and did; zero where there was nothing. */
struct ygr_spool_found {
	bool	 has_last;
	struct ygr_batch_header last;	/* the last batch ... */
	struct ygr_batch_cpu *cpus;	/* ... and its last.cpu_nr entries; freed by close() */
	uint64_t fault_nr;		/* stretches of bad bytes in the last segment */
	uint64_t cut_bytes;		/* torn end that was cut off */
	uint64_t removed_nr;		/* segments without any batch that were removed */
	char	 cut_segment[YGR_SEGMENT_NAME_BYTES];
	const char *cut_reason;
};

/*
 * Takes the lock (waiting up to 5 s for a predecessor that is being killed),
 * recovers, and makes a new identity if there is no batch to carry on from.
 * Return: 0; -EBUSY: another writer; -errno. @found is good until close().
 */
int ygr_spool_open(struct ygr_spool **spool, const struct ygr_spool_config *config,
		   const struct ygr_spool_found **found);
void ygr_spool_close(struct ygr_spool *spool);	/* NULL is fine */

/* For the header of the next batch: id, spool id, hash of the one before. */
void ygr_spool_next(const struct ygr_spool *spool, struct ygr_batch_header *header);

/*
 * Where the next batch goes: write @bytes at *offset of *fd, then fdatasync, then
 * append_end(). Without append_end() the same place is given again; a failed
 * write is to be repeated as a whole, since after a failed sync the kernel may
 * have forgotten which pages were dirty.
 * Return: 0; -EDQUOT: the spool is at its limit; -errno of making a segment.
 */
int ygr_spool_append_begin(struct ygr_spool *spool, size_t bytes, int *fd, uint64_t *offset);
void ygr_spool_append_end(struct ygr_spool *spool, const uint8_t *batch, size_t bytes);

/* What was discarded since it was asked for last. Return: whether anything was. */
bool ygr_spool_take_discarded(struct ygr_spool *spool, struct ygr_backlog *discarded);

struct ygr_spool_stats {
	uint64_t batch_nr;		/* appended since open */
	uint64_t bytes;
	uint64_t used_bytes;		/* in the directory, as last counted */
	uint64_t limit_bytes;
	uint64_t next_batch_id;
	struct ygr_backlog discarded;	/* since open */
};

void ygr_spool_stats(struct ygr_spool *spool, struct ygr_spool_stats *stats);

#endif
