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

static uint64_t time_of(const struct ygr_order *order, size_t slot)
{
	return order->rings[order->heap[slot]].view.head->time_ns;
}

/* Equal times: the lower CPU first, so that the same input gives the same output. */
static bool is_before(const struct ygr_order *order, size_t a, size_t b)
{
	uint64_t time_a = time_of(order, a), time_b = time_of(order, b);

	return time_a != time_b ? time_a < time_b : order->heap[a] < order->heap[b];
}

static void swap(struct ygr_order *order, size_t a, size_t b)
{
	uint32_t index = order->heap[a];

	order->heap[a] = order->heap[b];
	order->heap[b] = index;
}

static void sift_down(struct ygr_order *order, size_t slot)
{
	for (;;) {
		size_t least = slot, left = 2 * slot + 1, right = left + 1;

		if (left < order->heap_nr && is_before(order, left, least))
			least = left;
		if (right < order->heap_nr && is_before(order, right, least))
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

	order->heap[slot] = index;
	order->queued[index] = true;
	while (slot > 0 && is_before(order, slot, (slot - 1) / 2)) {
		swap(order, slot, (slot - 1) / 2);
		slot = (slot - 1) / 2;
	}
}

static void pop(struct ygr_order *order)
{
	order->queued[order->heap[0]] = false;
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
	uint64_t time_ns;

	if (order->heap_nr == 0)
		return NULL;
	time_ns = time_of(order, 0);
	if (drain || order->crowded || order->heap_nr == order->ring_nr ||
	    time_ns + order->hold_ns <= now_ns)
		return &order->rings[order->heap[0]];
	return NULL;
}

void ygr_order_take(struct ygr_order *order)
{
	struct ygr_ring_reader *ring = &order->rings[order->heap[0]];
	uint64_t time_ns = ring->view.head->time_ns;

	if (time_ns < order->last_ns)
		order->late_nr++;
	else
		order->last_ns = time_ns;

	ygr_ring_reader_take(ring);
	if (ygr_ring_reader_peek(ring))
		sift_down(order, 0);
	else
		pop(order);
}
