/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The producer's side of a ring, for those two that write records: ring.c, and
 * compact.c, where a call would cost what it does. The interface for all others is ring.h; why it is
 * correct is in docs/RING.md.
 */
#ifndef YGR_RING_PRODUCE_H
#define YGR_RING_PRODUCE_H

#include <linux/irq_work.h>
#include <linux/ktime.h>
#include <linux/percpu.h>

#include "ring.h"

/*
 * Positions are monotonic byte counts; & (data_bytes - 1) at the point of use.
 *
 *	kept <= tail <= published <= reserved <= kept + data_bytes
 *
 *	[kept, tail)		read, and what later records may refer to
 *	[tail, published)	the consumer may read
 *	[published, reserved)	being filled on this CPU, by one context or by
 *				several that interrupted one another
 */
struct ygr_ring {
	/* The hot line: used by this CPU's producers only. */
	u64 reserved;
	u64 kept_seen;		/* where what was kept began, by a tail read earlier: at most the true one */
	u64 calm_end;		/* by that tail, where the ring begins to be crowded */
	u64 published;
	u64 seq;		/* of the next event to publish */
	u64 wake_at;		/* published position at which to look at the watermark */
	u8 *data;
	u32 nest;		/* contexts between reserve and commit */
	u32 gap_nr;		/* drops not told in a GAP record yet */

	struct ygr_ring_consumer *consumer;
	struct ygr_ring_producer *producer;
	u64 gap_first_ns;
	u64 gap_last_ns;
	u64 gap_dropped[YGR_CLASS_NR];
	u64 committed[YGR_CLASS_NR];	/* events published */
	u64 dropped[YGR_CLASS_NR];
	u64 told[YGR_CLASS_NR];		/* of the dropped: in a published GAP */
	u64 coalesced[YGR_CLASS_NR];	/* repeats that published records tell */
	u64 suppressed[YGR_CLASS_NR];	/* what published SUPPRESSED tell */
	u64 accounted_seq;		/* seq after the last TOTALS */
	u64 accounted_ns;
	struct irq_work wake_work;
	struct page **pages;
};

DECLARE_PER_CPU(struct ygr_ring, ygr_rings);

/* The same for all rings; constant after init. */
struct ygr_ring_geometry {
	u64 mask;		/* data_bytes - 1 */
	u64 data_bytes;
	u64 low_limit;		/* for classes that may be lost */
	u64 watermark_bytes;
	u32 segment_shift;
};

extern struct ygr_ring_geometry ygr_ring_geometry;

#define YGR_RING_GAP_BYTES	(sizeof(struct ygr_record) + sizeof(struct ygr_body_gap))

static __always_inline void *ygr_ring_at(const struct ygr_ring *ring, u64 pos)
{
	return ring->data + (pos & ygr_ring_geometry.mask);
}

/* Records that start before there may refer to a definition that starts at @pos: never 0. */
static inline u64 ygr_ring_reach_end(u64 pos)
{
	return ((pos >> ygr_ring_geometry.segment_shift) + 2) << ygr_ring_geometry.segment_shift;
}

static __always_inline u64 ygr_ring_limit(enum ygr_class class)
{
	return class <= YGR_CLASS_SENSOR ? ygr_ring_geometry.data_bytes : ygr_ring_geometry.low_limit;
}

/* Reads the tail again, and looks once more. */
bool ygr_ring_fits_now(struct ygr_ring *ring, u64 pos, u32 bytes, u64 limit);

static __always_inline bool ygr_ring_fits(struct ygr_ring *ring, u64 pos, u32 bytes, u64 limit)
{
	return likely(pos + bytes - ring->kept_seen <= limit) ||
	       ygr_ring_fits_now(ring, pos, bytes, limit);
}

/* Drops are told first, where the reserved quarter is not needed for it. */
static __always_inline u32 ygr_ring_gap_bytes_due(struct ygr_ring *ring, u64 pos, u32 bytes)
{
	if (likely(!ring->gap_nr) ||
	    !ygr_ring_fits(ring, pos, YGR_RING_GAP_BYTES + bytes, ygr_ring_geometry.low_limit))
		return 0;
	return YGR_RING_GAP_BYTES;
}

