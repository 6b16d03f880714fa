// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs of other ABIs than the kernel's own: i386, and x32 where the kernel has that. What
 * they do is told like anything else, and marked. abi/story.c is what they do.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/story.h"
#include "launch.h"
#include "loopback.h"

#define PROG_32		"/t/prog_32"
#define PROG_X32	"/t/prog_x32"
#define FILE_OPENED	"/tmp/abi-opened"
#define HARMLESS	"0"	/* prog_exit ends well */

/* Who runs: one for all tests of an ABI. NULL: the kernel does not have it. */
static const char *program;

#define need_program()	do { if (!program) skip(); } while (0)

static int setup(void **state, const char *path)
{
	char *argv[] = { (char *)path, NULL };
	int ret = guest_child_exec(argv, NULL);

	program = ret == STORY_FAILED ? path : NULL;
	if (!program) {
		printf("# this kernel does not run %s: %s\n", path, ret < 0 ? strerror(-ret) : "it fails");
		assert_int_equal(ret, -ENOEXEC);
	}
	if (guest_file_write(FILE_OPENED, ""))
		return -1;
	return launch_setup(state);
}

static int setup_32(void **state)
{
	return setup(state, PROG_32);
}

static int setup_x32(void **state)
{
	return setup(state, PROG_X32);
}

static pid_t run_story(int want_status)
{
	char *argv[] = { (char *)program, FILE_OPENED, PROG, HARMLESS, NULL }, *envp[] = { "LD_PRELOAD=none", NULL };
	int server;
	pid_t pid;

	need_program();
	server = open_server(AF_INET);
	pid = launch(&(struct launch){ .file = program, .argv = argv, .envp = envp }, want_status);
	close(server);
	return pid;
}

/* The one of that type and process; marked as its call was. */
static const struct guest_event *expect_marked(struct guest *guest, enum ygr_event_type type, pid_t pid)
{
	const struct guest_query query = { .type = type, .tgid = pid };
	const struct guest_event *event = guest_expect(guest, .type = type, .tgid = pid);

	assert_int_equal(guest_count(guest, &query), 1);
	assert_int_equal(event->head.flags, YGR_F_COMPAT);
	return event;
}

/* ---- each act ---- */

/* The call was a 64-bit one; but then the process is what its program is. */
static void exec_of_it_is_told(void **state)
{
	pid_t pid = run_story(STORY_OVER);
	const struct guest_event *event = expect_marked(*state, YGR_EV_EXEC, pid);
	char argv[128];
	size_t len = 0;

	len = snprintf(argv, sizeof(argv), "%s%c%s%c%s%c%s%c", program, 0, FILE_OPENED, 0, PROG, 0, HARMLESS, 0);
	assert_int_equal(event->text[YGR_STR_PATH].len, strlen(program));
	assert_string_equal(event->text[YGR_STR_PATH].bytes, program);
	assert_string_equal(event->text[YGR_STR_FILENAME].bytes, program);
	assert_int_equal(event->text[YGR_STR_ARGV].len, len);
	assert_memory_equal(event->text[YGR_STR_ARGV].bytes, argv, len);
	assert_text(event, YGR_STR_ENV, "LD_PRELOAD=none\0");
	assert_int_equal(event->body.exec.argc, 4);
	assert_file_id(&event->body.exec.file, program);
	assert_string_equal(event->head.comm, strrchr(program, '/') + 1);
}

static void fork_and_exit_are_told(void **state)
{
	pid_t pid = run_story(STORY_OVER);
	const struct guest_event *begin = expect_marked(*state, YGR_EV_FORK, pid);
	const struct guest_event *end = expect_marked(*state, YGR_EV_EXIT, pid);

	assert_int_not_equal(begin->body.fork.child_tgid, 0);
	assert_int_equal(begin->body.fork.exit_signal, SIGCHLD);
	assert_int_equal(begin->body.fork.clone_flags, 0);
	assert_int_equal(end->body.exit.status, STORY_OVER << 8);
}

/* A 32-bit call; but then the process is a 64-bit one, and so is its end. */
static void exec_of_a_64_bit_program_is_told(void **state)
{
	struct guest *guest = *state;
	pid_t pid = run_story(STORY_OVER);
	pid_t child = expect_marked(guest, YGR_EV_FORK, pid)->body.fork.child_tgid;
	const struct guest_event *event = expect_exec(guest, child);

	assert_text(event, YGR_STR_PATH, PROG);
	assert_text(event, YGR_STR_FILENAME, PROG);
	assert_text(event, YGR_STR_ARGV, PROG "\0" HARMLESS "\0");
	assert_int_equal(event->body.exec.argc, 2);
	assert_int_equal(event->body.exec.envc, 0);
	assert_int_equal(event->head.ppid, pid);
	assert_int_equal(event->head.flags, 0);
	assert_int_equal(guest_expect(guest, .type = YGR_EV_EXIT, .tgid = child)->head.flags, 0);
}

static void open_is_told(void **state)
{
	const struct guest_event *event = expect_marked(*state, YGR_EV_OPEN, run_story(STORY_OVER));

	assert_text(event, YGR_STR_PATH, FILE_OPENED);
	assert_int_equal(event->body.file.access, YGR_ACCESS_WRITE);
	/* Of 32-bit programs alone, O_LARGEFILE is not made up. */
	assert_int_equal(event->body.file.open_flags & (O_ACCMODE | O_CREAT | 0100000), O_WRONLY);
	assert_file_id(&event->body.file.file, FILE_OPENED);
}

