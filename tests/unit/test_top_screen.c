// SPDX-License-Identifier: GPL-2.0-only
/* The exact lines of `yaguractl top`, on a screen and in a batch. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "top_case.h"
#include "top_screen.h"

static struct ygr_top_report report;
static struct ygr_top_view view;
static struct ygr_top_tally tally;
static struct ygr_top_sheet sheet;

/* Two seconds, in which 20 files were opened by two processes, and 4 records dropped. */
static void make_report(void)
{
	struct ygr_top_look before;

	top_case_look(&before, top_case_status);
	report.look = before;
	before.class[1].count[YGR_TOP_RECORDED] -= 20;
	before.class[1].count[YGR_TOP_DROPPED] -= 4;
	report.time_ns = 1709294647313999999;
	report.elapsed_ns = 2000000000;
	top_case_add(&tally, "{'type':'open','pid':7,'start_ns':1,'comm':'sh','exe':'/bin/sh','rule':'no','verdict':'deny'}");
	top_case_add(&tally, "{'type':'open','pid':812,'start_ns':1,'comm':'cc 1','repeat_nr':19,'rule':'see'}");
	ygr_top_report_set_look(&report, &report.look, &before);
	ygr_top_report_set_tally(&report, &tally);
	ygr_top_report_sort(&report, YGR_TOP_BY_EVENTS);
}

static int begin(void **state)
{
	(void)state;
	memset(&report, 0, sizeof(report));
	view = (struct ygr_top_view) { .rows = 24, .cols = 80, .interval_ns = 2000000000 };
	if (ygr_top_tally_init(&tally))
		return -1;
	make_report();
	return 0;
}

static int end(void **state)
{
	(void)state;
	ygr_top_sheet_exit(&sheet);
	ygr_top_tally_exit(&tally);
	return 0;
}

static void build(void)
{
	assert_int_equal(ygr_top_screen_build(&sheet, &report, &view), 0);
}

static const char *line(unsigned int i)
{
	static char text[1024];

	assert_true(i < sheet.line_nr);
	snprintf(text, sizeof(text), "%.*s", (int)sheet.line[i].len, sheet.bytes + sheet.line[i].off);
	return text;
}

/* All lines, without the blanks at their ends. */
static void check_screen(const char *const *wanted, unsigned int nr)
{
	build();
	for (unsigned int i = 0; i < nr; i++) {
		char got[1024];
		size_t len = strlen(strcpy(got, line(i)));

		while (len && got[len - 1] == ' ')
			got[--len] = '\0';
		assert_string_equal(got, wanted[i]);
	}
	assert_int_equal(sheet.line_nr, nr);
}

#define screen_is(...) do { \
	static const char *const wanted_[] = { __VA_ARGS__ }; \
	check_screen(wanted_, sizeof(wanted_) / sizeof(wanted_[0])); \
} while (0)

/* The line that has this in it. */
static unsigned int find(const char *text)
{
	for (unsigned int i = 0; i < sheet.line_nr; i++)
		if (strstr(line(i), text))
			return i;
	fail_msg("no line has \"%s\"", text);
	return 0;
}

static void a_screen_of_80_by_24(void **state)
{
	(void)state;
	screen_is("yagura 0.1.0, loaded 3 h 20 min ago                        every 2.0 s, 12:04:07",
		  "sensor   2 of 2 hooks; generation 7, web: 12 rules (10 enforce, 2 monitor), lock",
		  "rings    [##########          ] 50 % of 1024 KiB wait on cpu 1, 25 % on all 2",
		  "daemon   reader pid 812, sender pid 813; spool 3 of 1024 MiB",
		  "EVENTS/S   RECORD MERGED  SUPPR   DROP  EVENTS/S   RECORD MERGED  SUPPR   DROP",
		  "exec            0      0      0      0  file         10.0      0      0    2.0",
		  "all          10.0      0      0    2.0  dropped since load: 5",
		  "    PID EVENTS/S  SUPPR/S DENIED/S PROCESS         PROGRAM              1-2 of 2",
		  "    812      9.5        0        0 \"cc 1\"",
		  "      7      0.5        0      0.5 sh              /bin/sh",
		  "", "", "", "", "", "", "", "", "", "",
		  "       MATCHES/S  WOULD/S DENIED/S RULE                                 1-2 of 2",
		  "             9.5        0        0 see",
		  "             0.5        0      0.5 no",
		  "q quit  p pause  s sorted by events  TAB to rules  arrows PgUp PgDn  h help");
}

