// SPDX-License-Identifier: GPL-2.0-only
/*
 * yaguractl top beside the loaded module, without the daemon and with it: what is done while it
 * runs is counted, each once, in whatever interval. No rate is judged.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "command.h"
#include "daemon.h"

#define CTL		"/t/yaguractl"
#define OUT_PATH	"/tmp/top-out"
#define DENIED_PATH	"/tmp/top-denied"
#define NO_SPOOL	"/tmp/top-no-spool"
#define DENIED_NR	37
#define ALICE		1000
#define POLICY \
	"version: 1\nname: top\nrules:\n" \
	"  - { name: no-touch, on: open-write, where: { path: " DENIED_PATH " }, do: deny }\n"

static struct command said;
static struct guest handle = { .fd = -1 };	/* of the kind that reads no events */

static int load(void **state)
{
	(void)state;
	if (guest_module_load("ring_kib=1024"))
		return -1;
	handle.fd = open(YGR_DEVICE_PATH, O_RDONLY | O_CLOEXEC);
	return handle.fd < 0;
}

static int unload(void **state)
{
	(void)state;
	if (handle.fd >= 0)
		close(handle.fd);
	handle.fd = -1;
	command_free(&said);
	return daemon_module_unload();
}

/* ---- what it has said ---- */

static json_t *parse_lines(char *text)
{
	json_t *lines = json_array(), *line;
	char *rest = text, *each;

	/* The last one may not be whole yet. */
	while (strchr(rest, '\n') && (each = strsep(&rest, "\n"))) {
		line = json_loads(each, 0, NULL);
		if (!line)
			fail_msg("no JSON: %s", each);
		json_array_append_new(lines, line);
	}
	return lines;
}

static json_t *read_lines(void)
{
	char *text = NULL;
	size_t bytes = 0;
	json_t *lines;
	FILE *f = fopen(OUT_PATH, "re");

	if (!f || getdelim(&text, &bytes, '\0', f) < 0) {
		free(text);
		text = strdup("");
	}
	if (f)
		fclose(f);
	lines = parse_lines(text);
	free(text);
	return lines;
}

/* "classes.deny.recorded"; 0 if it is not there */
static json_int_t number(const json_t *line, const char *path)
{
	char copy[64], *rest = copy, *name;

	snprintf(copy, sizeof(copy), "%s", path);
	while ((name = strsep(&rest, ".")))
		line = json_object_get(line, name);
	return json_integer_value(line);
}

/* Of all lines: @key of the item of @list whose @name is @value. */
static json_int_t sum_of(const json_t *lines, const char *list, const char *name,
			 const json_t *value, const char *key)
{
	const json_t *line, *item;
	json_int_t sum = 0;
	size_t i, j;

	json_array_foreach(lines, i, line)
		json_array_foreach(json_object_get(json_object_get(line, list), "top"), j, item)
			if (json_equal(json_object_get(item, name), value))
				sum += json_integer_value(json_object_get(item, key));
	return sum;
}

static json_int_t sum(const json_t *lines, const char *path)
{
	const json_t *line;
	json_int_t sum = 0;
	size_t i;

	json_array_foreach(lines, i, line)
		sum += number(line, path);
	return sum;
}

/* ---- running it ---- */

static int top(void *spool)
{
	int fd = open(OUT_PATH, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0)
		return 126;
	execl(CTL, CTL, "top", "--json", "--interval", "0.2", "--spool", spool, NULL);
	return 127;
}

/* Until its lines are as wanted. Return: them, or of what was there when time was up. */
static json_t *wait_lines(bool (*is_wanted)(const json_t *lines))
{
	uint64_t deadline_ns = guest_now_ns() + DAEMON_WAIT_MS * 1000000ull;
	json_t *lines;

	for (;;) {
		lines = read_lines();
		if (is_wanted(lines) || guest_now_ns() >= deadline_ns)
			return lines;
		json_decref(lines);
		usleep(50000);
	}
}

static bool has_begun(const json_t *lines)
{
	return json_array_size(lines);
}

static pid_t start(const char *spool)
{
	pid_t pid;

	unlink(OUT_PATH);
	pid = guest_child_start(top, (void *)spool);
	json_decref(wait_lines(has_begun));
	return pid;
}

static void stop(pid_t pid)
{
	kill(pid, SIGTERM);
	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), 128 + SIGTERM);
}

