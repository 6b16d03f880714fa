/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The processes that the reader has seen: who they are, what they run, who
 * started them. Events carry pid and start time; the rest is looked up here.
 *
 * Bounded: when entries and names reach the ceiling, the entry goes that was not
 * looked up for the longest time, one that ended first. An entry whose
 * process has ended stays for the linger, since its children still name it.
 * Entries come from blocks that are never given back, so that a million short
 * processes leave no holes behind: the table takes what it took at its largest.
 *
 * Pure: no I/O, no clock; time is the events' own.
 */
#ifndef YGR_PROCESS_TABLE_H
#define YGR_PROCESS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "name_pool.h"
#include "record.h"

/* /proc tells start times in these; an entry from there is exact after its first event. */
#define YGR_PROCESS_TICK_NS	10000000ull
#define YGR_PROCESS_EXE_BYTES	4096u	/* of a path; the rest is cut off */

/*
 * What the encoder has written of a process into the batch at hand (encode.h).
 * The table forgets it when the process becomes another.
 */
struct ygr_process_mark {
	uint32_t serial;		/* of the batch that has the process; 0: none has */
	uint32_t id;			/* its number there */
	uint32_t parent_ref;		/* its parent there: 1 + number; 0: none */
	uint32_t change_nr;		/* the table's, when that was found to be so */
	uint32_t subject_serial;	/* of the batch that has what follows */
	uint32_t subject_id;
	uint32_t ppid;
	uint8_t	 who[60];		/* uid .. cgroup_ns of the record's head */
	uint64_t generation;
};

/* Three cache lines, and no more than that: the table is larger than any cache. */
struct ygr_process {
	uint32_t pid;
	uint32_t ppid;			/* 0: unknown or none */
	uint64_t start_ns;		/* CLOCK_BOOTTIME */
	struct ygr_process *chain;	/* the table's own, as are older and newer */
	uint64_t parent_start_ns;	/* 0: unknown */
	const struct ygr_name *exe;	/* NULL: unknown */
	uint64_t exit_ns;		/* 0: runs */
	char	 comm[YGR_COMM_BYTES + 1]; /* zero to its end */
	bool	 approximate;		/* start_ns is rounded down to a tick */
	bool	 has_children;
	bool	 is_stranger;		/* nothing but an event's head has told of it */
	uint32_t used_at;		/* the table's count of lookups then */
	struct ygr_process_mark mark;
	struct ygr_process *older, *newer;
} __attribute__((aligned(64)));

_Static_assert(sizeof(struct ygr_process) == 192, "three cache lines");

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
 * other makes sure that its subject is in it.
 * Return: the event's subject, good until the next observe() or add(); NULL: the
 * event has none, being the sensor's own, or there is no memory for it: the event
 * is then less rich, never lost.
 */
struct ygr_process *ygr_process_table_observe(struct ygr_process_table *table,
					      const struct ygr_record_view *view);

/* One entry as /proc has it; start_ns rounded down to a tick. @exe may be NULL. */
void ygr_process_table_add(struct ygr_process_table *table, uint32_t pid, uint32_t ppid,
			   uint64_t start_ns, const char *comm, const char *exe);

/*
 * By name for ever; @start_ns 0: the latest with that pid. The entry is good
 * until the next observe() or add().
 */
struct ygr_process *ygr_process_table_find(struct ygr_process_table *table, uint32_t pid,
					   uint64_t start_ns);

/* The one that forked @process; NULL if it is not known (any more). */
struct ygr_process *ygr_process_table_parent(struct ygr_process_table *table,
					     const struct ygr_process *process);

/* Rises whenever somebody's line of ancestors may have become another one. */
uint32_t ygr_process_table_change_nr(const struct ygr_process_table *table);

void ygr_process_table_stats(const struct ygr_process_table *table, struct ygr_process_stats *stats);

#endif
