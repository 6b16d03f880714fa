// SPDX-License-Identifier: GPL-2.0-only
/* Exec that is denied, by whichever of its files: what is told, and that nothing has run. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "launch.h"

#define DENY(path)	RULES_1("{ name: no, on: exec, do: deny, where: { path: \"" path "\" } }")

static void denial_tells_all(void **state)
{
	char *argv[] = { "prog", RAN, "", "\xff\n", NULL }, *envp[] = { "A=1", "B=", NULL };
	const struct launch what = { .cwd = "/run", .file = COPY, .argv = argv, .envp = envp };
	struct ygr_stats before = guest_stats(*state, YGR_CPU_ALL), after;
	uint64_t generation = guest_policy_load(*state, DENY(COPY));
	const struct guest_event *event = expect_denied_exec(*state, launch(&what, EPERM));

	assert_text(event, YGR_STR_PATH, COPY);
	assert_text(event, YGR_STR_FILENAME, COPY);
	assert_text(event, YGR_STR_CWD, "/run");
	assert_text(event, YGR_STR_ARGV, "prog\0" RAN "\0\0\xff\n\0");
	assert_int_equal(event->body.exec.argc, 4);
	assert_int_equal(event->body.exec.envc, 2);
	assert_int_equal(event->body.exec.old_tid, 0);
	assert_file_id(&event->body.exec.file, COPY);
	assert_rule(event, 1, "no", generation);
	/* The caller is still itself. */
	assert_string_equal(event->head.comm, "test_exec_deny");
	assert_int_equal(event->head.flags, 0);
	assert_int_equal(event->head.class, YGR_CLASS_DENY);
	after = guest_stats(*state, YGR_CPU_ALL);
	assert_int_equal(after.denied - before.denied, 1);
	assert_int_equal(after.ignored, before.ignored);
}

static void other_programs_run(void **state)
{
	pid_t pid;

	guest_policy_load(*state, DENY(COPY));
	pid = launch_plain(PROG, RAN_STATUS);
	assert_no_rule(expect_exec(*state, pid));
	guest_reject(*state, .type = YGR_EV_EXEC_CHECK);
}

static void other_names_of_the_program_are_denied(void **state)
{
	int fd = open(PROG, O_RDONLY | O_CLOEXEC);
	char *argv[] = { "fd", RAN, NULL };

	guest_policy_load(*state, DENY("/t/**"));
	assert_text(expect_denied_exec(*state, launch_plain(LINK, EPERM)), YGR_STR_PATH, PROG);
	assert_text(expect_denied_exec(*state, launch(&(struct launch){ .fd = fd, .argv = argv }, EPERM)),
		    YGR_STR_PATH, PROG);
	close(fd);
}

static void script_is_denied_by_its_own_path(void **state)
{
	const struct guest_event *event;

	guest_policy_load(*state, DENY(SCRIPT));
	event = expect_denied_exec(*state, launch_plain(SCRIPT, EPERM));
	assert_text(event, YGR_STR_PATH, SCRIPT);
	assert_text(event, YGR_STR_FILENAME, SCRIPT);
	assert_text(event, YGR_STR_ARGV, SCRIPT "\0" RAN "\0");
	assert_int_equal(event->body.exec.argc, 2);
	assert_int_equal(event->head.flags, 0);
	assert_file_id(&event->body.exec.file, SCRIPT);
	expect_exec(*state, launch_plain(PROG, RAN_STATUS));
}

static void script_is_denied_by_its_interpreter(void **state)
{
	const struct guest_event *event;

	guest_policy_load(*state, DENY(PROG));
	event = expect_denied_exec(*state, launch_plain(SCRIPT, EPERM));
	assert_text(event, YGR_STR_PATH, PROG);
	assert_text(event, YGR_STR_FILENAME, SCRIPT);
	assert_text(event, YGR_STR_ARGV, PROG "\0" RAN "\0" SCRIPT "\0" RAN "\0");
	assert_int_equal(event->body.exec.argc, 4);
	assert_int_equal(event->head.flags, YGR_F_SCRIPT);
	assert_file_id(&event->body.exec.file, PROG);
}

static void script_in_the_middle_is_denied(void **state)
{
	guest_policy_load(*state, DENY(SCRIPT));
	assert_text(expect_denied_exec(*state, launch_plain(OUTER, EPERM)), YGR_STR_PATH, SCRIPT);
}

static void denied_argv_is_cut_and_says_so(void **state)
{
	static char big[100000];
	char *argv[] = { "prog", big, NULL };
	const struct launch what = { .file = COPY, .argv = argv };
	const struct guest_event *event;

	memset(big, 'x', sizeof(big) - 1);
	guest_policy_load(*state, DENY(COPY));
	event = expect_denied_exec(*state, launch(&what, EPERM));
	assert_int_equal(event->head.flags, YGR_F_TRUNCATED);
	assert_int_equal(event->text[YGR_STR_ARGV].len, 32768);
	assert_int_equal(event->text[YGR_STR_ARGV].true_len, sizeof("prog") + sizeof(big));
	assert_memory_equal(event->text[YGR_STR_ARGV].bytes, "prog\0x", 6);
	assert_memory_equal(event->text[YGR_STR_ARGV].bytes + 5, big, 32768 - 5);
}

