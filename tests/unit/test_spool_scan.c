// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "batch_fake.h"
#include "spool_scan.h"

#define BATCHES_NR	6

struct fixture {
	char dir[64];
	struct chain_fake chain;
	struct batch_fake batches[BATCHES_NR];
	struct ygr_spool_scan *scan;
	struct ygr_scan_item item;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	temp_dir_make(fixture->dir);
	chain_fake_init(&fixture->chain, 1);
	for (int i = 0; i < BATCHES_NR; i++)
		chain_fake_next(&fixture->chain, 2, &fixture->batches[i]);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	ygr_spool_scan_close(fixture->scan);
	temp_dir_remove(fixture->dir);
	free(fixture);
	return 0;
}

/* Batches [from, to), counted from 0, in a segment named for the first. */
static void put_segment(struct fixture *fixture, int from, int to)
{
	char name[YGR_SEGMENT_NAME_BYTES];

	ygr_spool_format_segment_name(name, (uint64_t)from + 1);
	temp_file_write(fixture->dir, name, "", 0);
	for (int i = from; i < to; i++)
		temp_file_append(fixture->dir, name, fixture->batches[i].bytes, fixture->batches[i].len);
}

static void open_dir(struct fixture *fixture)
{
	assert_int_equal(ygr_spool_scan_open(&fixture->scan, fixture->dir, 0), 0);
}

static int next(struct fixture *fixture)
{
	return ygr_spool_scan_next(fixture->scan, &fixture->item);
}

static void expect_batch(struct fixture *fixture, uint64_t id, enum ygr_scan_chain chain)
{
	assert_int_equal(next(fixture), YGR_SCAN_BATCH);
	assert_int_equal(fixture->item.header.batch_id, id);
	assert_int_equal(fixture->item.chain, chain);
	assert_int_equal(fixture->item.batch_bytes, fixture->batches[id - 1].len);
	assert_memory_equal(fixture->item.batch, fixture->batches[id - 1].bytes,
			    fixture->batches[id - 1].len);
	assert_int_equal(fixture->item.events_bytes, 8);
	assert_memory_equal(fixture->item.events, "\x81\xa1n\0\x81\xa1n\x01", 8);
}

static void test_all_in_order(void **state)
{
	struct fixture *fixture = *state;

	put_segment(fixture, 0, 2);
	put_segment(fixture, 2, 5);
	put_segment(fixture, 5, 6);
	open_dir(fixture);
	expect_batch(fixture, 1, YGR_CHAIN_START);
	for (uint64_t id = 2; id <= 6; id++)
		expect_batch(fixture, id, YGR_CHAIN_OK);
	assert_string_equal(fixture->item.segment, "0000000000000006.ygs");
	assert_int_equal(fixture->item.offset, 0);
	assert_int_equal(next(fixture), YGR_SCAN_END);
	assert_int_equal(next(fixture), YGR_SCAN_END);
}

static void test_empty_directory_then_follow(void **state)
{
	struct fixture *fixture = *state;

	open_dir(fixture);
	assert_int_equal(next(fixture), YGR_SCAN_END);
	put_segment(fixture, 0, 1);
	expect_batch(fixture, 1, YGR_CHAIN_START);
	assert_int_equal(next(fixture), YGR_SCAN_END);
	put_segment(fixture, 1, 2);
	expect_batch(fixture, 2, YGR_CHAIN_OK);
	assert_int_equal(next(fixture), YGR_SCAN_END);
}

/* Byte by byte, as a slow writer would: never a fault, and the batch when it is whole. */
static void test_follow_growing_segment(void **state)
{
	struct fixture *fixture = *state;
	const struct batch_fake *batch = &fixture->batches[1];

	put_segment(fixture, 0, 1);
	open_dir(fixture);
	expect_batch(fixture, 1, YGR_CHAIN_START);
	for (size_t i = 0; i < batch->len; i++) {
		assert_int_equal(next(fixture), YGR_SCAN_END);
		temp_file_append(fixture->dir, "0000000000000001.ygs", batch->bytes + i, 1);
	}
	expect_batch(fixture, 2, YGR_CHAIN_OK);
}

