// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ring_fake.h"
#include "ring_reader.h"

#define RING_BYTES	8192u

struct fixture {
	struct ring_fake fake;
	struct ygr_ring_reader reader;
	struct record_fake record;
};

static void start(struct fixture *fixture, const struct ygr_ring_resume *resume)
{
	struct ygr_ring_map map = ring_fake_map(&fixture->fake);

	assert_int_equal(ygr_ring_reader_init(&fixture->reader, &map, resume), 0);
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	ring_fake_init(&fixture->fake, 2, RING_BYTES);
	start(fixture, NULL);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	ring_fake_exit(&fixture->fake);
	free(fixture);
	return 0;
}

static bool put(struct fixture *fixture, uint64_t time_ns)
{
	record_fake_begin(&fixture->record, YGR_EV_CREATE, YGR_CLASS_FILE, time_ns);
	record_fake_string(&fixture->record, YGR_STR_PATH, "/a/b", 4);
	return ring_fake_put(&fixture->fake, &fixture->record);
}

/* Takes all there is. Return: how many. */
static unsigned int take_all(struct fixture *fixture)
{
	unsigned int nr = 0;

	ygr_ring_reader_refresh(&fixture->reader);
	while (ygr_ring_reader_peek(&fixture->reader)) {
		ygr_ring_reader_take(&fixture->reader);
		nr++;
	}
	return nr;
}

/* taken + dropped + lost is all of the sequence, whatever happened. */
static void assert_accounted(const struct ygr_ring_reader *reader)
{
	assert_int_equal(reader->next_seq - reader->first_seq,
			 reader->taken_nr + reader->dropped + reader->lost);
}

static void test_empty(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(ygr_ring_reader_refresh(&fixture->reader), 0);
	assert_null(ygr_ring_reader_peek(&fixture->reader));
}

static void test_one(void **state)
{
	struct fixture *fixture = *state;
	const struct ygr_record_view *view;

	put(fixture, 77);
	assert_null(ygr_ring_reader_peek(&fixture->reader));
	assert_int_equal(ygr_ring_reader_refresh(&fixture->reader), 168);
	view = ygr_ring_reader_peek(&fixture->reader);
	assert_non_null(view);
	assert_int_equal(view->head->time_ns, 77);
	assert_memory_equal(view->strings[YGR_STR_PATH].bytes, "/a/b", 4);
	assert_ptr_equal(view, ygr_ring_reader_peek(&fixture->reader));
	ygr_ring_reader_take(&fixture->reader);
	assert_null(ygr_ring_reader_peek(&fixture->reader));
	assert_int_equal(fixture->reader.next_seq, 1);
}

/* Nothing goes back to the kernel before release(). */
static void test_tail_moves_only_on_release(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, 1);
	put(fixture, 2);
	take_all(fixture);
	assert_int_equal(fixture->fake.consumer->tail, 0);
	assert_int_equal(ygr_ring_reader_used_bytes(&fixture->reader), 336);
	ygr_ring_reader_release(&fixture->reader, 168);
	assert_int_equal(fixture->fake.consumer->tail, 168);
	assert_int_equal(ygr_ring_reader_used_bytes(&fixture->reader), 168);
}

static void test_wraps(void **state)
{
	struct fixture *fixture = *state;

	for (unsigned int i = 0; i < 1000; i++) {
		assert_true(put(fixture, i));
		assert_int_equal(take_all(fixture), 1);
		assert_int_equal(fixture->reader.view.head->time_ns, i);
		ygr_ring_reader_release(&fixture->reader, fixture->reader.pos);
	}
	assert_int_equal(fixture->reader.taken_nr, 1000);
	assert_int_equal(fixture->reader.invalid_nr, 0);
	assert_accounted(&fixture->reader);
}

