// SPDX-License-Identifier: GPL-2.0-only
/* How the rows of a screen are shared out, and what keys do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "top_case.h"
#include "top_sheet.h"
#include "top_view.h"

static struct ygr_top_report report;
static struct ygr_top_view view;
static struct ygr_top_plan plan;

/* A module with eight classes, so many processes and rules, and 80 by 24. */
static void look_at(unsigned int process_nr, unsigned int rule_nr)
{
	memset(&report, 0, sizeof(report));
	report.look.has_module = true;
	report.look.class_nr = 8;
	report.look.ring_nr = 2;
	report.processes.nr = process_nr;
	report.rules.nr = rule_nr;
	view = (struct ygr_top_view) { .rows = 24, .cols = 80 };
}

static void make_plan(unsigned int rows)
{
	view.rows = rows;
	ygr_top_view_plan(&view, &report, &plan);
}

static unsigned int rows_of_plan(void)
{
	unsigned int class_rows = plan.class_pairs == 2 ? 4 : 8;

	return plan.title + plan.sensor + plan.alerts * plan.alert_nr + plan.rings + plan.daemon +
	       (plan.classes ? class_rows + 2 : 0) + plan.footer + plan.heading[0] +
	       plan.heading[1] + plan.list[0] + plan.list[1];
}

static void press(enum ygr_top_key key, unsigned int times)
{
	while (times--)
		ygr_top_view_press(&view, &report, key);
}

static void all_fits_on_80_by_24(void **state)
{
	(void)state;
	look_at(100, 100);
	make_plan(24);
	assert_true(plan.title && plan.sensor && plan.rings && plan.daemon && plan.classes &&
		    plan.footer && plan.heading[0] && plan.heading[1]);
	assert_int_equal(plan.class_pairs, 2);
	assert_int_equal(plan.list[YGR_TOP_PROCESSES], 8);
	assert_int_equal(plan.list[YGR_TOP_RULES], 3);
}

static void a_list_gets_what_the_other_does_not_need(void **state)
{
	(void)state;
	look_at(100, 1);
	make_plan(24);
	assert_int_equal(plan.list[YGR_TOP_RULES], 1);
	assert_int_equal(plan.list[YGR_TOP_PROCESSES], 10);
	look_at(2, 100);
	make_plan(24);
	assert_int_equal(plan.list[YGR_TOP_RULES], 9);
	assert_int_equal(plan.list[YGR_TOP_PROCESSES], 2);
	look_at(0, 0);
	make_plan(24);
	assert_int_equal(plan.list[YGR_TOP_RULES], 1);
	assert_int_equal(plan.list[YGR_TOP_PROCESSES], 10);
}

static void tab_gives_the_room_to_the_other_list(void **state)
{
	(void)state;
	look_at(100, 100);
	press(YGR_TOP_KEY_TAB, 1);
	make_plan(24);
	assert_int_equal(plan.list[YGR_TOP_PROCESSES], 3);
	assert_int_equal(plan.list[YGR_TOP_RULES], 8);
	press(YGR_TOP_KEY_TAB, 1);
	make_plan(24);
	assert_int_equal(plan.list[YGR_TOP_PROCESSES], 8);
}

static void a_narrow_screen_has_classes_below_each_other(void **state)
{
	(void)state;
	look_at(100, 100);
	view.cols = 2 * YGR_TOP_CLASS_COLS - 1;
	make_plan(24);
	assert_int_equal(plan.class_pairs, 1);
	assert_true(plan.classes);
	view.cols++;
	make_plan(24);
	assert_int_equal(plan.class_pairs, 2);
}

static void every_row_is_used_and_none_more(void **state)
{
	(void)state;
	for (unsigned int cols = 1; cols < 100; cols += 40)
		for (unsigned int rows = 0; rows < 200; rows++) {
			look_at(rows, rows / 2);
			view.cols = cols;
			make_plan(rows);
			/* One row is too few for a list. */
			assert_int_equal(rows_of_plan(), rows == 3 ? 2 : rows);
		}
	look_at(5, 5);
	make_plan(UINT32_MAX);
	assert_int_equal(rows_of_plan(), YGR_TOP_LINES_MAX);
}

