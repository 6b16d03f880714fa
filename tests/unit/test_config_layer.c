// SPDX-License-Identifier: GPL-2.0-only
/* Several files that are one configuration, and how it is shown. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config_show.h"
#include "log.h"

#define FILES_MAX	20

static struct ygr_config config;
static struct ygr_text_errors errors;

/* Files "a", "b", ... of these texts, up to a NULL. */
static int parse(const char *const *texts)
{
	static char names[FILES_MAX][2];
	struct ygr_config_text files[FILES_MAX];
	size_t nr = 0;

	for (; texts[nr]; nr++) {
		names[nr][0] = (char)('a' + nr);
		files[nr] = (struct ygr_config_text) { names[nr], (char *)texts[nr], strlen(texts[nr]) };
	}
	ygr_config_exit(&config);
	ygr_config_init(&config);
	ygr_text_error_init(&errors);
	return ygr_config_parse(&config, files, nr, &errors);
}

#define PARSE(...)	parse((const char *const []) { __VA_ARGS__, NULL })

#define V		"version: 1\n"

/* "NAME:HOST ..." in order */
static void expect_outputs(const char *wanted)
{
	char got[512] = "";

	for (size_t i = 0; i < config.output_nr; i++) {
		const struct ygr_yaml_node *host = ygr_yaml_tree_find(config.outputs[i].node, "host");

		strcat(got, i ? " " : "");
		strcat(got, config.outputs[i].name);
		strcat(got, host ? ":" : "");
		strcat(got, host ? host->text : "");
	}
	assert_string_equal(got, wanted);
}

static void expect_error(unsigned int which, const char *wanted)
{
	char line[512];

	assert_true(which < errors.nr);
	ygr_text_error_format(&errors.item[which], "none", line, sizeof(line));
	assert_string_equal(line, wanted);
}

static void test_a_later_value_holds(void **state)
{
	(void)state;
	assert_int_equal(PARSE(V "log: debug\nspool: {dir: /a, keep: newest}\n",
			       V "spool: {dir: /b}\n",
			       V "spool: {dir: /c}\nlog: error\n"), 0);
	assert_string_equal(config.spool_dir, "/c");
	assert_int_equal(config.log_level, LOG_ERR);
	assert_int_equal(config.keep, YGR_KEEP_NEWEST);
	assert_int_equal(config.layer_nr, 3);
}

static void test_the_default_is_a_value(void **state)
{
	(void)state;
	assert_int_equal(PARSE(V "names: {dns: false}\n", V "names: {dns: true}\n"), 0);
	assert_true(config.names.dns);
}

static void test_no_file(void **state)
{
	(void)state;
	assert_int_equal(parse((const char *const []) { NULL }), 0);
	assert_string_equal(config.spool_dir, "/var/lib/yagura/spool");
	assert_int_equal(config.layer_nr, 0);
}

#define OUTPUT(name, host)	"- {type: yagura, name: " name ", host: " host ", port: 1}\n"

static void test_outputs_come_behind(void **state)
{
	(void)state;
	assert_int_equal(PARSE(V "outputs:\n" OUTPUT("x", "1"), V "outputs:\n" OUTPUT("y", "2")), 0);
	expect_outputs("x:1 y:2");
}

static void test_an_output_takes_the_place_of_its_name(void **state)
{
	(void)state;
	assert_int_equal(PARSE(V "outputs:\n" OUTPUT("x", "1") OUTPUT("y", "2"),
			       V "outputs:\n" OUTPUT("z", "3") OUTPUT("x", "4")), 0);
	expect_outputs("x:4 y:2 z:3");
	assert_int_equal(config.outputs[0].layer, 1);
	assert_int_equal(config.outputs[1].layer, 0);
}

/* Nothing of the earlier one is left, not even its type. */
static void test_an_output_is_replaced_as_a_whole(void **state)
{
	(void)state;
	assert_int_equal(PARSE(V "outputs: [{type: yagura, name: x, host: h, port: 1, window: 3}]\n",
			       V "outputs: [{type: 'null', name: x}]\n"), 0);
	expect_outputs("x");
	assert_ptr_equal(config.outputs[0].type, &ygr_transport_null);
	assert_int_equal(config.outputs[0].window_nr, 16);
}

