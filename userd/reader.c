// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sysexits.h>
#include <unistd.h>

#include "child.h"
#include "clock.h"
#include "entry.h"
#include "identity.h"
#include "log.h"
#include "pipeline.h"
#include "process_scan.h"
#include "reader.h"
#include "sandbox.h"
#include "signals.h"
#include "status.h"

#define TICK_NS		(1 * YGR_NS_PER_S)
/* A source that cannot wake us is looked at this often. */
#define LOOK_NS		(5 * YGR_NS_PER_MS)

struct reader {
	const struct ygr_config *config;
	struct ygr_loop *loop;
	struct ygr_source source;
	struct ygr_spool *spool;
	const struct ygr_spool_found *found;
	struct ygr_identity *identity;	/* NULL: ids are told without names */
	struct ygr_names *names;	/* NULL: so are addresses */
	struct ygr_entries *entries;	/* NULL: sessions are not told */
	struct ygr_pipeline pipeline;
	struct ygr_signals signals;
	struct ygr_sandbox sandbox;
	struct ygr_loop_timer tick;
	struct ygr_loop_timer look;
	struct ygr_loop_timer deadline;
};

/* ---- status --------------------------------------------------------------- */

struct ring_sums {
	uint64_t taken_nr, repeated_nr, invalid_nr, dropped, lost, used_bytes;
};

static struct ring_sums sum_rings(const struct reader *reader)
{
	struct ring_sums sums = { 0 };

	for (uint32_t i = 0; i < reader->source.ring_nr; i++) {
		const struct ygr_ring_reader *ring = &reader->pipeline.rings[i];

		sums.taken_nr += ring->taken_nr;
		sums.repeated_nr += ring->repeated_nr;
		sums.invalid_nr += ring->invalid_nr;
		sums.dropped += ring->dropped;
		sums.lost += ring->lost;
		sums.used_bytes += ygr_ring_reader_used_bytes(ring);
	}
	return sums;
}

static json_t *describe_rings(const struct reader *reader)
{
	const struct ygr_order *order = &reader->pipeline.order;
	struct ring_sums sums = sum_rings(reader);

	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
		"rings", (json_int_t)reader->source.ring_nr,
		"records", (json_int_t)sums.taken_nr,
		"repeated", (json_int_t)sums.repeated_nr,
		"invalid", (json_int_t)sums.invalid_nr,
		"dropped", (json_int_t)sums.dropped,
		"lost", (json_int_t)sums.lost,
		"used_bytes", (json_int_t)sums.used_bytes,
		"late", (json_int_t)order->late_nr,
		"bad_heads", (json_int_t)order->bad_head_nr);
}

static json_t *describe_encode(const struct reader *reader)
{
	const struct ygr_pipeline_stats *stats = &reader->pipeline.stats;

	return json_pack("{s:I, s:I, s:I, s:o}",
		"events", (json_int_t)stats->encoded_nr,
		"bytes", (json_int_t)stats->encoded_bytes,
		"no_memory", (json_int_t)stats->no_memory_nr,
		"by_class", ygr_status_by_class(stats->encoded_by_class));
}

static json_t *describe_spool(const struct reader *reader)
{
	const struct ygr_pipeline_stats *stats = &reader->pipeline.stats;
	struct ygr_spool_stats spool;

	ygr_spool_stats(reader->spool, &spool);
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:s}",
		"events", (json_int_t)stats->spooled_nr,
		"batches", (json_int_t)stats->spooled_batch_nr,
		"bytes", (json_int_t)stats->spooled_bytes,
		"next_batch_id", (json_int_t)spool.next_batch_id,
		"used_bytes", (json_int_t)spool.used_bytes,
		"limit_bytes", (json_int_t)spool.limit_bytes,
		"full", (json_int_t)stats->full_nr,
		"errors", (json_int_t)stats->error_nr,
		"discarded_batches", (json_int_t)spool.discarded.batch_nr,
		"discarded_by_class", ygr_status_by_class(spool.discarded.class_nr),
		"waiting_for", stats->last_error == 0 ? "" :
			stats->last_error == -EDQUOT ? "spool_full" : strerror(-stats->last_error));
}

