// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "batch_fake.h"
#include "dns_packet.h"
#include "event_map.h"
#include "pipeline.h"
#include "ring_fake.h"
#include "sender_state.h"
#include "spool_scan.h"

#define RINGS_NR	2
#define RING_BYTES	(64u << 10)

/* The whole reader on played rings and a real directory. */
struct fixture {
	char dir[64];
	enum ygr_loop_kind kind;
	uint64_t limit_bytes;
	bool keep_newest;
	bool is_patient;	/* neither age nor size makes a batch due */
	struct ring_fake fakes[RINGS_NR];
	struct ygr_ring_map maps[RINGS_NR];
	struct ygr_source source;
	struct ygr_loop *loop;
	struct ygr_spool *spool;
	const struct ygr_spool_found *found;
	struct ygr_pipeline pipeline;
	struct ygr_names *names;
	struct record_fake record;
	struct ygr_loop_timer deadline;
	bool timed_out;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	temp_dir_make(fixture->dir);
	fixture->limit_bytes = 1 << 20;
	for (uint32_t i = 0; i < RINGS_NR; i++) {
		ring_fake_init(&fixture->fakes[i], i, RING_BYTES);
		fixture->maps[i] = ring_fake_map(&fixture->fakes[i]);
	}
	fixture->source = (struct ygr_source) {
		.fd = -1, .poll_fd = -1, .load_id = 5, .schema_version = 1,
		.ring_nr = RINGS_NR, .maps = fixture->maps,
	};
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	for (int i = 0; i < RINGS_NR; i++)
		ring_fake_exit(&fixture->fakes[i]);
	temp_dir_remove(fixture->dir);
	free(fixture);
	return 0;
}

static void start(struct fixture *fixture)
{
	const struct ygr_spool_config spool = {
		.dir = fixture->dir, .limit_bytes = fixture->limit_bytes, .segment_bytes = 2 << 10,
		.keep_newest = fixture->keep_newest,
	};
	const struct ygr_pipeline_config config = {
		.hold_ns = 0, .flush_ns = fixture->is_patient ? 60000000000 : 1000000,
		.batch_bytes = fixture->is_patient ? 8 << 20 : 4096, .table_bytes = 64 << 10,
		.boot_id = { 1, 2, 3 }, .names = fixture->names,
	};

	assert_int_equal(ygr_loop_create(&fixture->loop, fixture->kind), 0);
	assert_int_equal(ygr_spool_open(&fixture->spool, &spool, &fixture->found), 0);
	assert_int_equal(ygr_pipeline_init(&fixture->pipeline, &config, fixture->loop, &fixture->source,
					   fixture->spool, fixture->found), 0);
}

/* As kill -9 ends it: nothing is drained, nothing is told. */
static void stop(struct fixture *fixture)
{
	ygr_pipeline_exit(&fixture->pipeline);
	ygr_loop_destroy(fixture->loop);
	ygr_spool_close(fixture->spool);
}

static void ended(void *arg)
{
	struct fixture *fixture = arg;

	ygr_loop_stop(fixture->loop);
}

static void too_late(void *arg)
{
	struct fixture *fixture = arg;

	fixture->timed_out = true;
	ygr_loop_stop(fixture->loop);
}

/* Return: whether everything became durable within @wait_ms. */
static bool drain(struct fixture *fixture, unsigned int wait_ms)
{
	fixture->timed_out = false;
	assert_int_equal(ygr_loop_timer_init(fixture->loop, &fixture->deadline, too_late, fixture), 0);
	ygr_loop_timer_arm(&fixture->deadline, wait_ms * 1000000ull);
	ygr_pipeline_drain(&fixture->pipeline, ended, fixture);
	/* The drain may be over before it began: then the stop came before the run. */
	if (fixture->pipeline.drained)
		assert_int_equal(ygr_loop_run(fixture->loop), 0);
	ygr_loop_timer_exit(fixture->loop, &fixture->deadline);
	return !fixture->timed_out;
}

