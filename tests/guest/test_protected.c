// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lock-out drill: policies that deny everything, and who can still do something
 * about them: a trial's end, the machine's own root with the tool, an operator at the
 * console; and who cannot.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "command.h"
#include "guest_assert.h"
#include "operate.h"

#define TOOL		"/usr/sbin/yaguractl"
#define SHELL		"/bin/busybox"
#define GETTY		"/usr/sbin/agetty"
#define PROG		"/t/prog_exit"
#define CONSOLE		"/dev/ttyS3"	/* a serial line; what is written to it goes to the test's files */
#define SCREEN		"tty8"		/* another console */
#define TARGET		"/tmp/protected-target"
#define JAIL		"/tmp/protected-jail"

#define POLICY(options, rules) "version: 1\nname: protected\n" options "rules:\n" rules
#define ALL(more)	"  - { name: nothing-goes, on: [exec, open, file, socket], do: deny" more " }\n"
#define DENY_ALL	POLICY("", ALL(""))
#define UNPROTECTED	POLICY("options: { protect: false }\n", ALL(""))
#define DENY_WRITES	POLICY("", "  - { name: no-writes, on: [open-write, create], where: { path: " TARGET \
				   " }, do: deny }\n")

/* ---- somebody who is somewhere when the policy comes, and then executes something ---- */

enum terminal {
	NO_TERMINAL,
	NOT_YET,			/* a session without one, as init starts a getty in */
	ON_CONSOLE,
	ON_PTY,
};

struct somebody {
	enum terminal terminal;
	uid_t uid;
	int unshare;			/* CLONE_NEW*, before all else */
	const char *jail;		/* chroot to it; NULL: no */
	const char *argv[12];
	int ready_fd, go_fd;
};

/* Becomes a session's leader, whose next open takes the terminal. */
static bool take_terminal(enum terminal terminal)
{
	int master, fd;

	if (terminal == NO_TERMINAL)
		return true;
	if (terminal == NOT_YET)
		return setsid() == getpid();
	if (terminal == ON_CONSOLE) {
		setsid();
		fd = open(CONSOLE, O_RDWR | O_NONBLOCK);
	} else {
		master = posix_openpt(O_RDWR | O_NOCTTY);
		if (master < 0 || grantpt(master) || unlockpt(master))
			return false;
		setsid();
		fd = open(ptsname(master), O_RDWR);
	}
	/* Not taken for granted: the test would show nothing. */
	return fd >= 0 && tcgetsid(fd) == getpid();
}

static int be_somebody(void *arg)
{
	const struct somebody *who = arg;
	char byte = 0;

	if (who->unshare && unshare(who->unshare))
		return 251;
	if (who->jail && (chroot(who->jail) || chdir("/")))
		return 252;
	if (!take_terminal(who->terminal))
		return 253;
	if (who->uid && (setresgid(who->uid, who->uid, who->uid) ||
			 setresuid(who->uid, who->uid, who->uid)))
		return 254;
	if (write(who->ready_fd, &byte, 1) != 1 || read(who->go_fd, &byte, 1) != 1)
		return 255;
	execv(who->argv[0], (char *const *)who->argv);
	return errno;
}

/* Return: the status of what was executed, or errno of the exec. */
static int under(const struct guest *guest, const char *yaml, struct somebody who)
{
	int ready[2], go[2], status;
	char byte = 0;
	pid_t pid;

	/* The last policy must not keep it from becoming that. */
	guest_policy_clear(guest);
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	assert_int_equal(pipe2(go, O_CLOEXEC), 0);
	who.ready_fd = ready[1];
	who.go_fd = go[0];
	pid = guest_child_start(be_somebody, &who);
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		fail_msg("it could not become somebody: status %d", guest_child_wait(pid, GUEST_WAIT_MS));
	guest_policy_load(guest, yaml);
	assert_int_equal(write(go[1], &byte, 1), 1);
	status = guest_child_wait(pid, 6 * GUEST_WAIT_MS);
	close(ready[0]);
	close(go[0]);
	close(go[1]);
	return status;
}

#define under(guest, yaml, ...)	under(guest, yaml, (struct somebody){ __VA_ARGS__ })
#define CLEAR		.argv = { TOOL, "policy", "clear" }
#define SHELL_DOES(what) .argv = { SHELL, "sh", "-c", what }

static bool is_cleared(const struct guest *guest)
{
	return !operate_state(guest).rule_nr;
}

/* ---- the trial ---- */

static int try_open(void *arg)
{
	int fd = open(arg, O_WRONLY);

	return fd < 0 ? errno : 0;
}

