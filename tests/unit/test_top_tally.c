// SPDX-License-Identifier: GPL-2.0-only
/* Onto whose account an event goes, and how much of it; and in what order they are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "top_case.h"

#define SH	"'pid':7,'start_ns':70,'comm':'sh'"
#define LS	"'pid':8,'start_ns':80,'comm':'ls'"

static struct ygr_top_tally tally;

static void add(const char *event)
{
	top_case_add(&tally, event);
}

static const struct ygr_top_hitter *process(const char *comm)
{
	const struct ygr_top_hitter *found = top_case_find(tally.processes, comm);

	assert_non_null(found);
	return found;
}

static const struct ygr_top_hitter *rule(const char *name)
{
	const struct ygr_top_hitter *found = top_case_find(tally.rules, name);

	assert_non_null(found);
	return found;
}

static unsigned int nr_of(const struct ygr_top_hitters *hitters)
{
	unsigned int nr;

	ygr_top_hitters_all(hitters, &nr);
	return nr;
}

static int init(void **state)
{
	(void)state;
	return ygr_top_tally_init(&tally);
}

static int end(void **state)
{
	(void)state;
	ygr_top_tally_exit(&tally);
	return 0;
}

static void an_event_is_its_processs(void **state)
{
	(void)state;
	add("{'type':'open'," SH ",'exe':'/bin/sh'}");
	add("{'type':'connect'," SH "}");
	add("{'type':'open'," LS "}");
	assert_int_equal(nr_of(tally.processes), 2);
	assert_int_equal(process("sh")->count, 2);
	assert_int_equal(process("sh")->pid, 7);
	assert_int_equal(process("sh")->start_ns, 70);
	assert_int_equal(process("sh")->exe_len, 7);
	assert_memory_equal(process("sh")->exe, "/bin/sh", 7);
	assert_int_equal(process("ls")->count, 1);
	assert_int_equal(process("ls")->exe_len, 0);
	assert_int_equal(nr_of(tally.rules), 0);
}

static void a_pid_that_is_used_again_is_another_process(void **state)
{
	(void)state;
	add("{'type':'exit','pid':7,'start_ns':70,'comm':'old'}");
	add("{'type':'open','pid':7,'start_ns':71,'comm':'new'}");
	assert_int_equal(process("old")->count, 1);
	assert_int_equal(process("new")->count, 1);
}

static void the_last_name_is_shown(void **state)
{
	(void)state;
	add("{'type':'fork'," SH ",'exe':'/bin/sh'}");
	add("{'type':'exec','pid':7,'start_ns':70,'comm':'ls','path':'/bin/ls','exe':'/bin/sh'}");
	assert_int_equal(nr_of(tally.processes), 1);
	assert_int_equal(process("ls")->count, 2);
	assert_memory_equal(process("ls")->exe, "/bin/ls", 7);
}

static void of_a_long_program_the_end_is_kept(void **state)
{
	/* 97 bytes: 32 times a character of two of them and one of one. */
	char event[400] = "{'type':'open'," SH ",'exe':'x", *at = event + strlen(event);

	(void)state;
	for (unsigned int i = 0; i < 32; i++)
		at = stpcpy(at, "\xc3\xa9z");
	strcpy(at, "'}");
	add(event);
	assert_true(process("sh")->exe_is_cut);
	assert_int_equal(process("sh")->exe_len, 64);
	assert_memory_equal(process("sh")->exe, "z\xc3\xa9z", 4);
	/* 64 bytes would begin in the middle of a character. */
	strcpy(at, "zz'}");
	add(event);
	assert_int_equal(process("sh")->exe_len, 63);
	assert_memory_equal(process("sh")->exe, "z\xc3\xa9z", 4);
}

static void repeats_count_as_many(void **state)
{
	(void)state;
	add("{'type':'open'," SH "}");
	add("{'type':'open'," SH ",'repeat_nr':41,'rule':'r'}");
	assert_int_equal(process("sh")->count, 42);
	assert_int_equal(rule("r")->count, 41);
}

static void suppressed_events_are_the_processs_too(void **state)
{
	(void)state;
	add("{'type':'suppressed'," SH ",'scope':'process','suppressed':{'file':90,'socket':9}}");
	add("{'type':'open'," SH "}");
	assert_int_equal(process("sh")->count, 100);
	assert_int_equal(process("sh")->suppressed, 99);
}

static void a_cgroups_suppressed_events_are_no_processs(void **state)
{
	(void)state;
	add("{'type':'suppressed','pid':0,'scope':'cgroup','cgroup_id':5,'suppressed':{'file':90}}");
	assert_int_equal(nr_of(tally.processes), 0);
}