static bool put(struct fixture *fixture, int ring, uint64_t time_ns)
{
	record_fake_begin(&fixture->record, YGR_EV_UNLINK, YGR_CLASS_FILE, time_ns);
	fixture->record.head.tgid = 9;
	record_fake_string(&fixture->record, YGR_STR_PATH, "/tmp/x", 6);
	return ring_fake_put(&fixture->fakes[ring], &fixture->record);
}

struct sums {
	uint64_t events, dropped, lost, batches;
};

/* What the spool holds; its accounts are checked on the way. */
static struct sums read_spool(const struct fixture *fixture)
{
	struct ygr_spool_scan *scan;
	struct ygr_scan_item item;
	struct sums sums = { 0 };
	int ret;

	assert_int_equal(ygr_spool_scan_open(&scan, fixture->dir, 0), 0);
	while ((ret = ygr_spool_scan_next(scan, &item)) > 0) {
		uint64_t accounted = 0;

		assert_int_equal(ret, YGR_SCAN_BATCH);
		assert_true(item.chain == YGR_CHAIN_OK || (item.chain == YGR_CHAIN_START && !sums.batches));
		sums.events += item.header.event_nr;
		sums.dropped = 0;
		sums.lost = 0;
		for (uint32_t i = 0; i < item.header.cpu_nr; i++) {
			struct ygr_batch_cpu cpu;

			ygr_spool_format_get_cpu(item.batch, i, &cpu);
			accounted += cpu.next_seq - cpu.first_seq;
			sums.dropped += cpu.dropped;
			sums.lost += cpu.lost;
		}
		assert_int_equal(accounted, sums.events + sums.dropped + sums.lost);
		sums.batches++;
	}
	assert_int_equal(ret, YGR_SCAN_END);
	ygr_spool_scan_close(scan);
	return sums;
}

static void assert_stages_add_up(const struct fixture *fixture)
{
	const struct ygr_pipeline *pipeline = &fixture->pipeline;
	uint64_t taken_nr = 0, waiting_nr = pipeline->filling.header.event_nr;

	for (int i = 0; i < RINGS_NR; i++)
		taken_nr += pipeline->rings[i].taken_nr;
	if (pipeline->is_writing)
		waiting_nr += pipeline->written.header.event_nr;
	assert_int_equal(taken_nr, pipeline->stats.encoded_nr);
	assert_int_equal(pipeline->stats.encoded_nr, pipeline->stats.spooled_nr + waiting_nr);
}

static void deliver_everything(struct fixture *fixture)
{
	start(fixture);
	for (unsigned int i = 0; i < 300; i++)
		assert_true(put(fixture, i % 2, i + 1));
	assert_true(drain(fixture, 5000));
	assert_stages_add_up(fixture);
	assert_int_equal(fixture->pipeline.stats.spooled_nr, 300);
	assert_int_equal(fixture->pipeline.stats.encoded_by_class[YGR_CLASS_FILE], 300);
	for (int i = 0; i < RINGS_NR; i++)
		assert_int_equal(fixture->fakes[i].consumer->tail, fixture->fakes[i].head);
	stop(fixture);
	assert_int_equal(read_spool(fixture).events, 300);
}

static void test_delivers_over_epoll(void **state)
{
	struct fixture *fixture = *state;

	fixture->kind = YGR_LOOP_EPOLL;
	deliver_everything(fixture);
}

static void test_delivers_over_uring(void **state)
{
	struct fixture *fixture = *state;
	struct ygr_loop *loop;

	if (ygr_loop_create(&loop, YGR_LOOP_URING))
		skip();
	ygr_loop_destroy(loop);
	fixture->kind = YGR_LOOP_URING;
	deliver_everything(fixture);
}