static void a_trial_comes_back_by_itself(void **state)
{
	const struct guest *guest = *state;
	uint64_t before = operate_state(guest).generation;
	struct command said = { 0 };

	assert_int_equal(operate_load(guest, UNPROTECTED, 5), 0);
	assert_int_equal(guest_child_call(0, try_open, TARGET), EPERM);
	assert_int_equal(guest_child_exec((char *[]){ TOOL, "policy", "confirm", NULL }, NULL), -EPERM);
	assert_int_equal(operate_wait(guest, before + 1), before + 2);
	assert_int_equal(guest_child_call(0, try_open, TARGET), 0);
	command_run(&said, TOOL, "version");
	assert_command(&said, 0, "ABI");
	command_free(&said);
}

/* The whole of it by the tool: load, see that all is lost, and wait. */
static void the_tool_drills_it(void **state)
{
	static const char path[] = "/tmp/protected-all.yaml";
	const struct guest *guest = *state;
	uint64_t before = operate_state(guest).generation;
	struct command said = { 0 };

	assert_int_equal(guest_file_write(path, UNPROTECTED), 0);
	command_run(&said, TOOL, "policy", "load", "--confirm", "10", path);
	assert_command(&said, 0, "rolls back to");
	command_free(&said);
	assert_int_equal(operate_state(guest).generation, before + 1);
	assert_int_equal(guest_child_exec((char *[]){ TOOL, "policy", "clear", NULL }, NULL), -EPERM);
	assert_int_equal(operate_wait(guest, before + 1), before + 2);
	assert_int_equal(guest_child_exec((char *[]){ PROG, NULL }, NULL), 0);
}

/* ---- what is protected ---- */

static void the_console_clears_it(void **state)
{
	const struct guest *guest = *state;

	assert_int_equal(under(guest, DENY_ALL, .terminal = ON_CONSOLE, SHELL_DOES(TOOL " policy clear")), 0);
	assert_true(is_cleared(guest));
}

static void the_console_may_do_more_than_that(void **state)
{
	const struct guest *guest = *state;

	assert_int_equal(under(guest, DENY_ALL, .terminal = ON_CONSOLE,
			       SHELL_DOES("echo said > /tmp/protected-said && read x < /tmp/protected-said"
					  " && [ $x = said ]")), 0);
	assert_false(is_cleared(guest));
	assert_int_equal(operate(guest, YGR_IOC_POLICY_CLEAR), 0);
	assert_int_equal(unlink("/tmp/protected-said"), 0);
}

/* Nobody was there before: a getty opens the console, and starts the shell. (Debian's login needs PAM.) */
static void an_operator_comes_to_the_console(void **state)
{
	static const char script[] = "/tmp/protected-script";
	const struct guest *guest = *state;

	if (access(GETTY, X_OK) || access("/dev/" SCREEN, F_OK))
		skip();
	assert_int_equal(guest_file_write(script, TOOL " policy clear\n"), 0);
	assert_int_equal(under(guest, DENY_ALL, .terminal = NOT_YET,
			       .argv = { GETTY, "--skip-login", "--login-program", SHELL, "--login-options",
					 "sh /tmp/protected-script", "--noissue", "--local-line", SCREEN,
					 "vt100" }), 0);
	assert_true(is_cleared(guest));
}

/* Any of root's shells may start the tool; it is only the shell that it cannot start. */
static void root_reaches_the_tool_from_anywhere(void **state)
{
	static const enum terminal terminals[] = { NO_TERMINAL, ON_PTY, ON_CONSOLE };
	const struct guest *guest = *state;

	for (size_t i = 0; i < sizeof(terminals) / sizeof(terminals[0]); i++) {
		assert_int_equal(under(guest, DENY_ALL, .terminal = terminals[i], CLEAR), 0);
		assert_true(is_cleared(guest));
	}
}

static void a_link_to_the_tool_is_the_tool(void **state)
{
	const struct guest *guest = *state;

	unlink("/tmp/protected-link");
	assert_int_equal(symlink(TOOL, "/tmp/protected-link"), 0);
	assert_int_equal(under(guest, DENY_ALL, .argv = { "/tmp/protected-link", "policy", "clear" }), 0);
	assert_true(is_cleared(guest));
}

static void what_is_protected_is_not_killed(void **state)
{
	const struct guest *guest = *state;
	uint64_t killed = guest_stats(guest, YGR_CPU_ALL).killed;

	assert_int_equal(under(guest, POLICY("", ALL(", kill: true")), CLEAR), 0);
	assert_int_equal(guest_stats(guest, YGR_CPU_ALL).killed, killed);
	assert_int_equal(under(guest, POLICY("", ALL(", kill: true")), .argv = { PROG }), 128 + SIGKILL);
	assert_int_equal(guest_stats(guest, YGR_CPU_ALL).killed, killed + 1);
}

