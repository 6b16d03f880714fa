// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "batch_fake.h"
#include "sender_state.h"
#include "store.h"

static char dir[64], path[96];
static struct chain_fake chain;
static struct batch_fake batches[4];
static struct ygr_store store;

static int set_up(void **state)
{
	(void)state;
	temp_dir_make(dir);
	snprintf(path, sizeof(path), "%s/f.ygs", dir);
	chain_fake_init(&chain, 1);
	for (int i = 0; i < 4; i++)
		chain_fake_next(&chain, 1, &batches[i]);
	return ygr_store_open(&store, path, chain.spool_id);
}

static int tear_down(void **state)
{
	(void)state;
	ygr_store_close(&store);
	temp_dir_remove(dir);
	return 0;
}

static int append(int i)
{
	return ygr_store_append(&store, (uint64_t)i + 1, batches[i].bytes, batches[i].len);
}

static void reopen(void)
{
	ygr_store_close(&store);
	assert_int_equal(ygr_store_open(&store, path, chain.spool_id), 0);
}

static void test_append_and_reopen(void **state)
{
	(void)state;
	assert_int_equal(store.last_batch_id, 0);
	assert_int_equal(append(0), 0);
	assert_int_equal(append(1), 0);
	assert_int_equal(ygr_store_sync(&store), 0);
	assert_true(store.last_hash == ygr_spool_format_header_hash(batches[1].bytes));
	reopen();
	assert_int_equal(store.last_batch_id, 2);
	assert_true(store.last_hash == ygr_spool_format_header_hash(batches[1].bytes));
	assert_int_equal(store.cut_bytes, 0);
	assert_int_equal(append(2), 0);
	assert_int_equal(temp_file_bytes(dir, "f.ygs"), batches[0].len + batches[1].len + batches[2].len);
}

static void test_duplicates_are_passed_over(void **state)
{
	(void)state;
	append(0);
	append(1);
	assert_int_equal(append(1), 0);
	assert_int_equal(append(0), 0);
	assert_int_equal(store.duplicate_nr, 2);
	assert_int_equal(temp_file_bytes(dir, "f.ygs"), batches[0].len + batches[1].len);
}

static void test_torn_end_is_cut(void **state)
{
	(void)state;
	for (size_t cut = 0; cut < batches[1].len; cut += 17) {
		ygr_store_close(&store);
		temp_file_write(dir, "f.ygs", batches[0].bytes, batches[0].len);
		temp_file_append(dir, "f.ygs", batches[1].bytes, cut);
		assert_int_equal(ygr_store_open(&store, path, chain.spool_id), 0);
		assert_int_equal(store.last_batch_id, 1);
		assert_int_equal(store.cut_bytes, cut);
		assert_int_equal(temp_file_bytes(dir, "f.ygs"), batches[0].len);
	}
}

static void test_refuses_what_is_not_whole(void **state)
{
	(void)state;
	assert_int_equal(ygr_store_append(&store, 1, batches[0].bytes, batches[0].len - 1), -EBADMSG);
	assert_int_equal(ygr_store_append(&store, 2, batches[0].bytes, batches[0].len), -EBADMSG);
	batches[0].bytes[60] ^= 1;
	assert_int_equal(append(0), -EBADMSG);
	assert_int_equal(temp_file_bytes(dir, "f.ygs"), 0);
}

static void test_refuses_other_spools(void **state)
{
	struct chain_fake other;
	struct batch_fake batch;

	(void)state;
	chain_fake_init(&other, 2);
	chain_fake_next(&other, 1, &batch);
	assert_int_equal(ygr_store_append(&store, 1, batch.bytes, batch.len), -EBADMSG);
}

static void test_another_spool_follows_in_the_file(void **state)
{
	struct chain_fake other;
	struct batch_fake batch;

	(void)state;
	append(0);
	append(1);
	ygr_store_close(&store);
	chain_fake_init(&other, 2);
	chain_fake_next(&other, 1, &batch);
	assert_int_equal(ygr_store_open(&store, path, other.spool_id), 0);
	assert_int_equal(store.last_batch_id, 0);
	assert_int_equal(ygr_store_append(&store, 1, batch.bytes, batch.len), 0);
}

static void test_one_appender(void **state)
{
	struct ygr_store second;

	(void)state;
	assert_int_equal(ygr_store_open(&second, path, chain.spool_id), -EBUSY);
}

static void test_hole_is_stored(void **state)
{
	(void)state;
	append(0);
	assert_int_equal(append(3), 0);
	assert_int_equal(store.last_batch_id, 4);
}

/* ---- sender.state, and the segments that it lets go ------------------------ */

static void test_state_round_trip(void **state)
{
	struct ygr_sender_state saved = { .spool_id = { 0xab }, .acked_id = 12345678901ull }, loaded;

	(void)state;
	assert_int_equal(ygr_sender_state_load(dir, "out", &loaded), -ENOENT);
	assert_int_equal(ygr_sender_state_save(dir, "out", &saved), 0);
	assert_int_equal(ygr_sender_state_load(dir, "out", &loaded), 0);
	assert_memory_equal(&saved, &loaded, sizeof(saved));
	assert_int_equal(temp_file_bytes(dir, "out.state.new"), -1);
}

static void test_state_refused(void **state)
{
	static const char *const texts[] = {
		"", "yagura output state 2\nspool 00000000000000000000000000000000\nacked 1\n",
		"yagura output state 1\nspool 0000\nacked 1\n",
		"yagura output state 1\nspool 00000000000000000000000000000000\nacked \n",
		"yagura output state 1\nspool 00000000000000000000000000000000\nacked 1",
		"yagura output state 1\nspool 00000000000000000000000000000000\nacked 01\n",
		"yagura output state 1\nspool 00000000000000000000000000000000\nacked 1\nmore",
		"yagura output state 1\nspool 00000000000000000000000000000000\nacked -1\n",
	};
	struct ygr_sender_state loaded;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(ygr_sender_state_parse(texts[i], &loaded), -EBADMSG);
}

static void test_trim(void **state)
{
	(void)state;
	temp_file_write(dir, "0000000000000001.ygs", "", 0);
	temp_file_write(dir, "0000000000000005.ygs", "", 0);
	temp_file_write(dir, "0000000000000009.ygs", "", 0);
	assert_int_equal(ygr_sender_state_trim(dir, 4), 0);
	assert_false(ygr_sender_state_can_trim(dir, 4));
	assert_true(ygr_sender_state_can_trim(dir, 5));
	assert_int_equal(ygr_sender_state_trim(dir, 5), 1);
	assert_int_equal(temp_file_bytes(dir, "0000000000000001.ygs"), -1);
	assert_int_equal(temp_file_bytes(dir, "0000000000000005.ygs"), 0);
	assert_int_equal(ygr_sender_state_trim(dir, 8), 0);
	assert_int_equal(ygr_sender_state_trim(dir, 1000), 1);
	assert_int_equal(temp_file_bytes(dir, "0000000000000009.ygs"), 0);
	assert_int_equal(temp_file_bytes(dir, "f.ygs"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_append_and_reopen),
		TEST(test_duplicates_are_passed_over),
		TEST(test_torn_end_is_cut),
		TEST(test_refuses_what_is_not_whole),
		TEST(test_refuses_other_spools),
		TEST(test_another_spool_follows_in_the_file),
		TEST(test_one_appender),
		TEST(test_hole_is_stored),
		TEST(test_state_round_trip),
		TEST(test_state_refused),
		TEST(test_trim),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
