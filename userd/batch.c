// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "compress.h"

int ygr_batch_init(struct ygr_batch *batch, size_t ring_nr)
{
	memset(batch, 0, sizeof(*batch));
	batch->ring_nr = ring_nr;
	batch->cpus = calloc(ring_nr, sizeof(*batch->cpus));
	batch->positions = calloc(ring_nr, sizeof(*batch->positions));
	if (!batch->cpus || !batch->positions) {
		ygr_batch_exit(batch);
		return -ENOMEM;
	}
	return 0;
}

void ygr_batch_exit(struct ygr_batch *batch)
{
	free(batch->events.bytes);
	free(batch->cpus);
	free(batch->positions);
	free(batch->bytes);
	memset(batch, 0, sizeof(*batch));
}

void ygr_batch_clear(struct ygr_batch *batch)
{
	batch->events.size = 0;
	memset(&batch->header, 0, sizeof(batch->header));
	batch->own_nr = 0;
	batch->len = 0;
}

static int begin(struct ygr_batch *batch, struct ygr_encoder *encoder, uint64_t time_ns,
		 const struct ygr_batch_clock *clock)
{
	struct ygr_batch_header *header = &batch->header;
	int ret;

	batch->events.size = 0;
	ret = ygr_encode_begin(encoder, &batch->events, time_ns, clock->realtime_offset_ns);
	if (ret)
		return ret;
	batch->opened_ns = clock->now_ns;
	header->realtime_offset_ns = clock->realtime_offset_ns;
	header->min_time_ns = time_ns;
	header->max_time_ns = time_ns;
	return 0;
}

int ygr_batch_add(struct ygr_batch *batch, struct ygr_encoder *encoder,
		  const struct ygr_record_view *view, uint32_t cpu, struct ygr_process_table *table,
		  struct ygr_process *self, const struct ygr_batch_clock *clock)
{
	struct ygr_batch_header *header = &batch->header;
	uint64_t time_ns = view->head->time_ns;
	int ret = 0;

	if (ygr_batch_is_empty(batch))
		ret = begin(batch, encoder, time_ns, clock);
	if (!ret)
		ret = ygr_encode_event(encoder, &batch->events, view, cpu, table, self);
	if (ret)
		return ret;
	if (time_ns < header->min_time_ns)
		header->min_time_ns = time_ns;
	if (time_ns > header->max_time_ns)
		header->max_time_ns = time_ns;
	header->event_nr++;
	header->class_nr[view->head->class]++;
	return 0;
}

/* Of no ring. */
static void note_own(struct ygr_batch *batch)
{
	batch->own_nr++;
	batch->header.event_nr++;
	batch->header.class_nr[YGR_CLASS_SENSOR]++;
}

int ygr_batch_add_backlog(struct ygr_batch *batch, struct ygr_encoder *encoder,
			  const struct ygr_backlog *backlog)
{
	int ret = ygr_encode_backlog(encoder, &batch->events, backlog, batch->header.realtime_offset_ns);

	if (!ret)
		note_own(batch);
	return ret;
}

int ygr_batch_add_outage(struct ygr_batch *batch, struct ygr_encoder *encoder,
			 const struct ygr_outage *outage)
{
	int ret = ygr_encode_outage(encoder, &batch->events, outage, batch->header.realtime_offset_ns);

	if (!ret)
		note_own(batch);
	return ret;
}

static void note_rings(struct ygr_batch *batch, const struct ygr_ring_reader *rings)
{
	for (size_t i = 0; i < batch->ring_nr; i++) {
		batch->positions[i] = rings[i].pos;
		batch->cpus[i] = (struct ygr_batch_cpu) {
			.cpu = rings[i].map.cpu,
			.first_seq = rings[i].first_seq,
			.next_seq = rings[i].next_seq,
			.dropped = rings[i].dropped,
			.lost = rings[i].lost,
		};
	}
}

static int reserve(struct ygr_batch *batch, size_t cap)
{
	uint8_t *bytes;

	if (cap <= batch->cap)
		return 0;
	cap += cap / 8;		/* the next batch may be larger by a little */
	bytes = realloc(batch->bytes, cap);
	if (!bytes)
		return -ENOMEM;
	batch->bytes = bytes;
	batch->cap = cap;
	return 0;
}

int ygr_batch_close(struct ygr_batch *batch, const struct ygr_batch_header *identity,
		    const struct ygr_ring_reader *rings)
{
	struct ygr_batch_header *header = &batch->header;
	size_t head_bytes = 8 + YGR_BATCH_FIXED_BYTES + batch->ring_nr * YGR_BATCH_CPU_BYTES;
	size_t bound = ygr_compress_bound(batch->events.size);
	ssize_t frame_bytes;
	int ret;

	ret = reserve(batch, head_bytes + bound);
	if (ret)
		return ret;
	frame_bytes = ygr_compress_frame(batch->events.bytes, batch->events.size,
					 batch->bytes + head_bytes, bound);
	if (frame_bytes < 0)
		return (int)frame_bytes;

	header->batch_id = identity->batch_id;
	memcpy(header->spool_id, identity->spool_id, YGR_BATCH_ID_BYTES);
	memcpy(header->boot_id, identity->boot_id, YGR_BATCH_ID_BYTES);
	memcpy(header->prev_hash, identity->prev_hash, YGR_BATCH_HASH_BYTES);
	header->load_id = identity->load_id;
	header->schema_version = identity->schema_version;
	header->events_bytes = batch->events.size;
	header->frame_bytes = (uint64_t)frame_bytes;
	header->cpu_nr = (uint32_t)batch->ring_nr;
	note_rings(batch, rings);
	ygr_spool_format_put_header(batch->bytes, header, batch->cpus, batch->bytes + head_bytes);
	batch->len = head_bytes + (size_t)frame_bytes;
	return 0;
}