/* Its records stay in the ring until it is written. */
static void test_a_batch_that_holds_a_quarter_of_a_ring(void **state)
{
	struct fixture *fixture = *state;
	const struct ring_fake *fake = &fixture->fakes[1];
	uint64_t record_bytes, time_ns = 1;

	fixture->is_patient = true;
	start(fixture);
	assert_true(put(fixture, 1, time_ns++));
	for (record_bytes = fake->head; fake->head + record_bytes < RING_BYTES / 4; time_ns++)
		assert_true(put(fixture, 1, time_ns));
	ygr_pipeline_pump(&fixture->pipeline);
	assert_int_equal(fixture->pipeline.rings[1].pos, fake->head);
	assert_false(fixture->pipeline.is_writing);
	assert_true(put(fixture, 1, time_ns));
	ygr_pipeline_pump(&fixture->pipeline);
	assert_true(fixture->pipeline.is_writing);
	assert_true(drain(fixture, 5000));
	assert_int_equal(fake->consumer->tail, fake->head);
	stop(fixture);
	assert_int_equal(read_spool(fixture).events, time_ns);
}

static void test_nothing_to_do(void **state)
{
	struct fixture *fixture = *state;

	start(fixture);
	assert_true(drain(fixture, 5000));
	stop(fixture);
	assert_int_equal(read_spool(fixture).batches, 0);
}

/* The ring keeps what is not durable; killed before that, it is read again, once. */
static void test_killed_before_the_write(void **state)
{
	struct fixture *fixture = *state;

	start(fixture);
	put(fixture, 0, 1);
	put(fixture, 1, 2);
	ygr_pipeline_pump(&fixture->pipeline);
	assert_int_equal(fixture->pipeline.stats.encoded_nr, 2);
	assert_int_equal(fixture->fakes[0].consumer->tail, 0);
	stop(fixture);
	assert_int_equal(read_spool(fixture).events, 0);

	start(fixture);
	assert_true(drain(fixture, 5000));
	stop(fixture);
	assert_int_equal(read_spool(fixture).events, 2);
}

/* Killed between the write and the release: the spool has it, and the ring still. */
static void test_killed_before_the_release(void **state)
{
	struct fixture *fixture = *state;

	start(fixture);
	for (unsigned int i = 0; i < 100; i++)
		put(fixture, 0, i + 1);
	assert_true(drain(fixture, 5000));
	stop(fixture);
	fixture->fakes[0].consumer->tail = 0;

	put(fixture, 0, 1000);
	start(fixture);
	assert_true(drain(fixture, 5000));
	assert_int_equal(fixture->pipeline.rings[0].repeated_nr, 100);
	assert_int_equal(fixture->fakes[0].consumer->tail, fixture->fakes[0].head);
	stop(fixture);
	assert_int_equal(read_spool(fixture).events, 101);
}

/* All of it is there already: no batch, but the ring is given back. */
static void test_only_repeated(void **state)
{
	struct fixture *fixture = *state;

	start(fixture);
	put(fixture, 0, 1);
	assert_true(drain(fixture, 5000));
	stop(fixture);
	fixture->fakes[0].consumer->tail = 0;

	start(fixture);
	assert_true(drain(fixture, 5000));
	assert_int_equal(fixture->fakes[0].consumer->tail, fixture->fakes[0].head);
	stop(fixture);
	assert_int_equal(read_spool(fixture).batches, 1);
}

/* The module was loaded anew: its sequences start over, and so does the account. */
static void test_another_load(void **state)
{
	struct fixture *fixture = *state;

	start(fixture);
	for (unsigned int i = 0; i < 10; i++)
		put(fixture, 0, i + 1);
	assert_true(drain(fixture, 5000));
	stop(fixture);

	fixture->source.load_id = 6;
	fixture->fakes[0].seq = 0;
	put(fixture, 0, 100);
	start(fixture);
	assert_true(drain(fixture, 5000));
	assert_int_equal(fixture->pipeline.rings[0].repeated_nr, 0);
	assert_int_equal(fixture->pipeline.rings[0].next_seq, 1);
	stop(fixture);
}

