// SPDX-License-Identifier: GPL-2.0-only
/* What each rule did, to the unit: held, denied, would deny. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launch.h"
#include "operate.h"

#define DIR		"/tmp/stats/"
#define POLICY(rules)	"version: 1\nname: stats\nrules:\n" rules
#define RULE(name, on, path, what) \
	"  - { name: " name ", on: " on ", where: { path: " path " }, " what " }\n"

/* A rule of each action, each about a file of its own, which is named after it. */
#define EACH POLICY(RULE("deny", "open-write", DIR "deny", "do: deny") \
		    RULE("monitor", "open-write", DIR "monitor", "do: deny, mode: monitor") \
		    RULE("record", "open-write", DIR "record", "do: record") \
		    RULE("ignore", "open-write", DIR "ignore", "do: ignore") \
		    RULE("allow", "open-write", DIR "allow", "do: allow") \
		    RULE("label", "open-write", DIR "label", "do: label, set: seen") \
		    RULE("after", "open-write", DIR "label", "do: record"))

enum { DENY, MONITOR, RECORD, IGNORE, ALLOW, LABEL, AFTER, EACH_NR };

static const char *const each[EACH_NR] = {
	"deny", "monitor", "record", "ignore", "allow", "label", "after",
};

static void open_it(const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), DIR "%s", name);
	fd = open(path, O_WRONLY);
	if (fd >= 0)
		close(fd);
}

static void at_first_all_are_zero(void **state)
{
	const struct guest *guest = *state;

	guest_policy_load(guest, EACH);
	for (uint32_t rule = 0; rule < EACH_NR; rule++)
		assert_stats(guest, rule, 0, 0, 0);
}

static void each_action_counts_as_itself(void **state)
{
	const struct guest *guest = *state;

	guest_policy_load(guest, EACH);
	/* On every CPU, since each counts for itself. */
	for (uint32_t rule = 0; rule < AFTER; rule++)
		for (uint32_t i = 0; i < 10 * (rule + 1); i++) {
			assert_int_equal(guest_pin(i % guest->info.cpu_nr), 0);
			open_it(each[rule]);
		}
	assert_stats(guest, DENY, 10, 10, 0);
	assert_stats(guest, MONITOR, 20, 0, 20);
	assert_stats(guest, RECORD, 30, 0, 0);
	assert_stats(guest, IGNORE, 40, 0, 0);
	assert_stats(guest, ALLOW, 50, 0, 0);
	assert_stats(guest, LABEL, 60, 0, 0);
	assert_stats(guest, AFTER, 60, 0, 0);
}

static void an_event_that_no_rule_is_about_counts_nowhere(void **state)
{
	const struct guest *guest = *state;

	guest_policy_load(guest, EACH);
	open_it("other");
	for (uint32_t rule = 0; rule < EACH_NR; rule++)
		assert_stats(guest, rule, 0, 0, 0);
}

static void only_the_first_that_holds_decides(void **state)
{
	const struct guest *guest = *state;

	guest_policy_load(guest, POLICY(RULE("first", "open-write", DIR "deny", "do: record")
					RULE("second", "open-write", "\"" DIR "**\"", "do: deny")));
	open_it("deny");
	open_it("other");
	assert_stats(guest, 0, 1, 0, 0);
	assert_stats(guest, 1, 1, 1, 0);
}

/* An exec that succeeds is judged as an attempt and as a success, and is one exec. */
static void an_exec_counts_once(void **state)
{
	const struct guest *guest = *state;

	guest_policy_load(guest, POLICY(RULE("record", "exec", PROG, "do: record")
					RULE("deny", "exec", COPY, "do: deny")));
	for (int i = 0; i < 3; i++)
		launch_plain(PROG, RAN_STATUS);
	assert_stats(guest, 0, 3, 0, 0);
	for (int i = 0; i < 4; i++)
		launch_plain(COPY, EPERM);
	assert_stats(guest, 1, 4, 4, 0);

	guest_policy_load(guest, POLICY(RULE("monitor", "exec", PROG, "do: deny, mode: monitor")
					RULE("label", "exec", COPY, "do: label, set: ran")));
	for (int i = 0; i < 5; i++)
		launch_plain(PROG, RAN_STATUS);
	assert_stats(guest, 0, 5, 0, 5);
	for (int i = 0; i < 6; i++)
		launch_plain(COPY, RAN_STATUS);
	assert_stats(guest, 1, 6, 0, 0);
}

