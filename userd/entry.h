/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a process's session began: at a login over the network, a cron job, a container, a service,
 * the kernel. Told by the names of the programs that it descends from, by the peer that a login server
 * had accepted a connection of before it forked, and by the process's cgroup. A name proves
 * nothing: who may execute a program called sshd begins what looks like a session of its. docs/EVENTS.md
 * has the table.
 *
 * Bounded: PEERS_NR peers; no more than DEPTH_MAX processes are looked at.
 *
 * Pure: no I/O, no clock.
 */
#ifndef YGR_ENTRY_H
#define YGR_ENTRY_H

#include "cgroup_path.h"
#include "process_table.h"

#define YGR_ENTRY_PEERS_NR	4096
#define YGR_ENTRY_DEPTH_MAX	64

struct ygr_entry {
	const char *kind;		/* static: "ssh", "remote", "login", "cron", "container", "service",
					 * "session", "kernel", "sudo", "init" */
	uint32_t pid;			/* of the process that it begins with; 0: only its cgroup says so */
	uint64_t start_ns;
	struct ygr_address peer;	/* family 0: none, or not known */
};

struct ygr_entries;

/* Return: 0 or -ENOMEM. */
int ygr_entries_create(struct ygr_entries **entries);
void ygr_entries_destroy(struct ygr_entries *entries);	/* NULL is fine */

/* Connections that login servers take, and whom they fork then. @subject: may be NULL */
void ygr_entries_observe(struct ygr_entries *entries, const struct ygr_record_view *view,
			 const struct ygr_process *subject);

/*
 * @container, @unit: of its cgroup; NULL and "": none, or not known
 *
 * Return: whether it is known; @entry is filled only then.
 */
bool ygr_entries_find(const struct ygr_entries *entries, struct ygr_process_table *table,
		      const struct ygr_process *process,
		      const struct ygr_cgroup_container *container, const char *unit,
		      struct ygr_entry *entry);

#endif
