// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unloading under load: processes that open, exec, fork, connect and rename
 * as fast as they can, and tasks asleep inside exec, beneath our wrapper,
 * when the module goes. sleeper.ko makes them sleep; that they slept, and
 * that unload waited for them, is part of what is tested.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

#define SLEEPER_PATH	"/t/sleeper.ko"
#define SLEEPER_PARAM	"/sys/module/sleeper/parameters/"

#define DENIED_PATH	"/tmp/unload-denied"
#define POLICY \
	"version: 1\nname: unload\nrules:\n" \
	"  - { name: no-touch, on: open-write, where: { path: [" DENIED_PATH "] }, do: deny }\n" \
	"  - { name: no-such-exec, on: exec, where: { path: [/no/such] }, do: deny }\n"

#define ROUND_NR	10
#define ROUND_NR_LONG	100
#define PAUSE_US	10000
#define LONG_SLEEP_MS	6000	/* detaching every hook takes some 3 s under emulation */

/* ---- load ---- */

/* Shared with the workers. */
static struct shared {
	atomic_bool is_over;
	atomic_ulong done_nr[16];	/* by worker */
	atomic_ulong wrong_nr;
} *shared;

static bool work_open(unsigned int self)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/tmp/unload-%u", self);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	if (fd < 0)
		return false;
	close(fd);
	return !unlink(path);
}

static bool work_exec(unsigned int self)
{
	char *argv[] = { "/bin/true", NULL };

	(void)self;
	return guest_child_exec(argv, NULL) == 0;
}

static int nothing(void *arg)
{
	(void)arg;
	return 7;
}

static bool work_fork(unsigned int self)
{
	(void)self;
	return guest_child_wait(guest_child_start(nothing, NULL), GUEST_WAIT_MS) == 7;
}

/* To a port where nobody listens. */
static bool work_connect(unsigned int self)
{
	const struct sockaddr_in nobody = {
		.sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	bool refused;

	(void)self;
	refused = connect(fd, (const struct sockaddr *)&nobody, sizeof(nobody)) && errno == ECONNREFUSED;
	close(fd);
	return refused;
}

static bool work_rename(unsigned int self)
{
	char from[40], to[40];

	snprintf(from, sizeof(from), "/tmp/unload-%u-a", self);
	snprintf(to, sizeof(to), "/tmp/unload-%u-b", self);
	return !guest_file_write(from, "") && !rename(from, to) && !unlink(to);
}

static bool (*const works[])(unsigned int self) = {
	work_open, work_exec, work_exec, work_fork, work_connect, work_rename,
};

#define EXEC_WORKER_NR	2
#define WORKER_NR	(sizeof(works) / sizeof(works[0]))

static int worker(void *arg)
{
	unsigned int self = (uintptr_t)arg;

	while (!atomic_load(&shared->is_over)) {
		if (!works[self](self))
			atomic_fetch_add(&shared->wrong_nr, 1);
		atomic_fetch_add(&shared->done_nr[self], 1);
		/* Workers that never pause would leave the loader no time. */
		usleep(PAUSE_US);
	}
	return 0;
}

/* ---- sleeper.ko ---- */

static unsigned int sleeper_get(const char *name)
{
	char path[80];
	unsigned int value;
	FILE *f;

	snprintf(path, sizeof(path), SLEEPER_PARAM "%s", name);
	f = fopen(path, "re");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%u", &value), 1);
	fclose(f);
	return value;
}

static void sleeper_set_ms(unsigned int ms)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", ms);
	assert_int_equal(guest_file_write(SLEEPER_PARAM "sleep_ms", text), 0);
}

