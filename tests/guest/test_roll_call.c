// SPDX-License-Identifier: GPL-2.0-only
/* Processes that run when the module is loaded: each is told of once, as it is. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launch.h"

#define CGROUP		"/sys/fs/cgroup/called.slice"

struct sleeper {
	uid_t uid;
	const char *cwd;
	const char *arg;
	pid_t pid;
};

/* In its cgroup and folder, as its user: sleeps by the name that it was given. */
static int sleep_as(void *arg)
{
	const struct sleeper *sleeper = arg;
	char *argv[] = { "/bin/busybox", "sleep", (char *)sleeper->arg, NULL };
	char *envp[] = { "LD_PRELOAD=", "HOME=/", NULL };

	if (guest_file_write(CGROUP "/cgroup.procs", "0") || chdir(sleeper->cwd) ||
	    setresgid(sleeper->uid, sleeper->uid, sleeper->uid) ||
	    setresuid(sleeper->uid, sleeper->uid, sleeper->uid))
		return 255;
	execve("/bin/busybox", argv, envp);
	return errno;
}

static struct guest *load(const char *params)
{
	assert_int_equal(guest_module_load(params), 0);
	return guest_open();
}

static void unload(struct guest *guest)
{
	guest_close(guest);
	assert_int_equal(guest_module_unload(), 0);
}

static bool comes_of_exec(pid_t pid)
{
	char path[32], text[64] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	f = fopen(path, "re");
	if (f) {
		if (!fgets(text, sizeof(text), f))
			text[0] = '\0';
		fclose(f);
	}
	return !strncmp(text, "busybox", 7) || !strncmp(text, "sleep", 5);
}

static void start(struct sleeper *sleeper)
{
	sleeper->pid = guest_child_start(sleep_as, sleeper);
	while (!comes_of_exec(sleeper->pid))
		usleep(1000);
}

static void stop(struct sleeper *sleeper)
{
	kill(sleeper->pid, SIGKILL);
	waitpid(sleeper->pid, NULL, 0);
}

static uint64_t own_start(struct guest *guest)
{
	const struct guest_event *event;
	pid_t pid = launch_plain(PROG, RAN_STATUS);
	struct ygr_process_id first;

	event = expect_exec(guest, pid);
	memcpy(&first, event->text[YGR_STR_ANCESTORS].bytes, sizeof(first));
	assert_int_equal(first.tgid, getpid());
	return first.start_ns;
}

static void process_is_told_as_it_is(void **state)
{
	struct sleeper sleeper = { .uid = 1000, .cwd = "/run", .arg = "1111" };
	const struct guest_event *event;
	struct ygr_process_id first;
	struct guest *guest;
	struct stat st;

	(void)state;
	assert_true(!mkdir(CGROUP, 0755) || errno == EEXIST);
	start(&sleeper);
	guest = load("tell_running=1");
	event = guest_expect(guest, .type = YGR_EV_PROCESS, .tgid = sleeper.pid);
	assert_text(event, YGR_STR_PATH, "/bin/busybox");
	assert_file_id(&event->body.exec.file, "/bin/busybox");
	assert_text(event, YGR_STR_CWD, "/run");
	assert_text(event, YGR_STR_ARGV, "/bin/busybox\0sleep\0" "1111\0");
	assert_text(event, YGR_STR_ENV, "LD_PRELOAD=\0");
	assert_text(event, YGR_STR_CGROUP, "/called.slice");
	assert_no_text(event, YGR_STR_FILENAME);
	assert_no_text(event, YGR_STR_SCRIPT);
	assert_int_equal(event->head.tid, sleeper.pid);
	assert_int_equal(event->head.ppid, getpid());
	assert_int_equal(event->head.uid, 1000);
	assert_int_equal(event->head.egid, 1000);
	assert_int_equal(event->head.flags, 0);
	assert_int_equal(stat(CGROUP, &st), 0);
	assert_int_equal(event->head.cgroup_id, st.st_ino);
	assert_int_equal(stat("/proc/self/ns/mnt", &st), 0);
	assert_int_equal(event->head.mnt_ns, st.st_ino);
	assert_int_equal(stat("/proc/self/ns/pid", &st), 0);
	assert_int_equal(event->head.pid_ns, st.st_ino);
	assert_int_equal(event->body.exec.cap_effective, 0);
	assert_int_not_equal(event->body.exec.cap_bounding, 0);
	assert_int_equal(event->body.exec.exec_flags, YGR_EXEC_UNCHECKED);
	assert_int_equal(event->body.exec.argc, 0);
	memcpy(&first, event->text[YGR_STR_ANCESTORS].bytes, sizeof(first));
	assert_int_equal(first.tgid, getpid());
	assert_int_equal(first.start_ns, own_start(guest));
	/* By the same name as in what it does later. */
	kill(sleeper.pid, SIGKILL);
	waitpid(sleeper.pid, NULL, 0);
	assert_int_equal(guest_expect(guest, .type = YGR_EV_EXIT, .tgid = sleeper.pid)->head.start_ns,
			 event->head.start_ns);
	unload(guest);
	rmdir(CGROUP);
}

