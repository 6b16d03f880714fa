/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The records of a busy host, made up but for the names and proportions: half of
 * them are those of a software build, whose steps were counted with strace while
 * this tree was built, half those of services that answer requests. The same seed
 * gives the same records.
 *
 *	build, per process	fork, exec, 4 mmap_exec, create + open of the output,
 *				unlink of a temporary file (1 in 5), exit
 *	services, of 100	20 accept, 15 open of a static file (by a rule),
 *				15 open of a log, 10 socket_create + connect,
 *				10 create + open of a new file, 6 rename, 4 unlink
 */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include "../../unit/ring_fake.h"

#define WORKLOAD_SLOTS_NR	12	/* processes of the build that run at a time */
#define WORKLOAD_TREE_NR	7	/* who started them: systemd ... make */

struct workload_path {
	const char *bytes;
	uint32_t len;
	struct ygr_file_id file;
};

struct workload_paths {
	struct workload_path *all;
	uint32_t nr;
};

struct workload_process {
	uint32_t pid, ppid;
	uint64_t start_ns;
	uint32_t uid;
	uint32_t home;			/* 0: the host; else a container */
	char	 comm[YGR_COMM_BYTES];
	const struct workload_path *exe;
};

struct workload_slot {
	struct workload_process process;
	unsigned int step;
	char	 output[160];
	struct ygr_file_id output_file;
};

struct workload {
	uint64_t random;
	uint64_t time_ns;
	int64_t	 realtime_offset_ns;
	uint32_t cpu_nr;
	uint32_t next_pid;
	uint64_t next_ino;
	char	 *names;		/* the text of paths.txt */
	struct workload_paths programs, libraries, files;
	struct workload_process tree[WORKLOAD_TREE_NR];
	struct workload_slot slots[WORKLOAD_SLOTS_NR];
	struct workload_process *services;
	uint32_t service_nr;
	uint32_t pending;		/* the second record of a pair is due: of service - 1 */
	uint16_t pending_type;
	char	 pending_path[160];
	struct ygr_file_id pending_file;
	uint32_t prologue;		/* processes told of so far */
};

/* @names_path: paths.txt. Return: 0 or -errno. */
int workload_init(struct workload *workload, const char *names_path, uint32_t cpu_nr,
		  uint32_t service_nr, uint64_t start_ns, int64_t realtime_offset_ns);
void workload_exit(struct workload *workload);

/* Records that workload_next() gives first: the fork and the exec of whoever runs already. */
uint32_t workload_prologue_nr(const struct workload *workload);

/* Return: the CPU that the next record is of. Its sequence number is left open. */
uint32_t workload_next(struct workload *workload, struct record_fake *record);

#endif
