// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "pipeline.h"

#define PROCESS_LINGER_NS	(30 * YGR_NS_PER_S)
#define RETRY_MIN_NS		(20 * YGR_NS_PER_MS)
#define RETRY_MAX_NS		(2 * YGR_NS_PER_S)
#define NO_MEMORY_WAIT_NS	(100 * YGR_NS_PER_MS)

/* ---- spool -> release ----------------------------------------------------- */

static void release_rings(struct ygr_pipeline *pipeline, const uint64_t *positions)
{
	for (uint32_t i = 0; i < pipeline->source->ring_nr; i++)
		ygr_ring_reader_release(&pipeline->rings[i], positions[i]);
}

/* Records that the spool had already leave no batch behind that could release them. */
static void release_passed(struct ygr_pipeline *pipeline)
{
	for (uint32_t i = 0; i < pipeline->source->ring_nr; i++) {
		struct ygr_ring_reader *ring = &pipeline->rings[i];

		if (ring->tail != ring->pos)
			ygr_ring_reader_release(ring, ring->pos);
	}
}

static void note_spooled(struct ygr_pipeline *pipeline)
{
	struct ygr_pipeline_stats *stats = &pipeline->stats;

	stats->spooled_batch_nr++;
	stats->spooled_nr += pipeline->written.header.event_nr - pipeline->written.own_nr;
	stats->spooled_bytes += pipeline->written.len;
	stats->last_error = 0;
}

/* The batch stays in memory and its records stay in the rings: nothing is lost by waiting. */
static void write_later(struct ygr_pipeline *pipeline, int error)
{
	struct ygr_pipeline_stats *stats = &pipeline->stats;

	if (error == -EDQUOT)
		stats->full_nr++;
	else
		stats->error_nr++;
	if (stats->last_error != error)
		ygr_warn("batch %llu waits: %s", (unsigned long long)pipeline->written.header.batch_id,
			 error == -EDQUOT ? "the spool is at its limit" : strerror(-error));
	stats->last_error = error;
	pipeline->retry_ns = pipeline->retry_ns ? pipeline->retry_ns * 2 : RETRY_MIN_NS;
	if (pipeline->retry_ns > RETRY_MAX_NS)
		pipeline->retry_ns = RETRY_MAX_NS;
	ygr_loop_timer_arm(&pipeline->retry, pipeline->retry_ns);
}

static void write_done(void *arg, int error)
{
	struct ygr_pipeline *pipeline = arg;
	struct ygr_batch *batch = &pipeline->written;

	if (error) {
		write_later(pipeline, error);
		return;
	}
	ygr_spool_append_end(pipeline->spool, batch->bytes, batch->len);
	release_rings(pipeline, batch->positions);
	note_spooled(pipeline);
	pipeline->is_writing = false;
	pipeline->retry_ns = 0;
	ygr_pipeline_pump(pipeline);
}

/* The next batch tells of it. */
static void note_discarded(struct ygr_pipeline *pipeline)
{
	struct ygr_backlog discarded;

	if (!ygr_spool_take_discarded(pipeline->spool, &discarded))
		return;
	ygr_warn("the spool is at its limit: batches %llu to %llu are discarded undelivered",
		 (unsigned long long)discarded.first_batch_id, (unsigned long long)discarded.last_batch_id);
	ygr_backlog_add(&pipeline->discarded, &discarded);
}

static void start_write(void *arg)
{
	struct ygr_pipeline *pipeline = arg;
	struct ygr_loop_write *write = &pipeline->write;
	int ret;

	ret = ygr_spool_append_begin(pipeline->spool, pipeline->written.len, &write->fd, &write->offset);
	note_discarded(pipeline);
	if (ret) {
		write_later(pipeline, ret);
		return;
	}
	write->bytes = pipeline->written.bytes;
	write->len = pipeline->written.len;
	write->done = write_done;
	write->arg = pipeline;
	ygr_loop_write_sync(pipeline->loop, write);
}

/* ---- order -> observe -> encode -> batch ----------------------------------- */

