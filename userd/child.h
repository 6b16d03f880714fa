/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process that is kept running: when to start it, when to start it again (the
 * wait doubles, from 100 ms to 5 s, until one has run for 10 s), and how to know
 * that it hangs: it gives a sign of life each second, on a page that it shares with
 * its parent, so that neither disk nor pipe can be in the way.
 *
 * Times are what the caller's clock says; one that stands still while the machine
 * sleeps.
 */
#ifndef YGR_CHILD_H
#define YGR_CHILD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct ygr_child {
	const char *name;
	pid_t	 pid;			/* 0: does not run */
	bool	 wanted;
	uint64_t started_ns;
	uint64_t backoff_ns;
	uint64_t restart_ns;		/* when it is due, if it does not run */
	atomic_ulong *beats;		/* shared with it */
	unsigned long seen_beats;
	uint64_t alive_ns;		/* when there was a new one */
};

/* Return: 0 or -ENOMEM. */
int ygr_child_init(struct ygr_child *child, const char *name, bool wanted);

/*
 * Forks: in the child, calls @run and ends with its status; when the parent dies,
 * it gets SIGTERM. Nothing happens unless it is wanted, does not run, and is due.
 * Return: 0; -errno of the fork, and it is due again later.
 */
int ygr_child_start(struct ygr_child *child, uint64_t now_ns, int (*run)(const void *arg),
		    const void *arg);

/* When it is due; UINT64_MAX: it runs, or is not wanted. */
uint64_t ygr_child_due_ns(const struct ygr_child *child);

/* It ended by itself. */
void ygr_child_note_end(struct ygr_child *child, uint64_t now_ns);

/* Has it been silent for a minute? Says so once for each minute. */
bool ygr_child_is_hung(struct ygr_child *child, uint64_t now_ns);

/* In the child: a sign of life. Does nothing in a process that is none. */
void ygr_child_beat(void);

#endif