static void what_the_sensor_says_of_itself_is_nobodys(void **state)
{
	static const char *const events[] = {
		"{'type':'start'," SH "}", "{'type':'gap'," SH "}", "{'type':'totals'," SH "}",
		"{'type':'heartbeat'," SH "}", "{'type':'clock'," SH "}", "{'type':'outage'," SH "}",
		"{'type':'backlog'," SH "}", "{'type':'dns'," SH "}", "{'type':'open'}", "{}",
		"{'type':'suppressed'," SH ",'suppressed':{}}",
		"{'type':'suppressed'," SH ",'suppressed':7}",
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		add(events[i]);
	assert_int_equal(nr_of(tally.processes), 0);
}

static void verdicts_are_the_rules_and_the_processs(void **state)
{
	(void)state;
	add("{'type':'open'," SH ",'rule':'no','verdict':'deny'}");
	add("{'type':'open'," SH ",'rule':'no','verdict':'deny'}");
	add("{'type':'open'," LS ",'rule':'no','verdict':'would_deny'}");
	add("{'type':'open'," LS ",'rule':'seen'}");
	assert_int_equal(rule("no")->count, 3);
	assert_int_equal(rule("no")->denied, 2);
	assert_int_equal(rule("no")->would_deny, 1);
	assert_int_equal(rule("seen")->count, 1);
	assert_int_equal(rule("seen")->denied, 0);
	assert_int_equal(process("sh")->denied, 2);
	assert_int_equal(process("ls")->would_deny, 1);
}

static void a_breaker_is_no_match_of_its_rule(void **state)
{
	(void)state;
	add("{'type':'breaker'," SH ",'rule':'no','denial_nr':9}");
	assert_int_equal(nr_of(tally.rules), 0);
	assert_int_equal(process("sh")->count, 1);
}

/* ---- reports ---- */

static struct ygr_top_report report;

static void check_order(enum ygr_top_sort sort, const char *wanted)
{
	char got[64] = "";

	ygr_top_report_sort(&report, sort);
	for (unsigned int i = 0; i < report.processes.nr; i++)
		strncat(got, report.processes.hitter[i].comm, report.processes.hitter[i].comm_len);
	assert_string_equal(got, wanted);
}

static void lists_are_sorted(void **state)
{
	(void)state;
	add("{'type':'open','pid':1,'start_ns':1,'comm':'b','repeat_nr':5}");
	add("{'type':'open','pid':2,'start_ns':1,'comm':'c','repeat_nr':9}");
	add("{'type':'open','pid':3,'start_ns':1,'comm':'a','verdict':'deny'}");
	add("{'type':'open','pid':4,'start_ns':1,'comm':'d','verdict':'would_deny','repeat_nr':2}");
	add("{'type':'open','pid':5,'start_ns':1,'comm':'e','repeat_nr':5}");
	ygr_top_report_set_tally(&report, &tally);
	assert_int_equal(report.processes.total, 22);
	assert_false(report.processes.is_least);
	check_order(YGR_TOP_BY_EVENTS, "cbeda");
	check_order(YGR_TOP_BY_DENIED, "dacbe");
	check_order(YGR_TOP_BY_NAME, "abcde");
}

static void a_list_says_that_it_may_be_longer(void **state)
{
	char event[96];

	(void)state;
	for (unsigned int i = 0; i < YGR_TOP_TALLY_CAP + 1; i++) {
		snprintf(event, sizeof(event), "{'type':'open','pid':%u,'start_ns':1,'comm':'x'}", i);
		add(event);
	}
	ygr_top_report_set_tally(&report, &tally);
	assert_int_equal(report.processes.nr, YGR_TOP_TALLY_CAP);
	assert_true(report.processes.is_least);
	assert_int_equal(report.processes.total, YGR_TOP_TALLY_CAP + 1);
}

static void rates_are_per_second(void **state)
{
	(void)state;
	report.elapsed_ns = 500000000;
	assert_true(ygr_top_report_rate(&report, 3) == 6);
	report.elapsed_ns = 0;
	assert_true(ygr_top_report_rate(&report, 3) == 0);
}

static void sums_are_over_all_classes(void **state)
{
	struct ygr_top_look now, before = { 0 };

	(void)state;
	top_case_look(&now, top_case_status);
	ygr_top_report_set_look(&report, &now, &before);
	assert_int_equal(report.sum[YGR_TOP_RECORDED], 1005);
	assert_int_equal(report.sum[YGR_TOP_DROPPED], 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_event_is_its_processs, init, end),
		cmocka_unit_test_setup_teardown(a_pid_that_is_used_again_is_another_process, init, end),
		cmocka_unit_test_setup_teardown(the_last_name_is_shown, init, end),
		cmocka_unit_test_setup_teardown(of_a_long_program_the_end_is_kept, init, end),
		cmocka_unit_test_setup_teardown(repeats_count_as_many, init, end),
		cmocka_unit_test_setup_teardown(suppressed_events_are_the_processs_too, init, end),
		cmocka_unit_test_setup_teardown(a_cgroups_suppressed_events_are_no_processs, init, end),
		cmocka_unit_test_setup_teardown(what_the_sensor_says_of_itself_is_nobodys, init, end),
		cmocka_unit_test_setup_teardown(verdicts_are_the_rules_and_the_processs, init, end),
		cmocka_unit_test_setup_teardown(a_breaker_is_no_match_of_its_rule, init, end),
		cmocka_unit_test_setup_teardown(lists_are_sorted, init, end),
		cmocka_unit_test_setup_teardown(a_list_says_that_it_may_be_longer, init, end),
		cmocka_unit_test(rates_are_per_second),
		cmocka_unit_test(sums_are_over_all_classes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
