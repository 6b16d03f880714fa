/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Paths as the subject sees them, in this CPU's scratch memory.
 *
 * A path longer than a record takes is cut to its last YGR_PATH_BYTES_MAX
 * bytes in the record, with its true length; rules see it whole. One longer
 * than the scratch has no path at all, for rules and records alike.
 */
#ifndef YGR_PATH_H
#define YGR_PATH_H

#include <linux/dcache.h>
#include <linux/path.h>
#include <linux/types.h>

#include <yagura/ygr_event.h>

/* What a record takes. */
#define YGR_PATH_BYTES_MAX	4095u

/* The longest that rules can judge. */
#define YGR_PATH_SCRATCH_BYTES	(16u << 10)

/* Strings of one event that lie in the scratch at the same time. */
enum ygr_path_slot {
	YGR_PATH_SLOT_FIRST,
	YGR_PATH_SLOT_SECOND,
	YGR_PATH_SLOT_CWD,
	YGR_PATH_SLOT_CGROUP,
	YGR_PATH_SLOT_NR,
};

/* Return: 0 or -ENOMEM. */
int ygr_path_init(void);
void ygr_path_exit(void);

/* This CPU's scratch of YGR_PATH_SCRATCH_BYTES. Context: preemption off. */
char *ygr_path_scratch(enum ygr_path_slot slot);

/*
 * @path: NULL: by which mount the file was reached is not known
 * @child: NULL, or a child of @path whose name cannot change (its directory is
 *	locked by the caller of the hook)
 * @flags: YGR_F_UNLINKED, YGR_F_MEMFD are added when they hold
 *
 * Context: task, preemption off until the bytes are used.
 * Return: length, with @bytes set; -ENAMETOOLONG, or -ENOENT for a file that no
 * name leads to from any root, and for no @path (@bytes untouched).
 */
int ygr_path_resolve(enum ygr_path_slot slot, const struct path *path, const struct dentry *child,
		     const char **bytes, u32 *flags);

/*
 * The same of a file that is open, as a process would say it whose root is or was @root, which is
 * compared and never followed. Less is tried: what is not below it has no path.
 */
int ygr_path_resolve_below(const struct path *root, const struct path *path, const char **bytes,
			   u32 *flags);

#endif
