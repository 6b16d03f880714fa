// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "flight.h"

static struct ygr_flight flight;
static struct ygr_flight_sums sums;

static int set_up(void **state)
{
	(void)state;
	sums = (struct ygr_flight_sums) { 0 };
	return ygr_flight_init(&flight, 4);
}

static int tear_down(void **state)
{
	(void)state;
	ygr_flight_exit(&flight);
	return 0;
}

static void send(uint64_t first, uint64_t last)
{
	for (uint64_t id = first; id <= last; id++)
		ygr_flight_send(&flight, id, 0);
}

/* Lands: where the position comes to (0: nowhere), and the sums since the start. */
static void expect(uint64_t id, uint64_t acked, uint64_t passed, uint64_t parked, uint64_t dropped,
		   uint64_t missing)
{
	assert_int_equal(ygr_flight_land(&flight, &sums), id);
	assert_int_equal(sums.acked_nr, acked);
	assert_int_equal(sums.passed_nr, passed);
	assert_int_equal(sums.parked_nr, parked);
	assert_int_equal(sums.dropped_nr, dropped);
	assert_int_equal(sums.missing_nr, missing);
}

static void test_nothing_lands_by_itself(void **state)
{
	(void)state;
	expect(0, 0, 0, 0, 0, 0);
	send(1, 2);
	expect(0, 0, 0, 0, 0, 0);
	assert_int_equal(ygr_flight_nr(&flight), 2);
	assert_int_equal(ygr_flight_last_id(&flight), 2);
}

static void test_ack_covers_those_before(void **state)
{
	(void)state;
	send(1, 4);
	assert_false(ygr_flight_has_room(&flight));
	ygr_flight_ack(&flight, 3);
	expect(3, 3, 0, 0, 0, 0);
	assert_true(ygr_flight_has_room(&flight));
	ygr_flight_ack(&flight, 4);
	expect(4, 4, 0, 0, 0, 0);
	assert_true(ygr_flight_is_empty(&flight));
}

static void test_window_goes_round(void **state)
{
	(void)state;
	for (uint64_t id = 1; id < 100; id += 3) {
		send(id, id + 2);
		ygr_flight_ack(&flight, id + 2);
		expect(id + 2, id + 2, 0, 0, 0, 0);
	}
}

static void test_refused_waits_for_those_before(void **state)
{
	(void)state;
	send(1, 3);
	ygr_flight_refuse(&flight, 2, true);
	expect(0, 0, 0, 0, 0, 0);
	ygr_flight_ack(&flight, 1);
	expect(2, 1, 0, 1, 0, 0);
	ygr_flight_ack(&flight, 3);
	expect(3, 2, 0, 1, 0, 0);
}

static void test_ack_does_not_undo_a_refusal(void **state)
{
	(void)state;
	send(1, 3);
	ygr_flight_refuse(&flight, 2, false);
	assert_false(ygr_flight_has(&flight, 2));
	ygr_flight_ack(&flight, 3);
	expect(3, 2, 0, 0, 1, 0);
}

static void test_holes_count_with_the_batch_behind_them(void **state)
{
	(void)state;
	ygr_flight_send(&flight, 5, 4);
	expect(0, 0, 0, 0, 0, 0);
	ygr_flight_ack(&flight, 5);
	expect(5, 1, 0, 0, 0, 4);
}

static void test_broken_link_counts_nothing(void **state)
{
	(void)state;
	ygr_flight_pass(&flight, 1, 0);
	send(2, 4);
	ygr_flight_refuse(&flight, 3, true);
	ygr_flight_clear(&flight);
	expect(0, 0, 0, 0, 0, 0);
	assert_int_equal(ygr_flight_last_id(&flight), 0);
	assert_false(ygr_flight_has(&flight, 2));
}

static void test_passed_land_when_the_last_is_known(void **state)
{
	(void)state;
	ygr_flight_pass(&flight, 1, 0);
	ygr_flight_pass(&flight, 3, 1);
	expect(0, 0, 0, 0, 0, 0);
	ygr_flight_ack(&flight, 3);
	expect(3, 0, 2, 0, 0, 1);
	expect(0, 0, 2, 0, 0, 1);
}

static void test_passed_land_with_a_later_one(void **state)
{
	(void)state;
	ygr_flight_pass(&flight, 1, 0);
	send(3, 3);
	expect(0, 0, 0, 0, 0, 0);
	ygr_flight_ack(&flight, 3);
	expect(3, 1, 1, 0, 0, 0);
}

static void test_has(void **state)
{
	(void)state;
	send(2, 3);
	assert_false(ygr_flight_has(&flight, 1));
	assert_true(ygr_flight_has(&flight, 2));
	assert_false(ygr_flight_has(&flight, 4));
	ygr_flight_ack(&flight, 2);
	assert_false(ygr_flight_has(&flight, 2));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_lands_by_itself),
		TEST(test_ack_covers_those_before),
		TEST(test_window_goes_round),
		TEST(test_refused_waits_for_those_before),
		TEST(test_ack_does_not_undo_a_refusal),
		TEST(test_holes_count_with_the_batch_behind_them),
		TEST(test_broken_link_counts_nothing),
		TEST(test_passed_land_when_the_last_is_known),
		TEST(test_passed_land_with_a_later_one),
		TEST(test_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