/* A torn batch at the end of the spool: cut, and read from the ring again. */
static void test_torn_spool(void **state)
{
	struct fixture *fixture = *state;
	char path[128];
	long bytes;

	start(fixture);
	put(fixture, 0, 1);
	assert_true(drain(fixture, 5000));
	stop(fixture);
	bytes = temp_file_bytes(fixture->dir, "0000000000000001.ygs");
	temp_file_append(fixture->dir, "0000000000000001.ygs", "\x59\x2a\x4d\x18\x99", 5);

	put(fixture, 0, 2);
	start(fixture);
	assert_int_equal(fixture->found->cut_bytes, 5);
	assert_string_equal(fixture->found->cut_segment, "0000000000000001.ygs");
	assert_int_equal(temp_file_bytes(fixture->dir, "0000000000000001.ygs"), bytes);
	assert_true(drain(fixture, 5000));
	stop(fixture);
	assert_int_equal(read_spool(fixture).events, 2);

	/* Cut within the last batch: its record comes from the ring once more. */
	snprintf(path, sizeof(path), "%s/0000000000000001.ygs", fixture->dir);
	assert_int_equal(truncate(path, temp_file_bytes(fixture->dir, "0000000000000001.ygs") - 1), 0);
	fixture->fakes[0].consumer->tail = 0;
	start(fixture);
	assert_true(fixture->found->cut_bytes > 100);
	assert_true(drain(fixture, 5000));
	stop(fixture);
	assert_int_equal(read_spool(fixture).events, 2);
}

static uint32_t looked_up[8], looked_up_nr;

static void note_look_up(struct ygr_process_table *table, uint32_t pid)
{
	(void)table;
	if (looked_up_nr < 8)
		looked_up[looked_up_nr] = pid;
	looked_up_nr++;
}

/* Whom no event introduced is looked up: once, and not as often as a flood would have it. */
static void test_strangers(void **state)
{
	struct fixture *fixture = *state;

	looked_up_nr = 0;
	start(fixture);
	fixture->pipeline.config.look_up = note_look_up;
	for (uint32_t i = 0; i < 6; i++) {
		put(fixture, 0, i + 1);	/* all of pid 9 */
		assert_true(drain(fixture, 5000));
	}
	assert_int_equal(looked_up_nr, 1);
	assert_int_equal(looked_up[0], 9);
	for (uint32_t i = 0; i < 2 * YGR_PIPELINE_LOOKUPS_PER_S; i++) {
		record_fake_begin(&fixture->record, YGR_EV_EXIT, YGR_CLASS_EXIT, 100 + i);
		fixture->record.head.tgid = 1000 + i;
		ring_fake_put(&fixture->fakes[0], &fixture->record);
		if (i % 100 == 0)
			drain(fixture, 5000);
	}
	assert_true(drain(fixture, 5000));
	assert_true(looked_up_nr >= YGR_PIPELINE_LOOKUPS_PER_S);
	assert_int_equal(fixture->pipeline.stats.looked_up_nr, looked_up_nr);
	assert_int_equal(fixture->pipeline.stats.looked_up_nr + fixture->pipeline.stats.not_looked_up_nr,
			 1 + 2 * YGR_PIPELINE_LOOKUPS_PER_S);
	stop(fixture);
}

/*
 * A full spool: nothing is written, nothing is lost; the ring fills, the kernel
 * drops and tells; when there is room again, the account is whole.
 */