static void small_screens_keep_what_matters(void **state)
{
	(void)state;
	look_at(100, 100);
	make_plan(1);
	assert_true(plan.title && !plan.sensor && !plan.heading[0]);
	make_plan(3);
	assert_true(plan.title && plan.sensor && !plan.heading[0]);
	make_plan(4);
	assert_true(plan.heading[0] && !plan.heading[1]);
	assert_int_equal(plan.list[0], 1);
	make_plan(6);
	assert_true(plan.heading[0] && plan.heading[1]);
	assert_int_equal(plan.list[0], 1);
	assert_int_equal(plan.list[1], 1);
	assert_false(plan.classes);
	make_plan(12);
	assert_true(plan.classes && !plan.rings);
}

static void a_list_alone_is_the_one_in_focus(void **state)
{
	(void)state;
	look_at(100, 100);
	press(YGR_TOP_KEY_TAB, 1);
	make_plan(4);
	assert_true(plan.heading[YGR_TOP_RULES] && !plan.heading[YGR_TOP_PROCESSES]);
}

static void without_a_module_there_are_no_classes_and_rings(void **state)
{
	(void)state;
	look_at(100, 100);
	report.look.class_nr = report.look.ring_nr = 0;
	make_plan(24);
	assert_false(plan.classes || plan.rings);
	assert_int_equal(plan.list[0] + plan.list[1], 24 - 6);
}

static void alerts_come_before_all_else(void **state)
{
	(void)state;
	look_at(100, 100);
	assert_null(ygr_top_view_alert(&report.look, 0));
	report.look.is_tripped = report.look.observes = true;
	assert_non_null(strstr(ygr_top_view_alert(&report.look, 0), "breaker"));
	assert_non_null(strstr(ygr_top_view_alert(&report.look, 1), "series"));
	assert_null(ygr_top_view_alert(&report.look, 2));
	report.look.is_told = true;
	assert_non_null(strstr(ygr_top_view_alert(&report.look, 1), "observe_only=1"));
	assert_null(ygr_top_view_alert(&report.look, 2));
	make_plan(4);
	assert_int_equal(plan.alert_nr, 2);
	assert_true(plan.alerts && !plan.heading[0]);
}

static void a_batch_has_up_to_20_of_each(void **state)
{
	(void)state;
	look_at(100, 5);
	view.is_batch = true;
	make_plan(0);
	assert_int_equal(plan.list[YGR_TOP_PROCESSES], 20);
	assert_int_equal(plan.list[YGR_TOP_RULES], 5);
	assert_int_equal(plan.class_pairs, 1);
}

/* ---- keys ---- */

static void arrows_stop_at_both_ends(void **state)
{
	(void)state;
	look_at(10, 0);
	make_plan(24);
	assert_int_equal(plan.list[0], 10);
	press(YGR_TOP_KEY_DOWN, 1);
	assert_int_equal(view.scroll[0], 0);
	look_at(13, 0);
	press(YGR_TOP_KEY_DOWN, 2);
	assert_int_equal(view.scroll[0], 2);
	press(YGR_TOP_KEY_DOWN, 5);
	assert_int_equal(view.scroll[0], 3);
	press(YGR_TOP_KEY_UP, 1);
	assert_int_equal(view.scroll[0], 2);
	press(YGR_TOP_KEY_UP, 5);
	assert_int_equal(view.scroll[0], 0);
}