static void be_denied(void)
{
	for (unsigned int i = 0; i < DENIED_NR; i++) {
		assert_int_equal(open(DENIED_PATH, O_WRONLY | O_CREAT, 0600), -1);
		assert_int_equal(errno, EPERM);
	}
}

/* ---- tests ---- */

static void without_a_module_it_says_so(void **state)
{
	(void)state;
	command_run(&said, CTL, "top", "--batch", "--count", "1");
	assert_command(&said, 3, "yaguractl: /dev/yagura: the module is not loaded (modprobe yagura)\n");
	assert_string_equal(said.out, "");
}

static void others_are_told_who_may(void **state)
{
	const char *const argv[] = { CTL, "top", "--count", "1", NULL };

	(void)state;
	command_run_as(&said, ALICE, argv);
	assert_command(&said, 3, "yaguractl: /dev/yagura: permission denied: this needs root");
}

static void check_class(const json_t *first, const json_t *second, const char *class)
{
	static const char *const counts[] = { "recorded", "merged", "suppressed", "dropped" };
	char path[64], total[64];

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		snprintf(path, sizeof(path), "classes.%s.%s", class, counts[i]);
		snprintf(total, sizeof(total), "classes.%s.total.%s", class, counts[i]);
		assert_int_equal(number(second, path), number(second, total) - number(first, total));
	}
}

/* Counters move while it runs: each lies between what it was before and what it is after. */
static void two_intervals_are_two_lines(void **state)
{
	static const char *const names[YGR_CLASS_NR] = {
		"exec", "exit", "deny", "sensor", "fork", "file", "socket", "privilege",
	};
	struct ygr_stats before = guest_stats(&handle, YGR_CPU_ALL), after;
	const json_t *first, *second;
	char path[64];
	json_t *lines;

	(void)state;
	command_run(&said, CTL, "top", "--batch", "--count", "2", "--json", "--interval", "0.5", "--spool", NO_SPOOL);
	assert_command(&said, 0, "");
	after = guest_stats(&handle, YGR_CPU_ALL);
	lines = parse_lines(said.out);
	assert_int_equal(json_array_size(lines), 2);
	first = json_array_get(lines, 0);
	second = json_array_get(lines, 1);
	assert_int_equal(json_object_size(json_object_get(second, "classes")), YGR_CLASS_NR);
	for (unsigned int i = 0; i < YGR_CLASS_NR; i++) {
		check_class(first, second, names[i]);
		snprintf(path, sizeof(path), "classes.%s.total.recorded", names[i]);
		assert_in_range(number(first, path), before.produced[i], after.produced[i]);
		assert_in_range(number(second, path), number(first, path), after.produced[i]);
	}
	assert_true(number(first, "interval_ns") >= 500000000);
	json_decref(lines);
}

static void the_sensor_is_told(void **state)
{
	struct ygr_info info;
	json_t *lines;
	const json_t *line;

	(void)state;
	assert_int_equal(ioctl(handle.fd, YGR_IOC_GET_INFO, &info), 0);
	command_run(&said, CTL, "top", "--count", "1", "--json", "--interval", "0.1", "--spool", NO_SPOOL);
	lines = parse_lines(said.out);
	line = json_array_get(lines, 0);
	assert_int_equal(number(line, "module.load_id"), info.load_id);
	assert_int_equal(number(line, "module.hooks"), info.hook_nr);
	assert_int_equal(number(line, "module.lost"), 0);
	assert_true(number(line, "module.attached") > 0);
	assert_int_equal(number(line, "policy.generation"), info.generation);
	assert_int_equal(number(line, "rings.nr"), 2);
	assert_int_equal(number(line, "rings.data_bytes"), 2 * 1024 * 1024);
	assert_string_equal(json_string_value(json_object_get(json_object_get(line, "spool"), "error")),
			    "no events: the spool: No such file or directory (has yagurad run?)");
	json_decref(lines);
}

static void lines_for_a_person(void **state)
{
	(void)state;
	guest_policy_load(&handle, POLICY);
	command_run(&said, CTL, "top", "--count", "1", "--interval", "0.1", "--spool", NO_SPOOL);
	assert_command(&said, 0, ", top: 1 rule (1 enforce, 0 monitor)\n");
	assert_command(&said, 0, "\nprivilege ");
	assert_command(&said, 0, "\ndaemon   reader NOT RUNNING, sender NOT RUNNING\n");
	guest_policy_clear(&handle);
}