static json_t *describe_table(const struct reader *reader)
{
	struct ygr_process_stats stats;

	ygr_process_table_stats(reader->pipeline.table, &stats);
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
		"entries", (json_int_t)stats.entry_nr,
		"used_bytes", (json_int_t)stats.used_bytes,
		"limit_bytes", (json_int_t)stats.limit_bytes,
		"evicted", (json_int_t)stats.evicted_nr,
		"missed", (json_int_t)stats.missed_nr,
		"looked_up", (json_int_t)reader->pipeline.stats.looked_up_nr,
		"not_looked_up", (json_int_t)reader->pipeline.stats.not_looked_up_nr);
}

static json_t *describe_identity(const struct reader *reader)
{
	struct ygr_identity_stats stats = { 0 };

	if (reader->identity)
		ygr_identity_stats(reader->identity, &stats);
	return json_pack("{s:I, s:I, s:I, s:I, s:I}",
		"cgroups", (json_int_t)stats.cgroup_nr,
		"cgroups_gone", (json_int_t)stats.gone_nr,
		"names_asked", (json_int_t)stats.names.asked_nr,
		"names_answered", (json_int_t)stats.names.answered_nr,
		"names_put_off", (json_int_t)stats.names.put_off_nr);
}

static json_t *describe_names(const struct reader *reader)
{
	struct ygr_names_stats stats = { 0 };

	if (reader->names)
		ygr_names_stats(reader->names, &stats);
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
		"answers", (json_int_t)stats.answer_nr,
		"malformed", (json_int_t)stats.malformed_nr,
		"named", (json_int_t)stats.named_nr,
		"unnamed", (json_int_t)stats.unnamed_nr,
		"tls", (json_int_t)stats.tls_nr,
		"http", (json_int_t)stats.http_nr,
		"other_streams", (json_int_t)stats.other_nr,
		"addresses", (json_int_t)stats.cache.address_nr,
		"namespaces", (json_int_t)stats.cache.space_nr,
		"connections", (json_int_t)stats.connections.connection_nr,
		"used_bytes", (json_int_t)(stats.cache.used_bytes + stats.connections.used_bytes),
		"limit_bytes", (json_int_t)(stats.cache.limit_bytes + stats.connections.limit_bytes),
		"evicted", (json_int_t)(stats.cache.evicted_nr + stats.connections.evicted_nr));
}

static void write_status(const struct reader *reader)
{
	json_t *status;
	int ret;

	status = json_pack("{s:s, s:I, s:s, s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I}",
		"process", "reader",
		"pid", (json_int_t)getpid(),
		"io", ygr_loop_name(reader->loop),
		"module", reader->source.version,
		"load_id", (json_int_t)reader->source.load_id,
		"ring", describe_rings(reader),
		"encode", describe_encode(reader),
		"spool", describe_spool(reader),
		"process_table", describe_table(reader),
		"identity", describe_identity(reader),
		"names", describe_names(reader),
		"sandbox", ygr_sandbox_describe(&reader->sandbox),
		"memory_bytes", (json_int_t)ygr_status_memory_bytes());
	ret = ygr_status_write(reader->config->runtime_dir, "reader.json", status);
	if (ret)
		ygr_warn("cannot write reader.json: %s", strerror(-ret));
}

/* ---- events of the loop --------------------------------------------------- */

static void tick(void *arg)
{
	struct reader *reader = arg;

	ygr_child_beat();
	write_status(reader);
	ygr_loop_timer_arm(&reader->tick, TICK_NS);
}

static void source_ready(void *arg, uint32_t events)
{
	struct reader *reader = arg;

	(void)events;
	ygr_pipeline_pump(&reader->pipeline);
}