/* ---- what is not ---- */

static void nothing_else_may_be_executed(void **state)
{
	const struct guest *guest = *state;

	assert_int_equal(under(guest, DENY_ALL, .argv = { PROG }), EPERM);
	assert_int_equal(under(guest, DENY_ALL, .terminal = ON_CONSOLE, .argv = { PROG }), EPERM);
	/* By the shell of the console, which says so. */
	assert_int_equal(under(guest, DENY_ALL, .terminal = ON_CONSOLE, SHELL_DOES(PROG)), 126);
}

static void a_shell_from_the_network_is_not_the_consoles(void **state)
{
	const struct guest *guest = *state;

	assert_int_equal(under(guest, DENY_ALL, .terminal = ON_PTY, SHELL_DOES(TOOL " policy clear")), EPERM);
	assert_int_equal(under(guest, DENY_ALL, SHELL_DOES(TOOL " policy clear")), EPERM);
	assert_false(is_cleared(guest));
	/* Nor where it runs already, and writes. */
	assert_int_equal(under(guest, DENY_WRITES, .terminal = ON_PTY, SHELL_DOES("echo x >> " TARGET)), 1);
	assert_int_equal(under(guest, DENY_WRITES, SHELL_DOES("echo x >> " TARGET)), 1);
	assert_int_equal(under(guest, DENY_WRITES, .terminal = ON_CONSOLE, SHELL_DOES("echo x >> " TARGET)), 0);
}

static void others_than_root_are_not(void **state)
{
	const struct guest *guest = *state;

	assert_int_equal(under(guest, DENY_ALL, .uid = 1000, CLEAR), EPERM);
	assert_int_equal(under(guest, DENY_ALL, .uid = 1000, .terminal = ON_CONSOLE, SHELL_DOES("true")), EPERM);
}

static void root_of_a_container_is_not(void **state)
{
	const struct guest *guest = *state;

	assert_int_equal(under(guest, DENY_ALL, .unshare = CLONE_NEWNS, CLEAR), EPERM);
	assert_int_equal(under(guest, DENY_ALL, .unshare = CLONE_NEWUSER, CLEAR), EPERM);
	assert_int_equal(under(guest, DENY_ALL, .unshare = CLONE_NEWNS, .terminal = ON_CONSOLE,
			       SHELL_DOES("true")), EPERM);
}

/* In a jail, a path is what its maker wants it to be. */
static void a_chroot_is_not(void **state)
{
	const struct guest *guest = *state;

	assert_int_equal(under(guest, DENY_ALL, .jail = JAIL, .argv = { "/usr/sbin/init", "142" }), EPERM);
	/* It would have run. */
	assert_int_equal(under(guest, POLICY("", "  []\n"), .jail = JAIL, .argv = { "/usr/sbin/init", "142" }),
			 142);
}

/* Process 1 of another namespace is no process 1. */
static int exec_as_first(void *arg)
{
	pid_t pid;

	if (unshare(CLONE_NEWPID))
		return 255;
	pid = guest_child_start(try_open, arg);
	return guest_child_wait(pid, GUEST_WAIT_MS);
}

static void another_process_1_is_not(void **state)
{
	const struct guest *guest = *state;

	guest_policy_load(guest, DENY_ALL);
	assert_int_equal(guest_child_call(0, exec_as_first, TARGET), EPERM);
}

static void a_file_that_others_could_have_written_is_not(void **state)
{
	const struct guest *guest = *state;

	assert_int_equal(chmod(TOOL, 0757), 0);
	assert_int_equal(under(guest, DENY_ALL, CLEAR), EPERM);
	guest_policy_clear(guest);
	assert_int_equal(chmod(TOOL, 0775), 0);
	assert_int_equal(under(guest, DENY_ALL, CLEAR), EPERM);
	guest_policy_clear(guest);
	assert_int_equal(chmod(TOOL, 0755), 0);
	assert_int_equal(chown(TOOL, 1000, 0), 0);
	assert_int_equal(under(guest, DENY_ALL, CLEAR), EPERM);
	guest_policy_clear(guest);
	assert_int_equal(chown(TOOL, 0, 0), 0);
	assert_int_equal(under(guest, DENY_ALL, CLEAR), 0);
}

static void a_copy_elsewhere_is_not(void **state)
{
	const struct guest *guest = *state;

	assert_int_equal(under(guest, DENY_ALL, .argv = { "/t/yaguractl", "policy", "clear" }), EPERM);
}