static void test_drops_are_told(void **state)
{
	struct fixture *fixture = *state;
	unsigned int put_nr = 0;

	while (put(fixture, put_nr))
		put_nr++;
	put(fixture, 1000);
	put(fixture, 1001);
	assert_int_equal(take_all(fixture), put_nr);
	ygr_ring_reader_release(&fixture->reader, fixture->reader.pos);
	assert_int_equal(fixture->reader.dropped, 0);
	put(fixture, 2000);
	assert_int_equal(take_all(fixture), 2);
	assert_int_equal(fixture->reader.dropped, 3);
	assert_int_equal(fixture->reader.lost, 0);
	assert_int_equal(fixture->reader.next_seq, put_nr + 3 + 2);
	assert_accounted(&fixture->reader);
}

static void test_jump_without_gap_is_lost(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, 1);
	fixture->fake.seq += 5;
	put(fixture, 2);
	assert_int_equal(take_all(fixture), 2);
	assert_int_equal(fixture->reader.lost, 5);
	assert_int_equal(fixture->reader.dropped, 0);
	assert_accounted(&fixture->reader);
}

static void test_gap_that_tells_too_little(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, 1);
	fixture->fake.seq += 5;
	fixture->fake.dropped[YGR_CLASS_FILE] = 3;
	ring_fake_put_gap(&fixture->fake, 2);
	take_all(fixture);
	assert_int_equal(fixture->reader.dropped, 3);
	assert_int_equal(fixture->reader.lost, 2);
	assert_accounted(&fixture->reader);
}

static void test_gap_that_tells_too_much(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, 1);
	fixture->fake.seq += 2;
	fixture->fake.dropped[YGR_CLASS_FILE] = 3;
	ring_fake_put_gap(&fixture->fake, 2);
	take_all(fixture);
	assert_int_equal(fixture->reader.dropped, 2);
	assert_int_equal(fixture->reader.excess_nr, 1);
	assert_accounted(&fixture->reader);
}

static void test_takes_over_in_mid_stream(void **state)
{
	struct fixture *fixture = *state;

	fixture->fake.seq = 100;
	put(fixture, 1);
	take_all(fixture);
	assert_int_equal(fixture->reader.first_seq, 100);
	assert_int_equal(fixture->reader.lost, 0);
	assert_accounted(&fixture->reader);
}

static void test_takes_over_with_a_gap(void **state)
{
	struct fixture *fixture = *state;

	fixture->fake.seq = 100;
	fixture->fake.dropped[YGR_CLASS_SOCKET] = 40;
	ring_fake_put_gap(&fixture->fake, 2);
	take_all(fixture);
	assert_int_equal(fixture->reader.first_seq, 60);
	assert_int_equal(fixture->reader.dropped, 40);
	assert_accounted(&fixture->reader);
}

static void test_resume_passes_over_what_the_spool_has(void **state)
{
	struct fixture *fixture = *state;
	const struct ygr_ring_resume resume = { .first_seq = 0, .next_seq = 3, .dropped = 1 };

	for (unsigned int i = 0; i < 5; i++)
		put(fixture, i);
	start(fixture, &resume);
	assert_int_equal(take_all(fixture), 2);
	assert_int_equal(fixture->reader.repeated_nr, 3);
	assert_int_equal(fixture->reader.next_seq, 5);
	assert_int_equal(fixture->reader.dropped, 1);
	assert_int_equal(fixture->reader.lost, 0);
}

/* What was released but not told to the spool cannot be: it shows as lost, not as nothing. */
static void test_resume_with_a_hole(void **state)
{
	struct fixture *fixture = *state;
	const struct ygr_ring_resume resume = { .next_seq = 3 };

	fixture->fake.seq = 10;
	put(fixture, 1);
	start(fixture, &resume);
	take_all(fixture);
	assert_int_equal(fixture->reader.lost, 7);
}