static bool is_full(const struct ygr_pipeline *pipeline)
{
	const struct ygr_batch *batch = &pipeline->filling;

	return !ygr_batch_is_empty(batch) && (batch->events.size >= pipeline->config.batch_bytes ||
					      ygr_encode_is_full(&pipeline->encoder));
}

/*
 * A process without introduction: its records were dropped, or its entry had to go.
 * Once each, and within a rate, since a flood that makes the kernel drop makes
 * strangers by the thousand.
 */
static struct ygr_process *meet(struct ygr_pipeline *pipeline, struct ygr_process *stranger, uint64_t now_ns)
{
	uint32_t pid = stranger->pid;
	uint64_t start_ns = stranger->start_ns;

	stranger->is_stranger = false;
	if (!pipeline->config.look_up)
		return stranger;
	if (now_ns - pipeline->lookups_since_ns >= YGR_NS_PER_S) {
		pipeline->lookups_since_ns = now_ns;
		pipeline->lookup_nr = 0;
	}
	if (pipeline->lookup_nr == YGR_PIPELINE_LOOKUPS_PER_S) {
		pipeline->stats.not_looked_up_nr++;
		return stranger;
	}
	pipeline->lookup_nr++;
	pipeline->stats.looked_up_nr++;
	pipeline->config.look_up(pipeline->table, pid);
	return ygr_process_table_find(pipeline->table, pid, start_ns);
}

/* Without memory for it, the next event tries again. */
static void tell_own(struct ygr_pipeline *pipeline)
{
	if (pipeline->discarded.batch_nr &&
	    !ygr_batch_add_backlog(&pipeline->filling, &pipeline->encoder, &pipeline->discarded))
		memset(&pipeline->discarded, 0, sizeof(pipeline->discarded));
	if (pipeline->outage.begin_time_ns &&
	    !ygr_batch_add_outage(&pipeline->filling, &pipeline->encoder, &pipeline->outage))
		memset(&pipeline->outage, 0, sizeof(pipeline->outage));
}

static void observe_session(struct ygr_pipeline *pipeline, const struct ygr_record_view *view,
			    const struct ygr_process *self)
{
	const struct ygr_record_string *cgroup = &view->strings[YGR_STR_CGROUP];

	if (pipeline->config.entries)
		ygr_entries_observe(pipeline->config.entries, view, self);
	if (pipeline->config.identity && cgroup->bytes && !ygr_record_string_is_cut(cgroup))
		ygr_identity_learn(pipeline->config.identity, view->head->cgroup_id, cgroup->bytes,
				   cgroup->len);
}

static int take_one(struct ygr_pipeline *pipeline, const struct ygr_ring_reader *ring,
		    const struct ygr_batch_clock *clock)
{
	const struct ygr_record_view *view = &ring->view;
	size_t before = pipeline->filling.events.size;
	struct ygr_process *self;
	int ret;

	self = ygr_process_table_observe(pipeline->table, view);
	observe_session(pipeline, view, self);
	if (self && self->is_stranger)
		self = meet(pipeline, self, clock->now_ns);
	if (pipeline->config.names)
		pipeline->encoder.names = ygr_names_observe(pipeline->config.names, view);
	ret = ygr_batch_add(&pipeline->filling, &pipeline->encoder, view, ring->map.cpu, pipeline->table,
			    self, clock);
	if (ret)
		return ret;
	tell_own(pipeline);
	pipeline->stats.encoded_nr++;
	pipeline->stats.encoded_by_class[view->head->class]++;
	pipeline->stats.encoded_bytes += pipeline->filling.events.size - before;
	ygr_order_take(&pipeline->order);
	return 0;
}

/* Return: 0: the batch is full, or no record is due; -ENOMEM. */
static int fill_batch(struct ygr_pipeline *pipeline, uint64_t now_ns)
{
	const struct ygr_batch_clock clock = {
		.now_ns = now_ns, .realtime_offset_ns = ygr_clock_realtime_offset_ns(),
	};
	struct ygr_ring_reader *ring;

	while (!is_full(pipeline)) {
		int ret;

		ring = ygr_order_next(&pipeline->order, now_ns, pipeline->draining);
		if (!ring)
			break;
		ret = take_one(pipeline, ring, &clock);
		if (ret)
			return ret;
	}
	return 0;
}

