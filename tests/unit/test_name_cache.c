// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>

#include "clock.h"
#include "name_cache.h"

#define NS_A	100u
#define NS_B	200u

static struct ygr_name_cache *cache;
static struct ygr_name_cache_found found;

static int set_up(void **state)
{
	(void)state;
	return ygr_name_cache_create(&cache, YGR_NAME_CACHE_BYTES_MIN, 7);
}

static int tear_down(void **state)
{
	(void)state;
	ygr_name_cache_destroy(cache);
	return 0;
}

static struct ygr_address address_of(const char *text)
{
	struct ygr_address address = { .family = strchr(text, ':') ? AF_INET6 : AF_INET, .port = 443 };

	assert_int_equal(inet_pton(address.family, text, address.addr), 1);
	return address;
}

static void add(uint32_t net_ns, const char *address, const char *name, const char *canonical,
		uint64_t now_s, uint32_t ttl_s)
{
	struct ygr_address parsed = address_of(address);

	parsed.port = 0;
	ygr_name_cache_add(cache, net_ns, &parsed, name, canonical, now_s * YGR_NS_PER_S, ttl_s);
}

static bool find(uint32_t net_ns, const char *address, uint64_t now_s)
{
	struct ygr_address parsed = address_of(address);

	memset(&found, 0xff, sizeof(found));
	return ygr_name_cache_find(cache, net_ns, &parsed, now_s * YGR_NS_PER_S, &found);
}

static void test_a_name(void **state)
{
	(void)state;
	assert_false(find(NS_A, "192.0.2.1", 10));
	add(NS_A, "192.0.2.1", "a.example", NULL, 10, 60);
	assert_true(find(NS_A, "192.0.2.1", 12));
	assert_string_equal(found.name, "a.example");
	assert_null(found.canonical);
	assert_int_equal(found.age_ns, 2 * YGR_NS_PER_S);
	assert_false(found.is_expired);
	assert_int_equal(found.other_nr, 0);
	assert_false(find(NS_A, "192.0.2.2", 12));
	assert_false(find(NS_A, "::192.0.2.1", 12));
}

static void test_another_namespace(void **state)
{
	(void)state;
	add(NS_A, "192.0.2.1", "a.example", NULL, 10, 60);
	assert_false(find(NS_B, "192.0.2.1", 10));
	add(NS_B, "192.0.2.1", "b.example", NULL, 11, 60);
	assert_true(find(NS_A, "192.0.2.1", 12));
	assert_string_equal(found.name, "a.example");
	assert_true(find(NS_B, "192.0.2.1", 12));
	assert_string_equal(found.name, "b.example");
}

static void test_an_address_of_ip_6(void **state)
{
	struct ygr_address scoped = address_of("fe80::1");

	(void)state;
	add(NS_A, "fe80::1", "a.example", NULL, 10, 60);
	scoped.scope_id = 3;
	assert_true(ygr_name_cache_find(cache, NS_A, &scoped, 10 * YGR_NS_PER_S, &found));
	assert_string_equal(found.name, "a.example");
}

static void test_no_address(void **state)
{
	struct ygr_address none = { .family = AF_UNIX };
	struct ygr_name_cache_stats stats;

	(void)state;
	ygr_name_cache_add(cache, NS_A, &none, "a.example", NULL, 1, 1);
	assert_false(ygr_name_cache_find(cache, NS_A, &none, 1, &found));
	ygr_name_cache_stats(cache, &stats);
	assert_int_equal(stats.address_nr, 0);
}

static void test_an_alias(void **state)
{
	(void)state;
	add(NS_A, "192.0.2.1", "a.example", "edge.example", 10, 60);
	assert_true(find(NS_A, "192.0.2.1", 10));
	assert_string_equal(found.name, "a.example");
	assert_string_equal(found.canonical, "edge.example");
	add(NS_A, "192.0.2.1", "a.example", "a.example", 11, 60);
	assert_true(find(NS_A, "192.0.2.1", 11));
	assert_null(found.canonical);
}

static void test_time_to_live(void **state)
{
	(void)state;
	add(NS_A, "192.0.2.1", "a.example", NULL, 10, 60);
	assert_true(find(NS_A, "192.0.2.1", 70));
	assert_false(found.is_expired);
	assert_true(find(NS_A, "192.0.2.1", 71));
	assert_true(found.is_expired);
	assert_int_equal(found.age_ns, 61 * YGR_NS_PER_S);
	add(NS_A, "192.0.2.1", "a.example", NULL, 80, 60);
	assert_true(find(NS_A, "192.0.2.1", 81));
	assert_false(found.is_expired);
	assert_int_equal(found.age_ns, YGR_NS_PER_S);
	add(NS_A, "192.0.2.9", "z.example", NULL, 10, 0);
	assert_true(find(NS_A, "192.0.2.9", 10));
	assert_false(found.is_expired);
	assert_true(find(NS_A, "192.0.2.9", 11));
	assert_true(found.is_expired);
	/* Streams of CPUs that come out late: an answer from what is to come has no age yet. */
	assert_true(find(NS_A, "192.0.2.9", 9));
	assert_int_equal(found.age_ns, 0);
	assert_false(found.is_expired);
	add(NS_A, "192.0.2.8", "y.example", NULL, 10, UINT32_MAX);
	assert_true(find(NS_A, "192.0.2.8", 1000000));
	assert_false(found.is_expired);
}