/* Space that exists before its bytes do: what was read of it must not be trusted. */
static void test_follow_rewritten_end(void **state)
{
	struct fixture *fixture = *state;
	struct batch_fake torn = fixture->batches[1];
	uint8_t both[2 * sizeof(torn.bytes)];
	size_t first = fixture->batches[0].len;

	memset(torn.bytes + torn.len / 2, 0, torn.len / 2);
	put_segment(fixture, 0, 1);
	temp_file_append(fixture->dir, "0000000000000001.ygs", torn.bytes, torn.len);
	open_dir(fixture);
	expect_batch(fixture, 1, YGR_CHAIN_START);
	assert_int_equal(next(fixture), YGR_SCAN_END);
	assert_int_equal(ygr_spool_scan_tail(fixture->scan, &fixture->item), YGR_SCAN_FAULT);
	assert_int_equal(fixture->item.offset, first);
	memcpy(both, fixture->batches[0].bytes, first);
	memcpy(both + first, fixture->batches[1].bytes, fixture->batches[1].len);
	temp_file_write(fixture->dir, "0000000000000001.ygs", both, first + fixture->batches[1].len);
	expect_batch(fixture, 2, YGR_CHAIN_OK);
	assert_int_equal(ygr_spool_scan_tail(fixture->scan, &fixture->item), YGR_SCAN_END);
}

static void test_flipped_bit(void **state)
{
	struct fixture *fixture = *state;

	fixture->batches[1].bytes[150] ^= 1;
	put_segment(fixture, 0, 4);
	open_dir(fixture);
	expect_batch(fixture, 1, YGR_CHAIN_START);
	assert_int_equal(next(fixture), YGR_SCAN_FAULT);
	assert_string_equal(fixture->item.segment, "0000000000000001.ygs");
	assert_int_equal(fixture->item.offset, fixture->batches[0].len);
	assert_int_equal(fixture->item.fault_bytes, fixture->batches[1].len);
	assert_string_equal(fixture->item.reason, "header checksum mismatch");
	expect_batch(fixture, 3, YGR_CHAIN_MISSING);
	assert_int_equal(fixture->item.missing_nr, 1);
	expect_batch(fixture, 4, YGR_CHAIN_OK);
}

/* Torn at the end of a segment that has a successor: nobody will complete it. */
static void test_torn_end_of_finished_segment(void **state)
{
	struct fixture *fixture = *state;

	fixture->batches[1].len -= 3;
	put_segment(fixture, 0, 2);
	put_segment(fixture, 2, 3);
	open_dir(fixture);
	expect_batch(fixture, 1, YGR_CHAIN_START);
	assert_int_equal(next(fixture), YGR_SCAN_FAULT);
	assert_int_equal(fixture->item.offset, fixture->batches[0].len);
	assert_int_equal(fixture->item.fault_bytes, fixture->batches[1].len);
	assert_string_equal(fixture->item.reason, "the file ends within a batch");
	expect_batch(fixture, 3, YGR_CHAIN_MISSING);
	assert_int_equal(next(fixture), YGR_SCAN_END);
}

static void test_missing_segment(void **state)
{
	struct fixture *fixture = *state;

	put_segment(fixture, 0, 1);
	put_segment(fixture, 4, 6);
	open_dir(fixture);
	expect_batch(fixture, 1, YGR_CHAIN_START);
	expect_batch(fixture, 5, YGR_CHAIN_MISSING);
	assert_int_equal(fixture->item.missing_nr, 3);
	expect_batch(fixture, 6, YGR_CHAIN_OK);
}

static void test_reordered(void **state)
{
	struct fixture *fixture = *state;

	temp_file_write(fixture->dir, "x.ygs", fixture->batches[2].bytes, fixture->batches[2].len);
	temp_file_append(fixture->dir, "x.ygs", fixture->batches[1].bytes, fixture->batches[1].len);
	strcat(fixture->dir, "/x.ygs");
	open_dir(fixture);
	*strrchr(fixture->dir, '/') = '\0';
	expect_batch(fixture, 3, YGR_CHAIN_START);
	expect_batch(fixture, 2, YGR_CHAIN_REORDERED);
}

