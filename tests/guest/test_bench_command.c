// SPDX-License-Identifier: GPL-2.0-only
/*
 * yaguractl bench beside the module: each call that it says it made is an event, delivered or
 * counted, and its twins are none; and what it says of module and daemon is so. No duration is
 * judged.
 */
#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "daemon.h"

#define CTL		"/t/yaguractl"
#define BASELINE_PATH	"/tmp/bench-without.json"
#define MIX		"exec=1,open=10,connect=5"
#define POLICY(rule)	"version: 1\nname: bench\noptions: { protect: false }\nrules:\n  - " rule "\n"
#define ALICE		1000

static struct command said;
static json_t *report;
static struct daemon daemon;	/* that the test has started, if it runs */
static struct guest *guest;	/* of the module that the test has loaded; NULL: of none */

/* ---- running it ---- */

static void take_report(void)
{
	json_decref(report);
	report = json_loads(said.out, 0, NULL);
	if (!report)
		fail_msg("no JSON: %s%s", said.out, said.err);
}

#define bench(wanted, ...) do { \
	command_run(&said, CTL, "bench", "--json", __VA_ARGS__); \
	if (said.status != (wanted)) \
		fail_msg("status %d: %s%s", said.status, said.out, said.err); \
	take_report(); \
} while (0)

/* A member by its path, such as "run.calls". */
static const json_t *member(const char *path)
{
	const json_t *value = report;
	char name[64];
	size_t len;

	for (const char *at = path; *at; at += len + (at[len] == '.')) {
		len = strcspn(at, ".");
		snprintf(name, sizeof(name), "%.*s", (int)len, at);
		value = json_object_get(value, name);
		if (!value)
			fail_msg("no \"%s\" of \"%s\" in: %s", name, path, said.out);
	}
	return value;
}

static json_int_t number(const char *path)
{
	return json_integer_value(member(path));
}

static const char *text(const char *path)
{
	return json_string_value(member(path));
}

static void nothing_is_left(void)
{
	glob_t found;

	assert_int_equal(glob("/tmp/yagura-bench.*", 0, NULL, &found), GLOB_NOMATCH);
}

/* ---- what came of it ---- */

/* The files are made before the first call: those opens are no calls. */
static bool is_open_of_bench(const struct guest_event *event)
{
	const char *path = event->text[YGR_STR_PATH].bytes;

	return event->head.type == YGR_EV_OPEN && path && strstr(path, "/yagura-bench.") &&
	       (event->body.file.access & YGR_ACCESS_WRITE) &&
	       !(event->body.file.access & YGR_ACCESS_CREATED);
}

static bool is_connect_of_bench(const struct guest_event *event)
{
	return event->head.type == YGR_EV_CONNECT && !strcmp(event->head.comm, "yaguractl");
}

static bool is_exec_of_bench(const struct guest_event *event)
{
	const char *name = event->text[YGR_STR_FILENAME].bytes;

	return event->head.type == YGR_EV_EXEC && name && !strcmp(name, "/bin/true");
}

static json_int_t count(bool (*is_it)(const struct guest_event *event))
{
	json_int_t nr = 0;

	for (const struct guest_event *event = guest->first; event; event = event->next)
		nr += is_it(event);
	return nr;
}

static json_int_t events_of(const char *class)
{
	char path[64];
	json_int_t nr = 0;
	static const struct {
		const char *key;
		int sign;
	} parts[] = { { "produced", 1 }, { "merged", -1 }, { "repeats", 1 }, { "suppressed", 1 } };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		snprintf(path, sizeof(path), "events.%s.%s", class, parts[i].key);
		nr += parts[i].sign * number(path);
	}
	return nr;
}

/* A module of one's own, for the first reader of which all is there. */
static void load(const char *params)
{
	int ret = guest_module_load(params);

	if (ret)
		fail_msg("module: %s", strerror(-ret));
	guest = guest_open();
}

/* After each test, however it went. */
static int unload(void **state)
{
	int ret;

	(void)state;
	if (daemon.pid)
		daemon_exit(&daemon);
	guest_close(guest);
	guest = NULL;
	ret = daemon_module_unload();
	nothing_is_left();
	return ret && ret != -ENOENT ? -1 : 0;
}

/* ---- tests ---- */

