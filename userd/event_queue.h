/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The batches that an output of events has in hand, as one sequence of events: a far end
 * that takes long to answer then gets many small batches with one request, rather than
 * one with each.
 *
 *	put ... next, next, next (NULL: all were given) ... take, take
 *	              ^ mark -- rewind
 *
 * Holds copies of batches as they lie in the spool, and one of them opened. It takes no
 * more than YGR_EVENT_QUEUE_BATCHES, nor, beyond one, more than YGR_EVENT_QUEUE_BYTES of
 * events. No I/O and no clock.
 */
#ifndef YGR_EVENT_QUEUE_H
#define YGR_EVENT_QUEUE_H

#include <stdarg.h>

#include "event_batch.h"
#include "event_filter.h"

#define YGR_EVENT_QUEUE_BATCHES	64
/* Before compression: what a full batch of the reader's has. */
#define YGR_EVENT_QUEUE_BYTES	(1u << 20)
#define YGR_EVENT_QUEUE_REASON	192

struct ygr_event_queue_entry {
	uint64_t batch_id;
	uint8_t	 *bytes;
	size_t	 len;
	size_t	 event_bytes;
	bool	 was_given;			/* to its end */
	uint64_t event_nr, left_out_nr;		/* of those that were given */
	char	 refusal[YGR_EVENT_QUEUE_REASON]; /* "": none */
};

struct ygr_event_queue {
	const struct ygr_event_filter *where;
	const char *host_name;
	struct ygr_event_queue_entry entries[YGR_EVENT_QUEUE_BATCHES];
	/* Batches are numbered as they come. [first_nr, end_nr) are held, at_nr is being given. */
	uint64_t first_nr, at_nr, end_nr;
	size_t	 event_bytes;			/* of all of them */
	struct ygr_event_batch batch;		/* at_nr, while is_open */
	bool	 is_open;
	bool	 failed;			/* next() had no memory to go on */
	uint64_t event_nr, left_out_nr;		/* of those that were taken */
};

/* A place between two events. */
struct ygr_event_mark {
	uint64_t nr;				/* of the batch */
	uint32_t index;				/* in it */
};

/* { 0 } with @where, which outlives it, is an empty one. */
void ygr_event_queue_exit(struct ygr_event_queue *queue);
/* Lets go of all. */
void ygr_event_queue_clear(struct ygr_event_queue *queue);

static inline bool ygr_event_queue_is_empty(const struct ygr_event_queue *queue)
{
	return queue->first_nr == queue->end_nr;
}

/* @bytes: a whole batch. Return: 0; -EAGAIN: there are enough; -ENOMEM. */
int ygr_event_queue_put(struct ygr_event_queue *queue, uint64_t batch_id, const uint8_t *bytes,
			size_t len);

/*
 * The next event that `where` lets pass, good until the next call; queue->batch.origin
 * names it. What cannot be read refuses its batch and is passed over. Return: NULL: all
 * were given, or `failed`.
 */
const struct ygr_event_value *ygr_event_queue_next(struct ygr_event_queue *queue);

struct ygr_event_mark ygr_event_queue_mark(const struct ygr_event_queue *queue);
/* @mark: of a batch that is still held, and before what was given. */
void ygr_event_queue_rewind(struct ygr_event_queue *queue, struct ygr_event_mark mark);

/* Of that batch, something is refused for good. The first reason is kept. */
void ygr_event_queue_refuse(struct ygr_event_queue *queue, uint64_t nr, const char *fmt,
			    va_list args);

/*
 * Lets go of the oldest batch, if it was given to its end. @reason: why it is refused;
 * "": it is not. Return: false: there is no such batch.
 */
bool ygr_event_queue_take(struct ygr_event_queue *queue, uint64_t *batch_id,
			  char reason[YGR_EVENT_QUEUE_REASON]);

/* How many events were given, or left out by `where`, in all. */
void ygr_event_queue_count(const struct ygr_event_queue *queue, uint64_t *event_nr,
			   uint64_t *left_out_nr);

#endif
