/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What encode.h has taken apart, put together again: items go in, in their order,
 * and for each event a map comes out that is whole by itself (docs/WIRE.md, "The
 * events"). Whoever wants events asks event_map.h, which asks this.
 *
 * Pure but for memory, which stays within a multiple of the bytes that the items
 * took. Any items are safe to pass: numbers that refer to nothing, names and values
 * that do not fit are refused.
 */
#ifndef YGR_DECODE_H
#define YGR_DECODE_H

#include "event_value.h"

struct ygr_decode_shape;
struct ygr_decode_process;
struct ygr_decode_subject;
struct ygr_decode_chunk;

/* All zero is a decoder at the beginning of a stream. */
struct ygr_decode {
	uint64_t last_ns;		/* boot time of the event before */
	int64_t	 realtime_offset_ns;
	struct ygr_decode_shape *shapes;
	struct ygr_decode_process *processes;
	struct ygr_decode_subject *subjects;
	uint32_t shape_nr, process_nr, subject_nr;
	uint32_t shape_cap, process_cap, subject_cap;
	uint64_t *next_seq;		/* by CPU */
	struct ygr_decode_chunk *chunks, *chunk;	/* what definitions hold */
	struct ygr_event_value *event;	/* the last one, whole */
	size_t	 event_cap;
};

enum ygr_decode_result {
	YGR_DECODE_BAD,		/* no item of a batch, or no memory for it */
	YGR_DECODE_DEFINITION,	/* what later items refer to */
	YGR_DECODE_EVENT,
};

/*
 * @item: an ARRAY, of which only texts need stay where they are.
 * @event: EVENT: the map, good until the next call.
 */
enum ygr_decode_result ygr_decode_item(struct ygr_decode *decode, const struct ygr_event_value *item,
				       const struct ygr_event_value **event);

/* Begins again, with the memory that is there. */
void ygr_decode_restart(struct ygr_decode *decode);
void ygr_decode_exit(struct ygr_decode *decode);

#endif
