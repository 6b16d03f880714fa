// SPDX-License-Identifier: GPL-2.0-only
/* Batches as one sequence of events: in order, back again, and settled one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "batch_fake.h"
#include "event_queue.h"

static struct ygr_event_filter all;
static struct ygr_event_queue queue;
static struct chain_fake chain;
static struct batch_fake batch;

static int set_up(void **state)
{
	(void)state;
	memset(&queue, 0, sizeof(queue));
	queue.where = &all;
	chain_fake_init(&chain, 7);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ygr_event_queue_exit(&queue);
	return 0;
}

/* Batches of that many events, with ids from 1. */
static void put(uint32_t event_nr)
{
	chain_fake_next(&chain, event_nr, &batch);
	assert_int_equal(ygr_event_queue_put(&queue, chain.next_id - 1, batch.bytes, batch.len), 0);
}

/* "1.0 1.1 2.0": the ids of all that come, up to @nr of them. */
static void next_are(const char *wanted, int nr)
{
	const struct ygr_event_value *event;
	char text[256] = "", one[32];

	while (nr-- > 0 && (event = ygr_event_queue_next(&queue))) {
		snprintf(one, sizeof(one), "%s%llu.%u", text[0] ? " " : "",
			 (unsigned long long)queue.batch.origin.batch_id, queue.batch.origin.index);
		strncat(text, one, sizeof(text) - strlen(text) - 1);
	}
	assert_string_equal(text, wanted);
}

static void refuse(uint64_t nr, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	ygr_event_queue_refuse(&queue, nr, fmt, args);
	va_end(args);
}

/* "1 2:reason": what take() lets go of. */
static void taken_are(const char *wanted)
{
	char reason[YGR_EVENT_QUEUE_REASON], text[256] = "", one[256];
	uint64_t id;

	while (ygr_event_queue_take(&queue, &id, reason)) {
		snprintf(one, sizeof(one), "%s%llu%s%s", text[0] ? " " : "", (unsigned long long)id,
			 reason[0] ? ":" : "", reason);
		strncat(text, one, sizeof(text) - strlen(text) - 1);
	}
	assert_string_equal(text, wanted);
}

static void counts_are(uint64_t wanted)
{
	uint64_t event_nr, left_out_nr;

	ygr_event_queue_count(&queue, &event_nr, &left_out_nr);
	assert_int_equal(event_nr, wanted);
	assert_int_equal(left_out_nr, 0);
}

static void test_in_order(void **state)
{
	(void)state;
	put(2);
	put(1);
	next_are("1.0 1.1 2.0", 9);
	next_are("", 9);
	taken_are("1 2");
	assert_true(ygr_event_queue_is_empty(&queue));
	counts_are(3);
}

static void test_later_ones_follow(void **state)
{
	(void)state;
	put(1);
	next_are("1.0", 9);
	put(2);
	next_are("2.0", 1);
	taken_are("1");
	next_are("2.1", 9);
	taken_are("2");
	put(1);
	next_are("3.0", 9);
	taken_are("3");
}

/* Given to its end is one of which next() has said that there is no more. */
static void test_not_before_its_end(void **state)
{
	(void)state;
	put(2);
	next_are("1.0 1.1", 2);
	taken_are("");
	next_are("", 1);
	taken_are("1");
}

static void test_without_events(void **state)
{
	(void)state;
	put(0);
	put(0);
	put(1);
	next_are("3.0", 9);
	taken_are("1 2 3");
}

static void test_refused_ones(void **state)
{
	(void)state;
	put(1);
	put(1);
	put(1);
	next_are("1.0 2.0 3.0", 9);
	refuse(1, "of %d", 2);
	refuse(1, "too late");
	refuse(99, "nobody");
	taken_are("1 2:of 2 3");
	refuse(0, "long gone");
}

static void test_unreadable_ones(void **state)
{
	(void)state;
	put(1);
	chain_fake_next(&chain, 3, &batch);
	batch.bytes[batch.len - 1] ^= 0xff;
	assert_int_equal(ygr_event_queue_put(&queue, 2, batch.bytes, batch.len), 0);
	put(1);
	next_are("1.0 3.0", 9);
	taken_are("1 2:it does not expand as its header says 3");
}

/* ---- going back ---------------------------------------------------------------- */

