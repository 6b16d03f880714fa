// SPDX-License-Identifier: GPL-2.0-only
/* What `top` takes from a status, and what came between two of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "top_case.h"

static struct ygr_top_look now, before;
static uint64_t count[YGR_CLASS_MAX][YGR_TOP_COUNT_NR];

static void since(const char *then, const char *later)
{
	top_case_look(&before, then);
	top_case_look(&now, later);
	ygr_top_look_since(&now, &before, count);
}

static void a_status_is_read(void **state)
{
	(void)state;
	top_case_look(&now, top_case_status);
	assert_true(now.has_module);
	assert_string_equal(now.version, "0.1.0");
	assert_int_equal(now.age_s, 12000);
	assert_int_equal(now.hook_nr, 2);
	assert_int_equal(now.attached_nr, 2);
	assert_int_equal(now.lost_nr, 0);
	assert_true(now.has_policy && now.is_locked);
	assert_string_equal(now.policy, "web");
	assert_int_equal(now.generation, 7);
	assert_int_equal(now.rule_nr, 12);
	assert_int_equal(now.class_nr, 2);
	assert_string_equal(now.class[1].name, "file");
	assert_int_equal(now.class[1].count[YGR_TOP_RECORDED], 995);
	assert_int_equal(now.class[1].count[YGR_TOP_MERGED], 7);
	assert_int_equal(now.class[1].count[YGR_TOP_SUPPRESSED], 1);
	assert_int_equal(now.class[1].count[YGR_TOP_DROPPED], 5);
	assert_int_equal(now.reader.pid, 812);
	assert_true(now.reader.runs && now.sender.runs);
	assert_int_equal(now.spool_used_bytes, 3145728);
}

static void the_fullest_ring_is_found_by_its_part(void **state)
{
	(void)state;
	top_case_look(&now, "{'rings':[{'cpu':0,'data_bytes':1000,'used_bytes':400},"
		      "{'cpu':3,'data_bytes':100,'used_bytes':50},{'cpu':4,'data_bytes':0,'used_bytes':9}]}");
	assert_int_equal(now.ring_nr, 3);
	assert_int_equal(now.fullest.cpu, 3);
	assert_int_equal(now.ring_used_bytes, 459);
	assert_int_equal(now.ring_data_bytes, 1100);
}

static void a_hook_that_the_kernel_cannot_have_is_not_lost(void **state)
{
	(void)state;
	top_case_look(&now, "{'hooks':[{'symbol':'a','state':'attached'},"
		      "{'symbol':'vfs_fileattr_set','state':'missing in this kernel','error':-2},"
		      "{'symbol':'b','state':'busy: x','error':-16}]}");
	assert_int_equal(now.hook_nr, 3);
	assert_int_equal(now.attached_nr, 1);
	assert_int_equal(now.lost_nr, 1);
}

static void what_is_of_another_type_or_negative_is_nothing(void **state)
{
	static const struct ygr_top_look nothing;

	(void)state;
	top_case_look(&now, "{}");
	assert_memory_equal(&now, &nothing, sizeof(nothing));
	top_case_look(&now, "[1]");
	assert_memory_equal(&now, &nothing, sizeof(nothing));
	top_case_look(&now, "{'module':7,'policy':[],'hooks':{},'rings':3,'classes':'x','reader':null}");
	assert_memory_equal(&now, &nothing, sizeof(nothing));
	top_case_look(&now, "{'module':{'version':5,'load_id':-1,'age_s':'x'},'classes':{'a':{'produced':-4,'dropped':3}}}");
	assert_string_equal(now.version, "");
	assert_int_equal(now.load_id, 0);
	assert_int_equal(now.class[0].count[YGR_TOP_RECORDED], 0);
	assert_int_equal(now.class[0].count[YGR_TOP_DROPPED], 3);
}

static void more_classes_than_there_can_be_are_left_out(void **state)
{
	(void)state;
	top_case_look(&now, "{'classes':{'0':1,'1':1,'2':1,'3':1,'4':1,'5':1,'6':1,'7':1,'8':1,'9':1,"
		      "'a':1,'b':1,'c':1,'d':1,'e':1,'f':1,'g':1,'h':1}}");
	assert_int_equal(now.class_nr, YGR_CLASS_MAX);
	assert_string_equal(now.class[YGR_CLASS_MAX - 1].name, "f");
}

static void the_difference_is_by_name(void **state)
{
	(void)state;
	since("{'module':{'load_id':1},'classes':{'a':{'produced':5,'dropped':1},'b':{'produced':100}}}",
	      "{'module':{'load_id':1},'classes':{'b':{'produced':130,'coalesced':4},'a':{'produced':9,'dropped':3},"
	      "'c':{'suppressed':8}}}");
	assert_int_equal(count[0][YGR_TOP_RECORDED], 30);
	assert_int_equal(count[0][YGR_TOP_MERGED], 4);
	assert_int_equal(count[1][YGR_TOP_RECORDED], 2);
	assert_int_equal(count[1][YGR_TOP_DROPPED], 2);
	assert_int_equal(count[2][YGR_TOP_SUPPRESSED], 8);
}

static void a_module_that_was_loaded_meanwhile_counts_from_0(void **state)
{
	(void)state;
	since("{'module':{'load_id':1},'classes':{'a':{'produced':500}}}",
	      "{'module':{'load_id':2},'classes':{'a':{'produced':700}}}");
	assert_int_equal(count[0][YGR_TOP_RECORDED], 700);
}

static void a_count_that_goes_back_is_0(void **state)
{
	(void)state;
	since("{'module':{'load_id':1},'classes':{'a':{'produced':500}}}",
	      "{'module':{'load_id':1},'classes':{'a':{'produced':499}}}");
	assert_int_equal(count[0][YGR_TOP_RECORDED], 0);
}

static void a_module_that_went_away_has_no_counts(void **state)
{
	(void)state;
	since(top_case_status, "{}");
	assert_int_equal(now.class_nr, 0);
	assert_int_equal(count[0][YGR_TOP_RECORDED], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_status_is_read),
		cmocka_unit_test(the_fullest_ring_is_found_by_its_part),
		cmocka_unit_test(a_hook_that_the_kernel_cannot_have_is_not_lost),
		cmocka_unit_test(what_is_of_another_type_or_negative_is_nothing),
		cmocka_unit_test(more_classes_than_there_can_be_are_left_out),
		cmocka_unit_test(the_difference_is_by_name),
		cmocka_unit_test(a_module_that_was_loaded_meanwhile_counts_from_0),
		cmocka_unit_test(a_count_that_goes_back_is_0),
		cmocka_unit_test(a_module_that_went_away_has_no_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
