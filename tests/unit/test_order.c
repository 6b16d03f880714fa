// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "order.h"
#include "ring_fake.h"

#define RINGS_NR	3
#define HOLD_NS		1000u
#define RING_BYTES	8192u

struct fixture {
	struct ring_fake fakes[RINGS_NR];
	struct ygr_ring_reader rings[RINGS_NR];
	struct ygr_order order;
	struct record_fake record;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	for (uint32_t i = 0; i < RINGS_NR; i++) {
		struct ygr_ring_map map;

		ring_fake_init(&fixture->fakes[i], i, RING_BYTES);
		map = ring_fake_map(&fixture->fakes[i]);
		ygr_ring_reader_init(&fixture->rings[i], &map, NULL);
	}
	assert_int_equal(ygr_order_init(&fixture->order, fixture->rings, RINGS_NR, HOLD_NS), 0);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	ygr_order_exit(&fixture->order);
	for (int i = 0; i < RINGS_NR; i++)
		ring_fake_exit(&fixture->fakes[i]);
	free(fixture);
	return 0;
}

static bool put(struct fixture *fixture, int ring, uint64_t time_ns)
{
	record_fake_begin(&fixture->record, YGR_EV_EXIT, YGR_CLASS_EXIT, time_ns);
	return ring_fake_put(&fixture->fakes[ring], &fixture->record);
}

/* The time of the next record that may come out at @now_ns, taken; 0: none may. */
static uint64_t pull(struct fixture *fixture, uint64_t now_ns)
{
	struct ygr_ring_reader *ring = ygr_order_next(&fixture->order, now_ns, false);
	uint64_t time_ns;

	if (!ring)
		return 0;
	time_ns = ring->view.head->time_ns;
	ygr_order_take(&fixture->order);
	return time_ns;
}

static void test_nothing(void **state)
{
	struct fixture *fixture = *state;

	ygr_order_refresh(&fixture->order);
	assert_int_equal(pull(fixture, UINT64_MAX), 0);
}

static void test_merges_by_time(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, 0, 10);
	put(fixture, 0, 40);
	put(fixture, 1, 20);
	put(fixture, 1, 50);
	put(fixture, 2, 30);
	ygr_order_refresh(&fixture->order);
	for (uint64_t time_ns = 10; time_ns <= 50; time_ns += 10)
		assert_int_equal(pull(fixture, 100000), time_ns);
	assert_int_equal(pull(fixture, 100000), 0);
	assert_int_equal(fixture->order.late_nr, 0);
}

static void test_equal_times_by_cpu(void **state)
{
	struct fixture *fixture = *state;

	for (int ring = RINGS_NR - 1; ring >= 0; ring--)
		put(fixture, ring, 10);
	ygr_order_refresh(&fixture->order);
	for (int ring = 0; ring < RINGS_NR; ring++) {
		assert_ptr_equal(ygr_order_next(&fixture->order, 100000, false), &fixture->rings[ring]);
		ygr_order_take(&fixture->order);
	}
}

static void test_holds_what_is_young(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, 1, 500);
	ygr_order_refresh(&fixture->order);
	assert_int_equal(pull(fixture, 500 + HOLD_NS - 1), 0);
	assert_true(ygr_order_has_more(&fixture->order));
	/* An earlier one of another CPU turns up within the hold. */
	put(fixture, 2, 400);
	ygr_order_refresh(&fixture->order);
	assert_int_equal(pull(fixture, 500 + HOLD_NS), 400);
	assert_int_equal(pull(fixture, 500 + HOLD_NS), 500);
	assert_int_equal(fixture->order.late_nr, 0);
}

static void test_no_hold_when_all_show(void **state)
{
	struct fixture *fixture = *state;

	for (int ring = 0; ring < RINGS_NR; ring++)
		put(fixture, ring, 100 + (uint64_t)ring);
	ygr_order_refresh(&fixture->order);
	assert_int_equal(pull(fixture, 100), 100);
	assert_int_equal(pull(fixture, 100), 0);
}

static void test_no_hold_when_crowded(void **state)
{
	struct fixture *fixture = *state;

	for (unsigned int i = 0; i < RING_BYTES / 2 / 144; i++)
		put(fixture, 0, 100);
	ygr_order_refresh(&fixture->order);
	assert_int_equal(pull(fixture, 100), 0);
	put(fixture, 0, 100);
	ygr_order_refresh(&fixture->order);
	assert_int_equal(pull(fixture, 100), 100);
}

static void test_no_hold_when_draining(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, 0, 100);
	ygr_order_refresh(&fixture->order);
	assert_null(ygr_order_next(&fixture->order, 100, false));
	assert_non_null(ygr_order_next(&fixture->order, 100, true));
}

static void test_late_is_counted(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, 0, 100);
	ygr_order_refresh(&fixture->order);
	assert_int_equal(pull(fixture, 10000), 100);
	put(fixture, 1, 50);
	ygr_order_refresh(&fixture->order);
	assert_int_equal(pull(fixture, 10000), 50);
	assert_int_equal(fixture->order.late_nr, 1);
	assert_int_equal(fixture->order.last_ns, 100);
}

static void test_bad_head_is_counted(void **state)
{
	struct fixture *fixture = *state;

	fixture->fakes[1].producer->head = 3;
	put(fixture, 0, 100);
	ygr_order_refresh(&fixture->order);
	assert_int_equal(fixture->order.bad_head_nr, 1);
	assert_int_equal(pull(fixture, 10000), 100);
}

/* Many records in random places come out in order, none missing. */
static void test_random(void **state)
{
	struct fixture *fixture = *state;
	uint64_t last_ns = 0;
	unsigned int put_nr = 0, pulled_nr = 0;

	srandom(7);
	for (uint64_t now_ns = 1; now_ns < 20000; now_ns++) {
		uint64_t time_ns;

		put_nr += put(fixture, (int)(random() % RINGS_NR), now_ns);
		ygr_order_refresh(&fixture->order);
		while ((time_ns = pull(fixture, now_ns))) {
			assert_true(time_ns > last_ns);
			last_ns = time_ns;
			pulled_nr++;
		}
		for (int i = 0; i < RINGS_NR; i++)
			ygr_ring_reader_release(&fixture->rings[i], fixture->rings[i].pos);
	}
	while (pull(fixture, UINT64_MAX / 2))
		pulled_nr++;
	assert_int_equal(pulled_nr, put_nr);
	assert_int_equal(put_nr, 19999);
	assert_int_equal(fixture->order.late_nr, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing),
		TEST(test_merges_by_time),
		TEST(test_equal_times_by_cpu),
		TEST(test_holds_what_is_young),
		TEST(test_no_hold_when_all_show),
		TEST(test_no_hold_when_crowded),
		TEST(test_no_hold_when_draining),
		TEST(test_late_is_counted),
		TEST(test_bad_head_is_counted),
		TEST(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