static void test_back_within_a_batch(void **state)
{
	struct ygr_event_mark mark;

	(void)state;
	put(3);
	next_are("1.0", 1);
	mark = ygr_event_queue_mark(&queue);
	next_are("1.1 1.2", 9);
	counts_are(3);
	ygr_event_queue_rewind(&queue, mark);
	counts_are(1);
	taken_are("");
	next_are("1.1 1.2", 9);
	counts_are(3);
	taken_are("1");
}

static void test_back_over_batches(void **state)
{
	struct ygr_event_mark mark;

	(void)state;
	put(2);
	put(2);
	put(2);
	next_are("1.0", 1);
	mark = ygr_event_queue_mark(&queue);
	next_are("1.1 2.0 2.1 3.0", 4);
	ygr_event_queue_rewind(&queue, mark);
	counts_are(1);
	taken_are("");
	next_are("1.1 2.0 2.1 3.0 3.1", 9);
	counts_are(6);
	taken_are("1 2 3");
}

/* The one event that was too much was the first of its batch. */
static void test_back_over_a_border(void **state)
{
	struct ygr_event_mark mark;

	(void)state;
	put(2);
	put(1);
	next_are("1.0 1.1", 2);
	mark = ygr_event_queue_mark(&queue);
	next_are("2.0", 1);
	ygr_event_queue_rewind(&queue, mark);
	counts_are(2);
	taken_are("1");		/* all of it was given: another may settle it */
	next_are("2.0", 9);
	counts_are(3);
	taken_are("2");
}

static void test_back_to_the_start(void **state)
{
	struct ygr_event_mark mark;

	(void)state;
	put(1);
	mark = ygr_event_queue_mark(&queue);
	put(1);
	next_are("1.0 2.0", 9);
	ygr_event_queue_rewind(&queue, mark);
	counts_are(0);
	next_are("1.0 2.0", 9);
	taken_are("1 2");
}

/* ---- bounds --------------------------------------------------------------------- */

static void test_so_many_and_no_more(void **state)
{
	(void)state;
	for (int i = 0; i < YGR_EVENT_QUEUE_BATCHES; i++)
		put(1);
	assert_int_equal(ygr_event_queue_put(&queue, 999, batch.bytes, batch.len), -EAGAIN);
	while (ygr_event_queue_next(&queue))
		;
	assert_int_equal(ygr_event_queue_put(&queue, 999, batch.bytes, batch.len), -EAGAIN);
	ygr_event_queue_clear(&queue);
	put(1);
}

/* One is taken whatever its size; a second one only if both are within the bound. */
static void test_so_many_bytes_and_no_more(void **state)
{
	(void)state;
	put(3);
	assert_true(queue.event_bytes > 0);
	queue.entries[0].event_bytes = YGR_EVENT_QUEUE_BYTES - queue.event_bytes;
	queue.event_bytes = queue.entries[0].event_bytes;
	put(3);
	assert_int_equal(queue.event_bytes, YGR_EVENT_QUEUE_BYTES);
	assert_int_equal(ygr_event_queue_put(&queue, 3, batch.bytes, batch.len), -EAGAIN);
	ygr_event_queue_clear(&queue);
	assert_int_equal(queue.event_bytes, 0);
	queue.event_bytes = 0;
	put(3);
	queue.event_bytes = queue.entries[2].event_bytes = 8 * YGR_EVENT_QUEUE_BYTES;
	assert_int_equal(ygr_event_queue_put(&queue, 4, batch.bytes, batch.len), -EAGAIN);
}

static void test_filtered(void **state)
{
	static struct ygr_event_filter filter;
	struct ygr_filter_error error;
	uint64_t event_nr, left_out_nr;

	(void)state;
	assert_int_equal(ygr_event_filter_parse(&filter, "pid=1", &error), 0);
	queue.where = &filter;
	put(2);
	put(3);
	next_are("", 9);
	taken_are("1 2");
	ygr_event_queue_count(&queue, &event_nr, &left_out_nr);
	assert_int_equal(event_nr, 0);
	assert_int_equal(left_out_nr, 5);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_in_order),
		TEST(test_later_ones_follow),
		TEST(test_not_before_its_end),
		TEST(test_without_events),
		TEST(test_refused_ones),
		TEST(test_unreadable_ones),
		TEST(test_back_within_a_batch),
		TEST(test_back_over_batches),
		TEST(test_back_over_a_border),
		TEST(test_back_to_the_start),
		TEST(test_so_many_and_no_more),
		TEST(test_so_many_bytes_and_no_more),
		TEST(test_filtered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
