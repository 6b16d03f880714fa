/* SPDX-License-Identifier: GPL-2.0-only */
/* Every batch of a spool or of some files, for the spool commands. */
#ifndef YGR_SPOOL_VISIT_H
#define YGR_SPOOL_VISIT_H

#include <stdint.h>

#include "spool_scan.h"

/* The files named on the command line, or the spool directory. */
struct ygr_spool_sources {
	const char *directory;	/* NULL: the daemon's */
	int nr;
	char **file;
};

struct ygr_spool_visitor {
	int (*batch)(void *context, const struct ygr_scan_item *item);	/* 0 or -errno */
	void *context;
	uint64_t fault_nr;	/* out: bad stretches; each was told on stderr */
};

/* What getopt left of the arguments. */
struct ygr_spool_sources ygr_spool_visit_sources(const char *directory, int argc, char **argv);

/*
 * Return: 0, faults or not; else YGR_EXIT_FAULT: it could not be read to its
 * end, and why was told on stderr.
 */
int ygr_spool_visit_all(const struct ygr_spool_sources *sources, unsigned int flags,
			struct ygr_spool_visitor *visitor);

/* Say why @path cannot be opened, and what to do about it. Return: the exit status. */
int ygr_spool_visit_refuse(const char *path, int err);

#endif