static void a_policy_can_say_that_nothing_is(void **state)
{
	const struct guest *guest = *state;

	assert_int_equal(under(guest, UNPROTECTED, CLEAR), EPERM);
	assert_int_equal(under(guest, UNPROTECTED, .terminal = ON_CONSOLE, SHELL_DOES("true")), EPERM);
	assert_false(is_cleared(guest));
}

/* ---- how it is told ---- */

static void what_was_overruled_is_told(void **state)
{
	struct guest *guest = *state;
	uint64_t before = guest_stats(guest, YGR_CPU_ALL).protected;
	const struct guest_event *event;
	struct ygr_rule_stats stats;
	uint64_t overruled_nr;

	/* A breaker, which it must not trip: nothing was denied. */
	assert_int_equal(under(guest, POLICY("", ALL(", breaker: 1/60s")), .argv = { TOOL, "policy", "stats" }), 0);
	overruled_nr = guest_stats(guest, YGR_CPU_ALL).protected - before;
	stats = operate_stats(guest, 0);
	assert_true(overruled_nr >= 3);
	assert_int_equal(stats.would_deny_nr, overruled_nr);
	assert_int_equal(stats.denied_nr, 0);
	assert_int_equal(stats.tripped, 0);

	event = guest_expect(guest, .type = YGR_EV_EXEC_CHECK, .path = TOOL, .verdict = GUEST_WOULD_DENY);
	assert_int_equal(event->head.flags & (YGR_F_PROTECTED | YGR_F_BREAKER | YGR_F_NO_READER),
			 YGR_F_PROTECTED);
	assert_text(event, YGR_STR_RULE, "nothing-goes");
	/* And what it opened as the program that it is. */
	guest_expect(guest, .type = YGR_EV_OPEN, .path = "/dev/yagura", .verdict = GUEST_WOULD_DENY,
		     .flags = YGR_F_PROTECTED);
	/* By the ioctl, so as not to count. */
	assert_int_equal(operate(guest, YGR_IOC_POLICY_CLEAR), 0);
}

/* ---- fixtures ---- */

static bool copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out;
	struct stat st;
	bool copied;

	unlink(to);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	copied = in >= 0 && out >= 0 && !fstat(in, &st) && !fchmod(out, 0755) &&
		 sendfile(out, in, NULL, st.st_size) == st.st_size;
	close(in);
	close(out);
	return copied;
}

static int setup(void **state)
{
	static const char *const dirs[] = { JAIL, JAIL "/usr", JAIL "/usr/sbin" };

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (mkdir(dirs[i], 0755) && errno != EEXIST)
			return -1;
	if (!copy("/t/yaguractl", TOOL) || !copy(PROG, JAIL "/usr/sbin/init") ||
	    guest_file_write(TARGET, ""))
		return -1;
	return guest_setup(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_trial_comes_back_by_itself, guest_fresh),
		cmocka_unit_test_setup(the_tool_drills_it, guest_fresh),
		cmocka_unit_test_setup(the_console_clears_it, guest_fresh),
		cmocka_unit_test_setup(the_console_may_do_more_than_that, guest_fresh),
		cmocka_unit_test_setup(an_operator_comes_to_the_console, guest_fresh),
		cmocka_unit_test_setup(root_reaches_the_tool_from_anywhere, guest_fresh),
		cmocka_unit_test_setup(a_link_to_the_tool_is_the_tool, guest_fresh),
		cmocka_unit_test_setup(what_is_protected_is_not_killed, guest_fresh),
		cmocka_unit_test_setup(nothing_else_may_be_executed, guest_fresh),
		cmocka_unit_test_setup(a_shell_from_the_network_is_not_the_consoles, guest_fresh),
		cmocka_unit_test_setup(others_than_root_are_not, guest_fresh),
		cmocka_unit_test_setup(root_of_a_container_is_not, guest_fresh),
		cmocka_unit_test_setup(a_chroot_is_not, guest_fresh),
		cmocka_unit_test_setup(another_process_1_is_not, guest_fresh),
		cmocka_unit_test_setup(a_file_that_others_could_have_written_is_not, guest_fresh),
		cmocka_unit_test_setup(a_copy_elsewhere_is_not, guest_fresh),
		cmocka_unit_test_setup(a_policy_can_say_that_nothing_is, guest_fresh),
		cmocka_unit_test_setup(what_was_overruled_is_told, guest_fresh),
	};

	return cmocka_run_group_tests_name("protected", tests, setup, guest_teardown);
}