/* The right id, but not the batch that its successor was made after. */
static void test_exchanged(void **state)
{
	struct fixture *fixture = *state;
	struct chain_fake other;
	struct batch_fake batch;

	chain_fake_init(&other, 1);
	chain_fake_next(&other, 9, &batch);
	temp_file_write(fixture->dir, "0000000000000001.ygs", batch.bytes, batch.len);
	put_segment(fixture, 1, 2);
	open_dir(fixture);
	assert_int_equal(next(fixture), YGR_SCAN_BATCH);
	expect_batch(fixture, 2, YGR_CHAIN_BROKEN);
}

static void test_other_spool(void **state)
{
	struct fixture *fixture = *state;
	struct chain_fake other;
	struct batch_fake batch;

	chain_fake_init(&other, 2);
	chain_fake_next(&other, 1, &batch);
	put_segment(fixture, 0, 1);
	temp_file_append(fixture->dir, "0000000000000001.ygs", batch.bytes, batch.len);
	open_dir(fixture);
	expect_batch(fixture, 1, YGR_CHAIN_START);
	assert_int_equal(next(fixture), YGR_SCAN_BATCH);
	assert_int_equal(fixture->item.chain, YGR_CHAIN_OTHER_SPOOL);
}

/* A header that is right over a frame that is not: only LZ4 can tell. */
static void test_frame_that_does_not_expand(void **state)
{
	struct fixture *fixture = *state;
	struct ygr_batch_header header;
	struct batch_fake *batch = &fixture->batches[0];
	struct ygr_batch_cpu cpus[2] = { 0 };
	uint8_t frame[256];

	assert_int_equal(ygr_spool_format_parse(batch->bytes, batch->len, &header, NULL, NULL), 0);
	memcpy(frame, ygr_spool_format_frame(batch->bytes, &header), header.frame_bytes);
	header.events_bytes++;
	ygr_spool_format_put_header(batch->bytes, &header, cpus, frame);
	put_segment(fixture, 0, 2);
	open_dir(fixture);
	assert_int_equal(next(fixture), YGR_SCAN_FAULT);
	assert_int_equal(fixture->item.has_header, 1);
	assert_int_equal(fixture->item.offset, 0);
	assert_int_equal(fixture->item.fault_bytes, batch->len);
	expect_batch(fixture, 2, YGR_CHAIN_START);
}

static void test_garbage_file(void **state)
{
	struct fixture *fixture = *state;
	uint8_t garbage[3000];

	memset(garbage, 0x59, sizeof(garbage));
	temp_file_write(fixture->dir, "0000000000000001.ygs", garbage, sizeof(garbage));
	put_segment(fixture, 1, 2);
	open_dir(fixture);
	assert_int_equal(next(fixture), YGR_SCAN_FAULT);
	assert_int_equal(fixture->item.offset, 0);
	assert_int_equal(fixture->item.fault_bytes, sizeof(garbage));
	expect_batch(fixture, 2, YGR_CHAIN_START);
}

/* Damage larger than the read window is still one fault. */
static void test_large_damage(void **state)
{
	struct fixture *fixture = *state;
	size_t len = 3u << 20;
	uint8_t *garbage = malloc(len);

	memset(garbage, 0x59, len);
	put_segment(fixture, 0, 1);
	temp_file_append(fixture->dir, "0000000000000001.ygs", garbage, len);
	temp_file_append(fixture->dir, "0000000000000001.ygs", fixture->batches[1].bytes,
			 fixture->batches[1].len);
	free(garbage);
	open_dir(fixture);
	expect_batch(fixture, 1, YGR_CHAIN_START);
	assert_int_equal(next(fixture), YGR_SCAN_FAULT);
	assert_int_equal(fixture->item.offset, fixture->batches[0].len);
	assert_int_equal(fixture->item.fault_bytes, len);
	expect_batch(fixture, 2, YGR_CHAIN_OK);
	assert_int_equal(fixture->item.offset, fixture->batches[0].len + len);
}

