/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The consumer's side of one CPU's ring; the producer's is kmod/ring.c, the
 * layout and the proof of the order are in docs/RING.md.
 *
 *	tail ............ pos ............ head		monotonic byte positions
 *	   in batches that   |  published, not
 *	   are not durable   |  looked at yet
 *
 * A record is read where it lies, or, if it is compact, joined with what it refers to, and stays there until release() moves the tail
 * past it, which the pipeline does only after the batch that holds it is on
 * disk. A reader that dies in between finds the record again.
 *
 * Accounting, per CPU: next_seq - first_seq = taken + dropped + lost, always.
 *
 * Pure but for the shared memory itself. The data and `head` are the kernel's;
 * nothing there is trusted to be well formed, and nothing is read twice in a
 * way that matters.
 */
#ifndef YGR_RING_READER_H
#define YGR_RING_READER_H

#include <stdint.h>
#include <yagura/ygr_abi.h>

#include "join.h"
#include "record.h"

struct ygr_ring_map {
	uint32_t cpu;
	const uint8_t *data;		/* mapped twice in a row */
	uint64_t data_bytes;		/* a power of two */
	const struct ygr_ring_producer *producer;
	struct ygr_ring_consumer *consumer;
};

struct ygr_ring_reader {
	struct ygr_ring_map map;
	uint64_t head;		/* as last acquired */
	uint64_t pos;		/* next byte to look at */
	uint64_t tail;		/* as last released */

	bool	 has_seq;	/* the next four mean something */
	uint64_t first_seq;
	uint64_t next_seq;
	uint64_t dropped;	/* told by gap records */
	uint64_t lost;		/* not told by anybody, or not readable */

	bool	 peeked;	/* `view` is the record at pos, of so many bytes there */
	uint32_t peeked_bytes;
	struct ygr_record_view view;

	/* for the status file, since this process started */
	uint64_t taken_nr;	/* records */
	uint64_t repeated_nr;	/* passed over: the spool has them already */
	uint64_t invalid_nr;	/* unreadable: a record each, or all up to head */
	uint64_t excess_nr;	/* a gap record told of more than the sequence lacks */
	const char *invalid_reason; /* of the last one */

	/* what a compact record stands for (join.h); of most, only the beginning is ever touched */
	uint8_t	 joined[YGR_JOIN_BYTES_MAX] __attribute__((aligned(8)));
};

/* What the spool knows of this CPU, for the same boot and load. */
struct ygr_ring_resume {
	uint64_t first_seq;
	uint64_t next_seq;
	uint64_t dropped;
	uint64_t lost;
};

/*
 * Starts at the tail that the ring page holds, or at the head if that tail is
 * impossible (the producer treats the ring as full until a good one is stored).
 * @resume: NULL if the spool holds nothing of this load.
 * Return: 0; -EINVAL: geometry.
 */
int ygr_ring_reader_init(struct ygr_ring_reader *reader, const struct ygr_ring_map *map,
			 const struct ygr_ring_resume *resume);

/*
 * Takes note of what was published since.
 * Return: bytes between pos and head; -EPROTO: head is impossible, and nothing
 * new was taken note of.
 */
int64_t ygr_ring_reader_refresh(struct ygr_ring_reader *reader);

/*
 * The next record, without taking it; records that the spool has already and
 * records that cannot be read are counted and passed over on the way.
 * Return: the view, valid until the next one is peeked, or release() moves past it; NULL: none is left
 * below the head last acquired.
 */
const struct ygr_record_view *ygr_ring_reader_peek(struct ygr_ring_reader *reader);

/* Takes the record that peek() showed. */
void ygr_ring_reader_take(struct ygr_ring_reader *reader);

/* Gives [tail, pos) back to the kernel. */
void ygr_ring_reader_release(struct ygr_ring_reader *reader, uint64_t pos);

/* Bytes that the kernel cannot use: taken and not released, or not taken. */
static inline uint64_t ygr_ring_reader_used_bytes(const struct ygr_ring_reader *reader)
{
	return reader->head - reader->tail;
}

#endif
