/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A batch while it is filled, and then while it is written. It remembers how far
 * each ring was read when it was closed: so far the tails may move once it is
 * durable, and not a byte further.
 *
 *	open(empty) --add--> open --close--> closed: bytes, positions --clear--> open(empty)
 *
 * Keeps its memory from use to use: at most the batch limit plus one event,
 * encoded and compressed.
 */
#ifndef YGR_BATCH_H
#define YGR_BATCH_H

#include "encode.h"
#include "ring_reader.h"
#include "spool_format.h"

struct ygr_batch {
	struct ygr_encoded events;
	struct ygr_batch_header header;	/* counts while open, all of it when closed */
	uint32_t own_nr;		/* events that are the reader's own, of no ring */
	uint64_t opened_ns;		/* when the first event came; CLOCK_BOOTTIME */

	size_t	 ring_nr;
	struct ygr_batch_cpu *cpus;	/* by ring: as of closing */
	uint64_t *positions;		/* by ring: as of closing */

	uint8_t	 *bytes;		/* closed: the batch as it goes to disk */
	size_t	 len;
	size_t	 cap;
};

/* Return: 0 or -ENOMEM. */
int ygr_batch_init(struct ygr_batch *batch, size_t ring_nr);
void ygr_batch_exit(struct ygr_batch *batch);
void ygr_batch_clear(struct ygr_batch *batch);

static inline bool ygr_batch_is_empty(const struct ygr_batch *batch)
{
	return batch->header.event_nr == 0;
}

struct ygr_batch_clock {
	uint64_t now_ns;		/* CLOCK_BOOTTIME */
	int64_t	 realtime_offset_ns;	/* CLOCK_REALTIME - CLOCK_BOOTTIME */
};

/*
 * Encodes one event into the open batch. The first one fixes the clock offset for
 * all of them.
 * @encoder: has no other batch open. @table, @self: as ygr_encode_event() has them.
 * Return: 0; -ENOMEM, and the batch is as before.
 */
int ygr_batch_add(struct ygr_batch *batch, struct ygr_encoder *encoder,
		  const struct ygr_record_view *view, uint32_t cpu, struct ygr_process_table *table,
		  struct ygr_process *self, const struct ygr_batch_clock *clock);

/*
 * Tells in the open batch, which is not empty, what the spool discarded.
 * Return: 0; -ENOMEM, and the batch is as before.
 */
int ygr_batch_add_backlog(struct ygr_batch *batch, struct ygr_encoder *encoder,
			  const struct ygr_backlog *backlog);

/* Likewise, that nothing was seen for a time. */
int ygr_batch_add_outage(struct ygr_batch *batch, struct ygr_encoder *encoder,
			 const struct ygr_outage *outage);

/*
 * Compresses, and completes the header: @identity gives batch, spool, boot, load
 * and schema ids and prev_hash.
 * Return: 0; -ENOMEM, and the batch is still open.
 */
int ygr_batch_close(struct ygr_batch *batch, const struct ygr_batch_header *identity,
		    const struct ygr_ring_reader *rings);

#endif
