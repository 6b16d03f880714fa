/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * d_path()'s common case for a quarter of its price: up the tree without a lock or a
 * reference, name by name, and given up as soon as anything is out of the ordinary or changes
 * meanwhile. Names are copied within one reading of their dentry's sequence count, so that
 * each has the length it says, and need not be copied as if it might fault.
 */
#ifndef YGR_PATH_WALK_H
#define YGR_PATH_WALK_H

#include <linux/path.h>

#define YGR_PATH_MOUNTS_MAX	4

/* What a path depends on besides the directories on the way, if none of them is freed meanwhile. */
struct ygr_path_marks {
	struct path root;
	unsigned int rename_seq;	/* of rename_lock: even */
	struct path mounts[YGR_PATH_MOUNTS_MAX + 1]; /* where each mount is mounted, from below; then zeroes */
};

/*
 * Writes the path of @path from the current process's root, without a NUL, before @end and not
 * before @buffer; of a file that has been removed, its last name.
 *
 * @marks: NULL, or filled if there is a path: no references. What crosses more mounts has none then.
 *
 * Context: task, preemption off.
 * Return: its length; -EAGAIN: not told here, ask d_path().
 */
int ygr_path_walk(const struct path *path, char *buffer, char *end, struct ygr_path_marks *marks);

/* The same from @root, which is compared and never followed. Return: length, or -EAGAIN. */
int ygr_path_walk_below(const struct path *root, const struct path *path, char *buffer, char *end);

#endif
