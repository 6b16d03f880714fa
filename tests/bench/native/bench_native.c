// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the reader costs, from the ring to the compressed spool: the real stages, on
 * rings in memory that are filled with the records of workload.h.
 *
 * The stages are run cumulatively, each time over the same records: what a stage
 * costs is what the time grows by when it is added, without a clock in the path.
 * Time is the CPU time of the whole process, system calls and helper threads
 * included; of several rounds the fastest counts. The reader's bytes are copied and
 * compressed by themselves in the same rounds.
 *
 * Usage: native [--events N] [--rounds N] [--names FILE] [--spool DIR] [--json FILE]
 */
#include <errno.h>
#include <getopt.h>
#include <lz4.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "pipeline.h"
#include "workload.h"
#include "write_bench.h"

#define CPUS_NR		4
#define RING_BYTES	(1u << 20)	/* what the module has by default */
#define FEED_BYTES	(RING_BYTES / 8)	/* at which it wakes the reader */
#define SERVICES_NR	2000
#define ROUNDS_MAX	32
#define TABLE_BYTES	(32u << 20)
#define BATCH_BYTES	(1u << 20)
#define PACKED_BYTES	(1ull << 31)
#define FULL_WAIT_NS	(50 * 1000)

enum contender {
	COPY,		/* memcpy() of the reader's msgpack */
	LZ4,		/* LZ4_compress_fast() of it, batch by batch */
	READ,
	ORDER,
	OBSERVE,
	ENCODE,
	COMPRESS,
	EPOLL,		/* the reader's own pipeline, to a spool on disk */
	URING,
	CONTENDER_NR,
};

static const char *const names[CONTENDER_NR] = {
	"memcpy", "lz4", "read", "order", "observe", "encode", "compress", "epoll", "io_uring",
};

/* One CPU's records in advance, with the positions at which the reader is woken. */
struct stream {
	uint8_t *bytes;
	size_t	 len, cap;
	size_t	 fed;
	struct ring_fake ring;
};

struct bench {
	const char *names_path, *spool_dir;
	FILE	 *json;
	uint32_t event_nr, round_nr;
	struct stream streams[CPUS_NR];
	struct ygr_ring_map maps[CPUS_NR];
	int64_t	 realtime_offset_ns;
	uint64_t record_bytes;
	struct ygr_identity *identity;

	uint8_t	 *packed;		/* all batches' msgpack, in order */
	size_t	 packed_bytes;
	size_t	 *batch_ends;
	uint32_t batch_nr;
	uint64_t spool_bytes;

	double	 ns[CONTENDER_NR][ROUNDS_MAX];	/* per event */
	double	 wall_ns[CONTENDER_NR][ROUNDS_MAX];
	uint64_t began_cpu_ns, began_wall_ns, spent_cpu_ns, spent_wall_ns;
};

static void die(const char *what, int error)
{
	fprintf(stderr, "native: %s: %s\n", what, strerror(error));
	exit(1);
}

/* ---- time ----------------------------------------------------------------- */

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * YGR_NS_PER_S + (uint64_t)now.tv_nsec;
}

