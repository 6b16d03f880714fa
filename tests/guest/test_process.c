// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes begin and end once each, whatever their threads do; the end tells
 * what wait(2) tells. SYS_exit ends a thread, SYS_exit_group a process.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest_assert.h"

#define THREAD_NR_MAX	4

static pid_t gettid_now(void)
{
	return syscall(SYS_gettid);
}

/* Status as wait(2) gives it, of a child that must end in time. */
static int wait_status(pid_t pid)
{
	uint64_t deadline_ns = guest_now_ns() + GUEST_WAIT_MS * 1000000ull;
	int status;

	while (!waitpid(pid, &status, WNOHANG)) {
		if (guest_now_ns() >= deadline_ns) {
			kill(pid, SIGKILL);
			fail_msg("process %d does not end", pid);
		}
		usleep(500);
	}
	return status;
}

/* The one EXIT of a process. Reap it first: then there can be no second one to come. */
static const struct guest_event *expect_one_exit(struct guest *guest, pid_t pid)
{
	const struct guest_query query = { .type = YGR_EV_EXIT, .tgid = pid };
	const struct guest_event *event = guest_expect(guest, .type = YGR_EV_EXIT, .tgid = pid);

	guest_drain(guest);
	assert_int_equal(guest_count(guest, &query), 1);
	return event;
}

static bool is_fork_of(const struct guest_event *event, const void *arg)
{
	return event->body.fork.child_tgid == (uint32_t)*(const pid_t *)arg;
}

static const struct guest_event *expect_fork(struct guest *guest, pid_t child)
{
	const struct guest_query query = { .type = YGR_EV_FORK, .where = is_fork_of, .arg = &child };
	const struct guest_event *event = guest_expect(guest, .type = YGR_EV_FORK,
						       .where = is_fork_of, .arg = &child);

	assert_int_equal(guest_count(guest, &query), 1);
	return event;
}

/* A page that parent and child both write to. */
static void *shared_page(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(page, MAP_FAILED);
	return page;
}

/* ---- fork ---- */

static int end_at_once(void *arg)
{
	(void)arg;
	return 0;
}

static void fork_names_parent_and_child(void **state)
{
	uint64_t generation = guest_policy_clear(*state);
	pid_t pid = guest_child_start(end_at_once, NULL);
	const struct guest_event *begin, *end;

	assert_int_equal(wait_status(pid), 0);
	begin = expect_fork(*state, pid);
	end = expect_one_exit(*state, pid);
	assert_int_equal(begin->head.tgid, getpid());
	assert_int_equal(begin->head.tid, getpid());
	assert_int_equal(begin->head.ppid, getppid());
	assert_int_equal(begin->head.class, YGR_CLASS_FORK);
	assert_int_equal(begin->head.flags, 0);
	assert_int_equal(begin->head.generation, generation);
	assert_int_equal(begin->body.fork.pad, 0);
	assert_no_rule(begin);
	/* Together these name the process for ever. */
	assert_int_equal(end->head.start_ns, begin->body.fork.child_start_ns);
	assert_int_equal(end->head.ppid, getpid());
	assert_true(begin->body.fork.child_start_ns > begin->head.start_ns);
	assert_true(begin->head.time_ns < end->head.time_ns);
}

static void vfork_is_a_fork(void **state)
{
	const struct guest_event *event;
	pid_t pid = vfork();

	if (!pid)
		_exit(0);
	assert_int_equal(wait_status(pid), 0);
	event = expect_fork(*state, pid);
	assert_int_equal(event->head.tgid, getpid());
	assert_int_equal(event->body.fork.clone_flags, CLONE_VM);
	expect_one_exit(*state, pid);
}

static void *forking_thread(void *arg)
{
	pid_t *pids = arg, child;

	pids[0] = gettid_now();
	child = fork();
	if (!child)
		_exit(0);
	pids[1] = child;
	waitpid(child, NULL, 0);
	return NULL;
}

static int fork_in_thread(void *arg)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, forking_thread, arg) || pthread_join(thread, NULL);
}