/* What is in a batch stays in its ring until that is on disk. While another one is written, its part is counted, too. */
static bool holds_much(const struct ygr_pipeline *pipeline)
{
	for (uint32_t i = 0; i < pipeline->source->ring_nr; i++) {
		const struct ygr_ring_reader *ring = &pipeline->rings[i];

		if (ring->pos - ring->tail >= ring->map.data_bytes / YGR_PIPELINE_HELD_SHARE)
			return true;
	}
	return false;
}

static bool is_due(const struct ygr_pipeline *pipeline, uint64_t now_ns)
{
	const struct ygr_batch *batch = &pipeline->filling;

	if (ygr_batch_is_empty(batch))
		return false;
	return is_full(pipeline) || pipeline->draining || holds_much(pipeline) ||
	       now_ns - batch->opened_ns >= pipeline->config.flush_ns;
}

/* ---- batch -> compress ---------------------------------------------------- */

static int close_batch(struct ygr_pipeline *pipeline)
{
	struct ygr_batch_header identity;
	struct ygr_batch spare;
	int ret;

	memcpy(identity.boot_id, pipeline->config.boot_id, YGR_BATCH_ID_BYTES);
	identity.load_id = pipeline->source->load_id;
	identity.schema_version = pipeline->source->schema_version;
	ygr_spool_next(pipeline->spool, &identity);
	ret = ygr_batch_close(&pipeline->filling, &identity, pipeline->rings);
	if (ret)
		return ret;

	spare = pipeline->written;
	pipeline->written = pipeline->filling;
	pipeline->filling = spare;
	ygr_batch_clear(&pipeline->filling);
	pipeline->is_writing = true;
	return 0;
}

/* ---- the whole ------------------------------------------------------------ */

/* When to look again if nobody wakes us: at the end of the hold, or of the batch's time. */
static void arm_timer(struct ygr_pipeline *pipeline, uint64_t now_ns)
{
	const struct ygr_batch *batch = &pipeline->filling;
	uint64_t wait_ns = 0;

	if (is_full(pipeline) || (pipeline->is_writing && is_due(pipeline, now_ns)))
		return;		/* the end of the write wakes us */
	if (!ygr_batch_is_empty(batch))
		wait_ns = batch->opened_ns + pipeline->config.flush_ns - now_ns;
	if (ygr_order_has_more(&pipeline->order) && (!wait_ns || wait_ns > pipeline->config.hold_ns))
		wait_ns = pipeline->config.hold_ns;
	if (wait_ns)
		ygr_loop_timer_arm(&pipeline->timer, wait_ns);
}

static void finish_drain(struct ygr_pipeline *pipeline)
{
	void (*drained)(void *arg) = pipeline->drained;

	if (!drained || pipeline->is_writing || !ygr_batch_is_empty(&pipeline->filling) ||
	    ygr_order_has_more(&pipeline->order))
		return;
	pipeline->drained = NULL;
	drained(pipeline->drained_arg);
}

void ygr_pipeline_pump(struct ygr_pipeline *pipeline)
{
	uint64_t now_ns = ygr_clock_boot_ns();
	int ret;

	ygr_order_refresh(&pipeline->order);
	ret = fill_batch(pipeline, now_ns);
	if (!ret && !pipeline->is_writing && is_due(pipeline, now_ns)) {
		ret = close_batch(pipeline);
		if (!ret) {
			start_write(pipeline);
			ret = fill_batch(pipeline, now_ns);
		}
	}
	if (ret) {
		/* Out of memory. The record at hand is still in its ring. */
		pipeline->stats.no_memory_nr++;
		ygr_loop_timer_arm(&pipeline->timer, NO_MEMORY_WAIT_NS);
		return;
	}
	if (!pipeline->is_writing && ygr_batch_is_empty(&pipeline->filling))
		release_passed(pipeline);
	arm_timer(pipeline, now_ns);
	finish_drain(pipeline);
}

static void timer_fired(void *arg)
{
	ygr_pipeline_pump(arg);
}

