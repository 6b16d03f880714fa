// SPDX-License-Identifier: GPL-2.0-only
/*
 * More processes than a machine should have: a fork bomb that runs into the limits
 * of its cgroup, many that live for a moment, and as many as there is memory for. The
 * daemon stays up, answers, stays below its ceiling, and its account adds up.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "daemon.h"

#define MODULE_PARAMS	"ring_kib=1024 totals_ms=1000"
#define CEILING_KIB	(64 * 1024)
#define PATIENCE_MS	200000	/* for a queue that a storm left behind */

#define CGROUP		"/sys/fs/cgroup"
#define BOMB_CGROUP	CGROUP "/bomb"
#define BOMB_PIDS	"200"
#define BOMB_MS		"20000"
#define BOMB_FORK_NR	1000		/* at least; it takes the time that this needs */
#define BOMB_SPARE_KIB	(128u << 10)	/* of memory, for all of them and the daemon */

struct rig {
	struct daemon daemon;
	struct far_end far;
	struct guest status;	/* only a handle for statistics */
	pid_t pid[2];		/* of reader and sender, at the start */
	pid_t hog_pid;		/* 0: there is none */
};

static bool is_long(void)
{
	return getenv("YAGURA_LONG");
}

static int setup(void **state)
{
	static struct rig rig;

	memset(&rig, 0, sizeof(rig));
	*state = &rig;
	rig.status.fd = -1;
	if (guest_module_load(MODULE_PARAMS))
		return -1;
	rig.status.fd = open(YGR_DEVICE_PATH, O_RDONLY | O_CLOEXEC);
	daemon_init(&rig.daemon, "storm", NULL);
	daemon_receiver_start(&rig.daemon);
	daemon_start(&rig.daemon);
	daemon_wait_delivered(&rig.daemon, &rig.far);
	rig.pid[DAEMON_READER] = daemon_wait(&rig.daemon, DAEMON_READER);
	rig.pid[DAEMON_SENDER] = daemon_wait(&rig.daemon, DAEMON_SENDER);
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;

	daemon_exit(&rig->daemon);
	far_end_close(&rig->far);
	close(rig->status.fd);
	return daemon_module_unload();
}

/* ---- what the daemon owes us meanwhile ------------------------------------- */

/* Of the line of a file of the kernel that has this format. Return: 0 if there is none. */
static unsigned int number_in(const char *path, const char *format)
{
	unsigned int number = 0;
	char line[128];
	FILE *file = fopen(path, "re");

	while (file && !number && fgets(line, sizeof(line), file))
		sscanf(line, format, &number);
	if (file)
		fclose(file);
	return number;
}

static unsigned int peak_kib(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	return number_in(path, "VmHWM: %u kB");
}

static unsigned int available_kib(void)
{
	return number_in("/proc/meminfo", "MemAvailable: %u kB");
}

/* The processes are those of the start, and what they last said can be had. */
static void assert_answers(struct rig *rig)
{
	struct command said = { 0 };
	char run[80], text[32];

	snprintf(run, sizeof(run), "%s/run", rig->daemon.dir);
	command_run(&said, "/t/yaguractl", "status", "--run", run);
	for (enum daemon_process process = DAEMON_READER; process <= DAEMON_SENDER; process++) {
		snprintf(text, sizeof(text), "pid %d: ", rig->pid[process]);
		assert_command(&said, 0, text);
		assert_int_equal(daemon_find(&rig->daemon, process), rig->pid[process]);
	}
	command_free(&said);
}

static void assert_within_ceiling(const struct rig *rig)
{
	unsigned int reader = peak_kib(rig->pid[DAEMON_READER]);
	unsigned int sender = peak_kib(rig->pid[DAEMON_SENDER]);

	print_message("# peak: reader %u KiB, sender %u KiB\n", reader, sender);
	assert_in_range(reader, 1, CEILING_KIB);
	assert_in_range(sender, 1, CEILING_KIB);
}