static void without_a_module_there_is_a_baseline(void **state)
{
	(void)state;
	bench(0, "--duration", "2", "--rate", "100", "--mix", MIX);
	assert_string_equal(text("sensor.state"), "absent");
	assert_string_equal(text("method"), "twin");
	assert_null(json_object_get(report, "events"));
	assert_int_equal(number("run.failed"), 0);
	assert_int_equal(guest_file_write(BASELINE_PATH, said.out), 0);
}

static void every_call_is_told_and_no_twin(void **state)
{
	(void)state;
	load("ring_kib=4096");
	bench(0, "--duration", "2", "--rate", "200", "--mix", MIX, "--threads", "2");
	assert_string_equal(text("sensor.state"), "on");
	assert_int_equal(number("run.failed"), 0);
	guest_check_accounts(guest);
	assert_true(number("calls.open.call.made") > 0 && number("calls.open.twin.made") > 0);
	assert_int_equal(count(is_open_of_bench), number("calls.open.call.made"));
	assert_int_equal(count(is_connect_of_bench), number("calls.connect.call.made"));
	assert_int_equal(count(is_exec_of_bench), number("calls.exec.call.made"));
	assert_true(events_of("file") >= number("calls.open.call.made"));
	assert_true(events_of("socket") >= number("calls.connect.call.made"));
	assert_true(events_of("exec") >= number("calls.exec.call.made"));
	/* Both sides of an exec are a process that begins and ends. */
	assert_true(events_of("exit") >=
		    number("calls.exec.call.made") + number("calls.exec.twin.made"));
	assert_int_equal(number("events.file.dropped"), 0);
}

static void what_is_dropped_is_counted(void **state)
{
	json_int_t made, delivered;

	(void)state;
	load("ring_kib=64 totals_ms=500"); /* which tells gaps on each CPU */
	bench(0, "--duration", "2", "--rate", "max", "--mix", "open", "--threads", "2");
	made = number("calls.open.call.made");
	guest_check_accounts(guest);
	delivered = count(is_open_of_bench);
	print_message("%lld made, %lld delivered, %lld dropped\n", made, delivered,
		      number("events.file.dropped"));
	assert_true(number("events.file.dropped") > 0);
	assert_int_equal(number("events.file.produced"), made);
	assert_int_equal(delivered + number("events.file.dropped"), made);
	assert_true(number("memory.unread_bytes") > 0);
	assert_true(number("memory.unread_bytes") <= number("memory.ring_bytes"));
}

static void repeats_and_what_is_suppressed_are_counted(void **state)
{
	(void)state;
	load("ring_kib=4096 coalesce_ms=1000 process_budget=100");
	bench(0, "--duration", "2", "--rate", "500", "--mix", "open", "--objects", "1");
	assert_true(number("events.file.repeats") > 0);
	assert_int_equal(events_of("file"), number("calls.open.call.made"));
	bench(0, "--duration", "2", "--rate", "max", "--mix", "open", "--objects", "1000");
	assert_true(number("events.file.suppressed") > 0);
	assert_int_equal(events_of("file"), number("calls.open.call.made"));
}

static void a_baseline_is_taken_off(void **state)
{
	static const char *const keys[] = { "p50_ns", "mean_ns" };
	json_t *baseline = json_load_file(BASELINE_PATH, 0, NULL), *before;
	json_int_t now, then;
	char path[64];

	(void)state;
	load("ring_kib=4096");
	bench(0, "--duration", "2", "--rate", "100", "--mix", MIX, "--baseline", BASELINE_PATH);
	assert_string_equal(text("method"), "twin-and-baseline");
	before = json_object_get(json_object_get(baseline, "calls"), "open");
	before = json_object_get(before, "difference");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		snprintf(path, sizeof(path), "calls.open.difference.%s", keys[i]);
		now = number(path);
		snprintf(path, sizeof(path), "calls.open.added.%s", keys[i]);
		then = json_integer_value(json_object_get(before, keys[i]));
		assert_int_equal(number(path), now - then);
	}
	json_decref(baseline);
	command_run(&said, CTL, "bench", "--mix", "open", "--baseline", BASELINE_PATH);
	assert_command(&said, 1, BASELINE_PATH ": made with another mix: " MIX ", not open=1");
}

