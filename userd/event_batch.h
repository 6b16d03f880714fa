/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A batch as it lies in the spool, opened: its events one by one, each with what
 * names it for ever. For the tool and for outputs that ship events rather than
 * batches. Keeps its memory from batch to batch; at most what one batch may hold.
 */
#ifndef YGR_EVENT_BATCH_H
#define YGR_EVENT_BATCH_H

#include "event_map.h"
#include "event_mapping.h"
#include "spool_format.h"

struct ygr_event_batch {
	struct ygr_batch_header header;
	struct ygr_event_origin origin;	/* of the event that next() gave last */
	struct ygr_event_stream stream;
	uint8_t *events;
	size_t cap;
	uint32_t next_index;
};

/* { 0 } is a closed one. */
void ygr_event_batch_exit(struct ygr_event_batch *batch);

/*
 * @bytes: a whole batch. @host_name is not copied, and may be NULL.
 * Return: 0; -EBADMSG: it is none; -ENOMEM.
 */
int ygr_event_batch_open(struct ygr_event_batch *batch, const uint8_t *bytes, size_t len,
			 const char *host_name);

/* The same where the header was parsed already. */
int ygr_event_batch_expand(struct ygr_event_batch *batch, const struct ygr_batch_header *header,
			   const uint8_t *frame, const char *host_name);

/* Good until the next call. NULL: there are no more; see is_whole(). */
const struct ygr_event_value *ygr_event_batch_next(struct ygr_event_batch *batch);

/*
 * The next one shall be the event at @index of this batch, up to next_index. What a
 * batch's events share has to be gone through again, so this reads all before it.
 */
void ygr_event_batch_rewind(struct ygr_event_batch *batch, uint32_t index);

/* After the last event: whether all of the batch was events. */
bool ygr_event_batch_is_whole(const struct ygr_event_batch *batch);

#endif