static void connect_is_told(void **state)
{
	struct guest *guest = *state;
	pid_t pid = run_story(STORY_OVER);

	assert_int_equal(expect_marked(guest, YGR_EV_SOCKET_CREATE, pid)->body.socket.family, AF_INET);
	assert_address(&expect_marked(guest, YGR_EV_CONNECT, pid)->body.socket.remote, "127.0.0.1", PORT);
}

/* These are seen where the call enters, which is elsewhere for each ABI. */
static void calls_with_an_entry_of_their_own_are_told(void **state)
{
	struct guest *guest = *state;
	pid_t pid = run_story(STORY_OVER);
	const struct ygr_body_setting *body = &expect_marked(guest, YGR_EV_PERSONALITY, pid)->body.setting;

	assert_true(body->new_value & ADDR_NO_RANDOMIZE);
	assert_false(body->old_value & ADDR_NO_RANDOMIZE);
	assert_int_equal(expect_marked(guest, YGR_EV_SETNS, pid)->body.setting.namespaces, CLONE_NEWUTS);
}

/* And this one by its number, which is another for each. */
static void writing_into_a_process_is_told(void **state)
{
	struct guest *guest = *state;
	pid_t pid = run_story(STORY_OVER);
	pid_t child = expect_marked(guest, YGR_EV_FORK, pid)->body.fork.child_tgid;
	const struct ygr_body_target *body = &expect_marked(guest, YGR_EV_VM_WRITE, pid)->body.target;

	assert_int_equal(body->call, YGR_TARGET_VM_WRITE);
	assert_int_equal(body->tgid, child);
	guest_reject(guest, .type = YGR_EV_PTRACE, .tgid = pid);
}

/* ---- and each denial ---- */

static void its_acts_are_denied(void **state)
{
	static const struct {
		const char *rules;
		enum ygr_event_type type;
		int step;
	} denials[] = {
		{ RULES_1("{ name: no, on: open-write, do: deny, where: { path: " FILE_OPENED " } }"),
		  YGR_EV_OPEN, STORY_OPEN },
		{ RULES_1("{ name: no, on: connect, do: deny, where: { port: 4000 } }"),
		  YGR_EV_CONNECT, STORY_CONNECT },
		{ RULES_1("{ name: no, on: personality, do: deny, where: { process: compat } }"),
		  YGR_EV_PERSONALITY, STORY_PERSONALITY },
		{ RULES_1("{ name: no, on: setns, do: deny, where: { process: compat } }"),
		  YGR_EV_SETNS, STORY_SETNS },
		{ RULES_1("{ name: no, on: vm-write, do: deny, where: { process: compat } }"),
		  YGR_EV_VM_WRITE, STORY_VM_WRITE },
	};
	struct guest *guest = *state;

	for (size_t i = 0; i < sizeof(denials) / sizeof(denials[0]); i++) {
		const struct guest_event *event;

		guest_policy_load(guest, denials[i].rules);
		event = expect_marked(guest, denials[i].type,
				      run_story(STORY_FAILED + denials[i].step));
		assert_int_equal(event->head.verdict, YGR_VERDICT_DENY);
	}
}

/* It was a 32-bit program that asked. */
static void exec_by_it_is_denied(void **state)
{
	struct guest *guest = *state;
	const struct guest_event *event;
	pid_t pid;

	guest_policy_load(guest, RULES_1("{ name: no, on: exec, do: deny, where: { path: " PROG ", process: compat } }"));
	pid = run_story(STORY_FAILED + STORY_EXEC);
	event = expect_denied_exec(guest, expect_marked(guest, YGR_EV_FORK, pid)->body.fork.child_tgid);
	assert_int_equal(event->head.flags, YGR_F_COMPAT);
	assert_text(event, YGR_STR_PATH, PROG);
	/* And this is none. */
	launch_plain(PROG, RAN_STATUS);
}

static void exec_of_it_is_denied(void **state)
{
	char rules[256], *argv[] = { (char *)program, NULL };
	const struct guest_event *event;

	need_program();
	snprintf(rules, sizeof(rules), RULES_1("{ name: no, on: exec, do: deny, where: { path: %s } }"), program);
	guest_policy_load(*state, rules);
	event = expect_denied_exec(*state, launch(&(struct launch){ .file = program, .argv = argv }, EPERM));
	assert_int_equal(event->head.flags, 0);
	assert_string_equal(event->text[YGR_STR_PATH].bytes, program);
}

#define test(f) cmocka_unit_test_setup(f, guest_fresh)

int main(void)
{
	const struct CMUnitTest abi[] = {
		test(exec_of_it_is_told),
		test(fork_and_exit_are_told),
		test(exec_of_a_64_bit_program_is_told),
		test(open_is_told),
		test(connect_is_told),
		test(calls_with_an_entry_of_their_own_are_told),
		test(writing_into_a_process_is_told),
		test(its_acts_are_denied),
		test(exec_by_it_is_denied),
		test(exec_of_it_is_denied),
	};
	int failed = cmocka_run_group_tests_name("32-bit", abi, setup_32, guest_teardown);

	return failed + cmocka_run_group_tests_name("x32", abi, setup_x32, guest_teardown);
}