void ygr_pipeline_drain(struct ygr_pipeline *pipeline, void (*drained)(void *arg), void *arg)
{
	pipeline->draining = true;
	pipeline->drained = drained;
	pipeline->drained_arg = arg;
	ygr_pipeline_pump(pipeline);
}

/* ---- set-up --------------------------------------------------------------- */

/* What the spool knows of @cpu; NULL if that was another boot or another load. */
static const struct ygr_ring_resume *find_resume(const struct ygr_pipeline *pipeline, uint32_t cpu,
						 const struct ygr_spool_found *found,
						 struct ygr_ring_resume *resume)
{
	if (!found->has_last || found->last.load_id != pipeline->source->load_id ||
	    memcmp(found->last.boot_id, pipeline->config.boot_id, YGR_BATCH_ID_BYTES) != 0)
		return NULL;
	for (uint32_t i = 0; i < found->last.cpu_nr; i++) {
		const struct ygr_batch_cpu *entry = &found->cpus[i];

		if (entry->cpu != cpu || entry->next_seq == 0)
			continue;
		resume->first_seq = entry->first_seq;
		resume->next_seq = entry->next_seq;
		resume->dropped = entry->dropped;
		resume->lost = entry->lost;
		return resume;
	}
	return NULL;
}

static int init_rings(struct ygr_pipeline *pipeline, const struct ygr_spool_found *found)
{
	uint32_t nr = pipeline->source->ring_nr;

	pipeline->rings = calloc(nr, sizeof(*pipeline->rings));
	if (!pipeline->rings)
		return -ENOMEM;
	for (uint32_t i = 0; i < nr; i++) {
		const struct ygr_ring_map *map = &pipeline->source->maps[i];
		struct ygr_ring_resume resume;
		int ret;

		ret = ygr_ring_reader_init(&pipeline->rings[i], map,
					   find_resume(pipeline, map->cpu, found, &resume));
		if (ret)
			return ret;
	}
	return 0;
}

int ygr_pipeline_init(struct ygr_pipeline *pipeline, const struct ygr_pipeline_config *config,
		      struct ygr_loop *loop, const struct ygr_source *source,
		      struct ygr_spool *spool, const struct ygr_spool_found *found)
{
	uint32_t nr = source->ring_nr;
	int ret;

	memset(pipeline, 0, sizeof(*pipeline));
	pipeline->config = *config;
	pipeline->loop = loop;
	pipeline->source = source;
	pipeline->spool = spool;
	pipeline->timer.fd = -1;
	pipeline->retry.fd = -1;

	pipeline->outage = ygr_outage_find(found, source->load_id, config->boot_id);
	ret = init_rings(pipeline, found);
	if (!ret)
		ret = ygr_order_init(&pipeline->order, pipeline->rings, nr, config->hold_ns);
	if (!ret)
		ret = ygr_process_table_create(&pipeline->table, config->table_bytes, PROCESS_LINGER_NS);
	if (!ret)
		ret = ygr_encode_init(&pipeline->encoder);
	pipeline->encoder.identity = config->identity;
	pipeline->encoder.entries = config->entries;
	if (!ret)
		ret = ygr_batch_init(&pipeline->filling, nr);
	if (!ret)
		ret = ygr_batch_init(&pipeline->written, nr);
	if (!ret)
		ret = ygr_loop_timer_init(loop, &pipeline->timer, timer_fired, pipeline);
	if (!ret)
		ret = ygr_loop_timer_init(loop, &pipeline->retry, start_write, pipeline);
	if (ret)
		ygr_pipeline_exit(pipeline);
	return ret;
}

void ygr_pipeline_exit(struct ygr_pipeline *pipeline)
{
	ygr_loop_timer_exit(pipeline->loop, &pipeline->retry);
	ygr_loop_timer_exit(pipeline->loop, &pipeline->timer);
	ygr_batch_exit(&pipeline->written);
	ygr_batch_exit(&pipeline->filling);
	ygr_encode_exit(&pipeline->encoder);
	ygr_process_table_destroy(pipeline->table);
	ygr_order_exit(&pipeline->order);
	free(pipeline->rings);
}