static bool has_all_denials(const json_t *lines)
{
	return sum(lines, "classes.deny.recorded") >= DENIED_NR;
}

static void each_denial_is_in_one_interval(void **state)
{
	json_t *lines;
	pid_t pid;

	(void)state;
	guest_policy_load(&handle, POLICY);
	pid = start(NO_SPOOL);
	be_denied();
	lines = wait_lines(has_all_denials);
	stop(pid);
	assert_int_equal(sum(lines, "classes.deny.recorded"), DENIED_NR);
	assert_int_equal(sum(lines, "classes.deny.dropped"), 0);
	json_decref(lines);
	guest_policy_clear(&handle);
}

/* ---- the module goes, and comes back ---- */

static bool is_without(const json_t *lines)
{
	return json_is_null(json_object_get(json_array_get(lines, json_array_size(lines) - 1), "module"));
}

static bool is_back(const json_t *lines)
{
	return json_array_size(lines) && !is_without(lines);
}

static void a_module_may_go_and_come(void **state)
{
	json_t *lines;
	pid_t pid;

	pid = start(NO_SPOOL);
	assert_int_equal(unload(state), 0);
	lines = wait_lines(is_without);
	assert_true(is_without(lines));
	json_decref(lines);
	assert_int_equal(load(state), 0);
	lines = wait_lines(is_back);
	assert_true(is_back(lines));
	json_decref(lines);
	stop(pid);
}

/* ---- with the daemon ---- */

static struct daemon rig;

static int start_daemon(void **state)
{
	if (load(state))
		return -1;
	daemon_init(&rig, "top", NULL);
	daemon_start(&rig);
	daemon_wait(&rig, DAEMON_READER);
	return 0;
}

static int end_daemon(void **state)
{
	daemon_exit(&rig);
	return unload(state);
}

static json_int_t of_rule(const json_t *lines, const char *key)
{
	json_t *name = json_string("no-touch");
	json_int_t nr = sum_of(lines, "rules", "name", name, key);

	json_decref(name);
	return nr;
}

static bool has_all_events(const json_t *lines)
{
	return of_rule(lines, "denied") >= DENIED_NR;
}

static void events_are_of_their_process_and_rule(void **state)
{
	json_t *lines, *self;
	pid_t pid;

	(void)state;
	guest_policy_load(&handle, POLICY);
	pid = start(rig.spool);
	be_denied();
	lines = wait_lines(has_all_events);
	stop(pid);
	self = json_integer(getpid());
	assert_int_equal(of_rule(lines, "denied"), DENIED_NR);
	assert_int_equal(of_rule(lines, "events"), DENIED_NR);
	assert_int_equal(of_rule(lines, "error"), 0);
	assert_int_equal(sum_of(lines, "processes", "pid", self, "denied"), DENIED_NR);
	assert_int_equal(sum(lines, "spool.faults"), 0);
	assert_int_equal(sum(lines, "classes.deny.recorded"), DENIED_NR);
	json_decref(self);
	json_decref(lines);
	guest_policy_clear(&handle);
}

static void the_daemon_is_not_disturbed(void **state)
{
	struct far_end far = { 0 };
	pid_t pid;

	(void)state;
	daemon_receiver_start(&rig);
	pid = start(rig.spool);
	for (unsigned int i = 0; i < 100; i++)
		assert_int_equal(guest_file_write("/tmp/top-file", ""), 0);
	daemon_check_accounts(&rig, &far);
	far_end_close(&far);
	stop(pid);
}

int main(void)
{
	const struct CMUnitTest alone[] = {
		cmocka_unit_test(without_a_module_it_says_so),
	};
	const struct CMUnitTest live[] = {
		cmocka_unit_test(two_intervals_are_two_lines),
		cmocka_unit_test(the_sensor_is_told),
		cmocka_unit_test(lines_for_a_person),
		cmocka_unit_test(each_denial_is_in_one_interval),
		cmocka_unit_test(others_are_told_who_may),
		cmocka_unit_test(a_module_may_go_and_come),
	};
	const struct CMUnitTest with_daemon[] = {
		cmocka_unit_test(events_are_of_their_process_and_rule),
		cmocka_unit_test(the_daemon_is_not_disturbed),
	};

	return cmocka_run_group_tests_name("alone", alone, NULL, NULL) +
	       cmocka_run_group_tests_name("live", live, load, unload) +
	       cmocka_run_group_tests_name("daemon", with_daemon, start_daemon, end_daemon);
}