static void test_full_spool(void **state)
{
	struct fixture *fixture = *state;
	unsigned int refused_nr = 0;
	uint64_t first_id = 1, id;

	fixture->limit_bytes = 8 << 10;
	start(fixture);
	for (unsigned int i = 0; i < 4000; i++) {
		refused_nr += !put(fixture, 0, i + 1);
		if (i % 50 == 0)
			drain(fixture, 1);
	}
	assert_false(drain(fixture, 50));
	assert_true(refused_nr > 100);
	assert_true(fixture->pipeline.stats.full_nr > 0);
	assert_int_equal(fixture->pipeline.stats.last_error, -EDQUOT);
	assert_stages_add_up(fixture);

	/* The sender removes what was acknowledged. */
	for (id = first_id; id < 400; id++) {
		char path[128], name[YGR_SEGMENT_NAME_BYTES];

		ygr_spool_format_segment_name(name, id);
		snprintf(path, sizeof(path), "%s/%s", fixture->dir, name);
		if (temp_file_bytes(fixture->dir, name) >= 0 && unlink(path) == 0)
			break;
	}
	fixture->limit_bytes = 1 << 20;
	stop(fixture);
	start(fixture);
	assert_true(drain(fixture, 5000));
	put(fixture, 0, 5000);		/* with the gap record that was due */
	assert_true(drain(fixture, 5000));
	assert_int_equal(fixture->pipeline.rings[0].dropped, refused_nr);
	assert_int_equal(fixture->pipeline.rings[0].lost, 0);
	assert_int_equal(fixture->pipeline.rings[0].next_seq, fixture->fakes[0].seq);
	stop(fixture);
}

struct backlog_told {
	uint64_t batches, events, own;
};

/* The "backlog" events of what is in the spool now, and all others. */
static struct backlog_told read_backlog(const struct fixture *fixture)
{
	struct backlog_told told = { 0 };
	struct ygr_spool_scan *scan;
	struct ygr_scan_item item;

	assert_int_equal(ygr_spool_scan_open(&scan, fixture->dir, 0), 0);
	while (ygr_spool_scan_next(scan, &item) == YGR_SCAN_BATCH) {
		const struct ygr_event_value *event;
		struct ygr_event_stream stream;
		uint64_t nr, in_batch = 0;

		ygr_event_map_open(&stream, (const char *)item.events, item.events_bytes);
		for (; (event = ygr_event_map_next(&stream)); in_batch++) {
			if (!ygr_event_map_is(event, "type", "backlog")) {
				told.events++;
				continue;
			}
			told.own++;
			assert_true(ygr_event_map_get_u64(event, "batch_nr", &nr));
			told.batches += nr;
			assert_true(ygr_event_map_get_u64(event, "last_batch_id", &nr));
			assert_true(nr < item.header.batch_id);
			assert_true(ygr_event_map_get_u64(ygr_event_map_find(event, "discarded"), "file", &nr));
		}
		assert_int_equal(in_batch, item.header.event_nr);
		ygr_event_map_close(&stream);
	}
	ygr_spool_scan_close(scan);
	return told;
}

/*
 * A full spool that is to keep the newest: the ring never fills, the oldest segments
 * go, and what went is known to the last event.
 */
static void test_full_spool_keeps_newest(void **state)
{
	struct fixture *fixture = *state;
	struct ygr_spool_stats stats;
	struct backlog_told told;

	fixture->limit_bytes = 8 << 10;
	fixture->keep_newest = true;
	start(fixture);
	for (unsigned int i = 0; i < 8000; i++) {
		assert_true(put(fixture, 0, i + 1));
		if (i % 100 == 99)
			assert_true(drain(fixture, 5000));
	}
	assert_true(drain(fixture, 5000));
	assert_stages_add_up(fixture);
	assert_int_equal(fixture->pipeline.stats.spooled_nr, 8000);
	assert_int_equal(fixture->pipeline.stats.full_nr, 0);
	ygr_spool_stats(fixture->spool, &stats);
	assert_true(stats.used_bytes <= fixture->limit_bytes);
	assert_true(stats.discarded.batch_nr > 20);
	assert_int_equal(stats.discarded.first_batch_id, 1);
	assert_int_equal(stats.discarded.last_batch_id, stats.discarded.batch_nr);
	told = read_backlog(fixture);
	assert_true(told.own > 0 && told.batches > 0 && told.batches <= stats.discarded.batch_nr);
	assert_int_equal(told.events + stats.discarded.class_nr[YGR_CLASS_FILE], 8000);
	stop(fixture);
}