static void fork_by_a_thread_names_the_thread(void **state)
{
	pid_t *pids = shared_page(), pid = guest_child_start(fork_in_thread, pids);
	const struct guest_event *begin, *end;

	assert_int_equal(wait_status(pid), 0);
	begin = expect_fork(*state, pids[1]);
	end = expect_one_exit(*state, pids[1]);
	assert_int_equal(begin->head.tgid, pid);
	assert_int_equal(begin->head.tid, pids[0]);
	assert_int_not_equal(pids[0], pid);
	assert_int_equal(end->head.ppid, pid);
	munmap(pids, 4096);
}

static void *do_nothing(void *arg)
{
	return arg;
}

static int threads_come_and_go(void *arg)
{
	pthread_t thread;

	(void)arg;
	for (unsigned int i = 0; i < 5; i++)
		if (pthread_create(&thread, NULL, do_nothing, NULL) || pthread_join(thread, NULL))
			return 1;
	return 0;
}

static void threads_are_not_told(void **state)
{
	pid_t pid = guest_child_start(threads_come_and_go, NULL);

	assert_int_equal(wait_status(pid), 0);
	assert_int_equal(expect_one_exit(*state, pid)->head.tid, pid);
	guest_reject(*state, .type = YGR_EV_FORK, .tgid = pid);
}

/* ---- status ---- */

static int end_group_with(void *arg)
{
	syscall(SYS_exit_group, *(const int *)arg);
	return 0;
}

static int end_thread_with(void *arg)
{
	syscall(SYS_exit, *(const int *)arg);
	return 0;
}

static void status_is_the_exit_code(void **state)
{
	static const int codes[] = { 0, 1, 42, 255, 0x105 };

	for (size_t i = 0; i < 2 * sizeof(codes) / sizeof(codes[0]); i++) {
		int code = codes[i / 2], want = (code & 0xff) << 8;
		pid_t pid = guest_child_start(i % 2 ? end_thread_with : end_group_with, &code);
		const struct guest_event *event;

		assert_int_equal(wait_status(pid), want);
		event = expect_one_exit(*state, pid);
		assert_int_equal(event->body.exit.status, want);
		assert_int_equal(event->body.exit.pad, 0);
		assert_int_equal(event->head.class, YGR_CLASS_EXIT);
		assert_string_equal(event->head.comm, "test_process");
		assert_no_rule(event);
	}
}

static int die_by(void *arg)
{
	signal(*(const int *)arg, SIG_DFL);
	raise(*(const int *)arg);
	return 0;
}

static void status_is_the_signal(void **state)
{
	static const int signals[] = { SIGKILL, SIGTERM, SIGSEGV, SIGABRT, SIGUSR1 };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		int number = signals[i];
		pid_t pid = guest_child_start(die_by, &number);

		assert_int_equal(wait_status(pid), number);
		assert_int_equal(expect_one_exit(*state, pid)->body.exit.status, number);
	}
}

static int die_with_core(void *arg)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	(void)arg;
	if (chdir("/tmp") || setrlimit(RLIMIT_CORE, &all))
		return 1;
	raise(SIGQUIT);
	return 2;
}

static void status_tells_of_a_core(void **state)
{
	pid_t pid = guest_child_start(die_with_core, NULL);

	assert_int_equal(wait_status(pid), SIGQUIT | 0x80);
	assert_int_equal(expect_one_exit(*state, pid)->body.exit.status, SIGQUIT | 0x80);
	unlink("/tmp/core");
}

static int wait_for_signal(void *arg)
{
	(void)arg;
	return pause();
}

static void kill_by_another_process_is_told(void **state)
{
	pid_t pid = guest_child_start(wait_for_signal, NULL);

	usleep(20000);
	guest_drain(*state);
	guest_reject(*state, .type = YGR_EV_EXIT, .tgid = pid);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(wait_status(pid), SIGKILL);
	assert_int_equal(expect_one_exit(*state, pid)->body.exit.status, SIGKILL);
}

static void *burn(void *arg)
{
	struct timespec ts;

	do
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	while (ts.tv_sec * 1000 + ts.tv_nsec / 1000000 < *(const long *)arg);
	return NULL;
}

struct work {
	long in_threads_ms;	/* by each of two threads that have ended */
	long in_leader_ms;
};

static int do_work(void *arg)
{
	struct work *work = arg;
	pthread_t thread;

	for (unsigned int i = 0; i < 2; i++)
		if (pthread_create(&thread, NULL, burn, &work->in_threads_ms) || pthread_join(thread, NULL))
			return 1;
	burn(&work->in_leader_ms);
	return 0;
}