static void test_an_unnamed_output_is_named_by_its_type(void **state)
{
	(void)state;
	assert_int_equal(PARSE(V "outputs: [{type: yagura, host: h, port: 1}]\n",
			       V "outputs: [{type: yagura, host: i, port: 1}]\n"), 0);
	expect_outputs("yagura:i");
}

static void test_an_empty_list_takes_all_away(void **state)
{
	(void)state;
	assert_int_equal(PARSE(V "outputs:\n" OUTPUT("x", "1"), V "outputs: []\n"), 0);
	expect_outputs("");
	assert_int_equal(PARSE(V "outputs:\n" OUTPUT("x", "1"), V "outputs: []\n",
			       V "outputs:\n" OUTPUT("y", "2")), 0);
	expect_outputs("y:2");
}

static void test_a_file_without_outputs_leaves_them(void **state)
{
	(void)state;
	assert_int_equal(PARSE(V "outputs:\n" OUTPUT("x", "1"), V), 0);
	expect_outputs("x:1");
}

static void test_names_differ_within_a_file(void **state)
{
	(void)state;
	assert_int_equal(PARSE(V "outputs:\n" OUTPUT("x", "1"),
			       V "outputs:\n" OUTPUT("x", "2") OUTPUT("x", "3")), -EBADMSG);
	expect_error(0, "b:4:3: error: output: another one is named \"x\" already (give this one a name)");
	assert_int_equal(errors.error_nr, 1);
}

static void test_so_many_outputs_of_all_files(void **state)
{
	char first[2000] = V "outputs:\n", more[100];

	(void)state;
	for (int i = 0; i < YGR_OUTPUTS_MAX; i++) {
		snprintf(more, sizeof(more), "- {type: 'null', name: o%d}\n", i);
		strcat(first, more);
	}
	assert_int_equal(PARSE(first, V), 0);
	assert_int_equal(PARSE(first, V "outputs: [{type: 'null', name: o3}]\n"), 0);
	assert_int_equal(PARSE(first, V "outputs: [{type: 'null', name: more}]\n"), -EBADMSG);
	expect_error(0, "b:2:11: error: outputs: more than 16");
}

static void test_mistakes_of_all_files(void **state)
{
	(void)state;
	assert_int_equal(PARSE(V "spol: {}\n", V "log: loud\n", "log: info\n", V "a: [\n"), -EBADMSG);
	assert_int_equal(errors.error_nr, 4);
	expect_error(0, "a:2:1: error: unknown key \"spol\" in the configuration (did you mean \"spool\"?)");
	expect_error(1, "b:2:6: error: log: unknown value \"loud\" (expected error, warning, notice, info or debug)");
	expect_error(2, "c:1:1: error: version is missing (version: 1)");
	assert_string_equal(errors.item[3].file, "d");
}

/* An earlier mistake is one, although a later file has a good value. */
static void test_a_mistake_is_not_mended_by_a_later_file(void **state)
{
	(void)state;
	assert_int_equal(PARSE(V "log: loud\n", V "log: info\n"), -EBADMSG);
	assert_int_equal(errors.error_nr, 1);
}

static void test_untouched_on_failure(void **state)
{
	(void)state;
	assert_int_equal(PARSE(V "log: debug\noutputs:\n" OUTPUT("x", "1"), V "log: loud\n"), -EBADMSG);
	assert_int_equal(config.log_level, LOG_INFO);
	assert_int_equal(config.output_nr, 0);
	assert_int_equal(config.layer_nr, 0);
}

/* What cannot hold together is looked at when all is known. */
static void test_spool_sizes_of_several_files(void **state)
{
	(void)state;
	assert_int_equal(PARSE(V "spool: {limit: 32MiB}\n", V "spool: {segment: 4MiB}\n"), 0);
	assert_int_equal(PARSE(V "spool: {segment: 16MiB}\n", V "spool: {limit: 32MiB}\n",
			       V "spool: {dir: /s}\n"), -EBADMSG);
	expect_error(0, "b:2:8: error: spool: limit must be at least four times segment");
}

/* ---- show ---- */