static void test_unreadable_record(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, 1);
	record_fake_begin(&fixture->record, YGR_EV_CREATE, YGR_CLASS_FILE, 2);
	fixture->record.head.body_len = 8;
	ring_fake_put(&fixture->fake, &fixture->record);
	put(fixture, 3);
	assert_int_equal(take_all(fixture), 2);
	assert_int_equal(fixture->reader.invalid_nr, 1);
	assert_int_equal(fixture->reader.lost, 1);
	assert_string_equal(fixture->reader.invalid_reason, "body does not fit");
	assert_accounted(&fixture->reader);
}

/* An impossible length hides all that was published; what comes later is found again. */
static void test_impossible_length(void **state)
{
	static const uint32_t lengths[] = { 0, 8, 143, 145, 0xffffffff, 0x80000000 };

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct fixture *fixture;

		set_up(state);
		fixture = *state;
		put(fixture, 1);
		record_fake_begin(&fixture->record, YGR_EV_CREATE, YGR_CLASS_FILE, 2);
		fixture->record.head.len = lengths[i];
		fixture->fake.seq++;
		ring_fake_put_raw(&fixture->fake, &fixture->record, 144);
		put(fixture, 3);
		assert_int_equal(take_all(fixture), 1);
		put(fixture, 4);
		assert_int_equal(take_all(fixture), 1);
		assert_int_equal(fixture->reader.invalid_nr, 1);
		assert_int_equal(fixture->reader.lost, 2);
		assert_accounted(&fixture->reader);
		tear_down(state);
	}
}

static void test_impossible_heads(void **state)
{
	struct fixture *fixture = *state;
	static const uint64_t heads[] = { 4, RING_BYTES + 8, UINT64_MAX - 7, 1ull << 63 };

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		fixture->fake.producer->head = heads[i];
		assert_int_equal(ygr_ring_reader_refresh(&fixture->reader), -EPROTO);
		assert_null(ygr_ring_reader_peek(&fixture->reader));
	}
	fixture->fake.producer->head = 0;
	put(fixture, 1);
	assert_int_equal(take_all(fixture), 1);
}

/* A head that goes back behind what was read already. */
static void test_head_goes_back(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, 1);
	put(fixture, 2);
	take_all(fixture);
	fixture->fake.producer->head = 168;
	assert_int_equal(ygr_ring_reader_refresh(&fixture->reader), -EPROTO);
	fixture->fake.producer->head = 336;
	assert_int_equal(ygr_ring_reader_refresh(&fixture->reader), 0);
}

static void test_impossible_tail_at_start(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, 1);
	fixture->fake.consumer->tail = 1ull << 40;
	start(fixture, NULL);
	assert_int_equal(fixture->reader.invalid_nr, 1);
	assert_int_equal(fixture->fake.consumer->tail, 168);
	put(fixture, 2);
	assert_int_equal(take_all(fixture), 1);
}

static void test_geometry(void **state)
{
	struct fixture *fixture = *state;
	struct ygr_ring_map map = ring_fake_map(&fixture->fake);
	static const uint64_t sizes[] = { 0, 1, 64, 4097, 12288 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		map.data_bytes = sizes[i];
		assert_int_equal(ygr_ring_reader_init(&fixture->reader, &map, NULL), -EINVAL);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_empty),
		TEST(test_one),
		TEST(test_tail_moves_only_on_release),
		TEST(test_wraps),
		TEST(test_drops_are_told),
		TEST(test_jump_without_gap_is_lost),
		TEST(test_gap_that_tells_too_little),
		TEST(test_gap_that_tells_too_much),
		TEST(test_takes_over_in_mid_stream),
		TEST(test_takes_over_with_a_gap),
		TEST(test_resume_passes_over_what_the_spool_has),
		TEST(test_resume_with_a_hole),
		TEST(test_unreadable_record),
		cmocka_unit_test(test_impossible_length),
		TEST(test_impossible_heads),
		TEST(test_head_goes_back),
		TEST(test_impossible_tail_at_start),
		TEST(test_geometry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
