// SPDX-License-Identifier: GPL-2.0-only
/* fanotify on the file system of the measured file, as a scanner would mark it. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

static int mark(unsigned int class, uint64_t mask)
{
	int fd = fanotify_init(class | FAN_CLOEXEC | FAN_UNLIMITED_QUEUE, O_RDONLY);

	assert_true(fd >= 0);
	assert_int_equal(fanotify_mark(fd, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, mask, AT_FDCWD, "/tmp"),
			 0);
	return fd;
}

/* Takes what one read gives. May be called in a child. Return: events, or -1. */
static int take(int fd, bool answers)
{
	struct fanotify_event_metadata events[64], *event = events;
	ssize_t bytes = read(fd, events, sizeof(events));
	int nr = 0;

	if (bytes < 0)
		return -1;
	for (; FAN_EVENT_OK(event, bytes); event = FAN_EVENT_NEXT(event, bytes)) {
		struct fanotify_response response = { .fd = event->fd, .response = FAN_ALLOW };

		if (answers && write(fd, &response, sizeof(response)) != sizeof(response))
			return -1;
		close(event->fd);
		nr++;
	}
	return nr;
}

static bool is_readable(int fd)
{
	struct pollfd waiting = { .fd = fd, .events = POLLIN };

	return poll(&waiting, 1, 0) > 0;
}

static void take_all(void *arg)
{
	const int *fd = arg;

	while (is_readable(*fd))
		assert_true(take(*fd, false) > 0);
}

/* A process that waits for events, as a scanner does. */
static pid_t start_reader(int fd, bool answers)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		while (take(fd, answers) >= 0)
			;
		_exit(1);
	}
	/* Let it come to wait. */
	usleep(10000);
	return pid;
}

static void stop_reader(pid_t pid)
{
	int status;

	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

#define OPENS (BENCH_CALLS & ~BENCH_BIT(BENCH_CONNECT))

/* Read while no call is measured, one by one: alike events would be merged into one. */
static void measure_notify(void)
{
	int fd = mark(FAN_CLASS_NOTIF, FAN_OPEN);
	const struct bench_reader reader = { .drain = take_all, .arg = &fd, .every = 1 };

	assert_false(is_readable(fd));
	bench_works[BENCH_OPEN_WRITE].sample();
	assert_true(is_readable(fd));
	bench_measure("fanotify-notify", OPENS, &reader);
	close(fd);
}

static void measure_with_reader(const char *contender, unsigned int class, uint64_t mask,
				bool answers)
{
	int fd = mark(class, mask);
	pid_t pid = start_reader(fd, answers);

	bench_measure(contender, OPENS, NULL);
	stop_reader(pid);
	close(fd);
}

void bench_fanotify(void **state)
{
	(void)state;
	measure_notify();
	measure_with_reader("fanotify-notify-reader", FAN_CLASS_NOTIF, FAN_OPEN, false);
	measure_with_reader("fanotify-permission", FAN_CLASS_CONTENT, FAN_OPEN_PERM, true);
}