static void the_next_generation_begins_at_zero(void **state)
{
	const struct guest *guest = *state;

	guest_policy_load(guest, EACH);
	open_it("deny");
	assert_stats(guest, DENY, 1, 1, 0);
	guest_policy_load(guest, EACH);
	assert_stats(guest, DENY, 0, 0, 0);
}

/* ---- many at once ---- */

#define THREAD_NR	4
#define OPEN_NR		500

static void *open_many(void *arg)
{
	(void)arg;
	for (int i = 0; i < OPEN_NR; i++) {
		open_it("deny");
		open_it("ignore");
		open_it("label");
	}
	return NULL;
}

static void nothing_is_lost_between_threads(void **state)
{
	const struct guest *guest = *state;
	pthread_t threads[THREAD_NR];

	/* Free to move, as they are not after the test that pins. */
	assert_int_equal(guest_pin(0), 0);
	guest_policy_load(guest, EACH);
	for (unsigned int i = 0; i < THREAD_NR; i++) {
		assert_int_equal(guest_pin(i % guest->info.cpu_nr), 0);
		assert_int_equal(pthread_create(&threads[i], NULL, open_many, NULL), 0);
	}
	for (unsigned int i = 0; i < THREAD_NR; i++)
		pthread_join(threads[i], NULL);
	assert_stats(guest, DENY, THREAD_NR * OPEN_NR, THREAD_NR * OPEN_NR, 0);
	assert_stats(guest, IGNORE, THREAD_NR * OPEN_NR, 0, 0);
	assert_stats(guest, LABEL, THREAD_NR * OPEN_NR, 0, 0);
	assert_stats(guest, AFTER, THREAD_NR * OPEN_NR, 0, 0);
}

/* So many that there is one copy of the counters, for all CPUs. */
static void many_rules_count_as_well(void **state)
{
	enum { NR = 20000 };
	const struct guest *guest = *state;
	struct ygr_rule_stats *rules = calloc(NR, sizeof(*rules));
	struct ygr_policy_stats stats = { .rules = (uintptr_t)rules, .rule_cap = NR };
	size_t room = NR * 128, len;
	char *yaml = malloc(room);

	assert_non_null(rules);
	assert_non_null(yaml);
	len = snprintf(yaml, room, POLICY(""));
	for (int i = 0; i < NR; i++)
		len += snprintf(yaml + len, room - len, "  - { name: r%d, on: open-write, where: { path: "
				DIR "%d }, do: deny }\n", i, i);
	guest_policy_load(guest, yaml);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(guest_pin(i % guest->info.cpu_nr), 0);
		open_it("0");
		open_it("19999");
		open_it("19999");
	}
	assert_int_equal(ioctl(guest->fd, YGR_IOC_POLICY_STATS, &stats), 0);
	assert_int_equal(stats.rule_nr, NR);
	for (int i = 0; i < NR; i++) {
		unsigned int want = i == 0 ? 10 : i == NR - 1 ? 20 : 0;

		assert_int_equal(rules[i].held_nr, want);
		assert_int_equal(rules[i].denied_nr, want);
		assert_int_equal(rules[i].would_deny_nr | rules[i].tripped | rules[i].pad, 0);
	}
	free(yaml);
	free(rules);
}

static int setup(void **state)
{
	static const char *const files[] = {
		"deny", "monitor", "record", "ignore", "allow", "label", "other", "0", "19999",
	};

	if (mkdir(DIR, 0755) && errno != EEXIST)
		return -1;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char path[64];

		snprintf(path, sizeof(path), DIR "%s", files[i]);
		if (guest_file_write(path, ""))
			return -1;
	}
	return launch_setup(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_first_all_are_zero),
		cmocka_unit_test(each_action_counts_as_itself),
		cmocka_unit_test(an_event_that_no_rule_is_about_counts_nowhere),
		cmocka_unit_test(only_the_first_that_holds_decides),
		cmocka_unit_test(an_exec_counts_once),
		cmocka_unit_test(the_next_generation_begins_at_zero),
		cmocka_unit_test(nothing_is_lost_between_threads),
		cmocka_unit_test(many_rules_count_as_well),
	};

	return cmocka_run_group_tests_name("stats", tests, setup, guest_teardown);
}
