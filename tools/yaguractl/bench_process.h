/* SPDX-License-Identifier: GPL-2.0-only */
/* What a process has used of the machine, by /proc. */
#ifndef YGR_BENCH_PROCESS_H
#define YGR_BENCH_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

struct ygr_bench_process {
	pid_t pid;		/* 0: there is none */
	pid_t parent;
	uint64_t start_ticks;	/* with the pid: which process it is */
	uint64_t cpu_ticks;	/* of all its threads, in user space and in the kernel */
	uint64_t rss_bytes;
	uint64_t peak_bytes;	/* of rss_bytes, since it began */
};

/* Return: 0 or -errno, and then process->pid is 0. */
int ygr_bench_process_read(pid_t pid, struct ygr_bench_process *process);

/*
 * The text of /proc/PID/stat. Its second field is the program's own choice: parentheses, spaces
 * and numbers in it change nothing. Pure.
 *
 * Return: 0, or -EINVAL and *process is untouched; pid, rss_bytes and peak_bytes always are.
 */
int ygr_bench_process_parse_stat(const char *text, struct ygr_bench_process *process);

/* A line such as "VmRSS:   123 kB" of /proc/PID/status. Pure. Return: bytes; 0: there is none. */
uint64_t ygr_bench_process_parse_size(const char *text, const char *name);

#endif