static int sleeper_load(void)
{
	int fd = open(SLEEPER_PATH, O_RDONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return ret;
}

/* ---- rounds ---- */

static void wait_until_all_worked(void)
{
	unsigned long before[WORKER_NR];
	uint64_t deadline_ns = guest_now_ns() + 4 * GUEST_WAIT_MS * 1000000ull;

	for (size_t i = 0; i < WORKER_NR; i++)
		before[i] = atomic_load(&shared->done_nr[i]);
	for (size_t i = 0; i < WORKER_NR; i++) {
		while (atomic_load(&shared->done_nr[i]) == before[i]) {
			if (guest_now_ns() >= deadline_ns)
				fail_msg("worker %zu stands still", i);
			usleep(1000);
		}
	}
}

/* The module works: it denies, and it records the load, exec above all. */
static void check_loaded(void)
{
	struct guest *guest = guest_open();

	guest_policy_load(guest, POLICY);
	assert_int_equal(open(DENIED_PATH, O_WRONLY), -1);
	assert_int_equal(errno, EPERM);
	wait_until_all_worked();
	guest_expect(guest, .type = YGR_EV_OPEN, .verdict = GUEST_DENIED, .path = DENIED_PATH);
	guest_expect(guest, .type = YGR_EV_EXEC, .path = "/bin/busybox");
	guest_close(guest);
}

/* And nothing of it is left. */
static void check_unloaded(void)
{
	int fd = open(DENIED_PATH, O_WRONLY);

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(access("/sys/module/yagura", F_OK), -1);
	assert_int_equal(access(YGR_DEVICE_PATH, F_OK), -1);
	wait_until_all_worked();
}

/* Nobody asks BPF there if the kernel was not configured to (5.10). */
static bool bpf_is_asked;

static void unload_under_load(void **state)
{
	unsigned int nr = getenv("YAGURA_LONG") ? ROUND_NR_LONG : ROUND_NR;
	unsigned int slept = sleeper_get("slept");

	(void)state;
	for (unsigned int i = 0; i < nr; i++) {
		sleeper_set_ms(30 + 5 * (i % 11));
		assert_int_equal(guest_module_load(NULL), 0);
		check_loaded();
		assert_int_equal(guest_module_unload(), 0);
		check_unloaded();
	}
	assert_int_equal(atomic_load(&shared->wrong_nr), 0);
	/* Each round saw at least one exec, and each exec sleeps. */
	if (bpf_is_asked)
		assert_true(sleeper_get("slept") - slept >= nr);
	else
		printf("# BPF is not among this kernel's security modules: nobody slept\n");
}

static int exec_true(void *arg)
{
	char *argv[] = { "/bin/true", NULL };

	(void)arg;
	execv(argv[0], argv);
	return 126;
}

/*
 * Tasks that entered the wrapper well before the unload and sleep in it till
 * well after everything is detached: it returns when the last one is out.
 */
static void unload_waits_for_sleepers(void **state)
{
	enum { SLEEPER_NR = 4 };
	unsigned int nr = getenv("YAGURA_LONG") ? 10 : 1;

	(void)state;
	if (!bpf_is_asked)
		skip();
	for (unsigned int i = 0; i < nr; i++) {
		unsigned int slept;
		uint64_t entered_ns;
		pid_t pid[SLEEPER_NR];

		assert_int_equal(guest_module_load(NULL), 0);
		check_loaded();
		sleeper_set_ms(LONG_SLEEP_MS);
		/* The workers that exec are soon asleep as well. */
		slept = sleeper_get("slept");
		for (unsigned int j = 0; j < SLEEPER_NR; j++)
			pid[j] = guest_child_start(exec_true, NULL);
		while (sleeper_get("inside") < SLEEPER_NR + EXEC_WORKER_NR)
			usleep(1000);
		entered_ns = guest_now_ns();
		sleeper_set_ms(30);

		assert_int_equal(guest_module_unload(), 0);
		assert_true(sleeper_get("slept") - slept >= SLEEPER_NR + EXEC_WORKER_NR);
		/* They went to sleep before that instant, but not a second before. */
		assert_true(guest_now_ns() - entered_ns >= (LONG_SLEEP_MS - 1000) * 1000000ull);
		for (unsigned int j = 0; j < SLEEPER_NR; j++)
			assert_int_equal(guest_child_wait(pid[j], GUEST_WAIT_MS), 0);
		check_unloaded();
	}
	assert_int_equal(atomic_load(&shared->wrong_nr), 0);
}

static pid_t workers[WORKER_NR];

static int setup(void **state)
{
	int ret = sleeper_load();

	(void)state;
	if (ret) {
		print_error("# " SLEEPER_PATH ": %s\n", strerror(-ret));
		return -1;
	}
	if (guest_child_wait(guest_child_start(exec_true, NULL), GUEST_WAIT_MS) || guest_file_write(DENIED_PATH, ""))
		return -1;
	bpf_is_asked = sleeper_get("slept");
	assert_true(bpf_is_asked || !guest_kernel_is_from(6, 1));
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return -1;
	for (size_t i = 0; i < WORKER_NR; i++)
		workers[i] = guest_child_start(worker, (void *)i);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	atomic_store(&shared->is_over, true);
	for (size_t i = 0; i < WORKER_NR; i++)
		if (guest_child_wait(workers[i], GUEST_WAIT_MS))
			return -1;
	return syscall(SYS_delete_module, "sleeper", O_NONBLOCK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unload_under_load),
		cmocka_unit_test(unload_waits_for_sleepers),
	};

	return cmocka_run_group_tests_name("unload", tests, setup, teardown);
}
