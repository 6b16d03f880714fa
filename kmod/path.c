// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "path.h"
#include "path_walk.h"

/* What d_path() adds to the name of a file that has none any more. */
#define DELETED		" (deleted)"
#define DELETED_LEN	(sizeof(DELETED) - 1)

#define MEMFD		"/memfd:"

static DEFINE_PER_CPU(char *, scratch);

int ygr_path_init(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		char *memory = kvmalloc(YGR_PATH_SLOT_NR * YGR_PATH_SCRATCH_BYTES, GFP_KERNEL);

		if (!memory) {
			ygr_path_exit();
			return -ENOMEM;
		}
		per_cpu(scratch, cpu) = memory;
	}
	return 0;
}

void ygr_path_exit(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		kvfree(per_cpu(scratch, cpu));
}

char *ygr_path_scratch(enum ygr_path_slot slot)
{
	return this_cpu_read(scratch) + slot * YGR_PATH_SCRATCH_BYTES;
}

static bool ends_in_deleted(const char *bytes, u32 len)
{
	return len > DELETED_LEN && !memcmp(bytes + len - DELETED_LEN, DELETED, DELETED_LEN);
}

/* A file that never had a name in a directory: its file system makes one up. */
static bool has_made_up_name(const struct dentry *dentry)
{
	return dentry->d_op && dentry->d_op->d_dname;
}

/* Drops d_path()'s suffix, which is no part of a name, and says what it said. */
static u32 strip_deleted(const struct dentry *dentry, const char *bytes, u32 len, u32 *flags)
{
	bool made_up = has_made_up_name(dentry);

	if (likely(!made_up && !d_unlinked(dentry)) || !ends_in_deleted(bytes, len))
		return len;
	*flags |= YGR_F_UNLINKED;
	if (made_up && len > strlen(MEMFD) && !memcmp(bytes, MEMFD, strlen(MEMFD)))
		*flags |= YGR_F_MEMFD;
	return len - DELETED_LEN;
}

/*
 * d_path() says "/" of the root, and of what no name leads to: a file in a
 * directory that was moved out of its mount, or was opened by its handle.
 */
static bool is_false_root(const struct path *path, const char *bytes)
{
	return !bytes[1] && path->dentry != path->mnt->mnt_root &&
	       path->dentry != current->fs->root.dentry;
}

/* Return: length, with @bytes set, of what d_path() puts before @end and a NUL there. */
static int ask_d_path(const struct path *path, char *buffer, char *end, const char **bytes)
{
	const char *start = d_path(path, buffer, end + 1 - buffer);

	if (IS_ERR(start))
		return PTR_ERR(start);
	if (start[0] != '/' || is_false_root(path, start))
		return -ENOENT;
	*bytes = start;
	return end - start;
}

static int resolve_whole(char *buffer, const struct path *path, const char **bytes, u32 *flags)
{
	char *end = buffer + YGR_PATH_SCRATCH_BYTES - 1;
	int len = ygr_path_walk(path, buffer, end, NULL);

	if (likely(len >= 0)) {
		*bytes = end - len;
		if (unlikely(d_unlinked(path->dentry)))
			*flags |= YGR_F_UNLINKED;
		return len;
	}
	len = ask_d_path(path, buffer, end, bytes);
	return len < 0 ? len : strip_deleted(path->dentry, *bytes, len, flags);
}

/*
 * The name goes to the end of the buffer and the directory's path before it,
 * so that its NUL falls where the slash belongs. The child itself is no good
 * for d_path(): one that is being created is unhashed and would pass for deleted.
 */
static int resolve_child(char *buffer, const struct path *dir, const struct qstr *name,
			 const char **bytes)
{
	char *slash = buffer + YGR_PATH_SCRATCH_BYTES - name->len - 1;
	const char *start;
	int len;

	if (name->len > NAME_MAX)
		return -ENAMETOOLONG;
	len = ygr_path_walk(dir, buffer, slash, NULL);
	if (likely(len >= 0))
		start = slash - len;
	else
		len = ask_d_path(dir, buffer, slash, &start);
	if (len < 0)
		return len;
	/* The root has its slash already. */
	if (len == 1)
		start = slash;
	*slash = '/';
	memcpy(slash + 1, name->name, name->len);
	*bytes = start;
	return slash + 1 + name->len - start;
}

int ygr_path_resolve(enum ygr_path_slot slot, const struct path *path, const struct dentry *child,
		     const char **bytes, u32 *flags)
{
	char *buffer = ygr_path_scratch(slot);

	if (!path)
		return -ENOENT;
	return child ? resolve_child(buffer, path, &child->d_name, bytes) :
		       resolve_whole(buffer, path, bytes, flags);
}

int ygr_path_resolve_below(const struct path *root, const struct path *path, const char **bytes,
			   u32 *flags)
{
	char *buffer = ygr_path_scratch(YGR_PATH_SLOT_FIRST);
	char *end = buffer + YGR_PATH_SCRATCH_BYTES - 1;
	int len = ygr_path_walk_below(root, path, buffer, end);

	if (len < 0)
		return -ENOENT;
	*bytes = end - len;
	if (d_unlinked(path->dentry))
		*flags |= YGR_F_UNLINKED;
	return len;
}