static void what_policy_denies_is_told(void **state)
{
	(void)state;
	load("ring_kib=4096");
	guest_policy_load(guest, POLICY("{ name: no-connect, on: connect, where: { port: 20001 }, do: deny }"));
	bench(0, "--duration", "2", "--rate", "100", "--mix", "connect", "--objects", "4");
	assert_true(number("calls.connect.call.failed") > 0);
	assert_true(number("calls.connect.call.failed") < number("calls.connect.call.made"));
	assert_int_equal(number("counters.denied"), number("calls.connect.call.failed"));
	assert_int_equal(number("calls.connect.twin.failed"), 0);
	guest_policy_load(guest, POLICY("{ name: no-exec, on: exec, where: { path: /bin/busybox }, do: deny }"));
	bench(1, "--duration", "1", "--rate", "20", "--mix", "exec");
	assert_string_equal(text("calls.exec.call.error"), "EPERM");
	assert_int_equal(number("counters.denied"), number("calls.exec.call.made"));
	command_run(&said, CTL, "bench", "--duration", "1", "--rate", "20", "--mix", "exec");
	assert_int_equal(said.status, 1);
	assert_non_null(strstr(said.out, "FAILED (EPERM)"));
	/* Denied after it was made: it is taken away all the same. */
	guest_policy_load(guest, POLICY("{ name: no-open, on: open-write, where: { path: \"/tmp/yagura-bench.*/file-0001\" }, do: deny }"));
	command_run(&said, CTL, "bench", "--duration", "1", "--mix", "open");
	assert_command(&said, 1, ": Operation not permitted\n");
	assert_null(strstr(said.err, "left behind"));
	guest_policy_clear(guest);
}

static void the_daemon_is_metered(void **state)
{
	struct daemon_options options = { 0 };
	char run[128];

	(void)state;
	assert_int_equal(guest_module_load("ring_kib=256 flush_ms=50"), 0);
	daemon_init(&daemon, "bench", &options);
	daemon_start(&daemon);
	/* Both have said who they are: before that, nobody can meter them. */
	daemon_number(&daemon, DAEMON_READER, "pid");
	daemon_number(&daemon, DAEMON_SENDER, "pid");
	snprintf(run, sizeof(run), "%s/run", daemon.dir);
	bench(0, "--duration", "2", "--rate", "500", "--mix", MIX, "--run", run);
	assert_int_equal(number("daemon.reader.pid"), daemon_find(&daemon, DAEMON_READER));
	assert_int_equal(number("daemon.sender.pid"), daemon_find(&daemon, DAEMON_SENDER));
	assert_int_equal(number("daemon.supervisor.pid"), daemon.pid);
	assert_true(number("daemon.reader.cpu_ns") >= 0);
	assert_true(number("daemon.reader.rss_bytes") > 0);
	assert_true(number("daemon.reader.rss_bytes") <= number("daemon.reader.peak_bytes"));
	assert_true(json_is_false(member("daemon.reader.restarted")));
	assert_int_equal(daemon_stop(&daemon), 0);
}

static void others_are_told_who_may(void **state)
{
	static const char *const argv[] = { CTL, "bench", NULL };

	(void)state;
	load(NULL);
	command_run_as(&said, ALICE, argv);
	assert_command(&said, 3, "/dev/yagura: permission denied: this needs root");
}

static void a_stopped_sensor_is_off(void **state)
{
	(void)state;
	load("ring_kib=4096");
	command_run(&said, CTL, "stop", "--yes");
	assert_int_equal(said.status, 0);
	bench(0, "--duration", "1", "--rate", "100", "--mix", "open,connect");
	assert_string_equal(text("sensor.state"), "off");
	assert_int_equal(events_of("file") + events_of("socket"), 0);
}

static int end(void **state)
{
	(void)state;
	json_decref(report);
	command_free(&said);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(without_a_module_there_is_a_baseline, unload),
		cmocka_unit_test_teardown(every_call_is_told_and_no_twin, unload),
		cmocka_unit_test_teardown(what_is_dropped_is_counted, unload),
		cmocka_unit_test_teardown(repeats_and_what_is_suppressed_are_counted, unload),
		cmocka_unit_test_teardown(a_baseline_is_taken_off, unload),
		cmocka_unit_test_teardown(what_policy_denies_is_told, unload),
		cmocka_unit_test_teardown(the_daemon_is_metered, unload),
		cmocka_unit_test_teardown(others_are_told_who_may, unload),
		cmocka_unit_test_teardown(a_stopped_sensor_is_off, unload),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
