// SPDX-License-Identifier: GPL-2.0-only
#include "event_queue.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct ygr_event_queue_entry *entry_of(struct ygr_event_queue *queue, uint64_t nr)
{
	return &queue->entries[nr % YGR_EVENT_QUEUE_BATCHES];
}

static void let_go(struct ygr_event_queue *queue)
{
	struct ygr_event_queue_entry *entry = entry_of(queue, queue->first_nr);

	queue->event_bytes -= entry->event_bytes;
	free(entry->bytes);
	*entry = (struct ygr_event_queue_entry) { 0 };
	queue->first_nr++;
	if (queue->at_nr < queue->first_nr) {
		queue->at_nr = queue->first_nr;
		queue->is_open = false;
	}
}

void ygr_event_queue_clear(struct ygr_event_queue *queue)
{
	while (!ygr_event_queue_is_empty(queue))
		let_go(queue);
	queue->failed = false;
}

void ygr_event_queue_exit(struct ygr_event_queue *queue)
{
	ygr_event_queue_clear(queue);
	ygr_event_batch_exit(&queue->batch);
}

/* What it expands to; one that cannot be read is passed over soon. */
static size_t measure(const uint8_t *bytes, size_t len)
{
	struct ygr_batch_header header;

	if (ygr_spool_format_parse(bytes, len, &header, NULL, NULL) != YGR_BATCH_WHOLE)
		return len;
	return header.events_bytes;
}

int ygr_event_queue_put(struct ygr_event_queue *queue, uint64_t batch_id, const uint8_t *bytes,
			size_t len)
{
	struct ygr_event_queue_entry *entry = entry_of(queue, queue->end_nr);
	size_t event_bytes = measure(bytes, len);

	if (queue->end_nr - queue->first_nr == YGR_EVENT_QUEUE_BATCHES ||
	    (!ygr_event_queue_is_empty(queue) &&
	     queue->event_bytes + event_bytes > YGR_EVENT_QUEUE_BYTES))
		return -EAGAIN;
	*entry = (struct ygr_event_queue_entry) {
		.batch_id = batch_id, .bytes = malloc(len), .len = len, .event_bytes = event_bytes,
	};
	if (!entry->bytes)
		return -ENOMEM;
	memcpy(entry->bytes, bytes, len);
	queue->event_bytes += event_bytes;
	queue->end_nr++;
	return 0;
}

static void __attribute__((format(printf, 3, 4)))
refuse(struct ygr_event_queue *queue, uint64_t nr, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	ygr_event_queue_refuse(queue, nr, fmt, args);
	va_end(args);
}

/* Return: whether there are events in it to be had. */
static bool open_batch(struct ygr_event_queue *queue)
{
	struct ygr_event_queue_entry *entry = entry_of(queue, queue->at_nr);
	int err;

	if (queue->is_open)
		return true;
	entry->event_nr = 0;
	entry->left_out_nr = 0;
	err = ygr_event_batch_open(&queue->batch, entry->bytes, entry->len, queue->host_name);
	queue->is_open = !err;
	queue->failed = err == -ENOMEM;
	if (err && !queue->failed)
		refuse(queue, queue->at_nr, "it does not expand as its header says");
	return !err;
}

/* Up to one that passes, or to the batch's event number @end. */
static const struct ygr_event_value *next_of_batch(struct ygr_event_queue *queue, uint32_t end)
{
	struct ygr_event_queue_entry *entry = entry_of(queue, queue->at_nr);
	const struct ygr_event_value *event;

	while (queue->batch.next_index < end && (event = ygr_event_batch_next(&queue->batch))) {
		if (ygr_event_filter_passes(queue->where, event)) {
			entry->event_nr++;
			return event;
		}
		entry->left_out_nr++;
	}
	return NULL;
}

/* It stays the one at hand until there is another. */
static void end_batch(struct ygr_event_queue *queue)
{
	entry_of(queue, queue->at_nr)->was_given = true;
	if (queue->is_open && !ygr_event_batch_is_whole(&queue->batch))
		refuse(queue, queue->at_nr, "it holds what is no event");
}

const struct ygr_event_value *ygr_event_queue_next(struct ygr_event_queue *queue)
{
	const struct ygr_event_value *event;

	while (queue->at_nr < queue->end_nr) {
		event = open_batch(queue) ? next_of_batch(queue, UINT32_MAX) : NULL;
		if (event || queue->failed)
			return event;
		end_batch(queue);
		if (queue->at_nr + 1 == queue->end_nr)
			break;
		queue->at_nr++;
		queue->is_open = false;
	}
	return NULL;
}

struct ygr_event_mark ygr_event_queue_mark(const struct ygr_event_queue *queue)
{
	return (struct ygr_event_mark) {
		.nr = queue->at_nr, .index = queue->is_open ? queue->batch.next_index : 0,
	};
}

/* Counts as if what comes again had not been there the first time. */
void ygr_event_queue_rewind(struct ygr_event_queue *queue, struct ygr_event_mark mark)
{
	for (uint64_t nr = mark.nr; nr <= queue->at_nr && nr < queue->end_nr; nr++) {
		entry_of(queue, nr)->was_given = false;
		entry_of(queue, nr)->event_nr = 0;
		entry_of(queue, nr)->left_out_nr = 0;
	}
	if (queue->at_nr == mark.nr && queue->is_open)
		ygr_event_batch_rewind(&queue->batch, 0);
	else
		queue->is_open = false;
	queue->at_nr = mark.nr;
	if (!mark.index || !open_batch(queue))
		return;
	while (queue->batch.next_index < mark.index && next_of_batch(queue, mark.index))
		;
	entry_of(queue, mark.nr)->was_given = ygr_event_batch_is_whole(&queue->batch);
}

void ygr_event_queue_refuse(struct ygr_event_queue *queue, uint64_t nr, const char *fmt,
			    va_list args)
{
	struct ygr_event_queue_entry *entry = entry_of(queue, nr);

	if (nr >= queue->first_nr && nr < queue->end_nr && !entry->refusal[0])
		vsnprintf(entry->refusal, sizeof(entry->refusal), fmt, args);
}

bool ygr_event_queue_take(struct ygr_event_queue *queue, uint64_t *batch_id,
			  char reason[YGR_EVENT_QUEUE_REASON])
{
	const struct ygr_event_queue_entry *entry = entry_of(queue, queue->first_nr);

	if (ygr_event_queue_is_empty(queue) || !entry->was_given)
		return false;
	*batch_id = entry->batch_id;
	memcpy(reason, entry->refusal, sizeof(entry->refusal));
	queue->event_nr += entry->event_nr;
	queue->left_out_nr += entry->left_out_nr;
	let_go(queue);
	return true;
}

void ygr_event_queue_count(const struct ygr_event_queue *queue, uint64_t *event_nr,
			   uint64_t *left_out_nr)
{
	*event_nr = queue->event_nr;
	*left_out_nr = queue->left_out_nr;
	for (uint64_t nr = queue->first_nr; nr < queue->end_nr; nr++) {
		*event_nr += queue->entries[nr % YGR_EVENT_QUEUE_BATCHES].event_nr;
		*left_out_nr += queue->entries[nr % YGR_EVENT_QUEUE_BATCHES].left_out_nr;
	}
}