/* The reader has caught up: from here on the usual patience is enough. */
static void wait_caught_up(struct rig *rig)
{
	uint64_t deadline_ns = guest_now_ns() + PATIENCE_MS * 1000000ull;

	while (daemon_number(&rig->daemon, DAEMON_READER, "ring.used_bytes") > 64 << 10 ||
	       daemon_number(&rig->daemon, DAEMON_SENDER, "unacked_batches") > 1) {
		if (guest_now_ns() >= deadline_ns)
			daemon_fail(&rig->daemon, "the queue of the storm is empty");
		usleep(500000);
	}
}

static void check_account(struct rig *rig)
{
	struct ygr_stats stats = guest_stats(&rig->status, YGR_CPU_ALL);

	print_message("# forks: %" PRIu64 " told, %" PRIu64 " dropped and counted\n",
		      (uint64_t)(stats.produced[YGR_CLASS_FORK] - stats.dropped[YGR_CLASS_FORK]),
		      (uint64_t)stats.dropped[YGR_CLASS_FORK]);
	wait_caught_up(rig);
	assert_answers(rig);
	assert_within_ceiling(rig);
	daemon_check_accounts(&rig->daemon, &rig->far);
}

static uint64_t fork_nr(const struct rig *rig)
{
	return guest_stats(&rig->status, YGR_CPU_ALL).produced[YGR_CLASS_FORK];
}

/* ---- the bomb -------------------------------------------------------------- */

#define HOG_STEP_BYTES	(4u << 20)