static void denial_is_by_user(void **state)
{
	char *argv[] = { COPY, RAN, NULL };
	struct launch what = { .file = COPY, .argv = argv, .uid = 1000 };
	const struct guest_event *event;

	guest_policy_load(*state, RULES_1("{ name: no, on: exec, do: deny, where: { uid: 1000-1001 } }"));
	event = expect_denied_exec(*state, launch(&what, EPERM));
	assert_int_equal(event->head.uid, 1000);
	assert_int_equal(event->head.euid, 1000);
	what.uid = 1002;
	assert_int_equal(expect_exec(*state, launch(&what, RAN_STATUS))->head.uid, 1002);
	expect_exec(*state, launch_plain(COPY, RAN_STATUS));
}

static void what_is_not_excepted_is_denied(void **state)
{
	guest_policy_load(*state, RULES_1("{ name: no, on: exec, do: deny, where: { not: { path: \"/t/**\" } } }"));
	expect_denied_exec(*state, launch_plain(COPY, EPERM));
	expect_exec(*state, launch_plain(PROG, RAN_STATUS));
	/* The script is not below /t, its interpreter is: either can be why. */
	assert_text(expect_denied_exec(*state, launch_plain(SCRIPT, EPERM)), YGR_STR_PATH, SCRIPT);
}

static void first_rule_that_matches_decides(void **state)
{
	uint64_t generation = guest_policy_load(*state,
		RULES_2("{ name: yes, on: exec, do: record, where: { path: " PROG " } }",
			"{ name: no, on: exec, do: deny }"));
	const struct guest_event *event = expect_exec(*state, launch_plain(PROG, RAN_STATUS));

	assert_rule(event, 1, "yes", generation);
	assert_int_equal(event->head.verdict, YGR_VERDICT_ALLOW);
	assert_rule(expect_denied_exec(*state, launch_plain(COPY, EPERM)), 2, "no", generation);
}

static void monitored_program_runs(void **state)
{
	struct ygr_stats before = guest_stats(*state, YGR_CPU_ALL), after;
	uint64_t generation = guest_policy_load(*state,
		RULES_1("{ name: try, on: exec, do: deny, mode: monitor, where: { path: " COPY " } }"));
	pid_t pid = launch_plain(COPY, RAN_STATUS);
	const struct guest_event *event = guest_expect(*state, .type = YGR_EV_EXEC_CHECK, .tgid = pid,
						       .verdict = GUEST_WOULD_DENY, .path = COPY);

	assert_rule(event, 1, "try", generation);
	assert_int_equal(event->head.class, YGR_CLASS_DENY);
	assert_text(event, YGR_STR_ARGV, COPY "\0" RAN "\0");
	event = expect_exec(*state, pid);
	assert_no_rule(event);
	assert_int_equal(event->head.class, YGR_CLASS_EXEC);
	after = guest_stats(*state, YGR_CPU_ALL);
	assert_int_equal(after.denied, before.denied);
}

static void cleared_policy_denies_nothing(void **state)
{
	guest_policy_load(*state, DENY(COPY));
	expect_denied_exec(*state, launch_plain(COPY, EPERM));
	guest_policy_clear(*state);
	expect_exec(*state, launch_plain(COPY, RAN_STATUS));
}

static int die_with_core(void *arg)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	(void)arg;
	return setrlimit(RLIMIT_CORE, &all) || raise(SIGQUIT);
}

/* Who started it: no process, but the kernel on its own account. */
static void helper_of_the_kernel_is_told_and_denied(void **state)
{
	const struct guest_event *event;

	assert_int_equal(guest_file_write("/proc/sys/kernel/core_pattern", "|" COPY " " RAN), 0);
	assert_int_equal(guest_child_wait(guest_child_start(die_with_core, NULL), GUEST_WAIT_MS), 128 + SIGQUIT);
	event = guest_expect(*state, .type = YGR_EV_EXEC, .path = COPY);
	assert_text(event, YGR_STR_ARGV, COPY "\0" RAN "\0");
	assert_text(event, YGR_STR_CWD, "/");
	assert_int_equal(event->head.flags, 0);
	assert_int_not_equal(event->head.ppid, getpid());
	guest_policy_load(*state, RULES_1("{ name: no, on: exec, do: deny, where: { path: " COPY " } }"));
	guest_forget(*state);
	assert_int_equal(guest_child_wait(guest_child_start(die_with_core, NULL), GUEST_WAIT_MS), 128 + SIGQUIT);
	guest_expect(*state, .type = YGR_EV_EXEC_CHECK, .verdict = GUEST_DENIED, .path = COPY, .rule = "no");
	guest_reject(*state, .type = YGR_EV_EXEC, .path = COPY);
	assert_int_equal(guest_file_write("/proc/sys/kernel/core_pattern", "core"), 0);
}

#define test(f) cmocka_unit_test_setup(f, guest_fresh)

int main(void)
{
	const struct CMUnitTest exec[] = {
		test(denial_tells_all),
		test(other_programs_run),
		test(other_names_of_the_program_are_denied),
		test(script_is_denied_by_its_own_path),
		test(script_is_denied_by_its_interpreter),
		test(script_in_the_middle_is_denied),
		test(denied_argv_is_cut_and_says_so),
		test(denial_is_by_user),
		test(what_is_not_excepted_is_denied),
		test(first_rule_that_matches_decides),
		test(monitored_program_runs),
		test(cleared_policy_denies_nothing),
		test(helper_of_the_kernel_is_told_and_denied),
	};

	return cmocka_run_group_tests(exec, launch_setup, guest_teardown);
}
