// SPDX-License-Identifier: GPL-2.0-only
/* Delivered or counted: what balances, and each way in which it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "account.h"
#include "event_map.h"
#include "json_event.h"

#define EVENT(cpu, seq, class)	"{'type':'x','cpu':" #cpu ",'seq':" #seq ",'class':'" class "'}"
#define GAP(cpu, seq, dropped) \
	"{'type':'gap','cpu':" #cpu ",'seq':" #seq ",'class':'sensor','dropped':{" dropped "}}"
#define TOTALS(cpu, seq, produced, dropped) \
	"{'type':'totals','cpu':" #cpu ",'seq':" #seq ",'class':'sensor'," \
	"'produced':{" produced "},'dropped':{" dropped "}}"

static struct ygr_account account;

static void add_all(const char *const *events)
{
	struct ygr_event_stream stream;
	const struct ygr_event_value *event;
	msgpack_sbuffer packed;

	ygr_account_init(&account);
	msgpack_sbuffer_init(&packed);
	for (; *events; events++)
		add_json_event(&packed, *events);
	ygr_event_map_open(&stream, packed.data, packed.size);
	while ((event = ygr_event_map_next(&stream)))
		assert_int_equal(ygr_account_add(&account, event), 0);
	assert_int_equal(stream.off, stream.len);
	ygr_event_map_close(&stream);
	msgpack_sbuffer_destroy(&packed);
}

#define ADD(...)	add_all((const char *const[]) { __VA_ARGS__, NULL })

static int teardown(void **state)
{
	(void)state;
	ygr_account_exit(&account);
	return 0;
}

static void test_nothing_balances(void **state)
{
	(void)state;
	ygr_account_init(&account);
	assert_true(ygr_account_is_balanced(&account));
}

static void test_all_there(void **state)
{
	(void)state;
	ADD(EVENT(0, 0, "exec"), EVENT(1, 0, "file"), EVENT(0, 1, "file"), EVENT(0, 2, "file"));
	assert_true(ygr_account_is_balanced(&account));
	assert_int_equal(account.cpu_nr, 2);
	assert_int_equal(account.cpu[0].recorded[YGR_CLASS_FILE], 2);
	assert_int_equal(account.cpu[0].recorded[YGR_CLASS_EXEC], 1);
	assert_int_equal(account.cpu[0].next_seq, 3);
	assert_true(account.cpu[0].from_start);
}

static void test_in_the_middle_of_a_stream(void **state)
{
	(void)state;
	ADD(EVENT(3, 100, "exec"), EVENT(3, 101, "file"));
	assert_true(ygr_account_is_balanced(&account));
	assert_false(account.cpu[0].seen);
	assert_int_equal(account.cpu[3].first_seq, 100);
	assert_false(account.cpu[3].from_start);
}

static void test_a_gap_explains_its_drops(void **state)
{
	(void)state;
	ADD(EVENT(0, 0, "file"), GAP(0, 4, "'file':2,'socket':1"), EVENT(0, 5, "file"));
	assert_int_equal(ygr_account_unexplained(&account.cpu[0]), 0);
	assert_int_equal(account.cpu[0].dropped[YGR_CLASS_FILE], 2);
	assert_int_equal(account.cpu[0].dropped[YGR_CLASS_SOCKET], 1);
	assert_true(ygr_account_is_balanced(&account));
}

static void test_a_stream_that_starts_with_a_gap(void **state)
{
	(void)state;
	ADD(GAP(0, 7, "'file':7"), TOTALS(0, 8, "'file':7,'sensor':1", "'file':7"));
	assert_true(account.cpu[0].from_start);
	assert_int_equal(account.totals_nr, 1);
	assert_true(ygr_account_is_balanced(&account));
}

static void test_a_missing_event(void **state)
{
	(void)state;
	ADD(EVENT(0, 0, "file"), EVENT(0, 3, "file"));
	assert_int_equal(ygr_account_unexplained(&account.cpu[0]), 2);
	assert_false(ygr_account_is_balanced(&account));
}

static void test_a_gap_that_explains_too_little(void **state)
{
	(void)state;
	ADD(EVENT(0, 0, "file"), GAP(0, 4, "'file':2"));
	assert_int_equal(ygr_account_unexplained(&account.cpu[0]), 1);
}

static void test_a_repeated_event(void **state)
{
	(void)state;
	ADD(EVENT(0, 0, "file"), EVENT(0, 1, "file"), EVENT(0, 1, "file"));
	assert_int_equal(account.cpu[0].repeated, 1);
	assert_int_equal(ygr_account_unexplained(&account.cpu[0]), 0);
	assert_false(ygr_account_is_balanced(&account));
}

static void test_repeating_does_not_hide_a_loss(void **state)
{
	(void)state;
	ADD(EVENT(0, 0, "file"), EVENT(0, 0, "file"), EVENT(0, 2, "file"));
	assert_int_equal(ygr_account_unexplained(&account.cpu[0]), 1);
}

static void test_totals_agree(void **state)
{
	(void)state;
	ADD(EVENT(0, 0, "exec"), GAP(0, 3, "'file':2"), EVENT(0, 4, "file"),
	    TOTALS(0, 5, "'exec':1,'file':3,'sensor':1", "'file':2"),
	    TOTALS(0, 6, "'exec':1,'file':3,'sensor':2", "'file':2"));
	assert_int_equal(account.totals_nr, 2);
	assert_true(ygr_account_is_balanced(&account));
}

static void test_totals_differ(void **state)
{
	(void)state;
	ADD(EVENT(0, 0, "exec"), TOTALS(0, 1, "'exec':2", ""));
	assert_true(account.cpu[0].totals_differ);
	assert_false(ygr_account_is_balanced(&account));
}

static void test_totals_by_class(void **state)
{
	(void)state;
	/* The sum is right, the class is not. */
	ADD(EVENT(0, 0, "exec"), TOTALS(0, 1, "'file':1", ""));
	assert_false(ygr_account_is_balanced(&account));
}

