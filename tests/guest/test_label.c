// SPDX-License-Identifier: GPL-2.0-only
/*
 * Labels that rules put on processes and look at: who has them afterwards, how
 * long, and through which changes of the policy.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "walk.h"

#define A	PROGRAM("a")
#define B	PROGRAM("b")
#define C	PROGRAM("c")
#define MARK	LINE "/mark"
#define GO	LINE "/go"
#define PAYLOAD	LINE "/payload"

#define HEAD		"version: 1\nname: t\nrules:\n"
#define MARKS_AS(name, how) \
	"  - { name: " name ", on: open-write, where: { path: " MARK " }, " how " }\n"
#define MARKS(how)	MARKS_AS("mark", how)
#define MARKS_M		MARKS("do: label, set: [m]")
#define DENIES(where)	"  - { name: no, on: open-write, do: deny, errno: EACCES, " \
			"where: { path: " FILE_X ", " where " } }\n"
#define DENIES_M	DENIES("label: m")

static bool is_long(void)
{
	return getenv("YAGURA_LONG");
}

struct labelled {
	int status;
	const char *steps[16];
};

static void check_all(const struct guest *guest, const char *yaml, const struct labelled *all,
		      size_t nr)
{
	guest_policy_load(guest, yaml);
	for (size_t i = 0; i < nr; i++) {
		int status = walk_status(all[i].steps);

		if (status != all[i].status)
			fail_msg("walk %zu: status %d, not %d", i, status, all[i].status);
	}
}

#define check_table(guest, yaml, all) \
	check_all(guest, yaml, all, sizeof(all) / sizeof((all)[0]))

/* ---- who has it ---- */

static void process_has_it_from_then_on(void **state)
{
	static const struct labelled all[] = {
		{ 0, { A, "open", FILE_X } },
		{ EACCES, { A, "open", MARK, "open", FILE_X } },
		{ EACCES, { A, "open", MARK, "read", MARK, "open", FILE_X } },
		{ EACCES, { A, "open", FILE_X, "open", MARK, "open", FILE_X } },
		{ EACCES, { A, "open", MARK, "exec", B, "open", FILE_X } },
		{ EACCES, { A, "open", MARK, "exec", B, "exec", C, "open", FILE_X } },
		{ EACCES, { A, "open", MARK, "thread", "open", FILE_X } },
		{ EACCES, { A, "thread", "open", MARK, "exec", B, "open", FILE_X } },
		{ 0, { A, "open", FILE_X } },
	};

	check_table(*state, HEAD MARKS_M DENIES_M, all);
}

static void children_have_it_and_nobody_else(void **state)
{
	static const struct labelled all[] = {
		{ EACCES, { A, "open", MARK, "fork", "open", FILE_X } },
		{ EACCES, { A, "open", MARK, "vfork", "exec", B, "open", FILE_X } },
		{ EACCES, { A, "open", MARK, "fork", "exec", B, "fork", "exec", C, "open", FILE_X } },
		{ EACCES, { A, "open", MARK, "thread", "fork", "open", FILE_X } },
		{ 0, { A, "aside", "open", MARK, "open", FILE_X } },
		{ 0, { A, "aside", "open", MARK, "fork", "open", FILE_X } },
		{ EACCES, { A, "aside", "open", MARK, "aside", "open", FILE_X, "open", MARK,
			    "aside", "open", FILE_X } },
	};

	check_table(*state, HEAD MARKS_M DENIES_M, all);
}

/* ---- who sets it ---- */

static void any_action_sets_it(void **state)
{
	static const char * const policies[] = {
		HEAD MARKS("do: record, set: [m]") DENIES_M,
		HEAD MARKS("do: ignore, set: [m]") DENIES_M,
		HEAD MARKS("do: allow, set: [m]") DENIES_M,
		HEAD MARKS("do: deny, mode: monitor, set: [m]") DENIES_M,
		HEAD MARKS("do: label, set: [n, m]") DENIES_M,
		HEAD MARKS_AS("first", "do: label, set: [n]") MARKS("do: label, set: [m]") DENIES_M,
		HEAD MARKS_AS("first", "do: label, set: [n]") MARKS("do: record, set: [m]") DENIES_M,
		HEAD MARKS("do: label, set: [n]") DENIES("label: [m, n]"),
		HEAD MARKS("do: label, set: [n]") DENIES("not: { label: m }"),
		HEAD MARKS("do: label, set: [m, n]") DENIES("all: [{ label: m }, { label: n }]"),
	};
	static const struct labelled all[] = {
		{ EACCES, { A, "open", MARK, "open", FILE_X } },
	};

	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++)
		check_table(*state, policies[i], all);
}

