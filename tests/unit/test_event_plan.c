// SPDX-License-Identifier: GPL-2.0-only
/* Mappings made ready. What comes out of them: test_event_mapping.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "event_plan.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))
#define EXEC	(1u << YGR_TYPE_EXEC)
#define OPEN	(1u << YGR_TYPE_OPEN)

static const struct ygr_mapping_row rows[] = {
	{ EXEC | OPEN, "a", YGR_MAP_COPY, "pid", NULL },
	{ OPEN, "b.c.d", YGR_MAP_LITERAL, NULL, "\"x\"" },
	{ EXEC | OPEN, "b.c.e", YGR_MAP_CHOOSE, "verdict", "deny=1 7=\"seven\" 07=2 *=3" },
	{ EXEC, "b.c", YGR_MAP_PROCESS_ID, "parent", NULL },
	{ OPEN, "c.f", YGR_MAP_GIVEN, "file.ino", "[]" },
};
static const struct ygr_mapping mapping = { "test", "", "", rows, NR(rows) };
static struct ygr_event_plan *plan;

static int set_up(void **state)
{
	(void)state;
	return ygr_event_plan_create(&plan, &mapping);
}

static int tear_down(void **state)
{
	(void)state;
	ygr_event_plan_destroy(plan);
	return 0;
}

static void is_text(const struct ygr_event_plan_text *text, const char *wanted)
{
	assert_int_equal(text->len, strlen(wanted));
	assert_memory_equal(text->bytes, wanted, text->len);
}

static void test_rows_by_type(void **state)
{
	(void)state;
	assert_int_equal(plan->nr_by_type[YGR_TYPE_EXEC], 3);
	assert_ptr_equal(plan->by_type[YGR_TYPE_EXEC][1]->row, &rows[2]);
	assert_ptr_equal(plan->by_type[YGR_TYPE_EXEC][2]->row, &rows[3]);
	assert_int_equal(plan->nr_by_type[YGR_TYPE_OPEN], 4);
	assert_ptr_equal(plan->by_type[YGR_TYPE_OPEN][3]->row, &rows[4]);
	assert_int_equal(plan->nr_by_type[YGR_TYPE_FORK], 0);
	assert_int_equal(plan->nr_by_type[YGR_TYPE_NR], 0);
}

/* "b", "b.c" and "c" are three; the "c" within "b" is not the one beside it. */
static void test_objects(void **state)
{
	(void)state;
	assert_int_equal(plan->object_nr, 3);
	assert_int_equal(plan->rows[0].depth, 0);
	assert_int_equal(plan->rows[1].depth, 2);
	assert_int_equal(plan->rows[1].objects[1], plan->rows[2].objects[1]);
	assert_int_equal(plan->rows[3].depth, 1);
	assert_int_equal(plan->rows[3].objects[0], plan->rows[1].objects[0]);
	assert_int_not_equal(plan->rows[4].objects[0], plan->rows[1].objects[1]);
	is_text(&plan->objects[plan->rows[1].objects[0]], "\"b\":{");
	is_text(&plan->objects[plan->rows[1].objects[1]], "\"c\":{");
}

static void test_what_stands_before(void **state)
{
	(void)state;
	is_text(&plan->rows[0].before, "\"a\":");
	is_text(&plan->rows[1].before, "\"d\":\"x\"");
	is_text(&plan->rows[2].before, "\"e\":");
	is_text(&plan->rows[4].before, "\"f\":[]");
}

static void test_choices(void **state)
{
	const struct ygr_event_plan_choice *choice = plan->rows[2].choices;

	(void)state;
	assert_int_equal(plan->rows[2].choice_nr, 4);
	is_text(&choice[0].ours, "deny");
	is_text(&choice[0].json, "1");
	assert_false(choice[0].has_number);
	assert_true(choice[1].has_number);
	assert_int_equal(choice[1].number, 7);
	is_text(&choice[1].json, "\"seven\"");
	assert_false(choice[2].has_number);	/* no number is printed so */
	assert_true(choice[3].is_any);
	is_text(&choice[3].json, "3");
}

static void test_who_needs_a_source(void **state)
{
	static const bool wanted[NR(rows)] = { false, true, true, true, false };

	(void)state;
	for (size_t i = 0; i < NR(rows); i++)
		assert_int_equal(plan->rows[i].may_lack, wanted[i]);
}

static void test_too_deep(void **state)
{
	const struct ygr_mapping_row deep = { EXEC, "1.2.3.4.5.6.7.x", YGR_MAP_COPY, "pid", NULL };
	const struct ygr_mapping_row fits = { EXEC, "1.2.3.4.5.6.x", YGR_MAP_COPY, "pid", NULL };
	struct ygr_mapping one = { "test", "", "", &deep, 1 };
	struct ygr_event_plan *other = NULL;

	(void)state;
	assert_int_equal(ygr_event_plan_create(&other, &one), -EINVAL);
	assert_null(other);
	one.rows = &fits;
	assert_int_equal(ygr_event_plan_create(&other, &one), 0);
	assert_int_equal(other->rows[0].depth, 6);
	ygr_event_plan_destroy(other);
	ygr_event_plan_destroy(NULL);
}

/* Every field that ours ask for by path has a number: nothing of an event is searched by text. */
static void test_real_mappings_know_their_fields(void **state)
{
	static const struct ygr_mapping *const real[] = {
		&ygr_mapping_ecs, &ygr_mapping_ocsf, &ygr_mapping_sigma,
	};

	(void)state;
	for (size_t i = 0; i < NR(real); i++) {
		struct ygr_event_plan *one;

		assert_int_equal(ygr_event_plan_create(&one, real[i]), 0);
		for (size_t j = 0; j < one->row_nr; j++)
			if (one->rows[j].row->how != YGR_MAP_PROCESS_ID)
				assert_int_not_equal(one->rows[j].from.outer, YGR_KEY_OTHER);
		ygr_event_plan_destroy(one);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_rows_by_type),
		TEST(test_objects),
		TEST(test_what_stands_before),
		TEST(test_choices),
		TEST(test_who_needs_a_source),
		TEST(test_too_deep),
		TEST(test_real_mappings_know_their_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