/*
 * The kernel counts ticks: which time is user's is chance, and an emulator
 * that is starved loses ticks. Hence the wide range, and a case for each term
 * of the sum.
 */
static void times_are_of_all_threads(void **state)
{
	static const struct work works[] = { { 200, 0 }, { 0, 400 } };

	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
		struct work work = works[i];
		pid_t pid = guest_child_start(do_work, &work);
		const struct ygr_body_exit *body;

		assert_int_equal(wait_status(pid), 0);
		body = &expect_one_exit(*state, pid)->body.exit;
		assert_in_range((body->utime_ns + body->stime_ns) / 1000000, 50, 500);
	}
}

/* ---- threads ---- */

struct relay {
	pid_t leader;
	pid_t thread;
	volatile bool may_end;
};

static void *end_after_leader(void *arg)
{
	struct relay *relay = arg;

	relay->thread = gettid_now();
	while (!relay->may_end)
		usleep(1000);
	syscall(SYS_exit, 5);
	return NULL;
}

static int leader_ends_first(void *arg)
{
	struct relay *relay = arg;
	pthread_t thread;

	if (pthread_create(&thread, NULL, end_after_leader, relay))
		return 1;
	relay->leader = gettid_now();
	syscall(SYS_exit, 3);
	return 2;
}

/* Whose status counts, wait(2) decides: the last thread's, before Linux 6.0 the leader's. */
static void process_ends_with_its_last_thread(void **state)
{
	struct relay *relay = shared_page();
	pid_t pid = guest_child_start(leader_ends_first, relay);
	const struct guest_event *event;
	int status;

	while (!relay->leader || !relay->thread)
		usleep(1000);
	usleep(50000);
	guest_drain(*state);
	guest_reject(*state, .type = YGR_EV_EXIT, .tgid = pid);
	relay->may_end = true;
	status = wait_status(pid);
	assert_true(status == 5 << 8 || status == 3 << 8);
	event = expect_one_exit(*state, pid);
	assert_int_equal(event->body.exit.status, status);
	assert_int_equal(event->head.tid, relay->thread);
	munmap(relay, 4096);
}

enum ending { EACH_THREAD, WHOLE_GROUP, KILLED, ENDING_NR };

struct race {
	unsigned int thread_nr;
	enum ending ending;
	pthread_barrier_t start;
};

static void end_racing(const struct race *race)
{
	if (race->ending == EACH_THREAD)
		syscall(SYS_exit, 7);
	else if (race->ending == WHOLE_GROUP)
		syscall(SYS_exit_group, 7);
	else
		kill(getpid(), SIGKILL);
}

static void *racing_thread(void *arg)
{
	struct race *race = arg;

	pthread_barrier_wait(&race->start);
	end_racing(race);
	return NULL;
}

static int run_race(void *arg)
{
	struct race *race = arg;
	pthread_t thread;

	pthread_barrier_init(&race->start, NULL, race->thread_nr + 1);
	for (unsigned int i = 0; i < race->thread_nr; i++)
		if (pthread_create(&thread, NULL, racing_thread, race))
			return 1;
	pthread_barrier_wait(&race->start);
	end_racing(race);
	return 2;
}

static void racing_ends_are_told_once(void **state)
{
	for (unsigned int i = 0; i < 300; i++) {
		struct race race = { .thread_nr = 1 + i % THREAD_NR_MAX, .ending = i % ENDING_NR };
		int want = race.ending == KILLED ? SIGKILL : 7 << 8;
		pid_t pid = guest_child_start(run_race, &race);

		assert_int_equal(wait_status(pid), want);
		assert_int_equal(expect_one_exit(*state, pid)->body.exit.status, want);
		guest_forget(*state);
	}
}

/* Many at once: what tells two threads of one process apart from two processes? */
static void ends_of_many_processes_are_told_once_each(void **state)
{
	struct race race = { .thread_nr = 2, .ending = EACH_THREAD };
	pid_t pids[50];

	for (unsigned int i = 0; i < 50; i++)
		pids[i] = guest_child_start(run_race, &race);
	for (unsigned int i = 0; i < 50; i++)
		assert_int_equal(wait_status(pids[i]), 7 << 8);
	for (unsigned int i = 0; i < 50; i++)
		assert_int_equal(expect_one_exit(*state, pids[i])->body.exit.status, 7 << 8);
}

