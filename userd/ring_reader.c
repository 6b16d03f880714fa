// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "ring_reader.h"

static void note_invalid(struct ygr_ring_reader *reader, const char *reason)
{
	reader->invalid_nr++;
	reader->invalid_reason = reason;
}

int ygr_ring_reader_init(struct ygr_ring_reader *reader, const struct ygr_ring_map *map,
			 const struct ygr_ring_resume *resume)
{
	uint64_t bytes = map->data_bytes;

	if (bytes < sizeof(struct ygr_record) || (bytes & (bytes - 1)) != 0)
		return -EINVAL;

	memset(reader, 0, offsetof(struct ygr_ring_reader, joined));
	reader->map = *map;
	/* Only this side ever stores the tail: it needs no order with anything. */
	reader->tail = __atomic_load_n(&map->consumer->tail, __ATOMIC_RELAXED);
	if (__atomic_load_n(&map->producer->head, __ATOMIC_ACQUIRE) - reader->tail > bytes) {
		/* Whoever wrote this tail is gone; where the records start, nobody knows. */
		note_invalid(reader, "the tail that was found is impossible");
		ygr_ring_reader_release(reader, __atomic_load_n(&map->producer->head, __ATOMIC_ACQUIRE));
	}
	reader->pos = reader->tail;
	reader->head = reader->tail;
	if (resume) {
		reader->has_seq = true;
		reader->first_seq = resume->first_seq;
		reader->next_seq = resume->next_seq;
		reader->dropped = resume->dropped;
		reader->lost = resume->lost;
	}
	return 0;
}

int64_t ygr_ring_reader_refresh(struct ygr_ring_reader *reader)
{
	/* Pairs with the producer's store-release: the bytes below head are whole. */
	uint64_t head = __atomic_load_n(&reader->map.producer->head, __ATOMIC_ACQUIRE);

	if (head % 8 != 0 || head - reader->tail > reader->map.data_bytes ||
	    head - reader->pos > head - reader->tail)
		return -EPROTO;
	reader->head = head;
	return (int64_t)(head - reader->pos);
}

/* How many drops the record at hand owns up to. */
static uint64_t told_drops(const struct ygr_record_view *view)
{
	uint64_t told = 0;

	if (view->head->type != YGR_EV_GAP)
		return 0;
	for (int i = 0; i < YGR_CLASS_MAX; i++)
		told += view->body.gap.dropped[i];
	return told;
}

/* Accounts for the sequence numbers from next_seq up to @seq. */
static void account_jump(struct ygr_ring_reader *reader, uint64_t seq, uint64_t told)
{
	uint64_t jump = seq - reader->next_seq;

	if (told > jump) {
		reader->excess_nr += told - jump;
		told = jump;
	}
	reader->dropped += told;
	reader->lost += jump - told;
	reader->next_seq = seq;
}

/* A fresh spool takes over in mid-stream: what this record does not tell of is not ours. */
static void start_sequence(struct ygr_ring_reader *reader, uint64_t seq, uint64_t told)
{
	reader->has_seq = true;
	reader->first_seq = told < seq ? seq - told : 0;
	reader->next_seq = reader->first_seq;
}

/* The record at pos cannot be read, but its successor can be found. */
static void pass_invalid(struct ygr_ring_reader *reader, const struct ygr_record *head,
			 const char *reason)
{
	note_invalid(reader, reason);
	/* What is compact has these two where a whole one has them. */
	reader->pos += head->len;
	if (!reader->has_seq || head->seq != reader->next_seq)
		return;		/* the next good record's jump tells how much is lost */
	reader->next_seq++;
	reader->lost++;
}

/* It is looked at when this one has been dealt with: by then it is in the cache. */
static void prefetch_next(const struct ygr_ring_reader *reader)
{
	const uint8_t *next = reader->map.data +
		((reader->pos + reader->peeked_bytes) & (reader->map.data_bytes - 1));

	for (int line = 0; line < 5; line++)
		__builtin_prefetch(next + 64 * line);
}

/* Return: as ygr_record_parse(). */
static int parse(struct ygr_ring_reader *reader, const void *bytes, uint64_t avail,
		 const char **reason)
{
	const struct ygr_record *head;
	int ret;

	if (avail < sizeof(struct ygr_join_start) || !ygr_join_is_compact(bytes))
		return ygr_record_parse(bytes, avail, &reader->view, reason);
	ret = ygr_join(reader->map.data, reader->map.data_bytes, reader->pos, avail, reader->joined,
		       reason);
	if (ret)
		return ret;
	head = (const struct ygr_record *)reader->joined;
	return ygr_record_parse(head, head->len, &reader->view, reason);
}

/* Return: whether there is one at pos, and is passed. */
static bool pass_definition(struct ygr_ring_reader *reader, const struct ygr_join_start *start,
			    uint64_t avail)
{
	if (avail < sizeof(*start) || !ygr_join_is_definition(start) ||
	    start->len < sizeof(*start) || start->len % 8 != 0 || start->len > avail)
		return false;
	reader->pos += start->len;
	return true;
}

/* Return: true if the record at pos is one to hand out. */
static bool peek_one(struct ygr_ring_reader *reader)
{
	const uint8_t *bytes = reader->map.data + (reader->pos & (reader->map.data_bytes - 1));
	uint64_t avail = reader->head - reader->pos;
	struct ygr_record_view *view = &reader->view;
	const char *reason = NULL;
	int ret;

	if (pass_definition(reader, (const void *)bytes, avail))
		return false;
	ret = parse(reader, bytes, avail, &reason);
	if (ret == -EPROTO) {
		note_invalid(reader, reason);
		reader->pos = reader->head;
		return false;
	}
	if (ret) {
		pass_invalid(reader, (const void *)bytes, reason);
		return false;
	}
	reader->peeked_bytes = ((const struct ygr_join_start *)bytes)->len;
	prefetch_next(reader);
	if (!reader->has_seq)
		start_sequence(reader, view->head->seq, told_drops(view));
	if (view->head->seq < reader->next_seq) {
		reader->repeated_nr++;
		reader->pos += reader->peeked_bytes;
		return false;
	}
	return true;
}

const struct ygr_record_view *ygr_ring_reader_peek(struct ygr_ring_reader *reader)
{
	/* Each round moves pos on by a record, so the head bounds this loop. */
	while (!reader->peeked && reader->pos != reader->head)
		reader->peeked = peek_one(reader);
	return reader->peeked ? &reader->view : NULL;
}

void ygr_ring_reader_take(struct ygr_ring_reader *reader)
{
	const struct ygr_record *head = reader->view.head;

	account_jump(reader, head->seq, told_drops(&reader->view));
	reader->next_seq++;
	reader->taken_nr++;
	reader->pos += reader->peeked_bytes;
	reader->peeked = false;
}

void ygr_ring_reader_release(struct ygr_ring_reader *reader, uint64_t pos)
{
	reader->tail = pos;
	/*
	 * Pairs with the producer's load-acquire of the tail: our reads of the
	 * bytes below it are over before it may write there.
	 */
	__atomic_store_n(&reader->map.consumer->tail, pos, __ATOMIC_RELEASE);
}