static void another_label_is_another(void **state)
{
	static const char * const policies[] = {
		HEAD MARKS("do: label, set: [n]") DENIES_M,
		HEAD MARKS_M DENIES("not: { label: m }"),
		HEAD MARKS_M DENIES("all: [{ label: m }, { label: n }]"),
		HEAD MARKS_AS("first", "do: record") MARKS_M DENIES_M,	/* decided before */
	};
	static const struct labelled all[] = {
		{ 0, { A, "open", MARK, "open", FILE_X } },
	};

	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++)
		check_table(*state, policies[i], all);
}

static void denied_event_sets_it(void **state)
{
	static const struct labelled all[] = {
		{ EACCES, { A, "aside", "open", FILE_X, "open", FILE_X } },
		{ EPERM, { A, "open", MARK, "open", FILE_X } },
	};

	check_table(*state, HEAD MARKS("do: deny, set: [m]")
		    "  - { name: no, on: open-write, do: deny, errno: EACCES, set: [m], "
		    "where: { path: " FILE_X " } }\n", all);
}

static int open_both(void *arg)
{
	(void)arg;
	close(open(MARK, O_WRONLY | O_CLOEXEC));
	return open(FILE_X, O_WRONLY | O_CLOEXEC) < 0 ? errno : 0;
}

static void denied_process_is_labelled(void **state)
{
	guest_policy_load(*state, HEAD MARKS("do: deny, set: [m]") DENIES_M);
	assert_int_equal(guest_child_call(0, open_both, NULL), EACCES);
}

static void same_event_sees_it(void **state)
{
	static const struct labelled all[] = { { EACCES, { A, "open", FILE_X } } };
	static const struct labelled none[] = { { 0, { A, "open", FILE_X, "open", FILE_X } } };
#define SETS_AT_X "  - { name: s, on: open-write, where: { path: " FILE_X " }, do: label, set: [m] }\n"

	check_table(*state, HEAD SETS_AT_X DENIES_M, all);
	check_table(*state, HEAD SETS_AT_X DENIES("not: { label: m }"), none);
}

#define AT(on, path) \
	"  - { name: at, on: " on ", where: { path: " path " }, do: label, set: [m] }\n"

static void exec_sets_it_when_it_succeeds(void **state)
{
	static const struct labelled all[] = {
		{ EACCES, { A, "exec", B, "open", FILE_X } },
		{ EACCES, { A, "exec", B, "exec", A, "open", FILE_X } },
		{ 0, { A, "exec", C, "open", FILE_X } },
		{ 0, { A, "fail", LINE "/text", "open", FILE_X } },
	};

	assert_int_equal(guest_file_write(LINE "/text", "no program\n"), 0);
	assert_int_equal(chmod(LINE "/text", 0755), 0);
	check_table(*state, HEAD AT("exec", "[" B ", " LINE "/text]") DENIES_M, all);
}

static void fork_sets_it_on_both(void **state)
{
	static const struct labelled all[] = {
		{ 0, { A, "open", FILE_X } },
		{ EACCES, { A, "fork", "open", FILE_X } },
		{ EACCES, { A, "aside", "read", FILE_X, "open", FILE_X } },
	};

	check_table(*state, HEAD "  - { name: f, on: fork, where: { exe: " A " }, do: label, set: [m] }\n"
		    DENIES_M, all);
}

/* ---- changes of the policy ---- */

/* A process that was labelled and waits. */
static pid_t start_marked(void)
{
	pid_t pid;

	unlink(GO);
	unlink(LINE "/ready");
	pid = walk_begin(A, "open", MARK, "fork", "aside", "open", LINE "/ready", "wait", GO,
			 "open", FILE_X);
	for (unsigned int tries = 0; access(LINE "/ready", F_OK) && tries < 1000; tries++)
		usleep(5000);
	return pid;
}

static int finish(pid_t pid)
{
	assert_int_equal(guest_file_write(GO, ""), 0);
	return walk_wait(pid);
}

