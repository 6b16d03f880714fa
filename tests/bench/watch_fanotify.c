// SPDX-License-Identifier: GPL-2.0-only
/*
 * fanotify on the root's file system, in two ways. Notify: all that it tells of what Yagura
 * records, with directory and name, read between the runs. Permission: opens, each of which waits
 * for a process that allows it. Alike events of a process that nobody has read yet are merged,
 * and no number tells how many.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "watch.h"

#define EVENT_BYTES	65536u
#define LOADER		"ld-linux-x86-64.so.2" /* its open is part of an exec, and told as one */

struct fanotify {
	struct watcher watcher;
	int fd;
	pid_t reader;		/* that of permission */
	struct watch_seen *seen;	/* in memory that the reader shares */
};

static struct fanotify *of(struct watcher *watcher)
{
	return (struct fanotify *)watcher;
}

/* ---- notify ---- */

/* Of the file, or of what was renamed; "" if there is none. */
static const char *name_of(const struct fanotify_event_metadata *event)
{
	const struct fanotify_event_info_fid *info = (const void *)(event + 1);
	const struct file_handle *handle = (const void *)info->handle;

	if (event->event_len <= sizeof(*event) + sizeof(*info) ||
	    (info->hdr.info_type != FAN_EVENT_INFO_TYPE_DFID_NAME &&
	     info->hdr.info_type != FAN_EVENT_INFO_TYPE_OLD_DFID_NAME))
		return "";
	return (const char *)handle->f_handle + handle->handle_bytes;
}

static void count_event(struct watch_seen *seen, const struct fanotify_event_metadata *event)
{
	assert_false(event->mask & FAN_Q_OVERFLOW);
	seen->events++;
	seen->of_type[YGR_EV_OPEN] += !!(event->mask & FAN_OPEN);
	seen->of_type[YGR_EV_EXEC] += event->mask & FAN_OPEN_EXEC && strcmp(name_of(event), LOADER);
	seen->of_type[YGR_EV_RENAME] += !!(event->mask & FAN_RENAME);
}

static void take_all(struct fanotify *fanotify)
{
	static char bytes[EVENT_BYTES] __attribute__((aligned(8)));
	struct pollfd waiting = { .fd = fanotify->fd, .events = POLLIN };

	while (poll(&waiting, 1, 0) > 0) {
		const struct fanotify_event_metadata *event = (const void *)bytes;
		ssize_t len = read(fanotify->fd, bytes, sizeof(bytes));

		assert_true(len > 0);
		for (; FAN_EVENT_OK(event, len); event = FAN_EVENT_NEXT(event, len))
			count_event(fanotify->seen, event);
	}
}

/* ---- permission ---- */

/* Allows whatever is opened, and counts it. */
static void answer(const struct fanotify *fanotify)
{
	struct fanotify_event_metadata events[64], *event = events;
	ssize_t bytes = read(fanotify->fd, events, sizeof(events));

	if (bytes < 0)
		_exit(1);
	for (; FAN_EVENT_OK(event, bytes); event = FAN_EVENT_NEXT(event, bytes)) {
		struct fanotify_response response = { .fd = event->fd, .response = FAN_ALLOW };

		fanotify->seen->events++;
		fanotify->seen->of_type[YGR_EV_OPEN]++;
		if (write(fanotify->fd, &response, sizeof(response)) != sizeof(response))
			_exit(1);
		close(event->fd);
	}
}

static pid_t start_reader(const struct fanotify *fanotify)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	while (!pid)
		answer(fanotify);
	/* Let it come to wait. */
	usleep(10000);
	return pid;
}

/* ---- either ---- */

static void begin(struct watcher *watcher)
{
	if (!of(watcher)->reader)
		take_all(of(watcher));
	memset(of(watcher)->seen, 0, sizeof(*of(watcher)->seen));
}

static struct books end(struct watcher *watcher, uint16_t type)
{
	if (!of(watcher)->reader)
		take_all(of(watcher));
	return watch_books_of(of(watcher)->seen, type);
}

static void end_for_good(struct watcher *watcher)
{
	struct fanotify *fanotify = of(watcher);

	if (fanotify->reader) {
		assert_int_equal(kill(fanotify->reader, SIGKILL), 0);
		assert_int_equal(waitpid(fanotify->reader, NULL, 0), fanotify->reader);
	}
	close(fanotify->fd);
	munmap(fanotify->seen, sizeof(*fanotify->seen));
	free(fanotify);
}

/* Not removals: a name that one process makes and removes over and over is told once. */
static bool notify_sees(uint16_t type)
{
	return type == YGR_EV_OPEN || type == YGR_EV_EXEC || type == YGR_EV_RENAME;
}

static bool permission_sees(uint16_t type)
{
	return type == YGR_EV_OPEN;
}

struct watcher *watch_by_fanotify(bool permission)
{
	struct fanotify *fanotify = calloc(1, sizeof(*fanotify));
	const uint64_t mask = permission ? FAN_OPEN_PERM : FAN_OPEN | FAN_OPEN_EXEC | FAN_CREATE |
							   FAN_DELETE | FAN_RENAME;

	assert_non_null(fanotify);
	fanotify->watcher = (struct watcher){
		begin, end, end_for_good, permission ? permission_sees : notify_sees,
	};
	fanotify->seen = mmap(NULL, sizeof(*fanotify->seen), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(fanotify->seen != MAP_FAILED);
	fanotify->fd = fanotify_init((permission ? FAN_CLASS_CONTENT :
						   FAN_CLASS_NOTIF | FAN_REPORT_DFID_NAME) |
				     FAN_CLOEXEC | FAN_UNLIMITED_QUEUE, O_RDONLY);
	assert_true(fanotify->fd >= 0);
	assert_int_equal(fanotify_mark(fanotify->fd, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, mask,
				       AT_FDCWD, "/"), 0);
	if (permission)
		fanotify->reader = start_reader(fanotify);
	return &fanotify->watcher;
}
