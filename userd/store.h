/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One file to which batches of one spool are appended verbatim: a receiver's, or
 * the file output's. Batches that it has already are passed over.
 *
 * Survives: kill -9 (the torn batch at the end is cut at the next open) and a
 * crash of the host, for what sync() has confirmed.
 */
#ifndef YGR_STORE_H
#define YGR_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "spool_format.h"

struct ygr_store {
	int	 fd;
	uint64_t end;			/* of the last whole batch */
	uint8_t	 spool_id[YGR_BATCH_ID_BYTES];
	uint64_t last_batch_id;		/* 0: none of this spool */
	uint64_t last_hash;		/* its header_hash */
	uint64_t cut_bytes;		/* by open */
	uint64_t duplicate_nr;		/* batches that were here already */
};

/*
 * Makes the file if need be, locks and recovers it. A batch of another spool at
 * its end is fine: this spool's follow.
 * Return: 0; -EBUSY: somebody else appends; -errno.
 */
int ygr_store_open(struct ygr_store *store, const char *path,
		   const uint8_t spool_id[YGR_BATCH_ID_BYTES]);
void ygr_store_close(struct ygr_store *store);

/*
 * Checks the batch as a whole (header, frame, spool id) and appends it; not yet
 * durable.
 * Return: 0, also for one that is here already; -EBADMSG: no such batch, not a
 * whole one, or another spool's; -errno of writing, and the file ends where it did.
 */
int ygr_store_append(struct ygr_store *store, uint64_t batch_id, const uint8_t *batch, size_t len);

/* Makes durable what was appended. Return: 0 or -errno. */
int ygr_store_sync(struct ygr_store *store);

#endif
