// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's audit with rules for what the BPF contender records, and a process in auditd's place
 * that runs all the time, as auditd does, and counts. To lose anything fails the test.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "peer_audit.h"
#include "watch.h"

#define BACKLOG_MAX	100000	/* records in the kernel's queue: none is to be lost */
#define SETTLE_US	10000
#define SETTLE_NR	1000

struct seen {
	uint64_t records;
	struct watch_seen watch;
};

struct audit {
	struct watcher watcher;
	int fd;
	pid_t reader;
	struct seen *seen;	/* in memory that the reader shares */
};

static struct audit *of(struct watcher *watcher)
{
	return (struct audit *)watcher;
}

/* Return: the number after "@name=", or -1. */
static long field_of(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? strtol(at + strlen(name), NULL, 10) : -1;
}

/* Return: enum ygr_event_type; 0: none that works do. */
static uint16_t type_of(const char *text)
{
	switch (field_of(text, " syscall=")) {
	case SYS_open:
	case SYS_creat:
	case SYS_openat:
	case SYS_openat2:
		return YGR_EV_OPEN;
	case SYS_connect:
		return YGR_EV_CONNECT;
	case SYS_execve:
	case SYS_execveat:
		return strstr(text, " success=yes") ? YGR_EV_EXEC : 0;
	case SYS_unlink:
	case SYS_unlinkat:
		return YGR_EV_UNLINK;
	case SYS_rename:
	case SYS_renameat:
	case SYS_renameat2:
		return YGR_EV_RENAME;
	default:
		return 0;
	}
}

/* In the reader. Each event has one record of its call, with others that no one counts here. */
static void count_record(void *arg, const struct peer_audit_message *message)
{
	struct seen *seen = arg;

	seen->records++;
	if (message->header.nlmsg_type != AUDIT_SYSCALL)
		return;
	seen->watch.events++;
	seen->watch.of_type[type_of((const char *)message->payload)]++;
}

/* Until nothing is queued and, while nobody else does anything, no more comes. */
static void settle(struct audit *audit)
{
	uint64_t before;

	for (unsigned int i = 0; i < SETTLE_NR; i++) {
		before = audit->seen->records;
		usleep(SETTLE_US);
		if (!peer_audit_status(audit->fd).backlog && before == audit->seen->records)
			return;
	}
	fail_msg("audit: there is always more to read");
}

static void begin(struct watcher *watcher)
{
	settle(of(watcher));
	memset(of(watcher)->seen, 0, sizeof(*of(watcher)->seen));
}

static struct books end(struct watcher *watcher, uint16_t type)
{
	settle(of(watcher));
	return watch_books_of(&of(watcher)->seen->watch, type);
}

static void end_for_good(struct watcher *watcher)
{
	struct audit *audit = of(watcher);

	assert_int_equal(peer_audit_status(audit->fd).lost, 0);
	peer_audit_set(audit->fd, AUDIT_STATUS_ENABLED, 0);
	peer_audit_stop_reader(audit->reader);
	close(audit->fd);
	munmap(audit->seen, sizeof(*audit->seen));
	free(audit);
}

struct watcher *watch_by_audit(void)
{
	static const unsigned int names[] = {
		SYS_rename, SYS_renameat, SYS_renameat2, SYS_unlink, SYS_unlinkat, SYS_mknod,
		SYS_mknodat,
	};
	static const unsigned int processes[] = {
		SYS_execve, SYS_execveat, SYS_fork, SYS_vfork, SYS_clone, SYS_clone3,
		SYS_exit_group,
	};
	struct audit *audit = calloc(1, sizeof(*audit));

	assert_non_null(audit);
	audit->watcher = (struct watcher){ begin, end, end_for_good, NULL };
	audit->seen = mmap(NULL, sizeof(*audit->seen), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(audit->seen != MAP_FAILED);
	audit->fd = peer_audit_open();
	peer_audit_set(audit->fd, AUDIT_STATUS_BACKLOG_LIMIT, BACKLOG_MAX);
	audit->reader = peer_audit_start_reader(count_record, audit->seen);
	peer_audit_set(audit->fd, AUDIT_STATUS_ENABLED, 1);
	peer_audit_add_opens(audit->fd);
	peer_audit_add_connects(audit->fd);
	peer_audit_add_rule(audit->fd, names, sizeof(names) / sizeof(names[0]), false);
	peer_audit_add_rule(audit->fd, processes, sizeof(processes) / sizeof(processes[0]), false);
	return &audit->watcher;
}
