// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "metrics_text.h"

static void check(const char *json, bool is_classic, const char *wanted)
{
	struct ygr_text_buffer text = { 0 };
	json_t *status = json_loads(json, 0, NULL);

	assert_non_null(status);
	ygr_metrics_text_put(&text, status, is_classic);
	ygr_text_buffer_put_char(&text, '\0');
	assert_string_equal(text.bytes, wanted);
	ygr_text_buffer_exit(&text);
	json_decref(status);
}

#define NOTHING_RUNS \
	"# TYPE yagura_reader_running gauge\n" \
	"# HELP yagura_reader_running Whether the daemon's reader runs.\n" \
	"yagura_reader_running 0\n" \
	"# TYPE yagura_sender_running gauge\n" \
	"# HELP yagura_sender_running Whether the daemon's sender runs.\n" \
	"yagura_sender_running 0\n"

static void test_nothing_there(void **state)
{
	static const char wanted[] =
		"# TYPE yagura_module_loaded gauge\n"
		"# HELP yagura_module_loaded Whether the kernel module answers.\n"
		"yagura_module_loaded 0\n" NOTHING_RUNS;
	char with_end[1024];

	(void)state;
	check("{}", true, wanted);
	strcpy(with_end, wanted);
	strcat(with_end, "# EOF\n");
	check("{}", false, with_end);
}

static void test_kinds(void **state)
{
	static const char status[] =
		"{\"module\":{\"age_s\":7},\"hooks\":[{\"symbol\":\"a\",\"state\":\"attached\"},"
		"{\"symbol\":\"b\",\"state\":\"failed\"}],\"rings\":[{\"cpu\":1,\"used_bytes\":5}],"
		"\"classes\":{\"exec\":{\"produced\":9,\"dropped\":0}}}";

	(void)state;
	check(status, false,
	      "# TYPE yagura_module_loaded gauge\n"
	      "# HELP yagura_module_loaded Whether the kernel module answers.\n"
	      "yagura_module_loaded 1\n"
	      "# TYPE yagura_module_age_seconds gauge\n"
	      "# UNIT yagura_module_age_seconds seconds\n"
	      "# HELP yagura_module_age_seconds Since the module was loaded.\n"
	      "yagura_module_age_seconds 7\n"
	      "# TYPE yagura_hook_attached gauge\n"
	      "# HELP yagura_hook_attached Whether this hook is in place.\n"
	      "yagura_hook_attached{symbol=\"a\"} 1\n"
	      "yagura_hook_attached{symbol=\"b\"} 0\n"
	      "# TYPE yagura_ring_used_bytes gauge\n"
	      "# UNIT yagura_ring_used_bytes bytes\n"
	      "# HELP yagura_ring_used_bytes Waiting for the reader, by CPU.\n"
	      "yagura_ring_used_bytes{cpu=\"1\"} 5\n"
	      "# TYPE yagura_events_produced counter\n"
	      "# HELP yagura_events_produced By the module, dropped ones included.\n"
	      "yagura_events_produced_total{class=\"exec\"} 9\n"
	      "# TYPE yagura_events_dropped counter\n"
	      "# HELP yagura_events_dropped By the module, for want of room.\n"
	      "yagura_events_dropped_total{class=\"exec\"} 0\n"
	      NOTHING_RUNS "# EOF\n");
}

/* The older format calls the family by its sample's name. */
static void test_classic_counters(void **state)
{
	(void)state;
	check("{\"counters\":{\"denied\":3}}", true,
	      "# TYPE yagura_module_loaded gauge\n"
	      "# HELP yagura_module_loaded Whether the kernel module answers.\n"
	      "yagura_module_loaded 0\n"
	      "# TYPE yagura_denied_total counter\n"
	      "# HELP yagura_denied_total Attempts that a rule denied.\n"
	      "yagura_denied_total 3\n" NOTHING_RUNS);
}

static void test_labels_are_escaped(void **state)
{
	static const char head[] =
		"# TYPE yagura_module_loaded gauge\n"
		"# HELP yagura_module_loaded Whether the kernel module answers.\n"
		"yagura_module_loaded 0\n"
		"# TYPE yagura_reader_running gauge\n"
		"# HELP yagura_reader_running Whether the daemon's reader runs.\n"
		"yagura_reader_running 0\n"
		"# TYPE yagura_sender_running gauge\n"
		"# HELP yagura_sender_running Whether the daemon's sender runs.\n"
		"yagura_sender_running 1\n"
		"# TYPE yagura_output_up gauge\n"
		"# HELP yagura_output_up Whether the far end is reached.\n"
		"yagura_output_up{output=\"a\\\"b\\\\c\\nd\"} 1\n";

	(void)state;
	check("{\"sender\":{\"running\":true,\"outputs\":[{\"name\":\"a\\\"b\\\\c\\nd\",\"up\":true},{\"up\":true},7]}}",
	      true, head);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_there),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_classic_counters),
		cmocka_unit_test(test_labels_are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