static void a_screen_of_40_by_12(void **state)
{
	(void)state;
	view.cols = 40;
	view.rows = 12;
	screen_is("yagura 0.1.0, loaded 3 h 20 min ago  eve",
		  "sensor   2 of 2 hooks; generation 7, web",
		  "rings    [##########          ] 50 % of",
		  "daemon   reader pid 812, sender pid 813;",
		  "EVENTS/S   RECORD MERGED  SUPPR   DROP",
		  "exec            0      0      0      0",
		  "file         10.0      0      0    2.0",
		  "all          10.0      0      0    2.0",
		  "    PID EVENTS/S  SUPPR/S DENIED/S PROCE",
		  "    812      9.5        0        0 \"cc 1",
		  "       MATCHES/S  WOULD/S DENIED/S RULE",
		  "             9.5        0        0 see");
}

static void a_batch(void **state)
{
	(void)state;
	view.is_batch = true;
	screen_is("yagura 0.1.0, loaded 3 h 20 min ago  every 2.0 s, 12:04:07",
		  "sensor   2 of 2 hooks; generation 7, web: 12 rules (10 enforce, 2 monitor), locked",
		  "rings    [##########          ] 50 % of 1024 KiB wait on cpu 1, 25 % on all 2",
		  "daemon   reader pid 812, sender pid 813; spool 3 of 1024 MiB",
		  "EVENTS/S   RECORD MERGED  SUPPR   DROP",
		  "exec            0      0      0      0",
		  "file         10.0      0      0    2.0",
		  "all          10.0      0      0    2.0  dropped since load: 5",
		  "    PID EVENTS/S  SUPPR/S DENIED/S PROCESS         PROGRAM  1-2 of 2",
		  "    812      9.5        0        0 \"cc 1\"",
		  "      7      0.5        0      0.5 sh              /bin/sh",
		  "       MATCHES/S  WOULD/S DENIED/S RULE  1-2 of 2",
		  "             9.5        0        0 see",
		  "             0.5        0      0.5 no");
}

static void a_first_look_has_no_rates(void **state)
{
	(void)state;
	report.elapsed_ns = 0;
	report.processes.nr = report.rules.nr = 0;
	build();
	assert_string_equal(line(6), "all             -      -      -      -  dropped since load: 5");
	assert_string_equal(line(8), "        -");
}

static void no_module_says_why(void **state)
{
	(void)state;
	memset(&report.look, 0, sizeof(report.look));
	strcpy(report.module_error, "the module is not loaded (modprobe yagura)");
	build();
	assert_memory_equal(line(0), "yagura NOT LOADED ", 18);
	assert_int_equal(sheet.line[0].style, YGR_TOP_RED);
	assert_string_equal(line(1), "sensor   the module is not loaded (modprobe yagura)");
	assert_string_equal(line(2), "daemon   reader NOT RUNNING, sender NOT RUNNING");
	assert_int_equal(sheet.line[2].style, YGR_TOP_RED);
	assert_memory_equal(line(3), "    PID", 7);
}

static void no_events_say_why(void **state)
{
	(void)state;
	report.processes.nr = report.rules.nr = 0;
	build();
	assert_string_equal(line(8), "        no event of a process");
	assert_string_equal(line(22), "        no event of a rule");
	strcpy(report.spool_error, "no events: the spool: Permission denied");
	build();
	assert_string_equal(line(8), "        no events: the spool: Permission denied");
	assert_int_equal(sheet.line[8].style, YGR_TOP_RED);
}

static void what_is_amiss_stands_out(void **state)
{
	(void)state;
	report.look.lost_nr = 1;
	report.look.attached_nr = 1;
	report.look.is_tripped = true;
	strcpy(report.look.waiting_for, "spool_full");
	report.look.fullest.used_bytes = 900 * 1024;
	build();
	assert_memory_equal(line(1), "sensor   1 of 2 hooks, DEGRADED; ", 33);
	assert_int_equal(sheet.line[1].style, YGR_TOP_RED);
	assert_memory_equal(line(2), "         NOTHING IS DENIED: the policy's breaker", 48);
	assert_int_equal(sheet.line[3].style, YGR_TOP_RED);
	assert_string_equal(line(3), "rings    [#################   ] 87 % of 1024 KiB wait on cpu 1, 25 % on all 2");
	assert_string_equal(line(4), "daemon   reader pid 812, sender pid 813; spool 3 of 1024 MiB, WAITING for spool_");
}

