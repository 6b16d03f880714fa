/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The processes that the reader has seen: who they are, what they run, who
 * started them. Events carry pid and start time; the rest is looked up here.
 *
 * Bounded: when entries and strings reach the ceiling, the entry that was not
 * looked up for the longest time goes, one that ended first. An entry whose
 * process has ended stays for the linger, since its children still name it.
 *
 * Pure: no I/O, no clock; time is the events' own.
 */
#ifndef YGR_PROCESS_TABLE_H
#define YGR_PROCESS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"

/* /proc tells start times in these; an entry from there is exact after its first event. */
#define YGR_PROCESS_TICK_NS	10000000ull

struct ygr_process {
	uint32_t pid;
	uint32_t ppid;			/* 0: unknown or none */
	uint64_t start_ns;		/* CLOCK_BOOTTIME */
	uint64_t parent_start_ns;	/* 0: unknown */
	char	 comm[YGR_COMM_BYTES + 1];
	char	 *exe;			/* NULL: unknown */
	uint32_t exe_len;
	bool	 approximate;		/* start_ns is rounded down to a tick */
	uint64_t exit_ns;		/* 0: runs */

	/* the table's own */
	struct ygr_process *chain;
	struct ygr_process *older, *newer;
};

struct ygr_process_table;

struct ygr_process_stats {
	uint64_t entry_nr;
	uint64_t used_bytes;
	uint64_t limit_bytes;
	uint64_t evicted_nr;	/* running processes that had to go */
	uint64_t missed_nr;	/* subjects that were not known */
};

/* Return: 0 or -ENOMEM. @limit_bytes: at least 64 KiB is used. */
int ygr_process_table_create(struct ygr_process_table **table, size_t limit_bytes,
			     uint64_t linger_ns);
void ygr_process_table_destroy(struct ygr_process_table *table);	/* NULL is fine */

/*
 * What an event says about processes: fork, exec and exit change the table, any
 * other makes sure that its subject is in it. Out of memory leaves the entry out:
 * the event is then less rich, never lost.
 */
void ygr_process_table_observe(struct ygr_process_table *table, const struct ygr_record_view *view);

/* One entry as /proc has it; start_ns rounded down to a tick. @exe may be NULL. */
void ygr_process_table_add(struct ygr_process_table *table, uint32_t pid, uint32_t ppid,
			   uint64_t start_ns, const char *comm, const char *exe);

/*
 * By name for ever; @start_ns 0: the latest with that pid. The entry is good
 * until the next observe() or add().
 */
const struct ygr_process *ygr_process_table_find(struct ygr_process_table *table, uint32_t pid,
						 uint64_t start_ns);

/* The one that forked @process; NULL if it is not known (any more). */
const struct ygr_process *ygr_process_table_parent(struct ygr_process_table *table,
						   const struct ygr_process *process);

void ygr_process_table_stats(const struct ygr_process_table *table, struct ygr_process_stats *stats);

#endif