static void label_outlives_its_policy_by_name(void **state)
{
	static const struct {
		const char *then;	/* another policy comes and goes; NULL: none in between */
		const char *last;
		int status;
	} all[] = {
		{ NULL, HEAD DENIES_M, EACCES },
		{ NULL, HEAD DENIES("label: n"), 0 },
		{ NULL, HEAD DENIES("label: [x1, x2, m]"), EACCES },
		{ NULL, HEAD DENIES("label: [x1, x2, x3]"), 0 },
		{ NULL, "labels: [x1, x2, x3, m]\n" HEAD DENIES_M, EACCES },
		{ HEAD DENIES("label: n"), HEAD DENIES_M, EACCES },
		{ HEAD DENIES("label: n"), HEAD DENIES("label: n"), 0 },
		{ "", HEAD DENIES_M, EACCES },
	};
	struct guest *guest = *state;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		pid_t pid;

		guest_policy_load(guest, HEAD MARKS_M);
		pid = start_marked();
		if (all[i].then && !all[i].then[0])
			guest_policy_clear(guest);
		else if (all[i].then)
			guest_policy_load(guest, all[i].then);
		guest_policy_load(guest, all[i].last);
		if (finish(pid) != all[i].status)
			fail_msg("change %zu", i);
	}
}

/* A policy of 64 labels, @set . "0" .. "63", and these rules, where %s stands for the set. */
static uint64_t load_full(const struct guest *guest, char set, const char *rules)
{
	char yaml[4096], with_set[2048];
	size_t len = 0;

	len += snprintf(yaml, sizeof(yaml), "labels: [");
	for (unsigned int i = 0; i < 64; i++)
		len += snprintf(yaml + len, sizeof(yaml) - len, "%s%c%u", i ? ", " : "", set, i);
	for (size_t i = 0;; i++) {
		with_set[i] = rules[i] == '%' ? set : rules[i];
		if (!rules[i])
			break;
	}
	snprintf(yaml + len, sizeof(yaml) - len, "]\n" HEAD "%s", with_set);
	return guest_policy_load(guest, yaml);
}

#define MARKS_ALL	MARKS("do: label, set: [%0, %1, %31, %32, %62, %63]")
#define DENIES_ANY	DENIES("label: [%0, %1, %2, %3, %4, %30, %31, %32, %33, %61, %62, %63]")

static void all_64_labels_work(void **state)
{
	load_full(*state, 'p', MARKS("do: label, set: [%63]") DENIES("label: %63"));
	assert_int_equal(walk_now(A, "open", MARK, "open", FILE_X), EACCES);
	load_full(*state, 'p', MARKS("do: label, set: [%63]") DENIES("label: %62"));
	assert_int_equal(walk_now(A, "open", MARK, "open", FILE_X), 0);
	load_full(*state, 'q', MARKS("do: label, set: [%0]") DENIES("label: %0"));
	assert_int_equal(walk_now(A, "open", MARK, "open", FILE_X), EACCES);
	load_full(*state, 'q', MARKS("do: label, set: [%0]") DENIES("label: %63"));
	assert_int_equal(walk_now(A, "open", MARK, "open", FILE_X), 0);
}

/* Slots are there for two policies of 64; a third takes those of the first. */
static void slot_that_is_reused_is_clean(void **state)
{
	struct guest *guest = *state;
	pid_t pid;

	load_full(guest, 'p', MARKS_ALL);
	pid = start_marked();
	load_full(guest, 'q', DENIES_ANY);
	load_full(guest, 'r', DENIES_ANY);
	assert_int_equal(finish(pid), 0);
}

static void label_in_force_keeps_its_slot(void **state)
{
	struct guest *guest = *state;
	pid_t pid;

	load_full(guest, 'p', DENIES_ANY);
	load_full(guest, 'q', MARKS_ALL);
	pid = start_marked();
	load_full(guest, 'r', DENIES_ANY);
	load_full(guest, 'q', DENIES_ANY);
	assert_int_equal(finish(pid), EACCES);
}

static int fork_and_mark(void *arg)
{
	int status;

	(void)arg;
	while (access(GO, F_OK)) {
		status = walk_now(A, "open", MARK, "fork", "fork", "exec", B, "fork", "open", FILE_X);
		if (status)
			return status;
	}
	return 0;
}

#define MARKER_NR	4

