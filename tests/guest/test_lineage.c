// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules about the program that acts, its parent's, and those in its line of
 * descent: whatever the process did to get there, each says what it says.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "walk.h"

#define A	PROGRAM("a")
#define B	PROGRAM("b")
#define C	PROGRAM("c")
#define D	PROGRAM("d")
#define E	PROGRAM("e")
#define F	PROGRAM("f")
#define G	PROGRAM("g")
#define H	PROGRAM("h")
#define I	PROGRAM("i")
#define J	PROGRAM("j")
#define SCRIPT	LINE "/script"

static bool is_long(void)
{
	return getenv("YAGURA_LONG");
}

/* ---- exe ---- */

static void exe_is_what_was_executed(void **state)
{
	static const struct walk walks[] = {
		{ "exe: " A, true, { A } },
		{ "exe: " B, false, { A } },
		{ "exe: [" B ", " A "]", true, { A } },
		{ "exe: " LINE "/**", true, { A } },
		{ "exe: /tmp/**", true, { A } },
		{ "exe: /tmp/*", false, { A } },
		{ "exe: /tmp/*/a", true, { A } },
		{ "exe: \"**/a\"", true, { A } },
		{ "exe: \"**/b\"", false, { A } },
		{ "not: { exe: " A " }", false, { A } },
		{ "not: { exe: " B " }", true, { A } },
	};

	walk_table(*state, walks);
}

static void exe_stays_at_fork_and_goes_at_exec(void **state)
{
	static const struct walk walks[] = {
		{ "exe: " A, true, { A, "fork" } },
		{ "exe: " A, true, { A, "vfork" } },
		{ "exe: " A, true, { A, "thread" } },
		{ "exe: " A, true, { A, "alone" } },
		{ "exe: " A, false, { A, "exec", B } },
		{ "exe: " B, true, { A, "exec", B } },
		{ "exe: " B, true, { A, "fork", "exec", B } },
		{ "exe: " B, true, { A, "vfork", "exec", B } },
		{ "exe: " B, true, { A, "thread", "exec", B } },
		{ "exe: " A, false, { A, "thread", "exec", B } },
		{ "exe: " B, true, { A, "alone", "exec", B } },
		{ "exe: " B, true, { A, "thread", "exec", B, "thread" } },
		{ "exe: " B, true, { A, "thread", "fork", "exec", B, "vfork" } },
	};

	walk_table(*state, walks);
}

static void exe_is_the_name_it_was_executed_by(void **state)
{
	static const struct walk walks[] = {
		{ "exe: " A, true, { LINE "/../line/./a" } },
		{ "exe: " A, true, { LINE "/link" } },
		{ "exe: " LINE "/link", false, { LINE "/link" } },
		{ "exe: " B, false, { A } },	/* the same file by another name */
	};

	unlink(LINE "/link");
	assert_int_equal(symlink("a", LINE "/link"), 0);
	walk_table(*state, walks);
}

static void exe_of_a_script_is_its_interpreter(void **state)
{
	static const struct walk walks[] = {
		{ "exe: " B, true, { SCRIPT } },
		{ "exe: " SCRIPT, false, { SCRIPT } },
		{ "exe: " B, true, { A, "fork", "exec", SCRIPT } },
		{ "ancestor: " B, true, { A, "exec", SCRIPT, "exec", C } },
	};

	assert_int_equal(guest_file_write(SCRIPT, "#!" B " skip\n"), 0);
	assert_int_equal(chmod(SCRIPT, 0755), 0);
	walk_table(*state, walks);
}

/* By hard links of its own, since it removes them. */
static void exe_keeps_its_name_when_the_file_loses_it(void **state)
{
	static const struct walk walk[] = {
		{ "exe: " LINE "/gone", true, { LINE "/gone", "remove", LINE "/gone" } },
	};
	static const struct walk walk_in_child[] = {
		{ "exe: " LINE "/gone", true, { LINE "/gone", "remove", LINE "/gone", "fork" } },
	};
	static const struct walk walk_on[] = {
		{ "parent: " LINE "/gone", true,
		  { LINE "/gone", "remove", LINE "/gone", "fork", "exec", A } },
	};

	assert_int_equal(link(A, LINE "/gone"), 0);
	walk_table(*state, walk);
	assert_int_equal(link(A, LINE "/gone"), 0);
	walk_table(*state, walk_in_child);
	assert_int_equal(link(A, LINE "/gone"), 0);
	walk_table(*state, walk_on);
}

