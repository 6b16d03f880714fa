// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config.h"
#include "log.h"

static struct ygr_config config;
static struct ygr_text_errors errors;

static int parse(const char *text)
{
	const struct ygr_config_text file = { (char *)"f", (char *)text, strlen(text) };

	ygr_config_exit(&config);
	ygr_config_init(&config);
	ygr_text_error_init(&errors);
	return ygr_config_parse(&config, &file, 1, &errors);
}

/* The one error that @text has, as the user sees it. */
static void expect_error(const char *text, const char *wanted)
{
	char line[512];

	assert_int_equal(parse(text), -EBADMSG);
	assert_int_equal(errors.error_nr, 1);
	ygr_text_error_format(&errors.item[0], "f", line, sizeof(line));
	assert_string_equal(line, wanted);
}

static void test_defaults(void **state)
{
	(void)state;
	assert_int_equal(parse("version: 1\n"), 0);
	assert_string_equal(config.spool_dir, "/var/lib/yagura/spool");
	assert_int_equal(config.spool_limit_bytes, 1u << 30);
	assert_int_equal(config.segment_bytes, 16u << 20);
	assert_string_equal(config.device, "/dev/yagura");
	assert_int_equal(config.hold_ns, 5000000);
	assert_int_equal(config.flush_ns, 200000000);
	assert_int_equal(config.batch_bytes, 1u << 20);
	assert_int_equal(config.io, YGR_LOOP_AUTO);
	assert_true(config.names.dns && config.names.tls && config.names.http);
	assert_false(config.names.query);
	assert_int_equal(config.names.cache_bytes, 4u << 20);
	assert_int_equal(config.output_nr, 0);
	assert_int_equal(config.log_level, LOG_INFO);
	assert_null(config.user);
}

static void test_everything_set(void **state)
{
	(void)state;
	assert_int_equal(parse("version: 1\n"
			       "spool: {dir: /s, limit: 64MiB, segment: 2MiB, keep: newest}\n"
			       "reader: {device: /dev/y, hold_ms: 0, flush_ms: 50, batch: 65536, process_table: 1MiB, io: epoll}\n"
			       "names: {dns: false, tls: false, http: false, http_query: true, cache: 64KiB}\n"
			       "sender: {user: nobody, host_name: h}\n"
			       "runtime_dir: /r\nlog: debug\n"), 0);
	assert_string_equal(config.spool_dir, "/s");
	assert_int_equal(config.spool_limit_bytes, 64u << 20);
	assert_int_equal(config.segment_bytes, 2u << 20);
	assert_int_equal(config.keep, YGR_KEEP_NEWEST);
	assert_string_equal(config.device, "/dev/y");
	assert_int_equal(config.hold_ns, 0);
	assert_int_equal(config.flush_ns, 50000000);
	assert_int_equal(config.batch_bytes, 65536);
	assert_int_equal(config.table_bytes, 1u << 20);
	assert_int_equal(config.io, YGR_LOOP_EPOLL);
	assert_false(config.names.dns || config.names.tls || config.names.http);
	assert_true(config.names.query);
	assert_int_equal(config.names.cache_bytes, 64u << 10);
	assert_string_equal(config.user, "nobody");
	assert_string_equal(config.host_name, "h");
	assert_string_equal(config.runtime_dir, "/r");
	assert_int_equal(config.log_level, LOG_DEBUG);
}

static void test_outputs(void **state)
{
	const struct ygr_output_config *output = config.outputs;

	(void)state;
	assert_int_equal(parse("version: 1\noutputs:\n"
			       "- {type: yagura, host: '::1', port: 99}\n"
			       "- {type: yagura, name: far, host: h, port: 1, window: 3, max_batch: 1MiB, park: 0, retry_max_s: 2}\n"
			       "- {type: file, path: /x.ygs}\n"
			       "- type: 'null'\n"), 0);
	assert_int_equal(config.output_nr, 4);
	assert_string_equal(output[0].name, "yagura");
	assert_ptr_equal(output[0].type, &ygr_transport_yagura);
	assert_int_equal(output[0].window_nr, 16);
	assert_int_equal(output[0].max_batch_bytes, YGR_BATCH_BYTES_MAX);
	assert_int_equal(output[0].park_bytes, 64u << 20);
	assert_int_equal(output[0].retry_max_ns, 30000000000);
	assert_null(output[0].where);
	assert_string_equal(output[1].name, "far");
	assert_int_equal(output[1].window_nr, 3);
	assert_int_equal(output[1].max_batch_bytes, 1u << 20);
	assert_int_equal(output[1].park_bytes, 0);
	assert_int_equal(output[1].retry_max_ns, 2000000000);
	assert_string_equal(output[2].name, "file");
	assert_ptr_equal(output[2].type, &ygr_transport_file);
	assert_ptr_equal(output[3].type, &ygr_transport_null);
}