/* Those that are no zombies, kernel threads among them. */
static size_t living(pid_t *pids, size_t max)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	size_t nr = 0;

	while ((entry = readdir(proc)) && nr < max) {
		pid_t pid = atoi(entry->d_name);

		if (pid > 0 && !kill(pid, 0))
			pids[nr++] = pid;
	}
	closedir(proc);
	return nr;
}

static void expect_each_once(struct guest *guest, const pid_t *pids, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		const struct guest_query query = { .type = YGR_EV_PROCESS, .tgid = pids[i] };

		/* Kernel threads come and go. */
		if (!guest_wait(guest, &query, kill(pids[i], 0) ? 1 : GUEST_WAIT_MS) && !kill(pids[i], 0))
			fail_msg("process %d is not told", pids[i]);
		assert_true(guest_count(guest, &query) <= 1);
	}
}

static void each_is_told_once(void **state)
{
	static pid_t pids[4096];
	struct guest *guest;
	size_t nr = living(pids, 4096);

	(void)state;
	guest = load("tell_running=1");
	expect_each_once(guest, pids, nr);
	guest_expect(guest, .type = YGR_EV_PROCESS, .tgid = 2, .flags = YGR_F_KTHREAD);
	assert_no_text(guest_expect(guest, .type = YGR_EV_PROCESS, .tgid = 2), YGR_STR_PATH);
	/* A second reader is not told again. */
	guest_close(guest);
	guest = guest_open();
	expect_exec(guest, launch_plain(PROG, RAN_STATUS));
	usleep(100000);
	guest_drain(guest);
	guest_reject(guest, .type = YGR_EV_PROCESS);
	unload(guest);
}

static void one_that_forks_later_is_not(void **state)
{
	struct guest *guest = load("tell_running=1");
	struct sleeper sleeper = { .uid = 0, .cwd = "/", .arg = "7" };

	(void)state;
	assert_true(!mkdir(CGROUP, 0755) || errno == EEXIST);
	start(&sleeper);
	guest_expect(guest, .type = YGR_EV_PROCESS, .tgid = getpid());
	guest_expect(guest, .type = YGR_EV_EXEC, .tgid = sleeper.pid);
	guest_reject(guest, .type = YGR_EV_PROCESS, .tgid = sleeper.pid);
	stop(&sleeper);
	unload(guest);
	rmdir(CGROUP);
}

#define MANY	200

static int wait_for_end(void *arg)
{
	(void)arg;
	pause();
	return 0;
}

/* More than fit a ring of 64 KiB at a time: told as it is drained, and none dropped. */
static void many_are_told_as_the_ring_is_drained(void **state)
{
	static pid_t pids[MANY];
	struct ygr_stats stats;
	struct guest *guest;
	uint64_t most = 0;

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		pids[i] = guest_child_start(wait_for_end, NULL);
	guest = load("tell_running=1 ring_kib=64");
	usleep(300000);
	/* About half of each ring at most, and of one of them all of that. */
	for (unsigned int i = 0; i < guest->ring_nr; i++) {
		stats = guest_stats(guest, guest->ring[i].cpu);
		assert_in_range(stats.head - stats.tail, 0, 48 << 10);
		most = stats.head - stats.tail > most ? stats.head - stats.tail : most;
	}
	assert_in_range(most, 24 << 10, 48 << 10);
	expect_each_once(guest, pids, MANY);
	assert_int_equal(guest_stats(guest, YGR_CPU_ALL).dropped[YGR_CLASS_FORK], 0);
	unload(guest);
	for (size_t i = 0; i < MANY; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
}

static void nobody_is_told_if_it_is_switched_off(void **state)
{
	struct guest *guest = load("tell_running=0");

	(void)state;
	expect_exec(guest, launch_plain(PROG, RAN_STATUS));
	usleep(100000);
	guest_drain(guest);
	guest_reject(guest, .type = YGR_EV_PROCESS);
	unload(guest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(process_is_told_as_it_is),
		cmocka_unit_test(each_is_told_once),
		cmocka_unit_test(one_that_forks_later_is_not),
		cmocka_unit_test(many_are_told_as_the_ring_is_drained),
		cmocka_unit_test(nobody_is_told_if_it_is_switched_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