static void exe_is_seen_from_the_root_of_the_process(void **state)
{
	guest_policy_load(*state, RULES_1("{ name: r, on: open-write, do: deny, errno: EACCES, "
					  "where: { path: /x, exe: /b } }"));
	assert_int_equal(walk_now(A, "root", LINE, "exec", "/b", "open", "/x"), EACCES);
	assert_int_equal(walk_now(A, "root", LINE, "exec", "/c", "open", "/x"), 0);
	assert_int_equal(walk_now(A, "root", LINE, "open", "/x"), 0);
}

static int copy_to_memory(void)
{
	int from = open(A, O_RDONLY | O_CLOEXEC), to = memfd_create("payload", MFD_CLOEXEC);
	char buffer[4096], path[32];
	ssize_t len;
	int fd;

	while ((len = read(from, buffer, sizeof(buffer))) > 0)
		if (write(to, buffer, len) != len)
			return -1;
	/* A file open for writing cannot be executed. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", to);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	close(to);
	close(from);
	return fd;
}

static int execute_fd(void *arg)
{
	char *argv[] = { "x", "open", FILE_X, NULL }, *envp[] = { NULL };

	fexecve(*(int *)arg, argv, envp);
	return 201;
}

static void exe_may_be_memory(void **state)
{
	int fd = copy_to_memory();

	guest_policy_load(*state, RULES_1("{ name: r, on: open-write, do: deny, errno: EACCES, "
					  "where: { path: " FILE_X ", exe: \"/memfd:payload\" } }"));
	assert_int_equal(guest_child_call(0, execute_fd, &fd), EACCES);
	close(fd);
}

static void denial_tells_the_program(void **state)
{
	struct guest *guest = *state;
	const struct guest_event *event;
	pid_t pid;

	guest_policy_load(guest, RULES_1("{ name: r, on: open-write, do: deny, "
					 "where: { path: " FILE_X ", exe: " A " } }"));
	pid = walk_begin(A, "open", FILE_X);
	assert_int_equal(walk_wait(pid), EPERM);
	event = guest_expect(guest, .type = YGR_EV_OPEN, .tgid = pid, .verdict = GUEST_DENIED,
			     .path = FILE_X, .rule = "r");
	assert_text(event, YGR_STR_EXE, A);
}

/* An exec is judged as what the process is before it, when tried and when done. */
static void exec_is_the_old_programs_act(void **state)
{
	struct guest *guest = *state;

	guest_policy_load(guest, RULES_1("{ name: r, on: exec, do: deny, errno: EACCES, "
					 "where: { path: " C ", exe: " B " } }"));
	assert_int_equal(walk_now(A, "exec", C), 0);
	assert_int_equal(walk_now(A, "exec", B, "exec", C), EACCES);
	assert_int_equal(walk_now(A, "exec", B, "fork", "exec", C), EACCES);
	assert_int_equal(walk_now(A, "exec", B, "exec", A, "exec", C), 0);
}

/* ---- parent ---- */

static void parent_is_what_forked_it(void **state)
{
	static const struct walk walks[] = {
		{ "parent: " A, false, { A } },
		{ "parent: /t/test_lineage", true, { A } },
		{ "parent: " A, true, { A, "fork" } },
		{ "parent: " A, true, { A, "vfork" } },
		{ "parent: " A, true, { A, "thread", "fork" } },
		{ "parent: " A, false, { A, "thread" } },
		{ "parent: " A, true, { A, "fork", "exec", B } },
		{ "parent: " B, false, { A, "fork", "exec", B } },
		{ "parent: " A, false, { A, "exec", B } },
		{ "parent: " A, false, { A, "exec", B, "fork", "exec", C } },
		{ "parent: " B, true, { A, "exec", B, "fork", "exec", C } },
		{ "parent: " B, true, { A, "exec", B, "fork", "exec", C, "exec", D } },
		{ "parent: " C, false, { A, "exec", B, "fork", "exec", C, "exec", D } },
		{ "parent: " A, true, { A, "fork", "fork", "exec", B } },
		{ "parent: " LINE "/**", true, { A, "fork" } },
		{ "not: { parent: " A " }", false, { A, "fork" } },
		{ "not: { parent: " A " }", true, { A } },
	};

	walk_table(*state, walks);
}

/* What it was when it forked; what becomes of it later is another story. */
static void parent_does_not_change_afterwards(void **state)
{
	static const struct walk walks[] = {
		{ "parent: " A, true, { A, "leave", B } },
		{ "parent: " B, false, { A, "leave", B } },
		{ "parent: " A, true, { A, "leave", B, "exec", C } },
		{ "ancestor: " B, false, { A, "leave", B, "exec", C } },
	};

	walk_table(*state, walks);
}

struct actor {
	uint32_t ppid;
	const char *exe;
};

static bool is_by(const struct guest_event *event, const void *arg)
{
	const struct actor *actor = arg;

	return event->head.ppid == actor->ppid && event->text[YGR_STR_EXE].bytes &&
	       !strcmp(event->text[YGR_STR_EXE].bytes, actor->exe);
}

static void parent_stays_when_it_ends(void **state)
{
	const struct actor orphan = { 1, B };

	guest_policy_load(*state, RULES_1("{ name: r, on: open-write, do: deny, "
					  "where: { path: " FILE_X ", parent: " A " } }"));
	assert_int_equal(walk_now(A, "orphan", "exec", B, "open", FILE_X), 0);
	guest_expect(*state, .type = YGR_EV_OPEN, .verdict = GUEST_DENIED, .path = FILE_X,
		     .where = is_by, .arg = &orphan);
}

/* It may say who is to be told of its end; it cannot say who has made it. */
static void parent_cannot_be_passed_on(void **state)
{
	const struct actor sibling = { getpid(), B };
	int status;

	guest_policy_load(*state, RULES_1("{ name: r, on: open-write, do: deny, errno: EACCES, where: "
					  "{ path: " FILE_X ", parent: " A ", ancestor: " A " } }"));
	assert_int_equal(walk_now(A, "sibling", "exec", B, "open", FILE_X), 0);
	assert_true(wait(&status) > 0);
	assert_int_equal(status, EACCES << 8);
	guest_expect(*state, .type = YGR_EV_OPEN, .verdict = GUEST_DENIED, .path = FILE_X,
		     .where = is_by, .arg = &sibling);
}

/* ---- ancestors ---- */

static void ancestor_is_any_before(void **state)
{
	static const struct walk walks[] = {
		{ "ancestor: " A, false, { A } },
		{ "ancestor: /t/test_lineage", true, { A } },
		{ "ancestor: " A, true, { A, "fork" } },
		{ "ancestor: " A, true, { A, "exec", B } },
		{ "ancestor: " B, false, { A, "exec", B } },
		{ "ancestor: " A, true, { A, "exec", A } },
		{ "ancestor: " A, true, { A, "fork", "exec", B } },
		{ "ancestor: " A, true, { A, "fork", "exec", B, "fork", "exec", C } },
		{ "ancestor: " B, true, { A, "fork", "exec", B, "fork", "exec", C } },
		{ "ancestor: " C, false, { A, "fork", "exec", B, "fork", "exec", C } },
		{ "ancestor: [" C ", " D "]", false, { A, "fork", "exec", B, "fork", "exec", C } },
		{ "ancestor: [" D ", " A "]", true, { A, "fork", "exec", B, "fork", "exec", C } },
		{ "not: { ancestor: " A " }", false, { A, "fork", "exec", B } },
		{ "not: { ancestor: " C " }", true, { A, "fork", "exec", B } },
		{ "ancestor: " A ", parent: " B ", exe: " C, true,
		  { A, "fork", "exec", B, "fork", "exec", C } },
		{ "ancestor: " B ", parent: " A ", exe: " C, false,
		  { A, "fork", "exec", B, "fork", "exec", C } },
	};

	walk_table(*state, walks);
}

#define DOWN(p)	"fork", "exec", p

static void ancestors_are_the_eight_nearest(void **state)
{
	static const struct walk walks[] = {
		{ "ancestor: " A, true, { A, DOWN(B), DOWN(C), DOWN(D), DOWN(E), DOWN(F), DOWN(G),
					  DOWN(H), DOWN(I) } },
		{ "ancestor: " A, false, { A, DOWN(B), DOWN(C), DOWN(D), DOWN(E), DOWN(F), DOWN(G),
					   DOWN(H), DOWN(I), DOWN(J) } },
		{ "ancestor: " B, true, { A, DOWN(B), DOWN(C), DOWN(D), DOWN(E), DOWN(F), DOWN(G),
					  DOWN(H), DOWN(I), DOWN(J) } },
		{ "ancestor: " I, true, { A, DOWN(B), DOWN(C), DOWN(D), DOWN(E), DOWN(F), DOWN(G),
					  DOWN(H), DOWN(I), DOWN(J) } },
		{ "ancestor: " B, true, { A, "exec", B, "exec", C, "exec", D, "exec", E, "exec", F,
					  "exec", G, "exec", H, "exec", I, "exec", J } },
		{ "ancestor: " A, false, { A, "exec", B, "exec", C, "exec", D, "exec", E, "exec", F,
					   "exec", G, "exec", H, "exec", I, "exec", J } },
		/* The child of the last one sees that one too, and so not the first. */
		{ "ancestor: " A, true, { A, DOWN(B), DOWN(C), DOWN(D), DOWN(E), DOWN(F), DOWN(G),
					  DOWN(H), DOWN(I), "fork" } },
		{ "ancestor: " I, true, { A, DOWN(B), DOWN(C), DOWN(D), DOWN(E), DOWN(F), DOWN(G),
					  DOWN(H), DOWN(I), "fork" } },
	};

	walk_table(*state, walks);
}

static void ancestors_cannot_be_shaken_off(void **state)
{
	static const struct walk walks[] = {
		{ "ancestor: /t/test_lineage", true,
		  { A, "fork", "fork", "fork", "fork", "fork", "fork", "fork", "fork", "fork", "fork" } },
		{ "ancestor: " A, true, { A, DOWN(B), DOWN(B), DOWN(B), DOWN(B), DOWN(B), DOWN(B),
					  DOWN(B), DOWN(B), DOWN(B) } },
		{ "ancestor: " A, true, { A, "exec", B, "exec", C, "exec", B, "exec", C, "exec", B,
					  "exec", C, "exec", B, "exec", C, "exec", B, "exec", C } },
	};

	walk_table(*state, walks);
}

/* ---- those that ran before ---- */

/* Alive when the module is loaded; goes on when it is judged. */
struct early {
	const char *where;
	bool holds;
	const char *steps[16];
	pid_t pid;
};

#define GO_ON	GO, "open", FILE_X
#define GO	"wait", "GO"

/* Each waits for a file of its own. */
static void start_early(struct early *early, size_t number)
{
	static char go[64][32];

	snprintf(go[number], sizeof(go[number]), LINE "/go%zu", number);
	unlink(go[number]);
	for (size_t i = 0; early->steps[i]; i++)
		if (!strcmp(early->steps[i], "GO"))
			early->steps[i] = go[number];
	early->pid = walk_start(early->steps);
}

static void judge_early(struct guest *guest, const struct early *early, size_t number)
{
	char yaml[1024], go[32];
	int status;

	snprintf(yaml, sizeof(yaml), RULES_1("{ name: r, on: open-write, do: deny, errno: EACCES, "
					     "where: { path: " FILE_X ", %s } }"), early->where);
	guest_policy_load(guest, yaml);
	snprintf(go, sizeof(go), LINE "/go%zu", number);
	assert_int_equal(guest_file_write(go, ""), 0);
	status = walk_wait(early->pid);
	if (status != (early->holds ? EACCES : 0))
		fail_msg("early %zu {%s}: status %d", number, early->where, status);
}

static void those_who_run_are_adopted(void **state)
{
	struct early early[] = {
		{ "exe: " A, true, { A, GO_ON }, 0 },
		{ "exe: " B, false, { A, GO_ON }, 0 },
		{ "exe: " A, true, { A, "fork", GO_ON }, 0 },
		{ "exe: " A, true, { A, "vfork", GO_ON }, 0 },
		{ "exe: " A, true, { A, "thread", GO_ON }, 0 },
		{ "exe: " A, true, { A, "alone", GO_ON }, 0 },
		{ "exe: " B, true, { A, "thread", "exec", B, GO_ON }, 0 },
		{ "exe: " LINE "/gone", true, { LINE "/gone", "remove", LINE "/gone", GO_ON }, 0 },
		{ "parent: " A, true, { A, DOWN(B), GO_ON }, 0 },
		{ "parent: " A, true, { A, "fork", GO_ON }, 0 },
		{ "parent: /t/test_lineage", true, { A, GO_ON }, 0 },
		{ "ancestor: " A, true, { A, DOWN(B), DOWN(C), GO_ON }, 0 },
		{ "ancestor: " B, true, { A, DOWN(B), DOWN(C), GO_ON }, 0 },
		{ "ancestor: " C, false, { A, DOWN(B), DOWN(C), GO_ON }, 0 },
		{ "ancestor: " A, true, { A, "fork", GO_ON }, 0 },
		{ "ancestor: /t/test_lineage", true, { A, DOWN(B), GO_ON }, 0 },
		/* Adopted, and then with a history. */
		{ "exe: " B, true, { A, GO, "exec", B, "open", FILE_X }, 0 },
		{ "exe: " B, true, { A, "alone", GO, "exec", B, "open", FILE_X }, 0 },
		{ "ancestor: " A, true, { A, GO, "exec", B, "open", FILE_X }, 0 },
		{ "parent: " A, true, { A, GO, DOWN(B), "open", FILE_X }, 0 },
		{ "parent: " A, false, { A, DOWN(B), GO, DOWN(C), "open", FILE_X }, 0 },
		{ "ancestor: " A, true, { A, DOWN(B), GO, DOWN(C), "open", FILE_X }, 0 },
	};
	const size_t nr = sizeof(early) / sizeof(early[0]);

	assert_int_equal(link(A, LINE "/gone"), 0);
	for (size_t i = 0; i < nr; i++)
		start_early(&early[i], i);
	usleep(300000);
	assert_int_equal(guest_setup(state), 0);
	for (size_t i = 0; i < nr; i++)
		judge_early(*state, &early[i], i);
	assert_int_equal(guest_stats(*state, YGR_CPU_ALL).process_failed, 0);
	assert_int_equal(guest_teardown(state), 0);
}

/* Until the pipe closes: executes, forks and ends, over and over. */
static int stir(void *arg)
{
	const int *fd = arg;
	char byte;

	close(fd[1]);
	fcntl(fd[0], F_SETFL, O_NONBLOCK);
	while (read(fd[0], &byte, 1) < 0) {
		int status = walk_now(A, "fork", "exec", B, "thread", "exec", C, "vfork", "exec", D,
				      "open", FILE_X);

		if (status)
			return status;
		usleep(1000);	/* the module's loader has work to do, too */
	}
	return 0;
}

#define STIRRER_NR	3

/*
 * Nobody's program is unknown, though everybody is on the move: a rule
 * denies whoever is none of those that can be.
 */
static void adoption_misses_nobody(void **state)
{
	unsigned int rounds = is_long() ? 50 : 2;
	pid_t pids[STIRRER_NR];
	struct guest *guest;
	int fd[2];

	assert_int_equal(pipe2(fd, O_CLOEXEC), 0);
	for (unsigned int i = 0; i < STIRRER_NR; i++)
		pids[i] = guest_child_start(stir, fd);
	while (rounds--) {
		assert_int_equal(guest_setup(state), 0);
		guest = *state;
		guest_policy_load(guest, RULES_1("{ name: stranger, on: open-write, do: deny, "
						 "errno: EACCES, where: { path: " FILE_X ", "
						 "any: [{ not: { exe: " D " } }, { not: { ancestor: " A " } }, "
						 "{ not: { ancestor: /t/test_lineage } }] } }"));
		usleep(300000);
		guest_drain(guest);
		guest_reject(guest, .type = YGR_EV_OPEN, .path = FILE_X, .rule = "stranger");
		assert_int_equal(guest_stats(guest, YGR_CPU_ALL).process_failed, 0);
		assert_int_equal(guest_teardown(state), 0);
	}
	close(fd[0]);
	close(fd[1]);
	for (unsigned int i = 0; i < STIRRER_NR; i++)
		assert_int_equal(guest_child_wait(pids[i], WALK_WAIT_MS), 0);
}

/* ---- bounds ---- */

/* Those that are not zombies. */
static unsigned int living(void)
{
	unsigned int nr = 0;
	struct dirent *entry;
	DIR *proc = opendir("/proc");
	char path[280], line[256];
	FILE *file;

	while ((entry = readdir(proc))) {
		const char *state;

		if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		file = fopen(path, "r");
		if (!file)
			continue;
		state = fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
		nr += state && state[2] != 'Z' && state[2] != 'X';
		fclose(file);
	}
	closedir(proc);
	return nr;
}

static uint64_t known(const struct guest *guest)
{
	struct ygr_stats stats = guest_stats(guest, YGR_CPU_ALL);

	return stats.process_begun - stats.process_ended;
}

/* For who has to find out why the numbers differ. */
static const char *who_lives(void)
{
	static char text[16384];
	FILE *ps = popen("cd /proc; for i in [0-9]*; do cut -d ' ' -f 1-4,9,14,15 $i/stat; "
			 "head -n 2 $i/stack; done 2>&1", "r");
	size_t len = ps ? fread(text, 1, sizeof(text) - 1, ps) : 0;

	text[len] = '\0';
	if (ps)
		pclose(ps);
	return text;
}

/* Kernel threads come and go, so not at the first try; and who has been told to end does so when it gets a CPU. */
static void expect_one_for_each_process(const struct guest *guest)
{
	unsigned int tries = WALK_WAIT_MS / 20;
	uint64_t known_nr, living_nr;

	while ((known_nr = known(guest)) != (living_nr = living())) {
		if (!--tries)
			fail_msg("known %" PRIu64 ", failed %" PRIu64 ", living %" PRIu64 ":\n%s", known_nr,
				 (uint64_t)guest_stats(guest, YGR_CPU_ALL).process_failed, living_nr,
				 who_lives());
		usleep(20000);
	}
}

static void each_living_process_is_known_once(void **state)
{
	pid_t pids[20];

	expect_one_for_each_process(*state);
	for (size_t i = 0; i < 20; i++)
		pids[i] = walk_begin(A, i % 2 ? "fork" : "thread", "wait", LINE "/later");
	usleep(100000);
	expect_one_for_each_process(*state);
	assert_int_equal(guest_file_write(LINE "/later", ""), 0);
	for (size_t i = 0; i < 20; i++)
		assert_int_equal(walk_wait(pids[i]), 0);
	unlink(LINE "/later");
	expect_one_for_each_process(*state);
}

/* Not reaped: what is kept of a process does not wait for that. */
static void zombies_are_not_kept(void **state)
{
	pid_t pid = walk_begin(A);
	siginfo_t info;

	assert_int_equal(waitid(P_PID, pid, &info, WEXITED | WNOWAIT), 0);
	expect_one_for_each_process(*state);
	assert_int_equal(walk_wait(pid), 0);
}

static int fork_storm(void *arg)
{
	unsigned int nr = *(const unsigned int *)arg;

	signal(SIGCHLD, SIG_IGN);
	while (nr--)
		if (!fork())
			_exit(0);
	return 0;
}

static void storm_leaves_nothing(void **state)
{
	struct guest *guest = *state;
	unsigned int nr = is_long() ? 20000 : 2000;
	uint64_t begun = guest_stats(guest, YGR_CPU_ALL).process_begun;
	pid_t pid = guest_child_start(fork_storm, &nr);

	assert_int_equal(guest_child_wait(pid, 2 * WALK_WAIT_MS), 0);
	expect_one_for_each_process(guest);
	assert_true(guest_stats(guest, YGR_CPU_ALL).process_begun >= begun + nr);
	assert_int_equal(guest_stats(guest, YGR_CPU_ALL).process_failed, 0);
}

static void fork_down(unsigned int depth)
{
	pid_t pid;

	if (!depth)
		return;
	pid = fork();
	if (!pid) {
		fork_down(depth - 1);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

/* Until the pipe closes: one child after the other, each with a child of its own. */
static int fork_on(void *arg)
{
	const int *fd = arg;
	char byte;

	close(fd[1]);
	fcntl(fd[0], F_SETFL, O_NONBLOCK);
	while (read(fd[0], &byte, 1) < 0)
		fork_down(2);
	return 0;
}

/* Nobody is passed over because others fork, and nobody is taken in twice. */
static void storm_is_adopted_once(void **state)
{
	unsigned int rounds = is_long() ? 50 : 2;	/* loading takes its time beside them */
	pid_t pids[STIRRER_NR];
	int fd[2];

	while (rounds--) {
		assert_int_equal(pipe2(fd, O_CLOEXEC), 0);
		for (unsigned int i = 0; i < STIRRER_NR; i++)
			pids[i] = guest_child_start(fork_on, fd);
		usleep(50000);
		assert_int_equal(guest_setup(state), 0);
		close(fd[0]);
		close(fd[1]);
		for (unsigned int i = 0; i < STIRRER_NR; i++)
			assert_int_equal(guest_child_wait(pids[i], WALK_WAIT_MS), 0);
		expect_one_for_each_process(*state);
		assert_int_equal(guest_stats(*state, YGR_CPU_ALL).process_failed, 0);
		assert_int_equal(guest_teardown(state), 0);
	}
}

int main(void)
{
	const struct CMUnitTest adoption[] = {
		cmocka_unit_test(those_who_run_are_adopted),
		cmocka_unit_test(adoption_misses_nobody),
		cmocka_unit_test(storm_is_adopted_once),
	};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(exe_is_what_was_executed, guest_fresh),
		cmocka_unit_test_setup(exe_stays_at_fork_and_goes_at_exec, guest_fresh),
		cmocka_unit_test_setup(exe_is_the_name_it_was_executed_by, guest_fresh),
		cmocka_unit_test_setup(exe_of_a_script_is_its_interpreter, guest_fresh),
		cmocka_unit_test_setup(exe_keeps_its_name_when_the_file_loses_it, guest_fresh),
		cmocka_unit_test_setup(exe_is_seen_from_the_root_of_the_process, guest_fresh),
		cmocka_unit_test_setup(exe_may_be_memory, guest_fresh),
		cmocka_unit_test_setup(denial_tells_the_program, guest_fresh),
		cmocka_unit_test_setup(exec_is_the_old_programs_act, guest_fresh),
		cmocka_unit_test_setup(parent_is_what_forked_it, guest_fresh),
		cmocka_unit_test_setup(parent_does_not_change_afterwards, guest_fresh),
		cmocka_unit_test_setup(parent_stays_when_it_ends, guest_fresh),
		cmocka_unit_test_setup(parent_cannot_be_passed_on, guest_fresh),
		cmocka_unit_test_setup(ancestor_is_any_before, guest_fresh),
		cmocka_unit_test_setup(ancestors_are_the_eight_nearest, guest_fresh),
		cmocka_unit_test_setup(ancestors_cannot_be_shaken_off, guest_fresh),
		cmocka_unit_test_setup(each_living_process_is_known_once, guest_fresh),
		cmocka_unit_test_setup(zombies_are_not_kept, guest_fresh),
		cmocka_unit_test_setup(storm_leaves_nothing, guest_fresh),
	};
	int failed = cmocka_run_group_tests_name("adoption", adoption, walk_setup_programs, NULL);

	return failed + cmocka_run_group_tests_name("lineage", tests, walk_setup, guest_teardown);
}