/* Takes memory until little is left. If that was too much, it is the one to be killed. */
static int hog(void *arg)
{
	const struct rig *rig = arg;

	close(rig->status.fd);
	guest_file_write("/proc/self/oom_score_adj", "1000");
	while (available_kib() > BOMB_SPARE_KIB) {
		char *memory = mmap(NULL, HOG_STEP_BYTES, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

		if (memory == MAP_FAILED)
			return 1;
	}
	for (;;)
		pause();
}

static void end_hog(struct rig *rig)
{
	if (!rig->hog_pid)
		return;
	kill(rig->hog_pid, SIGKILL);
	waitpid(rig->hog_pid, NULL, 0);
	rig->hog_pid = 0;
}

/*
 * As a service manager makes one: all of them together get no more of the CPU than one of
 * us. Return: whether the kernel has what it takes.
 */
static bool make_cgroup(void)
{
	if (guest_file_write(CGROUP "/cgroup.subtree_control", "+pids +cpu"))
		return false;
	assert_true(!mkdir(BOMB_CGROUP, 0755) || errno == EEXIST);
	assert_int_equal(guest_file_write(BOMB_CGROUP "/pids.max", BOMB_PIDS), 0);
	return true;
}

#define STRING(number)	STRING_(number)
#define STRING_(number)	#number

static int explode(void *arg)
{
	char *argv[] = { "/t/prog_bomb", BOMB_CGROUP, BOMB_MS, STRING(BOMB_FORK_NR), NULL };

	(void)arg;
	execv(argv[0], argv);
	return 127;
}

static void set_off(struct rig *rig)
{
	uint64_t deadline_ns = guest_now_ns() + PATIENCE_MS * 1000000ull;
	pid_t bomb = guest_child_start(explode, NULL);
	uint64_t before = fork_nr(rig);
	unsigned int answer_nr = 0;
	int status = -1;

	for (; !waitpid(bomb, &status, WNOHANG) ||
	       number_in(BOMB_CGROUP "/cgroup.events", "populated %u"); answer_nr++) {
		if (guest_now_ns() >= deadline_ns)
			fail_msg("the bomb does not end, after %" PRIu64 " forks", fork_nr(rig) - before);
		assert_answers(rig);
		sleep(1);
	}
	assert_int_equal(status, 0);
	print_message("# %" PRIu64 " forks, %u MiB of memory left, %u answers meanwhile\n",
		      fork_nr(rig) - before, available_kib() >> 10, answer_nr);
	assert_true(fork_nr(rig) - before >= BOMB_FORK_NR);
	assert_int_not_equal(number_in(BOMB_CGROUP "/pids.events", "max %u"), 0);
	assert_true(answer_nr >= 2);
}

static void a_fork_bomb_does_not_take_the_daemon_down(void **state)
{
	struct rig *rig = *state;

	if (!make_cgroup())
		skip();
	/* Of each that it kills for memory, the kernel tells with a call trace. */
	klogctl(8, NULL, 4);
	rig->hog_pid = guest_child_start(hog, rig);
	while (available_kib() > BOMB_SPARE_KIB)
		usleep(100000);
	set_off(rig);
	assert_answers(rig);
	end_hog(rig);
	check_account(rig);
}

static int defuse(void **state)
{
	end_hog(*state);
	klogctl(8, NULL, 5);
	guest_file_write(BOMB_CGROUP "/cgroup.kill", "1");
	return teardown(state);
}

/* ---- short ones and live ones ---------------------------------------------- */

static void live_briefly(void)
{
	pid_t pid = vfork();

	if (!pid)
		_exit(0);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void none_of_many_short_ones_is_lost(void **state)
{
	unsigned int nr = is_long() ? 50000 : 5000;
	struct rig *rig = *state;
	uint64_t before = fork_nr(rig);
	struct ygr_stats stats;

	for (unsigned int i = 0; i < nr; i++) {
		live_briefly();
		if (i % 5000 == 2500)
			assert_answers(rig);
	}
	assert_true(fork_nr(rig) - before >= nr);
	check_account(rig);
	stats = guest_stats(&rig->status, YGR_CPU_ALL);
	assert_int_equal(stats.dropped[YGR_CLASS_FORK], 0);
	assert_int_equal(stats.dropped[YGR_CLASS_EXIT], 0);
}

#define LIVE_NR_MAX	100000
#define SPARE_KIB	(200u << 10)	/* that the daemon and the receiver are left */
#define STACK_BYTES	16384

struct crowd {
	pid_t pid[LIVE_NR_MAX];
	unsigned int nr;
	/* Of all of them: they share their memory, and each writes the same to it. */
	char stack[STACK_BYTES] __attribute__((aligned(16)));
};

static struct crowd crowd;

static int live(void *arg)
{
	for (;;)
		syscall(SYS_pause);
	return arg != NULL;
}

/* A process for the kernel and for us, and as small as there are: it has nothing of its own. */
static bool add_one(void)
{
	pid_t pid = clone(live, crowd.stack + STACK_BYTES,
			  CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | SIGCHLD, NULL);

	if (pid < 0)
		return false;
	crowd.pid[crowd.nr++] = pid;
	return true;
}

static void gather(unsigned int nr)
{
	while (crowd.nr < nr && add_one())
		if (crowd.nr % 256 == 0 && available_kib() < SPARE_KIB)
			break;
}

static void disperse(void)
{
	for (unsigned int i = 0; i < crowd.nr; i++)
		kill(crowd.pid[i], SIGKILL);
	for (unsigned int i = 0; i < crowd.nr; i++)
		waitpid(crowd.pid[i], NULL, 0);
}

static int raise_limits(void **state)
{
	if (guest_file_write("/proc/sys/kernel/pid_max", "400000") ||
	    guest_file_write("/proc/sys/kernel/threads-max", "200000"))
		return -1;
	return setup(state);
}

static int end_crowd(void **state)
{
	disperse();
	crowd.nr = 0;
	return teardown(state);
}

static void all_that_live_are_known(void **state)
{
	struct rig *rig = *state;

	gather(is_long() ? LIVE_NR_MAX : 2000);
	print_message("# %u live processes, %u MiB left\n", crowd.nr, available_kib() >> 10);
	assert_true(crowd.nr >= 2000);
	assert_answers(rig);
	wait_caught_up(rig);
	usleep(1500000);	/* a status that was written after the last of them */
	assert_true(daemon_number(&rig->daemon, DAEMON_READER, "process_table.entries") >= crowd.nr);
	assert_int_equal(daemon_number(&rig->daemon, DAEMON_READER, "process_table.evicted"), 0);
	assert_within_ceiling(rig);
	disperse();
	check_account(rig);
	crowd.nr = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_fork_bomb_does_not_take_the_daemon_down, setup, defuse),
		cmocka_unit_test_setup_teardown(none_of_many_short_ones_is_lost, setup, teardown),
		cmocka_unit_test_setup_teardown(all_that_live_are_known, raise_limits, end_crowd),
	};

	return cmocka_run_group_tests_name("storm", tests, NULL, NULL);
}
