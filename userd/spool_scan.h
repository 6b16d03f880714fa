/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads batches from a spool directory, from one segment, or from a receiver's
 * file, while somebody else may be writing it. Read-only; takes no lock.
 *
 * Bad bytes do not end the scan: each stretch of them is reported once, as a
 * FAULT, and the scan goes on at the next batch whose header is valid. What the
 * writer is still writing is no fault: it is END now and a BATCH later.
 *
 * Memory: one batch, its events, a read window; at most about 36 MiB, whatever
 * the files claim.
 */
#ifndef YGR_SPOOL_SCAN_H
#define YGR_SPOOL_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "spool_format.h"

struct ygr_spool_scan;

enum ygr_scan_result {
	YGR_SCAN_END	= 0,	/* nothing more for now: call again later to follow */
	YGR_SCAN_BATCH	= 1,
	YGR_SCAN_FAULT	= 2,	/* bytes [offset, offset + fault_bytes) are no batch */
};

/* How a batch continues the batch that this scan returned before it. */
enum ygr_scan_chain {
	YGR_CHAIN_START	= 0,	/* none before it in this scan, and it need not be the spool's first */
	YGR_CHAIN_OK	= 1,	/* the next id, and prev_hash is that batch's hash */
	YGR_CHAIN_MISSING = 2,	/* the id jumps: item.missing_nr batches are not there */
	YGR_CHAIN_REORDERED = 3, /* the id is not above the one before */
	YGR_CHAIN_BROKEN = 4,	/* the next id, but prev_hash is another batch's */
	YGR_CHAIN_OTHER_SPOOL = 5, /* another spool id begins */
};

struct ygr_scan_item {
	const char *segment;	/* file name without directory */
	uint64_t    offset;	/* of the batch or of the fault in it */

	/* BATCH; FAULT with has_header: a good header whose frame is bad */
	int	    has_header;
	struct ygr_batch_header header;
	enum ygr_scan_chain chain;
	uint64_t    missing_nr;

	/* BATCH */
	const uint8_t *batch;	/* the batch verbatim, header included ... */
	size_t	    batch_bytes;
	const uint8_t *events;	/* ... and its msgpack maps, decompressed and */
	size_t	    events_bytes; /* checked by the frame's own checksum */

	/* FAULT */
	uint64_t    fault_bytes;
	const char *reason;
};

#define YGR_SCAN_RAW	(1u << 0)	/* do not decompress: events is NULL */

/*
 * @path: a directory (its *.ygs segments in order of id) or one file.
 * Return: 0; -ENOMEM; -errno of opening it.
 */
int ygr_spool_scan_open(struct ygr_spool_scan **scan, const char *path, unsigned int flags);
void ygr_spool_scan_close(struct ygr_spool_scan *scan);	/* NULL is fine */

/*
 * The next batch or fault. Pointers in @item stay good until the next call.
 * Segments that were deleted underneath are passed over without a fault: the
 * chain shows it (MISSING).
 * Return: enum ygr_scan_result, or -errno of reading.
 */
int ygr_spool_scan_next(struct ygr_spool_scan *scan, struct ygr_scan_item *item);

/*
 * After END: are there bytes behind the last whole batch? A batch that is just
 * being written looks like that, and so does one that a crash has cut.
 * Return: FAULT, with @item; END if there are none; -errno.
 */
int ygr_spool_scan_tail(struct ygr_spool_scan *scan, struct ygr_scan_item *item);

/*
 * Leaves out whatever has a batch id up to @batch_id: whole segments without
 * reading them. For a sender that starts, or for "only what is new".
 */
void ygr_spool_scan_skip_to(struct ygr_spool_scan *scan, uint64_t batch_id);

/* Starts at the end: only what is appended from now on. Return: 0 or -errno. */
int ygr_spool_scan_seek_end(struct ygr_spool_scan *scan);

/*
 * Makes durable the file that the last item came from, before anybody is told
 * that it exists. Return: 0 or -errno.
 */
int ygr_spool_scan_sync(struct ygr_spool_scan *scan);

#endif