static void test_errors(void **state)
{
	(void)state;
	expect_error("spool: {dir: /s}\n", "f:1:1: error: version is missing (version: 1)");
	expect_error("version: 1\nspool: {dir: s}\n",
		     "f:2:14: error: dir: expected an absolute path, found \"s\"");
	expect_error("version: 1\nspool: {limit: 12parsecs}\n",
		     "f:2:16: error: limit: expected a size such as 16MiB (bytes, KiB, MiB, GiB, TiB), "
		     "found \"12parsecs\"");
	expect_error("version: 1\nspool: {limit: 1MiB, segment: 16MiB}\n",
		     "f:2:16: error: limit: 1048576 bytes is not between 4194304 and 1125899906842624");
	expect_error("version: 1\nspool: {limit: 32MiB, segment: 16MiB}\n",
		     "f:2:8: error: spool: limit must be at least four times segment");
	expect_error("version: 1\noutputs: [{host: h}]\n", "f:2:11: error: output: \"type\" is missing");
	expect_error("version: 1\noutputs: [{type: yagura, host: h}]\n",
		     "f:2:11: error: output of type yagura: \"port\" is missing");
	expect_error("version: 1\noutputs: [{type: file}]\n",
		     "f:2:11: error: output of type file: \"path\" is missing");
	expect_error("version: 1\noutputs: [{type: 'null', port: 1}]\n",
		     "f:2:26: error: unknown key \"port\" in output of type null");
	expect_error("version: 1\noutputs: [{type: yagra, host: h, port: 1}]\n",
		     "f:2:18: error: type: unknown value \"yagra\" (did you mean \"yagura\"?)");
	expect_error("version: 1\noutputs: {type: 'null'}\n",
		     "f:2:10: error: outputs: expected a list, got a mapping");
	expect_error("version: 1\noutputs: [{type: 'null', name: ../x}]\n",
		     "f:2:32: error: name: expected up to 32 of a-z, 0-9, _ and -, found \"../x\"");
	expect_error("version: 1\noutputs: [{type: 'null', name: a}, {type: 'null', name: a}]\n",
		     "f:2:36: error: output: another one is named \"a\" already (give this one a name)");
	expect_error("version: 1\noutputs: [{type: 'null', where: x}]\n",
		     "f:2:26: error: where: type null ships whole batches, it cannot leave out events");
	expect_error("version: 1\nsender: {output: {kind: tcp, host: h, port: 1}}\n",
		     "f:2:10: error: sender.output has become a list of its own: "
		     "outputs: [{type: yagura, host: ..., port: ...}]");
}

/* The place is ours to say; the words are yaml_tree's. */
static void expect_place(const char *text, unsigned int line, unsigned int column)
{
	assert_int_equal(parse(text), -EBADMSG);
	assert_true(errors.error_nr >= 1);
	assert_int_equal(errors.item[0].line, line);
	assert_int_equal(errors.item[0].column, column);
}

static void test_places(void **state)
{
	(void)state;
	expect_place("version: 1\nspol: {}\n", 2, 1);
	expect_place("version: 1\nreader: {flush: 1}\n", 2, 10);
	expect_place("version: 2\n", 1, 10);
	expect_place("version: 1\nreader: {hold_ms: 1001}\n", 2, 19);
	expect_place("version: 1\nreader: {io: kqueue}\n", 2, 14);
	expect_place("version: 1\nreader: 3\n", 2, 9);
	expect_place("version: 1\noutputs: [{type: 'null', window: 0}]\n", 2, 34);
	expect_place("version: 1\noutputs: [3]\n", 2, 11);
	expect_place("version: 1\nlog: loud\n", 2, 6);
	expect_place("- 1\n", 1, 1);
}

static void test_untouched_on_failure(void **state)
{
	struct ygr_config before;

	(void)state;
	assert_int_equal(parse("version: 1\n"), 0);
	before = config;
	assert_int_equal(parse("version: 1\nruntime_dir: /r\nlog: loud\n"), -EBADMSG);
	assert_string_equal(config.runtime_dir, before.runtime_dir);
}

static void test_size_overflow(void **state)
{
	(void)state;
	expect_place("version: 1\nspool: {limit: 99999999999TiB}\n", 2, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_everything_set),
		cmocka_unit_test(test_outputs),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_untouched_on_failure),
		cmocka_unit_test(test_size_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
