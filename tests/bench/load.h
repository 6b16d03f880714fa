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

/* So many opens as fast as they go, and the next so many a period after these were due; who is late does not wait. */
struct load_pace {
	unsigned int group_nr;
	uint64_t period_ns;	/* 0: all of them as fast as they go */
};

/*
 * Opens each of the files with so many names in their path (1, 4 or 16) once, and closes it.
 *
 * @begin_ns: when the first of all was due
 * @before_nr: how many were opened since
 *
 * Return: 0; 1: one failed.
 */
int load_open_files(unsigned int depth, const struct load_pace *pace, uint64_t begin_ns, unsigned int before_nr);

#endif
