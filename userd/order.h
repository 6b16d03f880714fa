/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Merges the CPUs' streams by time. Each stream is in order by itself; a record
 * of one CPU may come out only when no other CPU can still bring an earlier one:
 * when all of them show a later one, or when it is older than the hold. A CPU
 * that published nothing for the length of the hold is taken to have nothing.
 *
 * Nothing is copied: a held record waits in its ring. That is why there is no
 * hold while a ring is more than half full: order is a nicety, space is not.
 * What comes out late all the same is counted.
 *
 * Pure. Cost per record: log2 of the number of rings with records.
 */
#ifndef YGR_ORDER_H
#define YGR_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ring_reader.h"

/* A ring with a peeked record, and that record's time. */
struct ygr_order_entry {
	uint64_t time_ns;
	uint32_t index;
};

struct ygr_order {
	struct ygr_ring_reader *rings;	/* the caller's */
	struct ygr_order_entry *heap;	/* earliest first */
	bool	 *queued;		/* by ring: it is in the heap */
	size_t	 ring_nr;
	size_t	 heap_nr;
	uint64_t hold_ns;
	bool	 crowded;		/* some ring is over half full */
	uint64_t last_ns;		/* time of the last record handed out */
	uint64_t late_nr;		/* handed out with an earlier time than that */
	uint64_t bad_head_nr;		/* refreshes that met an impossible head */
};

/* Return: 0 or -ENOMEM. @rings stay the caller's and must outlive this. */
int ygr_order_init(struct ygr_order *order, struct ygr_ring_reader *rings, size_t ring_nr,
		   uint64_t hold_ns);
void ygr_order_exit(struct ygr_order *order);

/* Takes note of what all rings published since. */
void ygr_order_refresh(struct ygr_order *order);

/*
 * The ring whose record is next, or NULL: none, or it is younger than the hold.
 * The record is at ring->view; take it with ygr_order_take() before asking again.
 * @now_ns: CLOCK_BOOTTIME. @drain: no hold (the reader is stopping).
 */
struct ygr_ring_reader *ygr_order_next(struct ygr_order *order, uint64_t now_ns, bool drain);

/* Takes the record that next() showed. */
void ygr_order_take(struct ygr_order *order);

/* Are there records, held or not, that were not handed out? */
static inline bool ygr_order_has_more(const struct ygr_order *order)
{
	return order->heap_nr > 0;
}

#endif