/* Into what was reserved for it. */
void ygr_ring_fill_gap(void *where);

/* A record that is more, or less, than an event. Return: whether it is one. */
bool ygr_ring_complete(struct ygr_ring *ring, struct ygr_record *record);

/* A whole record that tells repeats. */
void ygr_ring_count_repeats(struct ygr_ring *ring, const struct ygr_record *record);

/*
 * Numbers and counts, in ring order, what this CPU has filled since the last
 * time: so a sequence number, a GAP and a TOTALS are exact whatever
 * interrupted what. What a whole and a compact record have in common is at the same place.
 */
static __always_inline void ygr_ring_number(struct ygr_ring *ring, u64 head)
{
	while (ring->published != head) {
		struct ygr_record *record = ygr_ring_at(ring, ring->published);

		/* What is compact has its flags elsewhere, and tells no repeats; what is no event has none. */
		if (unlikely(record->flags & YGR_F_COALESCED) && record->type < YGR_EV_GAP &&
		    !(record->verdict & YGR_RING_COMPACT))
			ygr_ring_count_repeats(ring, record);
		if (likely(record->type < YGR_EV_GAP) || ygr_ring_complete(ring, record)) {
			record->seq = ring->seq++;
			ring->committed[record->class]++;
		}
		ring->published += record->len;
	}
}

/* The same for who has filled one record at @pos, which is most often all there is. */
static __always_inline void ygr_ring_number_one(struct ygr_ring *ring, u64 head, u64 pos,
						u64 *seq, enum ygr_class class, u32 bytes)
{
	if (unlikely(ring->published != pos || head != pos + bytes)) {
		ygr_ring_number(ring, head);
		return;
	}
	*seq = ring->seq++;
	ring->committed[class]++;
	ring->published = head;
}

/* Wakes the consumer if a watermark's worth is unread. */
void ygr_ring_wake(struct ygr_ring *ring, u64 head);

/*
 * Only the outermost of nested producers publishes, so that everything below
 * the head is filled. An interrupt that comes after `reserved` was read finds
 * nest > 0 and leaves its record to us: hence the second look.
 */
static __always_inline void ygr_ring_leave(struct ygr_ring *ring)
{
	u64 head;

	if (unlikely(READ_ONCE(ring->nest) > 1)) {
		this_cpu_dec(ygr_rings.nest);
		return;
	}
	do {
		WRITE_ONCE(ring->nest, 1);
		barrier();
		head = READ_ONCE(ring->reserved);
		ygr_ring_number(ring, head);
		/* Release: records before head. Pairs with ygr_ring_reader_refresh(). */
		smp_store_release(&ring->producer->head, head);
		barrier();
		WRITE_ONCE(ring->nest, 0);
		barrier();
	} while (unlikely(head != READ_ONCE(ring->reserved)));
	if (unlikely((s64)(head - ring->wake_at) >= 0))
		ygr_ring_wake(ring, head);
}

/* The same for who has filled one event of @bytes at @pos, with its number at @seq. */
static __always_inline void ygr_ring_leave_one(struct ygr_ring *ring, u64 pos, u64 *seq,
					       enum ygr_class class, u32 bytes)
{
	u64 head;

	if (unlikely(READ_ONCE(ring->nest) > 1)) {
		this_cpu_dec(ygr_rings.nest);
		return;
	}
	head = READ_ONCE(ring->reserved);
	ygr_ring_number_one(ring, head, pos, seq, class, bytes);
	/* Release: as in ygr_ring_leave(). */
	smp_store_release(&ring->producer->head, head);
	barrier();
	WRITE_ONCE(ring->nest, 0);
	barrier();
	if (unlikely(head != READ_ONCE(ring->reserved)))
		ygr_ring_leave(ring);
	else if (unlikely((s64)(head - ring->wake_at) >= 0))
		ygr_ring_wake(ring, head);
}

#endif
