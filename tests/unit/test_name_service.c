// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "name_service.h"

#define TTL_NS	1000u

/* A server that answers when it is let, and knows the even ones. */
static atomic_int gate_open, lookup_nr;
static atomic_int generation;

static void nap(void)
{
	const struct timespec moment = { .tv_nsec = 1000000 };

	nanosleep(&moment, NULL);
}

static bool answer(enum ygr_name_kind kind, uint32_t id, char name[YGR_NAME_SERVICE_BYTES])
{
	while (!gate_open)
		nap();
	lookup_nr++;
	if (id % 2)
		return false;
	snprintf(name, YGR_NAME_SERVICE_BYTES, "%s-%u-%d", kind == YGR_NAME_USER ? "user" : "group", id,
		 (int)generation);
	return true;
}

static struct ygr_name_service *service;

static int set_up(void **state)
{
	(void)state;
	gate_open = 1;
	lookup_nr = 0;
	generation = 0;
	return ygr_name_service_create(&service, TTL_NS, answer);
}

static int tear_down(void **state)
{
	(void)state;
	gate_open = 1;
	ygr_name_service_destroy(service);
	return 0;
}

static void wait_answers(uint64_t nr)
{
	struct ygr_name_service_stats stats;

	for (int i = 0; i < 5000; i++) {
		ygr_name_service_stats(service, &stats);
		if (stats.answered_nr >= nr)
			return;
		nap();
	}
	fail_msg("no answer");
}

static const char *name_of(enum ygr_name_kind kind, uint32_t id, uint64_t now_ns)
{
	static char name[YGR_NAME_SERVICE_BYTES];

	return ygr_name_service_find(service, kind, id, now_ns, name) ? name : NULL;
}

static void test_known_the_next_time(void **state)
{
	(void)state;
	assert_null(name_of(YGR_NAME_USER, 4, 1));
	assert_null(name_of(YGR_NAME_GROUP, 4, 2));
	wait_answers(2);
	assert_string_equal(name_of(YGR_NAME_USER, 4, 3), "user-4-0");
	assert_string_equal(name_of(YGR_NAME_GROUP, 4, 3), "group-4-0");
	assert_int_equal(lookup_nr, 2);
}

static void test_nobody_is_an_answer(void **state)
{
	(void)state;
	assert_null(name_of(YGR_NAME_USER, 5, 1));
	wait_answers(1);
	assert_null(name_of(YGR_NAME_USER, 5, 2));
	assert_null(name_of(YGR_NAME_USER, 5, 3));
	assert_int_equal(lookup_nr, 1);
}

/* A server that says nothing for minutes: nobody waits for it, here or at the end. */
static void test_never_waits(void **state)
{
	struct ygr_name_service_stats stats;

	(void)state;
	gate_open = 0;
	for (uint32_t id = 0; id < 200; id++)
		for (int i = 0; i < 3; i++)
			assert_null(name_of(YGR_NAME_USER, id, id));
	ygr_name_service_stats(service, &stats);
	assert_int_equal(stats.answered_nr, 0);
	assert_true(stats.asked_nr <= 65);	/* one under way and a full queue */
	assert_true(stats.put_off_nr > 100);
	ygr_name_service_destroy(service);
	gate_open = 1;
	assert_int_equal(ygr_name_service_create(&service, TTL_NS, answer), 0);
}

/* What was put off is asked for again. */
static void test_put_off(void **state)
{
	(void)state;
	gate_open = 0;
	for (uint32_t id = 0; id < 200; id += 2)
		name_of(YGR_NAME_USER, id, 1);
	gate_open = 1;
	for (int i = 0; i < 5000 && !name_of(YGR_NAME_USER, 198, 2); i++)
		nap();
	assert_string_equal(name_of(YGR_NAME_USER, 198, 2), "user-198-0");
}

static void test_asked_again_after_the_ttl(void **state)
{
	(void)state;
	name_of(YGR_NAME_USER, 4, 1);
	wait_answers(1);
	generation = 1;
	assert_string_equal(name_of(YGR_NAME_USER, 4, 10), "user-4-0");
	assert_string_equal(name_of(YGR_NAME_USER, 4, 10 + TTL_NS), "user-4-0");
	assert_int_equal(lookup_nr, 1);
	assert_string_equal(name_of(YGR_NAME_USER, 4, 11 + TTL_NS), "user-4-0");
	wait_answers(2);
	assert_string_equal(name_of(YGR_NAME_USER, 4, 12 + TTL_NS), "user-4-1");
}

/* More ids than there is room for: the last ones asked for are there. */
static void test_newcomers_take_old_places(void **state)
{
	(void)state;
	for (uint32_t id = 0; id < 8 * YGR_NAME_SERVICE_NR; id += 2) {
		for (int i = 0; i < 5000 && !name_of(YGR_NAME_USER, id, id + 1); i++)
			if (i)
				nap();
	}
	assert_non_null(name_of(YGR_NAME_USER, 8 * YGR_NAME_SERVICE_NR - 2, 100000));
	assert_null(name_of(YGR_NAME_USER, 0, 100000));
}

/* Of the machine itself: there before anybody asked. */
static void test_files(void **state)
{
	struct ygr_name_service *real;
	char name[YGR_NAME_SERVICE_BYTES];

	(void)state;
	assert_int_equal(ygr_name_service_create(&real, TTL_NS, NULL), 0);
	assert_true(ygr_name_service_find(real, YGR_NAME_USER, 0, 1, name));
	assert_string_equal(name, "root");
	assert_true(ygr_name_service_find(real, YGR_NAME_GROUP, 0, 1, name));
	assert_string_equal(name, "root");
	ygr_name_service_destroy(real);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_known_the_next_time),
		TEST(test_nobody_is_an_answer),
		TEST(test_never_waits),
		TEST(test_put_off),
		TEST(test_asked_again_after_the_ttl),
		TEST(test_newcomers_take_old_places),
		TEST(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