static void denials_and_drops_are_coloured(void **state)
{
	(void)state;
	build();
	assert_int_equal(sheet.line[0].style, YGR_TOP_BOLD);
	assert_int_equal(sheet.line[6].style, YGR_TOP_RED);
	assert_int_equal(sheet.line[7].style, YGR_TOP_HEADING);
	assert_int_equal(sheet.line[8].style, YGR_TOP_PLAIN);
	assert_int_equal(sheet.line[9].style, YGR_TOP_RED);
	assert_int_equal(sheet.line[20].style, YGR_TOP_BOLD);
	report.processes.hitter[0].suppressed = 1;
	view.focus = YGR_TOP_RULES;
	build();
	assert_int_equal(sheet.line[8].style, YGR_TOP_YELLOW);
	assert_int_equal(sheet.line[7].style, YGR_TOP_BOLD);
}

static void rows_that_are_passed_over_are_told(void **state)
{
	(void)state;
	view.rows = 9;
	view.scroll[0] = 1;
	report.processes.is_least = true;
	build();
	assert_non_null(strstr(line(find("    PID")), "  2-2 of 2+"));
	assert_string_equal(line(find("    PID") + 1), "      7      0.5        0      0.5 sh              /bin/sh");
}

static void a_count_that_may_be_too_large_is_marked(void **state)
{
	(void)state;
	report.processes.hitter[0].error = 3;
	build();
	assert_string_equal(line(8), "    812     ~9.5        0        0 \"cc 1\"");
}

static void a_program_that_was_cut_says_so(void **state)
{
	(void)state;
	report.processes.hitter[1].exe_is_cut = true;
	build();
	assert_string_equal(line(9), "      7      0.5        0      0.5 sh              .../bin/sh");
}

static void pause_and_the_end_of_a_file_are_told(void **state)
{
	(void)state;
	view.is_paused = view.has_ended = true;
	build();
	assert_non_null(strstr(line(0), " PAUSED, END OF FILE, every 2.0 s, 12:04:07"));
	assert_non_null(strstr(line(23), "p go on"));
}

static void faults_of_the_spool_take_the_last_line(void **state)
{
	(void)state;
	report.fault_nr = 2;
	report.missing_nr = 3;
	report.is_behind = true;
	build();
	assert_string_equal(line(23), "spool: not all of it is read yet, 2 faults, 3 batches missing");
	view.is_batch = true;
	build();
	assert_string_equal(line(sheet.line_nr - 1), "spool: not all of it is read yet, 2 faults, 3 batches missing");
}

static void help_is_cut_to_the_screen(void **state)
{
	(void)state;
	view.shows_help = true;
	build();
	assert_memory_equal(line(0), "yaguractl top  ", 15);
	assert_true(sheet.line_nr > 10 && sheet.line_nr <= 24);
	view.rows = 3;
	build();
	assert_int_equal(sheet.line_nr, 3);
}

static void no_name_steers_the_terminal(void **state)
{
	struct ygr_top_hitter *hitter = &report.processes.hitter[0];

	(void)state;
	memcpy(hitter->comm, "a\033[2J", 5);
	hitter->comm_len = 5;
	memcpy(hitter->exe, "/\n\xff\xe2\x80\xae", 6);
	hitter->exe_len = 6;
	strcpy(report.look.policy, "p\033");
	strcpy(report.look.version, "\t");
	build();
	assert_string_equal(line(8), "    812      9.5        0        0 a\\x1b[2J        /\\x0a\\xff\\u{202e}");
	for (size_t i = 0; i < sheet.bytes_len; i++)
		assert_true((unsigned char)sheet.bytes[i] >= ' ' && sheet.bytes[i] != 0x7f);
}

static void other_characters_are_kept_or_replaced(void **state)
{
	struct ygr_top_hitter *hitter = &report.processes.hitter[0];

	(void)state;
	memcpy(hitter->comm, "caf\xc3\xa9", 5);
	hitter->comm_len = 5;
	memcpy(hitter->exe, "/x", 2);
	hitter->exe_len = 2;
	build();
	assert_string_equal(line(8), "    812      9.5        0        0 caf\xc3\xa9            /x");
	view.is_ascii = true;
	build();
	assert_string_equal(line(8), "    812      9.5        0        0 caf?            /x");
}

