// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "order.h"

int ygr_order_init(struct ygr_order *order, struct ygr_ring_reader *rings, size_t ring_nr,
		   uint64_t hold_ns)
{
	memset(order, 0, sizeof(*order));
	order->heap = calloc(ring_nr ? ring_nr : 1, sizeof(*order->heap));
	order->queued = calloc(ring_nr ? ring_nr : 1, sizeof(*order->queued));
	if (!order->heap || !order->queued) {
		ygr_order_exit(order);
		return -ENOMEM;
	}
	order->rings = rings;
	order->ring_nr = ring_nr;
	order->hold_ns = hold_ns;
	return 0;
}

void ygr_order_exit(struct ygr_order *order)
{
	free(order->heap);
	free(order->queued);
	memset(order, 0, sizeof(*order));
}

/* Equal times: the lower CPU first, so that the same input gives the same output. */
static bool is_before(const struct ygr_order_entry *a, const struct ygr_order_entry *b)
{
	return a->time_ns != b->time_ns ? a->time_ns < b->time_ns : a->index < b->index;
}

static void swap(struct ygr_order *order, size_t a, size_t b)
{
	struct ygr_order_entry entry = order->heap[a];

	order->heap[a] = order->heap[b];
	order->heap[b] = entry;
}

static void sift_down(struct ygr_order *order, size_t slot)
{
	for (;;) {
		size_t least = slot, left = 2 * slot + 1, right = left + 1;

		if (left < order->heap_nr && is_before(&order->heap[left], &order->heap[least]))
			least = left;
		if (right < order->heap_nr && is_before(&order->heap[right], &order->heap[least]))
			least = right;
		if (least == slot)
			return;
		swap(order, slot, least);
		slot = least;
	}
}

static void push(struct ygr_order *order, uint32_t index)
{
	size_t slot = order->heap_nr++;

	order->heap[slot] = (struct ygr_order_entry) {
		.time_ns = order->rings[index].view.head->time_ns, .index = index,
	};
	order->queued[index] = true;
	while (slot > 0 && is_before(&order->heap[slot], &order->heap[(slot - 1) / 2])) {
		swap(order, slot, (slot - 1) / 2);
		slot = (slot - 1) / 2;
	}
}

static void pop(struct ygr_order *order)
{
	order->queued[order->heap[0].index] = false;
	order->heap[0] = order->heap[--order->heap_nr];
	sift_down(order, 0);
}

void ygr_order_refresh(struct ygr_order *order)
{
	order->crowded = false;
	for (size_t i = 0; i < order->ring_nr; i++) {
		struct ygr_ring_reader *ring = &order->rings[i];

		if (ygr_ring_reader_refresh(ring) < 0)
			order->bad_head_nr++;
		if (ygr_ring_reader_used_bytes(ring) > ring->map.data_bytes / 2)
			order->crowded = true;
		if (!order->queued[i] && ygr_ring_reader_peek(ring))
			push(order, (uint32_t)i);
	}
}

struct ygr_ring_reader *ygr_order_next(struct ygr_order *order, uint64_t now_ns, bool drain)
{
	if (order->heap_nr == 0)
		return NULL;
	if (drain || order->crowded || order->heap_nr == order->ring_nr ||
	    order->heap[0].time_ns + order->hold_ns <= now_ns)
		return &order->rings[order->heap[0].index];
	return NULL;
}

void ygr_order_take(struct ygr_order *order)
{
	struct ygr_order_entry *first = &order->heap[0];
	struct ygr_ring_reader *ring = &order->rings[first->index];
	const struct ygr_record_view *next;

	if (first->time_ns < order->last_ns)
		order->late_nr++;
	else
		order->last_ns = first->time_ns;

	ygr_ring_reader_take(ring);
	next = ygr_ring_reader_peek(ring);
	if (!next) {
		pop(order);
		return;
	}
	first->time_ns = next->head->time_ns;
	sift_down(order, 0);
}