static void look(void *arg)
{
	struct reader *reader = arg;

	ygr_pipeline_pump(&reader->pipeline);
	ygr_loop_timer_arm(&reader->look, LOOK_NS);
}

static void drained(void *arg)
{
	struct reader *reader = arg;

	ygr_loop_stop(reader->loop);
}

static void drain_timed_out(void *arg)
{
	struct reader *reader = arg;

	ygr_warn("the disk does not take the rest in time: it stays in the ring");
	write_status(reader);
	/* Without teardown: a write under way still reads the batch's memory. */
	_exit(0);
}

static void signalled(void *arg, int number)
{
	struct reader *reader = arg;

	(void)number;
	ygr_loop_timer_arm(&reader->deadline, YGR_READER_DRAIN_S * YGR_NS_PER_S);
	ygr_pipeline_drain(&reader->pipeline, drained, reader);
}

/* ---- set-up --------------------------------------------------------------- */

static int read_boot_id(uint8_t boot_id[YGR_BATCH_ID_BYTES])
{
	char text[64] = "", id[33];
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t got;
	size_t nr = 0;

	if (fd < 0)
		return -errno;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (got < 36)
		return -EIO;
	for (const char *at = text; *at && nr < 32; at++)
		if (*at != '-')
			id[nr++] = *at;
	id[nr] = '\0';
	return ygr_spool_format_id_parse(id, boot_id);
}

static int exit_status(int error)
{
	switch (-error) {
	case ENOENT:
	case ENXIO:
	case ENODEV:
		return EX_UNAVAILABLE;
	case EPERM:
	case EACCES:
		return EX_NOPERM;
	case EBUSY:
		return EX_TEMPFAIL;
	case EPROTO:
		return EX_PROTOCOL;
	case EIO:
	case ENOSPC:
		return EX_IOERR;
	}
	return EX_OSERR;
}

static int open_source(struct reader *reader)
{
	const struct ygr_config *config = reader->config;
	int ret;

	ret = config->device_is_file ? ygr_source_open_file(&reader->source, config->device) :
				       ygr_source_open(&reader->source, config->device);
	if (ret)
		ygr_error("%s: %s", config->device,
			  ret == -EPROTO ? "speaks an ABI that this reader does not know: yagura-upgrade, or reboot" :
			  ret == -EBUSY ? "another reader has it" : strerror(-ret));
	return ret;
}

static void report_found(const struct ygr_spool_found *found)
{
	if (found->cut_bytes)
		ygr_notice("spool: cut %llu bytes off the end of %s: %s",
			   (unsigned long long)found->cut_bytes, found->cut_segment,
			   found->cut_reason);
	if (found->fault_nr)
		ygr_warn("spool: the newest segment has bad bytes in %llu places; "
			 "see: yaguractl spool verify", (unsigned long long)found->fault_nr);
}

static int open_spool(struct reader *reader)
{
	const struct ygr_spool_config config = {
		.dir = reader->config->spool_dir,
		.limit_bytes = reader->config->spool_limit_bytes,
		.segment_bytes = reader->config->segment_bytes,
		.keep_newest = reader->config->keep == YGR_KEEP_NEWEST,
	};
	int ret = ygr_spool_open(&reader->spool, &config, &reader->found);

	if (ret)
		ygr_error("%s: %s", config.dir,
			  ret == -EBUSY ? "another reader writes to it" : strerror(-ret));
	else
		report_found(reader->found);
	return ret;
}

/* Events without names are better than none. */
static void open_names(struct reader *reader)
{
	uint64_t seed;
	int ret = 0;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		ret = -errno;
	if (!ret)
		ret = ygr_names_create(&reader->names, &reader->config->names, seed);
	if (ret)
		ygr_warn("addresses are told without names: %s", strerror(-ret));
}