/* Processes that were labelled fork while slots change hands: nobody has what no rule gave him. */
static void reuse_misses_nobody(void **state)
{
	unsigned int rounds = is_long() ? 500 : 30;
	pid_t pids[MARKER_NR];

	unlink(GO);
	load_full(*state, 'p', MARKS_ALL);
	for (size_t i = 0; i < MARKER_NR; i++)
		pids[i] = guest_child_start(fork_and_mark, NULL);
	while (rounds--) {
		load_full(*state, 'q', DENIES_ANY);
		load_full(*state, 'r', DENIES_ANY);
		load_full(*state, 'p', MARKS_ALL);
		usleep(20000);
	}
	assert_int_equal(guest_file_write(GO, ""), 0);
	for (size_t i = 0; i < MARKER_NR; i++)
		assert_int_equal(guest_child_wait(pids[i], WALK_WAIT_MS), 0);
	guest_drain(*state);
}

/* ---- the story that they are for ---- */

static void what_came_over_the_net_is_not_executed(void **state)
{
	static const struct labelled all[] = {
		{ EACCES, { A, "send", "53", "copy", PAYLOAD "1", "exec", PAYLOAD "1" } },
		{ EACCES, { A, "send", "53", "copy", PAYLOAD "2", "fork", "exec", PAYLOAD "2" } },
		{ EACCES, { A, "send", "53", "fork", "copy", PAYLOAD "3", "fork", "exec", B,
			    "exec", PAYLOAD "3" } },
		{ 0, { A, "send", "53", "exec", B } },
		{ 0, { A, "copy", PAYLOAD "4", "send", "53", "exec", PAYLOAD "4" } },
		{ 0, { B, "send", "53", "copy", PAYLOAD "5", "exec", PAYLOAD "5" } },
		{ 0, { A, "aside", "send", "53", "copy", PAYLOAD "6", "exec", PAYLOAD "6" } },
	};
	struct guest *guest = *state;

	check_table(guest, HEAD
		    "  - { name: talks, on: connect, where: { exe: " A ", cidr: 127.0.0.0/8 }, do: label, set: [net] }\n"
		    "  - { name: drops, on: create, where: { label: net }, do: label, set: [dropper] }\n"
		    "  - { name: runs, on: exec, where: { label: dropper, path: \"" PAYLOAD "*\" }, "
		    "do: deny, errno: EACCES, severity: high, message: dropped }\n", all);
	guest_expect(guest, .type = YGR_EV_EXEC_CHECK, .verdict = GUEST_DENIED, .rule = "runs",
		     .path = PAYLOAD "1");
	guest_expect(guest, .type = YGR_EV_EXEC_CHECK, .verdict = GUEST_DENIED, .rule = "runs",
		     .path = PAYLOAD "3");
	guest_reject(guest, .type = YGR_EV_EXEC_CHECK, .path = PAYLOAD "4");
	assert_int_equal(guest_stats(guest, YGR_CPU_ALL).process_failed, 0);
}

static int label_setup(void **state)
{
	return walk_setup(state) || guest_file_write(MARK, "") ? -1 : 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(process_has_it_from_then_on, guest_fresh),
		cmocka_unit_test_setup(children_have_it_and_nobody_else, guest_fresh),
		cmocka_unit_test_setup(any_action_sets_it, guest_fresh),
		cmocka_unit_test_setup(another_label_is_another, guest_fresh),
		cmocka_unit_test_setup(denied_event_sets_it, guest_fresh),
		cmocka_unit_test_setup(denied_process_is_labelled, guest_fresh),
		cmocka_unit_test_setup(same_event_sees_it, guest_fresh),
		cmocka_unit_test_setup(exec_sets_it_when_it_succeeds, guest_fresh),
		cmocka_unit_test_setup(fork_sets_it_on_both, guest_fresh),
		cmocka_unit_test_setup(label_outlives_its_policy_by_name, guest_fresh),
		cmocka_unit_test_setup(all_64_labels_work, guest_fresh),
		cmocka_unit_test_setup(slot_that_is_reused_is_clean, guest_fresh),
		cmocka_unit_test_setup(label_in_force_keeps_its_slot, guest_fresh),
		cmocka_unit_test_setup(reuse_misses_nobody, guest_fresh),
		cmocka_unit_test_setup(what_came_over_the_net_is_not_executed, guest_fresh),
	};

	return cmocka_run_group_tests_name("label", tests, label_setup, guest_teardown);
}
