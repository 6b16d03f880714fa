// SPDX-License-Identifier: GPL-2.0-only
/* The exact object of `yaguractl top --json`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "top_case.h"
#include "top_json.h"

static struct ygr_top_report report;
static struct ygr_top_tally tally;

/* @part: a member of the object; ' for ". */
static void check(const char *part, unsigned int row_nr, const char *wanted)
{
	json_t *object = ygr_top_json_make(&report, row_nr);
	char *got;

	assert_non_null(object);
	got = json_dumps(json_object_get(object, part), JSON_COMPACT | JSON_ENCODE_ANY);
	assert_non_null(got);
	for (char *at = got; *at; at++)
		if (*at == '"')
			*at = '\'';
	assert_string_equal(got, wanted);
	free(got);
	json_decref(object);
}

static int begin(void **state)
{
	struct ygr_top_look look, before = { 0 };

	(void)state;
	memset(&report, 0, sizeof(report));
	top_case_look(&look, top_case_status);
	before = look;
	before.class[1].count[YGR_TOP_RECORDED] -= 20;
	ygr_top_report_set_look(&report, &look, &before);
	report.time_ns = 1709294647313999999;
	report.elapsed_ns = 2000000000;
	return ygr_top_tally_init(&tally);
}

static int end(void **state)
{
	(void)state;
	ygr_top_tally_exit(&tally);
	return 0;
}

static void times_are_whole_numbers(void **state)
{
	(void)state;
	check("time_ns", 5, "1709294647313999999");
	check("interval_ns", 5, "2000000000");
}

static void the_sensor(void **state)
{
	(void)state;
	check("module", 5, "{'version':'0.1.0','load_id':1,'age_s':12000,'hooks':2,'attached':2,'lost':0}");
	check("policy", 5, "{'generation':7,'name':'web','rules':12,'enforce':10,'monitor':2,'confirm_left_ms':0,"
	      "'locked':true,'tripped':false,'no_reader':false,'observes':false,'observe_only':false}");
	check("rings", 5, "{'nr':2,'used_bytes':524288,'data_bytes':2097152,"
	      "'fullest':{'cpu':1,'used_bytes':524288,'data_bytes':1048576}}");
	memset(&report.look, 0, sizeof(report.look));
	check("module", 5, "null");
	check("policy", 5, "null");
	check("rings", 5, "null");
	check("classes", 5, "{}");
}

static void classes_have_the_interval_and_the_total(void **state)
{
	(void)state;
	check("classes", 5,
	      "{'exec':{'recorded':0,'merged':0,'suppressed':0,'dropped':0,"
	      "'total':{'recorded':10,'merged':0,'suppressed':0,'dropped':0}},"
	      "'file':{'recorded':20,'merged':0,'suppressed':0,'dropped':0,"
	      "'total':{'recorded':995,'merged':7,'suppressed':1,'dropped':5}}}");
}

static void lists_say_how_many_are_not_shown(void **state)
{
	(void)state;
	top_case_add(&tally, "{'type':'open','pid':7,'start_ns':1,'comm':'sh','exe':'/bin/sh','rule':'no','verdict':'deny'}");
	top_case_add(&tally, "{'type':'open','pid':8,'start_ns':2,'comm':'x','repeat_nr':9}");
	ygr_top_report_set_tally(&report, &tally);
	ygr_top_report_sort(&report, YGR_TOP_BY_DENIED);
	check("processes", 1, "{'events':10,'nr':2,'nr_is_least':false,'top':[{'pid':7,'start_ns':1,'comm':'sh',"
	      "'exe':'/bin/sh','exe_is_cut':false,'events':1,'error':0,'suppressed':0,'denied':1,'would_deny':0}]}");
	check("processes", 0, "{'events':10,'nr':2,'nr_is_least':false,'top':[]}");
	check("rules", 5, "{'events':1,'nr':1,'nr_is_least':false,'top':[{'name':'no','events':1,'error':0,"
	      "'denied':1,'would_deny':0}]}");
}

static void what_is_not_known_is_null_and_no_utf8_is_hex(void **state)
{
	(void)state;
	top_case_add(&tally, "{'type':'open','pid':7,'start_ns':1,'comm':{'hex':'61ff'},'rule':{'hex':'fe'}}");
	ygr_top_report_set_tally(&report, &tally);
	check("processes", 1, "{'events':1,'nr':1,'nr_is_least':false,'top':[{'pid':7,'start_ns':1,'comm':{'hex':'61ff'},"
	      "'exe':null,'exe_is_cut':false,'events':1,'error':0,'suppressed':0,'denied':0,'would_deny':0}]}");
	check("rules", 1, "{'events':1,'nr':1,'nr_is_least':false,'top':[{'name':{'hex':'fe'},'events':1,'error':0,"
	      "'denied':0,'would_deny':0}]}");
}

static void the_spool(void **state)
{
	(void)state;
	check("spool", 5, "{'faults':0,'missing_batches':0,'behind':false,'error':''}");
	report.fault_nr = 1;
	report.missing_nr = 2;
	report.is_behind = true;
	strcpy(report.spool_error, "gone");
	check("spool", 5, "{'faults':1,'missing_batches':2,'behind':true,'error':'gone'}");
}

static void numbers_that_json_has_not_are_its_largest(void **state)
{
	(void)state;
	report.fault_nr = UINT64_MAX;
	check("spool", 5, "{'faults':9223372036854775807,'missing_batches':0,'behind':false,'error':''}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(times_are_whole_numbers, begin, end),
		cmocka_unit_test_setup_teardown(the_sensor, begin, end),
		cmocka_unit_test_setup_teardown(classes_have_the_interval_and_the_total, begin, end),
		cmocka_unit_test_setup_teardown(lists_say_how_many_are_not_shown, begin, end),
		cmocka_unit_test_setup_teardown(what_is_not_known_is_null_and_no_utf8_is_hex, begin, end),
		cmocka_unit_test_setup_teardown(the_spool, begin, end),
		cmocka_unit_test_setup_teardown(numbers_that_json_has_not_are_its_largest, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
