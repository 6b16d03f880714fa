// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dcache.h>
#include <linux/fs_struct.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/seqlock.h>
#include <linux/string.h>

#include "compat/compat.h"
#include "path_walk.h"

struct walk {
	const struct vfsmount *mnt;
	const struct dentry *dentry;
	char *at;		/* the path so far goes from here to the end */
	const char *buffer;
	struct ygr_path_marks *marks; /* NULL: nobody asks */
	u32 mount_nr;		/* in `marks` */
};

/* Without a call: most names are short. */
static void copy_name(char *to, const char *from, u32 len)
{
	u32 i;

	if (len < 4) {
		for (i = 0; i < len; i++)
			to[i] = from[i];
	} else if (len < 8) {
		memcpy(to, from, 4);
		memcpy(to + len - 4, from + len - 4, 4);
	} else {
		for (i = 0; i + 8 < len; i += 8)
			memcpy(to + i, from + i, 8);
		memcpy(to + len - 8, from + len - 8, 8);
	}
}

/* A name is freed only after a grace period, even if the file has another by then. */
static bool put_name(struct walk *walk)
{
	const struct dentry *dentry = walk->dentry;
	unsigned int seq = raw_seqcount_begin(&dentry->d_seq);
	const char *name = READ_ONCE(dentry->d_name.name);
	u32 len = READ_ONCE(dentry->d_name.len);

	if (read_seqcount_retry(&dentry->d_seq, seq) || walk->at - walk->buffer <= len)
		return false;
	walk->at -= len + 1;
	walk->at[0] = '/';
	copy_name(walk->at + 1, name, len);
	return true;
}

static bool mark_mount(struct walk *walk)
{
	struct path *mounts = walk->marks->mounts;

	if (walk->mount_nr == YGR_PATH_MOUNTS_MAX)
		return false;
	mounts[walk->mount_nr].mnt = (struct vfsmount *)walk->mnt;
	mounts[walk->mount_nr].dentry = (struct dentry *)walk->dentry;
	mounts[++walk->mount_nr].mnt = NULL;
	return true;
}

static bool cross_mount(struct walk *walk)
{
	const struct dentry *where;

	walk->mnt = ygr_compat_mnt_parent(walk->mnt, &where);
	walk->dentry = where;
	return walk->mnt && (!walk->marks || mark_mount(walk));
}

/* Return: false: no way up to the root. */
static bool walk_up(struct walk *walk, const struct path *root)
{
	while (walk->dentry != root->dentry || walk->mnt != root->mnt) {
		const struct dentry *parent = READ_ONCE(walk->dentry->d_parent);

		if (walk->dentry == walk->mnt->mnt_root) {
			if (!cross_mount(walk))
				return false;
			continue;
		}
		if (walk->dentry == parent || !put_name(walk))
			return false;
		walk->dentry = parent;
	}
	return true;
}

int ygr_path_walk(const struct path *path, char *buffer, char *end, struct ygr_path_marks *marks)
{
	struct walk walk = { path->mnt, path->dentry, end, buffer, marks, 0 };
	const struct fs_struct *fs = current->fs;
	unsigned int root_seq, rename_seq;
	struct path root;

	if (path->dentry->d_op && path->dentry->d_op->d_dname)
		return -EAGAIN;
	root_seq = raw_seqcount_begin(ygr_compat_fs_seqcount(fs));
	rename_seq = raw_seqcount_begin(&rename_lock.seqcount);
	root = fs->root;
	if (marks) {
		marks->root = root;
		marks->rename_seq = rename_seq;
		marks->mounts[0].mnt = NULL;
	}
	if (!walk_up(&walk, &root) ||
	    read_seqcount_retry(&rename_lock.seqcount, rename_seq) ||
	    read_seqcount_retry(ygr_compat_fs_seqcount(fs), root_seq))
		return -EAGAIN;
	if (walk.at == end)
		*--walk.at = '/';
	return end - walk.at;
}

int ygr_path_walk_below(const struct path *root, const struct path *path, char *buffer, char *end)
{
	struct walk walk = { .mnt = path->mnt, .dentry = path->dentry, .at = end, .buffer = buffer };
	unsigned int rename_seq;

	if (path->dentry->d_op && path->dentry->d_op->d_dname)
		return -EAGAIN;
	rename_seq = raw_seqcount_begin(&rename_lock.seqcount);
	if (!walk_up(&walk, root) || read_seqcount_retry(&rename_lock.seqcount, rename_seq))
		return -EAGAIN;
	if (walk.at == end)
		*--walk.at = '/';
	return end - walk.at;
}
