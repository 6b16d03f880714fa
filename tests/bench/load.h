/* SPDX-License-Identifier: GPL-2.0-only */
/* Whole works, each run as a process of its own from its fork to its end. */
#ifndef YGR_BENCH_LOAD_H
#define YGR_BENCH_LOAD_H

#include <stdint.h>

struct load_work {
	const char *name;
	/* In the child. Return: its exit status. */
	int (*run)(void);
	/* What it does, by enum ygr_event_type, and how often; 0: not counted. */
	uint16_t type;
	unsigned int done_nr;
	unsigned int run_nr;	/* how often it is measured */
};

extern const struct load_work load_works[];
extern const unsigned int load_work_nr;

/* What they work on. May be called again. */
void load_prepare(void);

/* Of that only what `open-*` opens, which wants no program, and the cgroup. */
void load_prepare_files(void);

/* @argv: a program by its path, whose output nobody reads. Return: its exit status. */
int load_run_program(char *const argv[]);

#define LOAD_FILE_NR	1000u

/* Each of the files with so many names in their path: 1, 4 or 16. Return: 0; 1: one failed. */
int load_open_files(unsigned int depth, unsigned int pause_us);

#endif
