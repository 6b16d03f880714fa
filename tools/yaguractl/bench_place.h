/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fresh directory of empty files for a benchmark to open: yagura-bench.XXXXXX in $TMPDIR, or
 * in /tmp. Whoever makes it takes it away, also when only part of it came to be; it stays where
 * that process does not come to it (SIGKILL, a signal that it does not handle, a power cut).
 */
#ifndef YGR_BENCH_PLACE_H
#define YGR_BENCH_PLACE_H

#include <stdbool.h>

#define YGR_BENCH_OBJECTS_MAX	4096u
#define YGR_BENCH_PATH_BYTES	1024

struct ygr_bench_place {
	char path[YGR_BENCH_PATH_BYTES];	/* where it is, was or was to be */
	bool made;				/* it is there, and ours */
	int fd;
	unsigned int made_nr;			/* files that are in it, or may be */
};

/*
 * @object_nr: 1 .. YGR_BENCH_OBJECTS_MAX
 *
 * Return: 0 or -errno, and then destroy() may be called, too, and says whether something is left.
 */
int ygr_bench_place_create(struct ygr_bench_place *place, unsigned int object_nr);

/* The name of a file, whole. @path: with room for YGR_BENCH_PATH_BYTES + 16. */
#define YGR_BENCH_OBJECT_BYTES	(YGR_BENCH_PATH_BYTES + 16)
void ygr_bench_place_name(const struct ygr_bench_place *place, unsigned int object, char *path);

/* What was not made is let be. Return: 0, or -errno: something is left, at place->path. */
int ygr_bench_place_destroy(struct ygr_bench_place *place);

#endif
