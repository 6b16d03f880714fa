// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include "lookup.h"

static struct ygr_loop *loop;
static struct ygr_lookup *lookup;
static struct ygr_loop_timer timer;
static int done_nr;
static int family;
static in_port_t port;
static const char *said;

static void done(void *arg, struct addrinfo *list, const char *reason)
{
	assert_ptr_equal(arg, &done_nr);
	done_nr++;
	said = reason;
	family = list ? list->ai_family : 0;
	if (family == AF_INET)
		port = ntohs(((struct sockaddr_in *)list->ai_addr)->sin_port);
	if (list)
		freeaddrinfo(list);
	ygr_loop_stop(loop);
}

static void time_is_up(void *arg)
{
	(void)arg;
	ygr_loop_stop(loop);
}

static int set_up(void **state)
{
	(void)state;
	done_nr = 0;
	return ygr_loop_create(&loop, YGR_LOOP_EPOLL) ||
	       ygr_loop_timer_init(loop, &timer, time_is_up, NULL);
}

static int tear_down(void **state)
{
	(void)state;
	ygr_loop_timer_exit(loop, &timer);
	ygr_loop_destroy(loop);
	return 0;
}

static void start(const char *host, const char *service)
{
	int before = done_nr;

	assert_int_equal(ygr_lookup_start(&lookup, loop, host, service, done, &done_nr), 0);
	assert_int_equal(done_nr, before);
}

static void wait_ms(uint64_t ms)
{
	ygr_loop_timer_arm(&timer, ms * 1000000);
	assert_int_equal(ygr_loop_run(loop), 0);
}

static void test_addresses(void **state)
{
	(void)state;
	start("127.0.0.1", "7514");
	wait_ms(1000);
	assert_int_equal(done_nr, 1);
	assert_int_equal(family, AF_INET);
	assert_int_equal(port, 7514);
	start("::1", "1");
	wait_ms(1000);
	assert_int_equal(done_nr, 2);
	assert_int_equal(family, AF_INET6);
}

static void test_name_of_this_host(void **state)
{
	(void)state;
	start("localhost", "80");
	wait_ms(20000);
	assert_int_equal(done_nr, 1);
	assert_int_not_equal(family, 0);
}

static void test_no_such_name(void **state)
{
	(void)state;
	start("not a host name", "80");
	wait_ms(60000);
	assert_int_equal(done_nr, 1);
	assert_int_equal(family, 0);
	assert_non_null(said);
}

static void test_canceled(void **state)
{
	(void)state;
	start("127.0.0.1", "80");
	ygr_lookup_cancel(lookup);
	start("localhost", "80");
	ygr_lookup_cancel(lookup);
	wait_ms(50);
	assert_int_equal(done_nr, 0);
	ygr_lookup_cancel(NULL);
}

/* A caller that hurries is held back before it has a thread for each of its calls. */
static void test_too_many(void **state)
{
	int ret = 0, nr = 0;

	(void)state;
	while (!ret && nr < 100000) {
		ret = ygr_lookup_start(&lookup, loop, "localhost", "80", done, &done_nr);
		if (!ret)
			ygr_lookup_cancel(lookup);
		nr++;
	}
	assert_true(ret == 0 || ret == -EAGAIN);
	assert_true(nr > YGR_LOOKUPS_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_addresses),
		TEST(test_name_of_this_host),
		TEST(test_no_such_name),
		TEST(test_canceled),
		TEST(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
