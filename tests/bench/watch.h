/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who watches a work, and the books that each keeps of it, which must balance: nothing is lost
 * without being counted. What fails here fails the cmocka test that called.
 */
#ifndef YGR_BENCH_WATCH_H
#define YGR_BENCH_WATCH_H

#include "bench.h"

/* Of one run. happened = recorded + merged + suppressed + lost. */
struct books {
	uint64_t happened;
	uint64_t recorded;
	uint64_t merged;	/* repeats, told by a number */
	uint64_t suppressed;	/* over a budget, told by a number */
	uint64_t lost;		/* no room in the ring, told by a number */
	uint64_t losing_runs;
	uint64_t of_type;	/* of the kind that the work does; not those suppressed or lost */
};

/* What one has told who loses nothing, merges nothing and suppresses nothing. */
struct watch_seen {
	uint64_t events;
	uint64_t of_type[256];	/* by enum ygr_event_type; 0: the others */
};

struct books watch_books_of(const struct watch_seen *seen, uint16_t type);

/* In place until it is closed. */
struct watcher {
	void (*begin)(struct watcher *watcher);	/* forgets what was */
	/* @type: enum ygr_event_type, or 0. Waits until all is told. */
	struct books (*end)(struct watcher *watcher, uint16_t type);
	void (*close)(struct watcher *watcher); /* frees it; fails if it lost what it has no books of */
	/* Whether each one of a kind is counted; NULL: of each kind that works do. */
	bool (*sees)(uint16_t type);
};

/* @params: of the module; @yaml: NULL: what is recorded by itself */
struct watcher *watch_by_yagura(const char *params, const char *yaml);

/* @open: the program for opens, see bpf/peer.bpf.c; the others are always the same */
struct watcher *watch_by_bpf(const char *open);

/* fanotify, for events that are told, or where each open waits for a process that permits it. */
struct watcher *watch_by_fanotify(bool permission);

/* audit, and a process in auditd's place. Leaves its mark on each task that is forked from then on. */
struct watcher *watch_by_audit(void);

/* Of a run that did @done_nr things of @type (0: nobody counted them). */
void watch_check(const struct watcher *watcher, const struct books *books, uint16_t type,
		 uint64_t done_nr);

void watch_add(struct books *sum, const struct books *books);

/* A line for each kind of entry: "CONTENDER WORK-ENTRY number". */
void watch_tell(const char *contender, const char *work, const struct books *sum,
		unsigned int run_nr);

#endif