static void test_names_that_share_an_address(void **state)
{
	(void)state;
	add(NS_A, "192.0.2.1", "a.example", NULL, 10, 60);
	add(NS_A, "192.0.2.1", "b.example", NULL, 11, 5);
	add(NS_A, "192.0.2.1", "c.example", NULL, 12, 60);
	assert_true(find(NS_A, "192.0.2.1", 12));
	assert_string_equal(found.name, "c.example");
	assert_int_equal(found.other_nr, 2);
	assert_string_equal(found.others[0], "b.example");
	assert_string_equal(found.others[1], "a.example");
	/* What has expired is no other name that it has now. */
	assert_true(find(NS_A, "192.0.2.1", 20));
	assert_int_equal(found.other_nr, 1);
	assert_string_equal(found.others[0], "a.example");
	/* One that is told again comes to the front, once. */
	add(NS_A, "192.0.2.1", "a.example", NULL, 21, 60);
	assert_true(find(NS_A, "192.0.2.1", 21));
	assert_string_equal(found.name, "a.example");
	assert_int_equal(found.other_nr, 1);
	assert_string_equal(found.others[0], "c.example");
}

static void test_the_oldest_name_goes(void **state)
{
	char name[16];

	(void)state;
	for (unsigned int i = 0; i < YGR_NAME_CACHE_NAMES_NR + 2; i++) {
		snprintf(name, sizeof(name), "n%u.example", i);
		add(NS_A, "192.0.2.1", name, NULL, 10 + i, 600);
	}
	assert_true(find(NS_A, "192.0.2.1", 20));
	assert_string_equal(found.name, "n5.example");
	assert_int_equal(found.other_nr, 3);
	assert_string_equal(found.others[2], "n2.example");
}

static void add_many(uint32_t net_ns, unsigned int nr, uint64_t now_s)
{
	char name[32], address[32];

	for (unsigned int i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "n%u.example", i);
		snprintf(address, sizeof(address), "10.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
		add(net_ns, address, name, NULL, now_s, 60);
	}
}

static void test_bounded(void **state)
{
	struct ygr_name_cache_stats stats;

	(void)state;
	add(NS_A, "192.0.2.1", "first.example", NULL, 1, 60);
	add(NS_A, "192.0.2.2", "used.example", NULL, 1, 60);
	for (unsigned int i = 0; i < 50; i++) {
		add_many(NS_A, 100, 2 + i);
		assert_true(find(NS_A, "192.0.2.2", 2));
	}
	add_many(NS_A, 2000, 100);
	ygr_name_cache_stats(cache, &stats);
	assert_true(stats.used_bytes <= stats.limit_bytes);
	assert_int_equal(stats.limit_bytes, YGR_NAME_CACHE_BYTES_MIN);
	assert_true(stats.evicted_nr > 1000);
	assert_true(stats.address_nr > 100);
	assert_int_equal(stats.space_nr, 1);
	assert_false(find(NS_A, "192.0.2.1", 2));
	assert_true(find(NS_A, "10.0.7.207", 100));
	assert_false(find(NS_A, "10.0.0.0", 100));
}

/* A namespace that is full of answers does not make the others forget theirs. */
static void test_fair(void **state)
{
	struct ygr_name_cache_stats stats;

	(void)state;
	add(NS_B, "192.0.2.1", "b.example", NULL, 1, 60);
	add_many(NS_A, 5000, 2);
	assert_true(find(NS_B, "192.0.2.1", 3));
	assert_string_equal(found.name, "b.example");
	ygr_name_cache_stats(cache, &stats);
	assert_int_equal(stats.space_nr, 2);
	assert_true(stats.used_bytes <= stats.limit_bytes);
}

static void test_more_namespaces_than_there_is_room_for(void **state)
{
	struct ygr_name_cache_stats stats;

	(void)state;
	for (unsigned int i = 0; i < YGR_NAME_CACHE_SPACES_NR; i++)
		add(1000 + i, "192.0.2.1", "a.example", NULL, 1, 60);
	assert_true(find(1000, "192.0.2.1", 3));
	add(1000, "192.0.2.2", "b.example", NULL, 1, 60);
	add(5000, "192.0.2.1", "c.example", NULL, 2, 60);
	assert_true(find(5000, "192.0.2.1", 3));
	assert_true(find(1000, "192.0.2.1", 3));
	assert_false(find(1001, "192.0.2.1", 3));
	assert_true(find(1002, "192.0.2.1", 3));
	ygr_name_cache_stats(cache, &stats);
	assert_int_equal(stats.space_nr, YGR_NAME_CACHE_SPACES_NR);
}

/* Long names, in many namespaces with one address each: the ceiling holds all the same. */
static void test_long_names_in_many_namespaces(void **state)
{
	struct ygr_name_cache_stats stats;
	char name[1000];

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (unsigned int i = 0; i < 1000; i++) {
		snprintf(name, 10, "%09u", i);
		name[9] = 'x';
		add(1000 + i, "192.0.2.1", name, NULL, i, 60);
		assert_true(find(1000 + i, "192.0.2.1", i));
	}
	ygr_name_cache_stats(cache, &stats);
	assert_true(stats.used_bytes <= stats.limit_bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_another_namespace, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_an_address_of_ip_6, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_address, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_an_alias, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_time_to_live, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_names_that_share_an_address, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_the_oldest_name_goes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_bounded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_fair, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_more_namespaces_than_there_is_room_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_long_names_in_many_namespaces, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