static void *exec_in_place(void *arg)
{
	char *argv[] = { "/t/prog_exit", "42", NULL };

	execv(argv[0], argv);
	return arg;
}

static int exec_in_thread(void *arg)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, exec_in_place, arg) || pthread_join(thread, NULL);
}

static void exec_by_a_thread_ends_no_process(void **state)
{
	pid_t pid = guest_child_start(exec_in_thread, NULL);
	const struct guest_event *exec, *end;

	assert_int_equal(wait_status(pid), 42 << 8);
	end = expect_one_exit(*state, pid);
	exec = guest_expect(*state, .type = YGR_EV_EXEC, .tgid = pid);
	assert_int_equal(end->body.exit.status, 42 << 8);
	assert_int_equal(end->head.start_ns, exec->head.start_ns);
	assert_true(exec->head.time_ns < end->head.time_ns);
}

/* ---- parents, rules ---- */

static int outlive_parent(void *arg)
{
	pid_t *self = arg, child;

	*self = getpid();
	child = fork();
	if (!child) {
		while (getppid() == *self)
			usleep(1000);
		_exit(9);
	}
	return 0;
}

static void orphan_has_its_new_parent(void **state)
{
	pid_t pid, *parent = shared_page();
	const struct guest_event *event;
	int status;

	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	assert_int_equal(wait_status(guest_child_start(outlive_parent, parent)), 0);
	pid = waitpid(-1, &status, 0);
	assert_int_equal(status, 9 << 8);
	event = expect_one_exit(*state, pid);
	assert_int_equal(event->head.ppid, getpid());
	assert_int_equal(expect_fork(*state, pid)->head.tgid, *parent);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
	munmap(parent, 4096);
}

/* Two ends and one begin by its uid; that it was begun itself is root's doing. */
static int fork_once(void *arg)
{
	pid_t pid = guest_child_start(end_at_once, arg);

	return pid < 0 ? 255 : guest_child_wait(pid, GUEST_WAIT_MS);
}

static bool is_of_uid(const struct guest_event *event, const void *arg)
{
	return event->head.uid == *(const uint32_t *)arg;
}

static void ignored_processes_are_counted(void **state)
{
	struct ygr_stats before = guest_stats(*state, YGR_CPU_ALL), after;
	uint32_t uid = 1234, other = 1235;

	guest_policy_load(*state, RULES_1("{ name: r, on: [fork, exit], do: ignore, where: { uid: 1234 } }"));
	assert_int_equal(guest_child_call(uid, fork_once, NULL), 0);
	assert_int_equal(guest_child_call(other, fork_once, NULL), 0);
	guest_expect(*state, .type = YGR_EV_FORK, .where = is_of_uid, .arg = &other);
	guest_expect(*state, .type = YGR_EV_EXIT, .where = is_of_uid, .arg = &other);
	guest_reject(*state, .type = YGR_EV_FORK, .where = is_of_uid, .arg = &uid);
	guest_reject(*state, .type = YGR_EV_EXIT, .where = is_of_uid, .arg = &uid);
	after = guest_stats(*state, YGR_CPU_ALL);
	assert_int_equal(after.ignored - before.ignored, 3);
}

static void rule_is_named(void **state)
{
	uint64_t generation = guest_policy_load(*state,
		RULES_2("{ name: begin, on: fork, do: record }", "{ name: end, on: exit, do: record }"));
	pid_t pid = guest_child_start(end_at_once, NULL);

	assert_int_equal(wait_status(pid), 0);
	assert_rule(expect_fork(*state, pid), 1, "begin", generation);
	assert_rule(expect_one_exit(*state, pid), 2, "end", generation);
}

/* ---- what a child is made with, and what it used ---- */

static pid_t clone_raw(unsigned long flags)
{
	pid_t pid = syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);

	assert_true(pid >= 0);
	if (!pid)
		syscall(SYS_exit_group, 0);
	return pid;
}