static char *show(void)
{
	size_t bytes;
	char *text;
	FILE *out = open_memstream(&text, &bytes);

	assert_non_null(out);
	ygr_config_show(out, &config);
	fclose(out);
	return text;
}

/* The line of @text that has @key first. */
static void expect_line(const char *text, const char *key, const char *wanted)
{
	const char *at = strstr(text, key);
	char line[256];

	assert_non_null(at);
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
	assert_string_equal(line, wanted);
}

static void test_origins_are_shown(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(PARSE(V "log: debug\nspool:\n  dir: /a\n  limit: 65536KiB\n",
			       V "reader: {hold_ms: 7}\nspool:\n\n  dir: /b\n"), 0);
	text = show();
	expect_line(text, "log:", "log: debug                                      # a:2");
	expect_line(text, "dir:", "dir: \"/b\"                                     # b:5");
	expect_line(text, "limit:", "limit: 64MiB                                  # a:5");
	expect_line(text, "segment:", "segment: 16MiB                                # default");
	expect_line(text, "hold_ms:", "hold_ms: 7                                    # b:2");
	expect_line(text, "#user:", "#user:                                        # default");
	expect_line(text, "outputs:", "outputs: []");
	free(text);
}

static void test_outputs_are_shown(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(PARSE(V "outputs:\n- type: 'null'\n",
			       V "outputs:\n- type: yagura\n  name: far\n  host: \"h\\\"\"\n  port: 1\n"
			       "  tls: {ca: /ca}\n"), 0);
	text = show();
	expect_line(text, "- type", "- type: \"null\"                                  # a:3");
	expect_line(text, "name: \"null\"", "name: \"null\"                                  # default");
	expect_line(text, "name: \"far\"", "name: \"far\"                                   # b:4");
	expect_line(text, "host: ", "host: \"h\\\"\"                                   # b:5");
	expect_line(text, "ca:", "ca: \"/ca\"                                   # b:7");
	expect_line(text, "#key:", "#key:                                       # default");
	free(text);
}

/* What is shown, read and shown again, says the same. */
static void test_what_is_shown_is_read(void **state)
{
	char *first, *second;

	(void)state;
	assert_int_equal(PARSE(V "log: debug\nsender: {host_name: 'a: #b'}\nruntime_dir: /r\noutputs:\n"
			       "- {type: 'null', window: 9}\n- {type: yagura, host: '::1', port: 9, tls: {}}\n"
			       "- {type: http, kind: lines, url: 'http://h/'}\n"), 0);
	first = show();
	assert_int_equal(PARSE(first), 0);
	second = show();
	for (char *a = first, *b = second; *a; a += strcspn(a, "\n") + 1, b += strcspn(b, "\n") + 1) {
		assert_int_equal(strcspn(a, "\n") > 0, strcspn(b, "\n") > 0);
		assert_memory_equal(a, b, strcspn(a, "#\n"));
	}
	assert_int_equal(config.outputs[0].window_nr, 9);
	assert_string_equal(config.host_name, "a: #b");
	free(first);
	free(second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_later_value_holds),
		cmocka_unit_test(test_the_default_is_a_value),
		cmocka_unit_test(test_no_file),
		cmocka_unit_test(test_outputs_come_behind),
		cmocka_unit_test(test_an_output_takes_the_place_of_its_name),
		cmocka_unit_test(test_an_output_is_replaced_as_a_whole),
		cmocka_unit_test(test_an_unnamed_output_is_named_by_its_type),
		cmocka_unit_test(test_an_empty_list_takes_all_away),
		cmocka_unit_test(test_a_file_without_outputs_leaves_them),
		cmocka_unit_test(test_names_differ_within_a_file),
		cmocka_unit_test(test_so_many_outputs_of_all_files),
		cmocka_unit_test(test_mistakes_of_all_files),
		cmocka_unit_test(test_a_mistake_is_not_mended_by_a_later_file),
		cmocka_unit_test(test_untouched_on_failure),
		cmocka_unit_test(test_spool_sizes_of_several_files),
		cmocka_unit_test(test_origins_are_shown),
		cmocka_unit_test(test_outputs_are_shown),
		cmocka_unit_test(test_what_is_shown_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