static int open_pipeline(struct reader *reader)
{
	struct ygr_pipeline_config config = {
		.hold_ns = reader->config->hold_ns,
		.flush_ns = reader->config->flush_ns,
		.batch_bytes = reader->config->batch_bytes,
		.table_bytes = reader->config->table_bytes,
		.look_up = ygr_process_scan_one,
	};
	int ret;

	ret = ygr_identity_create(&reader->identity, "/proc", "/sys/fs/cgroup", NULL);
	if (ret)
		ygr_warn("users, groups and containers are told without names: %s", strerror(-ret));
	config.identity = reader->identity;
	open_names(reader);
	config.names = reader->names;
	ret = ygr_entries_create(&reader->entries);
	if (ret)
		ygr_warn("where sessions began is not told: %s", strerror(-ret));
	config.entries = reader->entries;
	ret = read_boot_id(config.boot_id);

	if (!ret)
		ret = ygr_pipeline_init(&reader->pipeline, &config, reader->loop, &reader->source,
					reader->spool, reader->found);
	if (ret)
		ygr_error("cannot set up the pipeline: %s", strerror(-ret));
	return ret;
}

static int watch_events(struct reader *reader)
{
	static const int numbers[] = { SIGTERM, SIGINT, 0 };
	int ret;

	ret = ygr_signals_init(&reader->signals, reader->loop, numbers, signalled, reader);
	if (!ret)
		ret = ygr_loop_timer_init(reader->loop, &reader->tick, tick, reader);
	if (!ret)
		ret = ygr_loop_timer_init(reader->loop, &reader->look, look, reader);
	if (!ret)
		ret = ygr_loop_timer_init(reader->loop, &reader->deadline, drain_timed_out, reader);
	if (!ret && reader->source.poll_fd >= 0) {
		ret = ygr_loop_watch(reader->loop, reader->source.poll_fd, EPOLLIN, source_ready, reader);
		ret = ret < 0 ? ret : 0;
	}
	if (ret)
		ygr_error("cannot watch: %s", strerror(-ret));
	return ret;
}

static int run(struct reader *reader)
{
	int nr;

	ygr_sandbox_enter_reader(&reader->sandbox);
	nr = ygr_process_scan(reader->pipeline.table);
	if (nr < 0)
		ygr_warn("cannot read /proc: %s", strerror(-nr));
	ygr_info("reads %s (%s), %u rings, over %s; next batch %llu", reader->config->device,
		 reader->source.version, reader->source.ring_nr, ygr_loop_name(reader->loop),
		 (unsigned long long)(reader->found->has_last ? reader->found->last.batch_id + 1 : 1));
	ygr_loop_timer_arm(&reader->tick, 1);
	if (reader->source.poll_fd < 0)
		ygr_loop_timer_arm(&reader->look, LOOK_NS);
	ygr_pipeline_pump(&reader->pipeline);
	return ygr_loop_run(reader->loop);
}

int ygr_reader_run(const struct ygr_config *config)
{
	struct reader reader = { .config = config };
	int ret;

	reader.source.fd = -1;
	ret = open_source(&reader);
	if (ret)
		return exit_status(ret);
	ret = open_spool(&reader);
	if (ret)
		goto out_source;
	ret = ygr_loop_create(&reader.loop, config->io);
	if (ret) {
		ygr_error("cannot set up the event loop: %s", strerror(-ret));
		goto out_spool;
	}
	ret = open_pipeline(&reader);
	if (ret)
		goto out_loop;
	ret = watch_events(&reader);
	if (!ret)
		ret = run(&reader);
	write_status(&reader);
	ygr_pipeline_exit(&reader.pipeline);
out_loop:
	ygr_names_destroy(reader.names);
	ygr_identity_destroy(reader.identity);
	ygr_entries_destroy(reader.entries);
	ygr_loop_destroy(reader.loop);
out_spool:
	ygr_spool_close(reader.spool);
out_source:
	ygr_source_close(&reader.source);
	return ret ? exit_status(ret) : 0;
}
