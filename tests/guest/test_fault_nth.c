// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory runs out for the host, at the n-th allocation of a call, for every n: whatever the
 * kernel then takes back, the module must not keep. A call fails at no more points with the module
 * than without it, which has allocations of its own among them. Needs a kernel with fault
 * injection (the debug kernel).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "shortage.h"

#define NTH		"/proc/thread-self/fail-nth"
#define FAILSLAB	"/sys/kernel/debug/failslab/"
#define FILE_NEW	"/tmp/fault-nth"
#define FILE_OTHER	"/tmp/fault-nth-2"
#define POLICY \
	"version: 1\nname: t\nrules:\n" \
	"  - { name: seen, on: all, do: record, set: [m], where: { exe: \"/**\" } }\n"

/* Debugging adds its own allocations; no call needs so many. */
#define NTH_MAX		3000

#define need_injection() do { if (access(NTH, F_OK)) skip(); } while (0)

static int nth_fd = -1;

static void set_nth(unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(nth_fd, text, len, 0) != len)
		abort();
}

/* Return: 0: it has failed since. */
static unsigned int get_nth(void)
{
	char text[16] = "";

	if (pread(nth_fd, text, sizeof(text) - 1, 0) <= 0)
		abort();
	return strtoul(text, NULL, 10);
}

/* ---- calls. Return: 0 or errno ---- */

static int call_open(void)
{
	int fd = open(FILE_NEW, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), error = errno;

	if (fd < 0)
		return error;
	close(fd);
	return 0;
}

/* To and fro at once: what fails has changed nothing. */
static int call_rename(void)
{
	return renameat2(AT_FDCWD, FILE_NEW, AT_FDCWD, FILE_OTHER, RENAME_EXCHANGE) ? errno : 0;
}

static int call_socket(void)
{
	const struct sockaddr_un here = { .sun_family = AF_UNIX, .sun_path = "\0fault-nth" };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), error;

	if (fd < 0)
		return errno;
	error = bind(fd, (const struct sockaddr *)&here, sizeof(here)) || listen(fd, 1) ? errno : 0;
	close(fd);
	return error;
}

/* vfork: the child needs no page that is not there yet. */
static int call_fork(void)
{
	pid_t pid = vfork();

	if (!pid)
		_exit(0);
	if (pid < 0)
		return errno;
	return waitpid(pid, NULL, 0) == pid ? 0 : errno;
}

static const struct call {
	const char *name;
	int (*run)(void);
} calls[] = {
	{ "open", call_open }, { "rename", call_rename }, { "socket", call_socket }, { "fork", call_fork },
};

#define CALL_NR		(sizeof(calls) / sizeof(calls[0]))

/* Return: at how many points it failed. */
static unsigned int sweep_call(const struct call *call)
{
	unsigned int failed = 0, nth;

	for (nth = 1; nth <= NTH_MAX; nth++) {
		unsigned int left;
		int error;

		set_nth(nth);
		error = call->run();
		left = get_nth();
		set_nth(0);
		failed += !!error;
		if (error && error != ENOMEM && error != EAGAIN && error != ENFILE && error != ENOBUFS)
			fail_msg("%s, allocation %u: %s", call->name, nth, strerror(error));
		if (!error && left)
			break;
	}
	printf("# %s: fails at %u of %u\n", call->name, failed, nth - 1);
	assert_in_range(nth, 2, NTH_MAX);
	return failed;
}

/* Return: how many allocations of the module were among the points. */
static unsigned int sweep(unsigned int *failed)
{
	/* Fails none, but counts, and keeps the kernel from telling the console of each failure. */
	shortage_begin(~0u);
	for (size_t i = 0; i < CALL_NR; i++)
		failed[i] = sweep_call(&calls[i]);
	return shortage_end().seen;
}

/* A fork takes the stack of a task that has ended if there is one, and else more memory. */
static void sweep_without(unsigned int *worst)
{
	unsigned int failed[CALL_NR];

	memset(worst, 0, sizeof(failed));
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(sweep(failed), 0);
		for (size_t call = 0; call < CALL_NR; call++)
			if (failed[call] > worst[call])
				worst[call] = failed[call];
	}
}

static void host_fails_no_more_than_without(void **state)
{
	unsigned int without[CALL_NR], with[CALL_NR];
	struct guest *guest;

	(void)state;
	need_injection();
	sweep_without(without);
	assert_int_equal(guest_module_load(NULL), 0);
	guest = guest_open();
	guest_policy_load(guest, POLICY);
	assert_true(sweep(with) > 0);
	for (size_t i = 0; i < CALL_NR; i++)
		assert_in_range(with[i], 1, without[i]);
	guest_close(guest);
	assert_int_equal(guest_module_unload(), 0);
}

static int setup(void **state)
{
	(void)state;
	nth_fd = open(NTH, O_RDWR | O_CLOEXEC);
	if (nth_fd < 0)
		return errno == ENOENT ? 0 : -1;
	if (!shortage_load())
		return -1;
	shortage_watch(0);
	/* Those that may wait, too; and of pages, none: how many it takes is a matter of luck. */
	return guest_file_write(FILE_NEW, "") || guest_file_write(FILE_OTHER, "") ||
	       guest_file_write(FAILSLAB "ignore-gfp-wait", "N") ||
	       guest_file_write(FAILSLAB "verbose", "0") ||
	       guest_file_write("/sys/kernel/debug/fail_page_alloc/min-order", "20") ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	if (nth_fd < 0)
		return 0;
	close(nth_fd);
	shortage_unload();
	return guest_file_write(FAILSLAB "ignore-gfp-wait", "Y");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_fails_no_more_than_without),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