static void child_shows_what_it_was_made_with(void **state)
{
	static const struct {
		unsigned long asked;
		uint32_t flags, exit_signal;
	} cases[] = {
		{ SIGCHLD, 0, SIGCHLD },
		{ SIGUSR1, 0, SIGUSR1 },
		{ CLONE_FS | SIGCHLD, CLONE_FS, SIGCHLD },
		{ CLONE_FILES | CLONE_FS | SIGCHLD, CLONE_FILES | CLONE_FS, SIGCHLD },
		{ CLONE_NEWUTS | SIGCHLD, CLONE_NEWUTS, SIGCHLD },
		{ CLONE_NEWPID | CLONE_NEWNS | SIGCHLD, CLONE_NEWPID | CLONE_NEWNS, SIGCHLD },
		{ CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWCGROUP | SIGCHLD,
		  CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWCGROUP, SIGCHLD },
		{ CLONE_NEWUSER | SIGCHLD, CLONE_NEWUSER, SIGCHLD },
	};

	signal(SIGUSR1, SIG_IGN);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pid_t pid = clone_raw(cases[i].asked);
		const struct guest_event *event;

		waitpid(pid, NULL, __WALL);
		event = expect_fork(*state, pid);
		assert_int_equal(event->body.fork.clone_flags, cases[i].flags);
		assert_int_equal(event->body.fork.exit_signal, cases[i].exit_signal);
	}
	signal(SIGUSR1, SIG_DFL);
}

#define USED_BYTES	(16u << 20)
#define NAP_NR		50

static void *use_memory(void *arg)
{
	memset(arg, 1, USED_BYTES);
	return NULL;
}

/* Half of it in a thread that has ended before. */
static int use_much(void *arg)
{
	char *memory = mmap(NULL, 2 * USED_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_t thread;

	(void)arg;
	/* EINVAL: this kernel has none. */
	if (memory == MAP_FAILED || (madvise(memory, 2 * USED_BYTES, MADV_NOHUGEPAGE) && errno != EINVAL) ||
	    pthread_create(&thread, NULL, use_memory, memory) || pthread_join(thread, NULL))
		return 1;
	use_memory(memory + USED_BYTES);
	for (int i = 0; i < NAP_NR; i++)
		usleep(100);
	return 0;
}

static void end_tells_what_was_used(void **state)
{
	pid_t pid = guest_child_start(use_much, NULL);
	const struct ygr_body_exit *body;
	struct rusage usage;
	int status;

	assert_int_equal(wait4(pid, &status, 0, &usage), pid);
	assert_int_equal(status, 0);
	body = &expect_one_exit(*state, pid)->body.exit;
	assert_int_equal(body->maxrss_bytes, (uint64_t)usage.ru_maxrss << 10);
	assert_true(body->maxrss_bytes >= 2 * USED_BYTES);
	/* The kernel goes on for a while after the end has been told. */
	assert_in_range(body->minor_faults, 2 * USED_BYTES / 4096, usage.ru_minflt);
	assert_in_range(body->major_faults, 0, usage.ru_majflt);
	assert_in_range(body->voluntary_switches, NAP_NR, usage.ru_nvcsw);
	assert_in_range(body->involuntary_switches, 0, usage.ru_nivcsw);
	assert_in_range(body->write_bytes, 0, (uint64_t)usage.ru_oublock * 512 + 511);
	assert_in_range(body->read_bytes, 0, (uint64_t)usage.ru_inblock * 512 + 511);
}

#define test(f) cmocka_unit_test_setup(f, guest_fresh)

int main(void)
{
	const struct CMUnitTest process[] = {
		test(fork_names_parent_and_child),
		test(vfork_is_a_fork),
		test(fork_by_a_thread_names_the_thread),
		test(threads_are_not_told),
		test(status_is_the_exit_code),
		test(status_is_the_signal),
		test(status_tells_of_a_core),
		test(kill_by_another_process_is_told),
		test(times_are_of_all_threads),
		test(process_ends_with_its_last_thread),
		test(racing_ends_are_told_once),
		test(ends_of_many_processes_are_told_once_each),
		test(exec_by_a_thread_ends_no_process),
		test(orphan_has_its_new_parent),
		test(ignored_processes_are_counted),
		test(rule_is_named),
		test(child_shows_what_it_was_made_with),
		test(end_tells_what_was_used),
	};

	return cmocka_run_group_tests(process, guest_setup, guest_teardown);
}