/* What every output has settled is no loss: it goes uncounted. */
static void test_settled_is_no_loss(void **state)
{
	struct fixture *fixture = *state;
	struct ygr_sender_state one = { .acked_id = 1000000 }, other = { .acked_id = 5 };
	struct ygr_spool_stats stats;

	assert_int_equal(ygr_sender_state_save(fixture->dir, "one", &one), 0);
	assert_int_equal(ygr_sender_state_save(fixture->dir, "other", &other), 0);
	assert_int_equal(ygr_backlog_settled_id(fixture->dir), 5);
	fixture->limit_bytes = 8 << 10;
	fixture->keep_newest = true;
	start(fixture);
	for (unsigned int i = 0; i < 8000; i++) {
		put(fixture, 0, i + 1);
		if (i % 100 == 99)
			drain(fixture, 5000);
	}
	ygr_spool_stats(fixture->spool, &stats);
	assert_int_equal(stats.discarded.first_batch_id, 6);
	stop(fixture);
}

/* The disk refuses for a while: the batch waits, is written as a whole, and nothing is lost. */
static void fail_for_a_while(struct fixture *fixture)
{
	struct rlimit before, small;

	signal(SIGXFSZ, SIG_IGN);
	start(fixture);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 200;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	for (unsigned int i = 0; i < 100; i++)
		put(fixture, 0, i + 1);
	assert_false(drain(fixture, 60));
	assert_int_equal(fixture->fakes[0].consumer->tail, 0);
	assert_true(fixture->pipeline.stats.error_nr > 0);
	assert_true(fixture->pipeline.stats.last_error != 0);
	assert_stages_add_up(fixture);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_true(drain(fixture, 5000));
	assert_int_equal(fixture->pipeline.stats.last_error, 0);
	assert_int_equal(fixture->pipeline.stats.spooled_nr, 100);
	stop(fixture);
	assert_int_equal(read_spool(fixture).events, 100);
}

static void test_disk_fails_epoll(void **state)
{
	struct fixture *fixture = *state;

	fixture->kind = YGR_LOOP_EPOLL;
	fail_for_a_while(fixture);
}

static void test_disk_fails_auto(void **state)
{
	fail_for_a_while(*state);
}

static void test_rotates(void **state)
{
	struct fixture *fixture = *state;
	struct ygr_spool_stats stats;

	start(fixture);
	for (unsigned int round = 0; round < 20; round++) {
		for (unsigned int i = 0; i < 100; i++)
			put(fixture, 0, round * 100 + i + 1);
		assert_true(drain(fixture, 5000));
	}
	ygr_spool_stats(fixture->spool, &stats);
	assert_true(stats.batch_nr >= 20);
	assert_int_equal(stats.used_bytes, stats.bytes);
	stop(fixture);
	assert_int_equal(read_spool(fixture).events, 2000);
	assert_true(temp_file_bytes(fixture->dir, "0000000000000001.ygs") <= 8 << 10);
}

static const struct ygr_address web = { .family = AF_INET, .port = 443, .addr = { 192, 0, 2, 1 } };

static void put_answer(struct fixture *fixture, int ring, uint64_t time_ns)
{
	struct ygr_body_dns body = { .net_ns = 5, .transport = IPPROTO_UDP };
	uint8_t packet[DNS_PACKET_BYTES];
	size_t len = dns_packet_make(packet, "www.example.org A", "www.example.org. 60 IN A 192.0.2.1");

	record_fake_begin(&fixture->record, YGR_EV_DNS, YGR_CLASS_SOCKET, time_ns);
	record_fake_body(&fixture->record, &body, sizeof(body));
	record_fake_string(&fixture->record, YGR_STR_PAYLOAD, packet, (uint32_t)len);
	assert_true(ring_fake_put(&fixture->fakes[ring], &fixture->record));
}

