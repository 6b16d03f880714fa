// SPDX-License-Identifier: GPL-2.0-only
/* What of an exec a rule can look at, besides paths and digests: arguments, the file, who. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "launch.h"

#define DENY(where)	RULES_1("{ name: no, on: exec, do: deny, where: " where " }")

/* COPY as it was made, whatever a test has done to it. */
static int fresh(void **state)
{
	guest_policy_clear(*state);
	unlink(COPY);
	return make_copy(COPY) || chmod(COPY, 0755) || guest_fresh(state);
}

/* Runs PROG with arguments after the one that says how it is to end. */
#define run_with(want, ...)						\
	launch(&(struct launch){ .file = PROG,				\
		.argv = (char *[]){ PROG, RAN, __VA_ARGS__, NULL } }, want)

/* ---- errors ---- */

static void each_error_is_returned(void **state)
{
	static const struct { const char *name; int error; } errors[] = {
		{ "EPERM", EPERM }, { "EACCES", EACCES }, { "ENOENT", ENOENT },
		{ "ECONNREFUSED", ECONNREFUSED },
	};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		char yaml[256];

		snprintf(yaml, sizeof(yaml), RULES_1("{ name: no, on: exec, do: deny, errno: %s, "
			 "where: { path: " COPY " } }"), errors[i].name);
		guest_policy_load(*state, yaml);
		expect_denied_exec(*state, launch_plain(COPY, errors[i].error));
	}
}

/* ---- arguments ---- */

static void argument_is_denied_by_what_it_contains(void **state)
{
	guest_policy_load(*state, DENY("{ argv: [\"--evil\", \"x=1\"] }"));
	run_with(EPERM, "--evil");
	run_with(EPERM, "a", "b--evilness");
	run_with(EPERM, "", "", "max=1");
	run_with(RAN_STATUS, "--evi", "l");
	run_with(RAN_STATUS, "x=", "1");
	run_with(RAN_STATUS, "--EVIL");
}

static void name_of_the_program_is_an_argument(void **state)
{
	char *argv[] = { "-evil-", RAN, NULL };

	guest_policy_load(*state, DENY("{ argv: evil }"));
	launch(&(struct launch){ .file = PROG, .argv = argv }, EPERM);
}

/* An argument is what lies between two NULs: no text goes across one. */
static void text_does_not_go_across_arguments(void **state)
{
	guest_policy_load(*state, DENY("{ argv: \"one two\" }"));
	run_with(RAN_STATUS, "one", "two");
	run_with(EPERM, "one two");
}

static void environment_is_no_argument(void **state)
{
	char *argv[] = { PROG, RAN, NULL }, *envp[] = { "evil=1", NULL };

	guest_policy_load(*state, DENY("{ argv: evil }"));
	launch(&(struct launch){ .file = PROG, .argv = argv, .envp = envp }, RAN_STATUS);
}

static void lack_of_an_argument_is_denied(void **state)
{
	guest_policy_load(*state, DENY("{ path: " PROG ", not: { argv: --safe } }"));
	run_with(RAN_STATUS, "--safe");
	run_with(EPERM, "--other");
}

/* The script's own, and what its first line adds. */
static void arguments_of_a_script_are_judged(void **state)
{
	guest_policy_load(*state, DENY("{ argv: exec_script }"));
	expect_denied_exec(*state, launch_plain(SCRIPT, EPERM));
	run_with(EPERM, SCRIPT);
}

/* The first 4,096 bytes are looked at, as they are recorded. */
static void far_argument_is_not_seen(void **state)
{
	static char near[4001], far[4200];

	memset(near, 'x', sizeof(near) - 1);
	memset(far, 'x', sizeof(far) - 1);
	guest_policy_load(*state, DENY("{ argv: evil }"));
	run_with(EPERM, near, "evil");
	run_with(RAN_STATUS, far, "evil");
}

/* A rule that allows is told by the success, for which the arguments are read again. */
static void arguments_decide_the_success_too(void **state)
{
	uint64_t generation = guest_policy_load(*state,
		RULES_1("{ name: see, on: exec, do: record, where: { argv: --seen } }"));

	assert_rule(expect_exec(*state, run_with(RAN_STATUS, "--seen")), 1, "see", generation);
	assert_no_rule(expect_exec(*state, run_with(RAN_STATUS, "--other")));
}