static void test_skip_to(void **state)
{
	struct fixture *fixture = *state;

	put_segment(fixture, 0, 2);
	put_segment(fixture, 2, 4);
	put_segment(fixture, 4, 6);
	open_dir(fixture);
	ygr_spool_scan_skip_to(fixture->scan, 3);
	expect_batch(fixture, 4, YGR_CHAIN_OK);
	expect_batch(fixture, 5, YGR_CHAIN_OK);
}

static void test_skip_to_segment_border(void **state)
{
	struct fixture *fixture = *state;

	put_segment(fixture, 0, 2);
	put_segment(fixture, 2, 4);
	open_dir(fixture);
	ygr_spool_scan_skip_to(fixture->scan, 2);
	expect_batch(fixture, 3, YGR_CHAIN_START);
}

static void test_seek_end(void **state)
{
	struct fixture *fixture = *state;

	put_segment(fixture, 0, 2);
	put_segment(fixture, 2, 4);
	open_dir(fixture);
	assert_int_equal(ygr_spool_scan_seek_end(fixture->scan), 0);
	assert_int_equal(next(fixture), YGR_SCAN_END);
	temp_file_append(fixture->dir, "0000000000000003.ygs", fixture->batches[4].bytes,
			 fixture->batches[4].len);
	expect_batch(fixture, 5, YGR_CHAIN_OK);
}

static void test_deleted_underneath(void **state)
{
	struct fixture *fixture = *state;
	char path[128];

	put_segment(fixture, 0, 2);
	put_segment(fixture, 2, 3);
	put_segment(fixture, 3, 4);
	open_dir(fixture);
	expect_batch(fixture, 1, YGR_CHAIN_START);
	snprintf(path, sizeof(path), "%s/0000000000000003.ygs", fixture->dir);
	unlink(path);
	expect_batch(fixture, 2, YGR_CHAIN_OK);
	expect_batch(fixture, 4, YGR_CHAIN_MISSING);
}

static void test_raw(void **state)
{
	struct fixture *fixture = *state;

	put_segment(fixture, 0, 1);
	assert_int_equal(ygr_spool_scan_open(&fixture->scan, fixture->dir, YGR_SCAN_RAW), 0);
	assert_int_equal(next(fixture), YGR_SCAN_BATCH);
	assert_null(fixture->item.events);
	assert_int_equal(ygr_spool_scan_sync(fixture->scan), 0);
}

static void test_other_files_are_ignored(void **state)
{
	struct fixture *fixture = *state;

	temp_file_write(fixture->dir, "sender.state", "x", 1);
	temp_file_write(fixture->dir, "lock", "", 0);
	put_segment(fixture, 0, 1);
	open_dir(fixture);
	expect_batch(fixture, 1, YGR_CHAIN_START);
	assert_int_equal(next(fixture), YGR_SCAN_END);
}

static void test_open_errors(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(ygr_spool_scan_open(&fixture->scan, "/nonexistent/spool", 0), -ENOENT);
	assert_null(fixture->scan);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_all_in_order),
		TEST(test_empty_directory_then_follow),
		TEST(test_follow_growing_segment),
		TEST(test_follow_rewritten_end),
		TEST(test_flipped_bit),
		TEST(test_torn_end_of_finished_segment),
		TEST(test_missing_segment),
		TEST(test_reordered),
		TEST(test_exchanged),
		TEST(test_other_spool),
		TEST(test_frame_that_does_not_expand),
		TEST(test_garbage_file),
		TEST(test_large_damage),
		TEST(test_skip_to),
		TEST(test_skip_to_segment_border),
		TEST(test_seek_end),
		TEST(test_deleted_underneath),
		TEST(test_raw),
		TEST(test_other_files_are_ignored),
		TEST(test_open_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