static void test_totals_are_not_compared_from_the_middle(void **state)
{
	(void)state;
	ADD(EVENT(0, 50, "exec"), TOTALS(0, 51, "'exec':40,'file':11", ""));
	assert_int_equal(account.totals_nr, 0);
	assert_true(ygr_account_is_balanced(&account));
}

static void test_what_cannot_be_attributed(void **state)
{
	(void)state;
	ADD("{}", EVENT(0, 0, "nonsense"), EVENT(9000, 0, "exec"), "{'cpu':0,'class':'exec'}",
	    "{'cpu':-1,'seq':0,'class':'exec'}");
	assert_int_equal(account.foreign, 5);
	assert_int_equal(account.cpu_nr, 0);
	assert_false(ygr_account_is_balanced(&account));
}

static void test_an_unreadable_gap_explains_nothing(void **state)
{
	(void)state;
	ADD(EVENT(0, 0, "file"), "{'type':'gap','cpu':0,'seq':2,'class':'sensor','dropped':{'what':1}}");
	assert_int_equal(ygr_account_unexplained(&account.cpu[0]), 1);
}

/* The daemon's own say of what it gave up is nobody's number. */
static void test_a_backlog_is_of_no_cpu(void **state)
{
	(void)state;
	ADD(EVENT(0, 0, "exec"), "{'type':'backlog','class':'sensor','batch_nr':3}");
	assert_true(ygr_account_is_balanced(&account));
	assert_int_equal(account.foreign, 0);
}

int main(void)
{
#define TEST(name)	cmocka_unit_test_teardown(name, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_balances),
		TEST(test_all_there),
		TEST(test_in_the_middle_of_a_stream),
		TEST(test_a_gap_explains_its_drops),
		TEST(test_a_stream_that_starts_with_a_gap),
		TEST(test_a_missing_event),
		TEST(test_a_gap_that_explains_too_little),
		TEST(test_a_repeated_event),
		TEST(test_repeating_does_not_hide_a_loss),
		TEST(test_totals_agree),
		TEST(test_totals_differ),
		TEST(test_totals_by_class),
		TEST(test_totals_are_not_compared_from_the_middle),
		TEST(test_what_cannot_be_attributed),
		TEST(test_an_unreadable_gap_explains_nothing),
		TEST(test_a_backlog_is_of_no_cpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