static void put_connect(struct fixture *fixture, int ring, uint64_t time_ns)
{
	struct ygr_body_socket body = { .family = AF_INET, .remote = web };

	record_fake_begin(&fixture->record, YGR_EV_CONNECT, YGR_CLASS_SOCKET, time_ns);
	fixture->record.head.tgid = 9;
	fixture->record.head.net_ns = 5;
	record_fake_body(&fixture->record, &body, sizeof(body));
	assert_true(ring_fake_put(&fixture->fakes[ring], &fixture->record));
}

/* The names that the spool's connections have, one after the other; "-": none. */
static void read_names(const struct fixture *fixture, char *names)
{
	struct ygr_spool_scan *scan;
	struct ygr_scan_item item;

	*names = '\0';
	assert_int_equal(ygr_spool_scan_open(&scan, fixture->dir, 0), 0);
	while (ygr_spool_scan_next(scan, &item) > 0) {
		const struct ygr_event_value *event;
		struct ygr_event_stream stream;
		struct ygr_event_text name;

		ygr_event_map_open(&stream, (const char *)item.events, item.events_bytes);
		while ((event = ygr_event_map_next(&stream))) {
			if (!ygr_event_map_is(event, "type", "connect"))
				continue;
			if (!ygr_event_map_get_text(event, "dns_name", &name))
				name = (struct ygr_event_text) { "-", 1 };
			strncat(names, name.bytes, name.len);
			strcat(names, " ");
		}
		ygr_event_map_close(&stream);
	}
	ygr_spool_scan_close(scan);
}

/* The answer came by another CPU than the connection, whose ring is read first: time decides. */
static void test_an_answer_of_another_cpu(void **state)
{
	const struct ygr_names_config config = { .dns = true, .cache_bytes = 1 << 20 };
	struct fixture *fixture = *state;
	char names[256];

	assert_int_equal(ygr_names_create(&fixture->names, &config, 1), 0);
	start(fixture);
	put_connect(fixture, 0, 10);
	put_connect(fixture, 0, 30);
	put_answer(fixture, 1, 20);
	assert_true(drain(fixture, 5000));
	stop(fixture);
	ygr_names_destroy(fixture->names);
	assert_int_equal(read_spool(fixture).events, 3);
	read_names(fixture, names);
	assert_string_equal(names, "- www.example.org ");
}

static void test_without_names(void **state)
{
	struct fixture *fixture = *state;
	char names[256];

	start(fixture);
	put_answer(fixture, 1, 20);
	put_connect(fixture, 0, 30);
	assert_true(drain(fixture, 5000));
	stop(fixture);
	assert_int_equal(read_spool(fixture).events, 2);
	read_names(fixture, names);
	assert_string_equal(names, "- ");
}

static void test_one_writer(void **state)
{
	struct fixture *fixture = *state;
	const struct ygr_spool_config config = {
		.dir = fixture->dir, .limit_bytes = 1 << 20, .segment_bytes = 2 << 10,
	};
	const struct ygr_spool_found *found;
	struct ygr_spool *second;

	start(fixture);
	assert_int_equal(ygr_spool_open(&second, &config, &found), -EBUSY);
	stop(fixture);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_delivers_over_epoll),
		TEST(test_delivers_over_uring),
		TEST(test_a_batch_that_holds_a_quarter_of_a_ring),
		TEST(test_nothing_to_do),
		TEST(test_killed_before_the_write),
		TEST(test_killed_before_the_release),
		TEST(test_only_repeated),
		TEST(test_another_load),
		TEST(test_torn_spool),
		TEST(test_strangers),
		TEST(test_full_spool),
		TEST(test_full_spool_keeps_newest),
		TEST(test_settled_is_no_loss),
		TEST(test_disk_fails_epoll),
		TEST(test_disk_fails_auto),
		TEST(test_rotates),
		TEST(test_an_answer_of_another_cpu),
		TEST(test_without_names),
		TEST(test_one_writer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