/* ---- scripts, whose exec is their interpreter's ---- */

static void script_is_labelled_before_its_interpreter_starts(void **state)
{
	guest_policy_load(*state, RULES_2(
		"{ name: mark, on: exec, do: label, set: [m], where: { path: " SCRIPT " } }",
		"{ name: no, on: exec, do: deny, where: { path: " PROG ", label: m } }"));
	expect_denied_exec(*state, launch_plain(SCRIPT, EPERM));
	launch_plain(PROG, RAN_STATUS);
}

static void script_that_a_rule_records_has_a_record(void **state)
{
	const struct guest_event *event;
	pid_t pid;

	guest_policy_load(*state, RULES_1("{ name: seen, on: exec, do: record, where: { path: " SCRIPT " } }"));
	pid = launch_plain(SCRIPT, RAN_STATUS);
	event = guest_expect(*state, .type = YGR_EV_EXEC_CHECK, .tgid = pid, .path = SCRIPT,
			     .verdict = GUEST_ALLOWED, .rule = "seen");
	assert_int_equal(event->head.class, YGR_CLASS_EXEC);
	event = guest_expect(*state, .type = YGR_EV_EXEC, .tgid = pid, .path = PROG);
	assert_int_equal(event->head.rule_id, 0);
}

static void script_has_no_record_otherwise(void **state)
{
	static const char * const policies[] = {
		RULES_1("{ name: other, on: exec, do: record, where: { path: /t/other } }"),
		RULES_1("{ name: its, on: exec, do: ignore, where: { path: " SCRIPT " } }"),
		RULES_1("{ name: its, on: exec, do: allow, where: { path: " SCRIPT " } }"),
		RULES_1("{ name: its, on: exec, do: record, where: { path: " PROG " } }"),
	};

	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		pid_t pid;

		guest_policy_load(*state, policies[i]);
		guest_forget(*state);
		pid = launch_plain(SCRIPT, RAN_STATUS);
		guest_expect(*state, .type = YGR_EV_EXEC, .tgid = pid, .path = PROG);
		guest_reject(*state, .type = YGR_EV_EXEC_CHECK, .tgid = pid);
	}
}

/* ---- the file ---- */

static void program_is_denied_by_its_mode(void **state)
{
	static const struct { const char *word; mode_t denied, allowed; } modes[] = {
		{ "setuid", 04755, 02777 }, { "setgid", 02755, 04777 },
		{ "world-writable", 0757, 06775 }, { "group-writable", 0775, 06757 },
	};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		char yaml[256];

		snprintf(yaml, sizeof(yaml), DENY("{ path: " COPY ", file: %s }"), modes[i].word);
		guest_policy_load(*state, yaml);
		chmod(COPY, modes[i].denied);
		launch_plain(COPY, EPERM);
		chmod(COPY, modes[i].allowed);
		launch_plain(COPY, RAN_STATUS);
	}
}

static void program_is_denied_by_its_owner(void **state)
{
	assert_int_equal(chown(COPY, 1000, 1000), 0);
	guest_policy_load(*state, DENY("{ owner: 1000-1999 }"));
	launch_plain(COPY, EPERM);
	launch_plain(PROG, RAN_STATUS);
}

static void program_is_denied_by_file_id(void **state)
{
	struct stat st;
	char yaml[256];

	assert_int_equal(stat(COPY, &st), 0);
	snprintf(yaml, sizeof(yaml), DENY("{ file-id: \"%u:%u:%lu\" }"), major(st.st_dev), minor(st.st_dev),
		 (unsigned long)st.st_ino);
	guest_policy_load(*state, yaml);
	launch_plain(COPY, EPERM);
	assert_int_equal(rename(COPY, "/tmp/exec_renamed"), 0);
	launch_plain("/tmp/exec_renamed", EPERM);
	unlink("/tmp/exec_renamed");
	launch_plain(PROG, RAN_STATUS);
}