static void a_page_is_what_is_seen(void **state)
{
	(void)state;
	look_at(100, 100);
	press(YGR_TOP_KEY_PAGE_DOWN, 2);
	assert_int_equal(view.scroll[YGR_TOP_PROCESSES], 16);
	assert_int_equal(view.scroll[YGR_TOP_RULES], 0);
	press(YGR_TOP_KEY_PAGE_UP, 1);
	assert_int_equal(view.scroll[YGR_TOP_PROCESSES], 8);
	press(YGR_TOP_KEY_PAGE_DOWN, 100);
	assert_int_equal(view.scroll[YGR_TOP_PROCESSES], 92);
	press(YGR_TOP_KEY_TAB, 1);
	press(YGR_TOP_KEY_PAGE_DOWN, 1);
	assert_int_equal(view.scroll[YGR_TOP_RULES], 8);
}

static void a_list_that_became_shorter_is_scrolled_back(void **state)
{
	(void)state;
	look_at(100, 0);
	press(YGR_TOP_KEY_PAGE_DOWN, 100);
	report.processes.nr = 12;
	ygr_top_view_clamp(&view, &report);
	assert_int_equal(view.scroll[0], 2);
	report.processes.nr = 0;
	ygr_top_view_clamp(&view, &report);
	assert_int_equal(view.scroll[0], 0);
}

static void keys_on_no_rows_do_nothing(void **state)
{
	(void)state;
	look_at(3, 3);
	view.rows = view.cols = 0;
	for (enum ygr_top_key key = 0; key <= YGR_TOP_KEY_REDRAW; key++)
		press(key, 3);
	assert_in_range(view.scroll[0], 0, 3);
}

static void sort_goes_round(void **state)
{
	static const enum ygr_top_sort order[] = {
		YGR_TOP_BY_DENIED, YGR_TOP_BY_NAME, YGR_TOP_BY_EVENTS,
	};

	(void)state;
	look_at(1, 1);
	for (int i = 0; i < 3; i++) {
		press(YGR_TOP_KEY_SORT, 1);
		assert_int_equal(view.sort, order[i]);
	}
}

static void pause_and_help_are_switched(void **state)
{
	(void)state;
	look_at(1, 1);
	press(YGR_TOP_KEY_PAUSE, 1);
	assert_true(view.is_paused);
	press(YGR_TOP_KEY_PAUSE, 1);
	assert_false(view.is_paused);
	press(YGR_TOP_KEY_HELP, 1);
	assert_true(view.shows_help);
	press(YGR_TOP_KEY_NONE, 1);
	press(YGR_TOP_KEY_REDRAW, 1);
	assert_true(view.shows_help);
	/* It takes the help away, and does nothing else. */
	press(YGR_TOP_KEY_SORT, 1);
	assert_false(view.shows_help);
	assert_int_equal(view.sort, YGR_TOP_BY_EVENTS);
}

static void orders_have_names(void **state)
{
	enum ygr_top_sort sort = YGR_TOP_BY_EVENTS;

	(void)state;
	assert_true(ygr_top_sort_find("name", &sort));
	assert_int_equal(sort, YGR_TOP_BY_NAME);
	assert_false(ygr_top_sort_find("nam", &sort));
	assert_int_equal(sort, YGR_TOP_BY_NAME);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_fits_on_80_by_24),
		cmocka_unit_test(a_list_gets_what_the_other_does_not_need),
		cmocka_unit_test(tab_gives_the_room_to_the_other_list),
		cmocka_unit_test(a_narrow_screen_has_classes_below_each_other),
		cmocka_unit_test(every_row_is_used_and_none_more),
		cmocka_unit_test(small_screens_keep_what_matters),
		cmocka_unit_test(a_list_alone_is_the_one_in_focus),
		cmocka_unit_test(without_a_module_there_are_no_classes_and_rings),
		cmocka_unit_test(alerts_come_before_all_else),
		cmocka_unit_test(a_batch_has_up_to_20_of_each),
		cmocka_unit_test(arrows_stop_at_both_ends),
		cmocka_unit_test(a_page_is_what_is_seen),
		cmocka_unit_test(a_list_that_became_shorter_is_scrolled_back),
		cmocka_unit_test(keys_on_no_rows_do_nothing),
		cmocka_unit_test(sort_goes_round),
		cmocka_unit_test(pause_and_help_are_switched),
		cmocka_unit_test(orders_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