static void watch_start(struct bench *bench)
{
	bench->began_wall_ns = clock_ns(CLOCK_MONOTONIC);
	bench->began_cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

static void watch_stop(struct bench *bench)
{
	bench->spent_cpu_ns += clock_ns(CLOCK_PROCESS_CPUTIME_ID) - bench->began_cpu_ns;
	bench->spent_wall_ns += clock_ns(CLOCK_MONOTONIC) - bench->began_wall_ns;
}

/* ---- records -------------------------------------------------------------- */

static void stream_add(struct stream *stream, const struct record_fake *record)
{
	if (stream->len + record->head.len > stream->cap) {
		stream->cap = stream->cap ? 2 * stream->cap : 1 << 20;
		stream->bytes = realloc(stream->bytes, stream->cap);
		if (!stream->bytes)
			die("records", ENOMEM);
	}
	memcpy(stream->bytes + stream->len, record->bytes, record->head.len);
	stream->len += record->head.len;
}

static void make_streams(struct bench *bench)
{
	struct workload workload;
	uint64_t seq[CPUS_NR] = { 0 };
	int ret;

	/* Old enough that no hold applies, however many there are. */
	ret = workload_init(&workload, bench->names_path, CPUS_NR, SERVICES_NR,
			    ygr_clock_boot_ns() - 30 * YGR_NS_PER_S, bench->realtime_offset_ns);
	if (ret)
		die(bench->names_path, -ret);
	bench->event_nr += workload_prologue_nr(&workload);
	for (uint32_t i = 0; i < bench->event_nr; i++) {
		static struct record_fake record;
		uint32_t cpu = workload_next(&workload, &record);

		record.head.seq = seq[cpu]++;
		stream_add(&bench->streams[cpu], &record);
		bench->record_bytes += record.head.len;
	}
	workload_exit(&workload);
}

static void rewind_rings(struct bench *bench)
{
	for (int i = 0; i < CPUS_NR; i++) {
		struct stream *stream = &bench->streams[i];

		if (stream->ring.map)
			ring_fake_exit(&stream->ring);
		ring_fake_init(&stream->ring, (uint32_t)i, RING_BYTES);
		bench->maps[i] = ring_fake_map(&stream->ring);
		stream->fed = 0;
	}
	bench->spent_cpu_ns = 0;
	bench->spent_wall_ns = 0;
}

/* Plays the kernel for a moment, as far as there is room. Return: whether it published anything. */
static bool feed(struct bench *bench)
{
	bool any = false;

	for (int i = 0; i < CPUS_NR; i++) {
		struct stream *stream = &bench->streams[i];
		size_t end = stream->fed;

		while (end < stream->len && end - stream->fed < FEED_BYTES)
			end += ((const struct ygr_record *)(stream->bytes + end))->len;
		if (end == stream->fed || !ring_fake_has_room(&stream->ring, end - stream->fed))
			continue;
		ring_fake_put_raw(&stream->ring, stream->bytes + stream->fed, end - stream->fed);
		stream->fed = end;
		any = true;
	}
	return any;
}

static bool is_all_fed(const struct bench *bench)
{
	for (int i = 0; i < CPUS_NR; i++)
		if (bench->streams[i].fed != bench->streams[i].len)
			return false;
	return true;
}

/* ---- the stages ----------------------------------------------------------- */

struct stages {
	struct ygr_ring_reader rings[CPUS_NR];
	struct ygr_order order;
	struct ygr_process_table *table;
	struct ygr_encoder encoder;
	struct ygr_batch batch;
	struct ygr_batch_header identity;
};

static void stages_init(struct stages *stages, struct bench *bench)
{
	int ret = 0;

	memset(stages, 0, sizeof(*stages));
	for (int i = 0; i < CPUS_NR && !ret; i++)
		ret = ygr_ring_reader_init(&stages->rings[i], &bench->maps[i], NULL);
	if (!ret)
		ret = ygr_order_init(&stages->order, stages->rings, CPUS_NR, 0);
	if (!ret)
		ret = ygr_process_table_create(&stages->table, TABLE_BYTES, 30 * YGR_NS_PER_S);
	if (!ret)
		ret = ygr_encode_init(&stages->encoder);
	if (!ret)
		ret = ygr_batch_init(&stages->batch, CPUS_NR);
	if (ret)
		die("stages", -ret);
	stages->encoder.identity = bench->identity;
}

static void stages_exit(struct stages *stages)
{
	ygr_batch_exit(&stages->batch);
	ygr_encode_exit(&stages->encoder);
	ygr_process_table_destroy(stages->table);
	ygr_order_exit(&stages->order);
}

static void read_only(struct stages *stages)
{
	for (int i = 0; i < CPUS_NR; i++) {
		struct ygr_ring_reader *ring = &stages->rings[i];

		ygr_ring_reader_refresh(ring);
		while (ygr_ring_reader_peek(ring))
			ygr_ring_reader_take(ring);
	}
}

/* Keeps what the batch holds, for LZ4 and memcpy to have by themselves. */
static void keep_packed(struct bench *bench, const struct ygr_batch *batch)
{
	if (bench->packed_bytes + batch->events.size > PACKED_BYTES)
		die("msgpack", E2BIG);
	memcpy(bench->packed + bench->packed_bytes, batch->events.bytes, batch->events.size);
	bench->packed_bytes += batch->events.size;
	bench->batch_ends[bench->batch_nr++] = bench->packed_bytes;
	bench->spool_bytes += batch->len;
}

static void close_batch(struct bench *bench, struct stages *stages, enum contender level, bool keep)
{
	if (level >= COMPRESS && ygr_batch_close(&stages->batch, &stages->identity, stages->rings))
		die("close", ENOMEM);
	if (keep) {
		watch_stop(bench);
		keep_packed(bench, &stages->batch);
		watch_start(bench);
	}
	ygr_batch_clear(&stages->batch);
}

static void take_all(struct bench *bench, struct stages *stages, enum contender level, bool keep)
{
	const struct ygr_batch_clock clock = {
		.now_ns = ygr_clock_boot_ns(), .realtime_offset_ns = bench->realtime_offset_ns,
	};
	struct ygr_ring_reader *ring;

	ygr_order_refresh(&stages->order);
	while ((ring = ygr_order_next(&stages->order, clock.now_ns, true))) {
		struct ygr_process *self = NULL;

		if (level >= OBSERVE)
			self = ygr_process_table_observe(stages->table, &ring->view);
		if (level >= ENCODE && ygr_batch_add(&stages->batch, &stages->encoder, &ring->view, ring->map.cpu,
						     stages->table, self, &clock))
			die("encode", ENOMEM);
		ygr_order_take(&stages->order);
		if (level >= ENCODE && stages->batch.events.size >= BATCH_BYTES)
			close_batch(bench, stages, level, keep);
	}
}

/* As in the pipeline. */
static bool holds_much(const struct stages *stages)
{
	for (int i = 0; i < CPUS_NR; i++)
		if (stages->rings[i].pos - stages->rings[i].tail >= RING_BYTES / YGR_PIPELINE_HELD_SHARE)
			return true;
	return false;
}

static void release(struct stages *stages)
{
	for (int i = 0; i < CPUS_NR; i++)
		ygr_ring_reader_release(&stages->rings[i], stages->rings[i].pos);
}

/* @keep: the first time, when the bytes are still to be known. */
static void run_stages(struct bench *bench, enum contender level, bool keep)
{
	struct stages stages;

	rewind_rings(bench);
	stages_init(&stages, bench);
	while (feed(bench)) {
		watch_start(bench);
		if (level == READ)
			read_only(&stages);
		else
			take_all(bench, &stages, level, keep);
		if (level >= ENCODE && holds_much(&stages))
			close_batch(bench, &stages, level, keep);
		if (level < ENCODE || ygr_batch_is_empty(&stages.batch))
			release(&stages);
		watch_stop(bench);
	}
	if (level >= ENCODE && !ygr_batch_is_empty(&stages.batch)) {
		watch_start(bench);
		close_batch(bench, &stages, level, keep);
		watch_stop(bench);
	}
	stages_exit(&stages);
}

/* ---- the whole reader ----------------------------------------------------- */

/* The pipeline in its loop, woken by an eventfd where the device would wake it. */
struct whole {
	struct bench *bench;
	struct ygr_loop *loop;
	struct ygr_spool *spool;
	struct ygr_pipeline pipeline;
	int wake_fd;
	struct ygr_loop_timer full;	/* both batches and all rings are */
};

static void drained(void *arg)
{
	struct whole *whole = arg;

	ygr_loop_stop(whole->loop);
}

static void look(void *arg)
{
	struct whole *whole = arg;
	const uint64_t one = 1;
	bool any;

	watch_stop(whole->bench);
	any = feed(whole->bench);
	watch_start(whole->bench);
	if (!any && is_all_fed(whole->bench)) {
		ygr_pipeline_drain(&whole->pipeline, drained, whole);
		return;
	}
	ygr_pipeline_pump(&whole->pipeline);
	if (!any)
		ygr_loop_timer_arm(&whole->full, FULL_WAIT_NS);
	else if (write(whole->wake_fd, &one, sizeof(one)) != sizeof(one))
		die("eventfd", errno);
}

static void woken(void *arg, uint32_t events)
{
	struct whole *whole = arg;
	uint64_t nr;

	(void)events;
	if (read(whole->wake_fd, &nr, sizeof(nr)) == sizeof(nr))
		look(whole);
}

static void whole_init(struct whole *whole, struct bench *bench, const char *dir, enum ygr_loop_kind kind)
{
	const struct ygr_spool_config spool = {
		.dir = dir, .limit_bytes = 1ull << 40, .segment_bytes = 16 << 20,
	};
	const struct ygr_pipeline_config config = {
		.flush_ns = 200 * YGR_NS_PER_MS, .batch_bytes = BATCH_BYTES, .table_bytes = TABLE_BYTES,
		.identity = bench->identity,
	};
	static struct ygr_source source = {
		.fd = -1, .poll_fd = -1, .load_id = 1, .schema_version = YGR_SCHEMA_VERSION,
		.ring_nr = CPUS_NR,
	};
	const struct ygr_spool_found *found;
	int ret;

	memset(whole, 0, sizeof(*whole));
	whole->bench = bench;
	source.maps = bench->maps;
	whole->wake_fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
	ret = whole->wake_fd < 0 ? -errno : ygr_loop_create(&whole->loop, kind);
	if (!ret)
		ret = ygr_spool_open(&whole->spool, &spool, &found);
	if (!ret)
		ret = ygr_pipeline_init(&whole->pipeline, &config, whole->loop, &source, whole->spool, found);
	if (!ret)
		ret = ygr_loop_timer_init(whole->loop, &whole->full, look, whole);
	if (!ret && ygr_loop_watch(whole->loop, whole->wake_fd, EPOLLIN, woken, whole) < 0)
		ret = -EIO;
	if (ret)
		die("pipeline", -ret);
}

static void whole_exit(struct whole *whole)
{
	ygr_loop_timer_exit(whole->loop, &whole->full);
	ygr_pipeline_exit(&whole->pipeline);
	ygr_spool_close(whole->spool);
	ygr_loop_destroy(whole->loop);
	close(whole->wake_fd);
}

static void run_whole(struct bench *bench, enum ygr_loop_kind kind)
{
	char dir[] = "XXXXXX", command[64];
	struct whole whole;
	int ret;

	rewind_rings(bench);
	if (!mkdtemp(dir))
		die(bench->spool_dir, errno);
	whole_init(&whole, bench, dir, kind);
	watch_start(bench);
	ret = ygr_loop_run(whole.loop);
	watch_stop(bench);
	if (ret || whole.pipeline.stats.spooled_nr != bench->event_nr)
		die("events are missing from the spool", ret ? -ret : EIO);
	whole_exit(&whole);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	if (system(command))
		die(command, EIO);
}

/* ---- the limits ----------------------------------------------------------- */

static void run_packed(struct bench *bench, enum contender contender)
{
	int bound = LZ4_compressBound(2 * BATCH_BYTES);
	char *out = malloc((size_t)bound);
	size_t at = 0;

	if (!out)
		die("output", ENOMEM);
	memset(out, 0, (size_t)bound);
	bench->spent_cpu_ns = 0;
	bench->spent_wall_ns = 0;
	watch_start(bench);
	for (uint32_t i = 0; i < bench->batch_nr; at = bench->batch_ends[i++]) {
		const char *in = (const char *)bench->packed + at;
		int bytes = (int)(bench->batch_ends[i] - at);

		if (contender == COPY) {
			memcpy(out, in, (size_t)bytes);
			__asm__ volatile("" : : "r"(out) : "memory");
		} else if (LZ4_compress_fast(in, out, bytes, bound, 1) <= 0) {
			die("lz4", E2BIG);
		}
	}
	watch_stop(bench);
	free(out);
}

static void run_one(struct bench *bench, enum contender contender)
{
	switch (contender) {
	case COPY:
	case LZ4:
		run_packed(bench, contender);
		break;
	case EPOLL:
		run_whole(bench, YGR_LOOP_EPOLL);
		break;
	case URING:
		run_whole(bench, YGR_LOOP_URING);
		break;
	default:
		run_stages(bench, contender, false);
	}
}

/* ---- the report ----------------------------------------------------------- */

/* Whatever else runs on the machine only ever adds: the fastest round is the least disturbed. */
static double least(const double *values, uint32_t nr)
{
	double found = values[0];

	for (uint32_t i = 1; i < nr; i++)
		if (values[i] < found)
			found = values[i];
	return found;
}

#define WRITES_NR	100

/* Of several rounds the one that used the least time of the processor. */
static void print_writes(const struct bench *bench)
{
	static const char *const ways[WRITE_WAY_NR] = {
		"`pwrite`, `fdatasync` (epoll)", "linked write and fdatasync (io_uring)",
		"the same, file and buffer registered",
	};
	size_t bytes = bench->spool_bytes / bench->batch_nr;

	printf("| a batch of %zu KiB made durable | processor, us | the reader waits, us | in all, us |\n"
	       "|---|---:|---:|---:|\n", bytes / 1024);
	for (int way = 0; way < WRITE_WAY_NR; way++) {
		struct write_cost best = { 0 }, cost;
		int ret = 0;

		for (uint32_t round = 0; round < bench->round_nr && !ret; round++) {
			ret = write_bench_run((enum write_way)way, ".", bytes, WRITES_NR, &cost);
			if (!round || cost.cpu_ns < best.cpu_ns)
				best = cost;
		}
		if (ret)
			printf("| %s | %s | | |\n", ways[way], strerror(-ret));
		else
			printf("| %s | %.0f | %.0f | %.0f |\n", ways[way], best.cpu_ns / 1000,
			       best.waited_ns / 1000, best.wall_ns / 1000);
	}
	printf("\n");
}

struct result {
	double ns[CONTENDER_NR], wall_ns[CONTENDER_NR];
	double record_bytes, packed_bytes, spool_bytes;
};

static struct result summarise(const struct bench *bench)
{
	double event_nr = bench->event_nr;
	struct result result = {
		.record_bytes = (double)bench->record_bytes / event_nr,
		.packed_bytes = (double)bench->packed_bytes / event_nr,
		.spool_bytes = (double)bench->spool_bytes / event_nr,
	};

	for (int i = 0; i < CONTENDER_NR; i++) {
		result.ns[i] = least(bench->ns[i], bench->round_nr);
		result.wall_ns[i] = least(bench->wall_ns[i], bench->round_nr);
	}
	return result;
}

static void print_table(const struct result *result)
{
	static const char *const stages[] = {
		[READ] = "read the rings", [ORDER] = "order by time", [OBSERVE] = "process table",
		[ENCODE] = "encode", [COMPRESS] = "compress, hash",
	};

	printf("\n| stage | ns per event |\n|---|---:|\n");
	for (int i = READ; i <= COMPRESS; i++)
		printf("| %s | %.0f |\n", stages[i], result->ns[i] - (i > READ ? result->ns[i - 1] : 0));
	printf("| spool over epoll / io_uring | %.0f / %.0f |\n",
	       result->ns[EPOLL] - result->ns[COMPRESS], result->ns[URING] - result->ns[COMPRESS]);
	printf("| **whole, over epoll / io_uring** | **%.0f / %.0f** |\n", result->ns[EPOLL], result->ns[URING]);
	printf("| `memcpy` of the same msgpack | %.0f |\n", result->ns[COPY]);
	printf("| `LZ4_compress_fast` of the same msgpack | %.0f |\n\n", result->ns[LZ4]);
	printf("| | epoll | io_uring |\n|---|---:|---:|\n");
	printf("| times `LZ4_compress_fast` (at most 3) | %.2f | %.2f |\n",
	       result->ns[EPOLL] / result->ns[LZ4], result->ns[URING] / result->ns[LZ4]);
	printf("| events per second of a core (at least 500,000) | %.0f | %.0f |\n",
	       1e9 / result->ns[EPOLL], 1e9 / result->ns[URING]);
	printf("| events per second by the clock, disk included | %.0f | %.0f |\n\n",
	       1e9 / result->wall_ns[EPOLL], 1e9 / result->wall_ns[URING]);
	printf("Bytes per event: %.0f in the ring, %.0f of msgpack, %.1f in the spool (at most 45).\n\n",
	       result->record_bytes, result->packed_bytes, result->spool_bytes);
}

static void write_json(const struct bench *bench, const struct result *result)
{
	FILE *file = bench->json;

	fprintf(file, "{\n  \"events\": %u,\n  \"rounds\": %u,\n  \"cpu_ns_per_event\": {", bench->event_nr, bench->round_nr);
	for (int i = 0; i < CONTENDER_NR; i++)
		fprintf(file, "%s\n    \"%s\": %.1f", i ? "," : "", names[i], result->ns[i]);
	fprintf(file, "\n  },\n  \"wall_ns_per_event\": {");
	for (int i = 0; i < CONTENDER_NR; i++)
		fprintf(file, "%s\n    \"%s\": %.1f", i ? "," : "", names[i], result->wall_ns[i]);
	fprintf(file, "\n  },\n  \"bytes_per_event\": { \"ring\": %.1f, \"msgpack\": %.1f, \"spool\": %.1f },\n",
		result->record_bytes, result->packed_bytes, result->spool_bytes);
	fprintf(file, "  \"times_lz4\": { \"epoll\": %.2f, \"io_uring\": %.2f }\n}\n",
		result->ns[EPOLL] / result->ns[LZ4], result->ns[URING] / result->ns[LZ4]);
	if (fclose(file))
		die("json", errno);
}

/* ---- main ----------------------------------------------------------------- */

static void parse_options(struct bench *bench, int argc, char **argv)
{
	static const struct option options[] = {
		{ "events", required_argument, NULL, 'e' },
		{ "rounds", required_argument, NULL, 'r' },
		{ "names", required_argument, NULL, 'n' },
		{ "spool", required_argument, NULL, 's' },
		{ "json", required_argument, NULL, 'j' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'e':
			bench->event_nr = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		case 'r':
			bench->round_nr = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		case 'n':
			bench->names_path = optarg;
			break;
		case 's':
			bench->spool_dir = optarg;
			break;
		case 'j':
			bench->json = fopen(optarg, "w");
			if (!bench->json)
				die(optarg, errno);
			break;
		default:
			exit(64);
		}
	}
	if (optind != argc || !bench->event_nr || !bench->round_nr || bench->round_nr > ROUNDS_MAX)
		exit(64);
}

int main(int argc, char **argv)
{
	static struct bench bench = {
		.names_path = "tests/bench/native/paths.txt", .spool_dir = ".",
		.event_nr = 300000, .round_nr = 15,
	};
	struct result result;

	parse_options(&bench, argc, argv);
	bench.realtime_offset_ns = ygr_clock_realtime_offset_ns();
	make_streams(&bench);
	if (chdir(bench.spool_dir))
		die(bench.spool_dir, errno);
	bench.packed = malloc(PACKED_BYTES);
	bench.batch_ends = calloc(bench.event_nr, sizeof(*bench.batch_ends));
	if (!bench.packed || !bench.batch_ends)
		die("msgpack", ENOMEM);
	if (ygr_identity_create(&bench.identity, "/proc", "/sys/fs/cgroup", NULL))
		die("identity", ENOMEM);
	run_stages(&bench, COMPRESS, true);	/* names that had to be asked for are known after this */
	bench.packed_bytes = bench.spool_bytes = bench.batch_nr = 0;
	run_stages(&bench, COMPRESS, true);

	for (uint32_t round = 0; round < bench.round_nr; round++)
		for (int i = 0; i < CONTENDER_NR; i++) {
			run_one(&bench, (enum contender)i);
			bench.ns[i][round] = (double)bench.spent_cpu_ns / bench.event_nr;
			bench.wall_ns[i][round] = (double)bench.spent_wall_ns / bench.event_nr;
		}
	result = summarise(&bench);
	print_table(&result);
	print_writes(&bench);
	if (bench.json)
		write_json(&bench, &result);
	return 0;
}