static void program_without_a_name_is_denied(void **state)
{
	char *argv[] = { "nameless", RAN, NULL };
	int memfd = memfd_create("m", MFD_CLOEXEC), gone;

	assert_int_equal(copy_prog(memfd), 0);
	gone = open(COPY, O_RDONLY | O_CLOEXEC);
	assert_int_equal(unlink(COPY), 0);
	guest_policy_load(*state, DENY("{ file: memfd }"));
	launch(&(struct launch){ .fd = memfd, .argv = argv }, EPERM);
	launch(&(struct launch){ .fd = gone, .argv = argv }, RAN_STATUS);
	guest_policy_load(*state, DENY("{ file: unlinked }"));
	launch(&(struct launch){ .fd = memfd, .argv = argv }, EPERM);
	launch(&(struct launch){ .fd = gone, .argv = argv }, EPERM);
	launch_plain(PROG, RAN_STATUS);
	close(memfd);
	close(gone);
}

/* ---- who ---- */

static void exec_is_denied_by_group(void **state)
{
	char *argv[] = { PROG, RAN, NULL };

	guest_policy_load(*state, DENY("{ gid: 1000 }"));
	launch(&(struct launch){ .file = PROG, .argv = argv, .uid = 1000 }, EPERM);
	launch(&(struct launch){ .file = PROG, .argv = argv, .uid = 1001 }, RAN_STATUS);
}

static void exec_is_denied_by_login(void **state)
{
	guest_policy_load(*state, DENY("{ loginuid: unset, path: " COPY " }"));
	launch_plain(COPY, EPERM);
	guest_policy_load(*state, DENY("{ loginuid: 0-4294967294, path: " COPY " }"));
	launch_plain(COPY, RAN_STATUS);
}

static int exec_prog(void *arg)
{
	(void)arg;
	execl(PROG, PROG, RAN, NULL);
	return errno;
}

/* In a process of its own below, since a pid namespace begins with the next child. */
static int exec_unshared(void *arg)
{
	if (unshare(*(const int *)arg))
		return 255;
	return guest_child_wait(guest_child_start(exec_prog, NULL), GUEST_WAIT_MS);
}

static void exec_is_denied_by_namespace(void **state)
{
	static const struct { const char *word; int flags; } spaces[] = {
		{ "user-ns", CLONE_NEWUSER }, { "pid-ns", CLONE_NEWPID }, { "net-ns", CLONE_NEWNET },
		{ "mnt-ns", CLONE_NEWNS }, { "container", CLONE_NEWNS | CLONE_NEWPID },
	};

	for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++) {
		char yaml[256];

		snprintf(yaml, sizeof(yaml), DENY("{ path: " PROG ", process: %s }"), spaces[i].word);
		guest_policy_load(*state, yaml);
		for (size_t j = 0; j < sizeof(spaces) / sizeof(spaces[0]); j++) {
			/* A container has both of the namespaces that make it one. */
			bool is_in = (spaces[j].flags & spaces[i].flags) == spaces[i].flags;

			assert_int_equal(guest_child_call(0, exec_unshared, (void *)&spaces[j].flags),
					 is_in ? EPERM : RAN_STATUS);
		}
		launch_plain(PROG, RAN_STATUS);
	}
}

#define test(f) cmocka_unit_test_setup(f, fresh)

int main(void)
{
	const struct CMUnitTest rule[] = {
		test(each_error_is_returned),
		test(argument_is_denied_by_what_it_contains),
		test(name_of_the_program_is_an_argument),
		test(text_does_not_go_across_arguments),
		test(environment_is_no_argument),
		test(lack_of_an_argument_is_denied),
		test(arguments_of_a_script_are_judged),
		test(far_argument_is_not_seen),
		test(arguments_decide_the_success_too),
		test(script_is_labelled_before_its_interpreter_starts),
		test(script_that_a_rule_records_has_a_record),
		test(script_has_no_record_otherwise),
		test(program_is_denied_by_its_mode),
		test(program_is_denied_by_its_owner),
		test(program_is_denied_by_file_id),
		test(program_without_a_name_is_denied),
		test(exec_is_denied_by_group),
		test(exec_is_denied_by_login),
		test(exec_is_denied_by_namespace),
	};

	return cmocka_run_group_tests(rule, launch_setup, guest_teardown);
}