static void any_size_is_kept_to(void **state)
{
	(void)state;
	for (view.rows = 0; view.rows < 40; view.rows++)
		for (view.cols = 0; view.cols < 100; view.cols += 3) {
			build();
			assert_true(sheet.line_nr <= view.rows);
			for (unsigned int i = 0; i < sheet.line_nr; i++)
				assert_true(sheet.line[i].len <= view.cols);
		}
}

/* ---- sheet ---- */

static void wide_characters_take_two_columns(void **state)
{
	(void)state;
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		skip();
	for (unsigned int cols = 3; cols < 6; cols++) {
		assert_int_equal(ygr_top_sheet_begin(&sheet), 0);
		ygr_top_sheet_put_text(&sheet, "a\xe7\x9b\xae\xe7\x9b\xae");
		assert_int_equal(ygr_top_sheet_column(&sheet), 5);
		ygr_top_sheet_end_line(&sheet, YGR_TOP_PLAIN);
		assert_int_equal(ygr_top_sheet_finish(&sheet, cols, false), 0);
		assert_int_equal(sheet.line[0].len, cols == 5 ? 7 : 4);
	}
	setlocale(LC_CTYPE, "C");
}

static void lines_beyond_the_last_are_left_out(void **state)
{
	(void)state;
	assert_int_equal(ygr_top_sheet_begin(&sheet), 0);
	for (unsigned int i = 0; i < YGR_TOP_LINES_MAX + 5; i++) {
		ygr_top_sheet_put_text(&sheet, "x");
		ygr_top_sheet_end_line(&sheet, YGR_TOP_PLAIN);
	}
	assert_int_equal(ygr_top_sheet_finish(&sheet, 80, false), 0);
	assert_int_equal(sheet.line_nr, YGR_TOP_LINES_MAX);
	assert_string_equal(line(YGR_TOP_LINES_MAX - 1), "x");
}

static void rates_are_short(void **state)
{
	static const struct {
		double rate;
		const char *text;
	} cases[] = {
		{ 0, "0" }, { -1, "0" }, { 0.01, "<0.1" }, { 0.05, "0.1" }, { 1, "1.0" },
		{ 99.94, "99.9" }, { 99.96, "100" }, { 9999.4, "9999" }, { 9999.6, "10.0k" },
		{ 99960, "100k" }, { 999400, "999k" }, { 999600, "1.0M" }, { 1e9, "1.0G" },
		{ 1.8e19, "18.0E" }, { 1e30, "1000000000000E" },
	};
	char room[YGR_TOP_RATE_BYTES];

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(ygr_top_sheet_rate(cases[i].rate, room), cases[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_screen_of_80_by_24, begin, end),
		cmocka_unit_test_setup_teardown(a_screen_of_40_by_12, begin, end),
		cmocka_unit_test_setup_teardown(a_batch, begin, end),
		cmocka_unit_test_setup_teardown(a_first_look_has_no_rates, begin, end),
		cmocka_unit_test_setup_teardown(no_module_says_why, begin, end),
		cmocka_unit_test_setup_teardown(no_events_say_why, begin, end),
		cmocka_unit_test_setup_teardown(what_is_amiss_stands_out, begin, end),
		cmocka_unit_test_setup_teardown(denials_and_drops_are_coloured, begin, end),
		cmocka_unit_test_setup_teardown(rows_that_are_passed_over_are_told, begin, end),
		cmocka_unit_test_setup_teardown(a_count_that_may_be_too_large_is_marked, begin, end),
		cmocka_unit_test_setup_teardown(a_program_that_was_cut_says_so, begin, end),
		cmocka_unit_test_setup_teardown(pause_and_the_end_of_a_file_are_told, begin, end),
		cmocka_unit_test_setup_teardown(faults_of_the_spool_take_the_last_line, begin, end),
		cmocka_unit_test_setup_teardown(help_is_cut_to_the_screen, begin, end),
		cmocka_unit_test_setup_teardown(no_name_steers_the_terminal, begin, end),
		cmocka_unit_test_setup_teardown(other_characters_are_kept_or_replaced, begin, end),
		cmocka_unit_test_setup_teardown(any_size_is_kept_to, begin, end),
		cmocka_unit_test_teardown(wide_characters_take_two_columns, end),
		cmocka_unit_test_teardown(lines_beyond_the_last_are_left_out, end),
		cmocka_unit_test(rates_are_short),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
