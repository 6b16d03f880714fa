/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Paths of directories: told once in a while in a DIRECTORY record, and referred to
 * by the compact records that follow it in this CPU's ring.
 *
 * A path is known by where its walk began and ended: mount and directory, and the subject's root.
 * It is still that path if
 *
 *	- nothing was renamed since: one count, rename_lock's, is of all file systems;
 *	- each mount on the way is mounted where it was: compared one by one;
 *	- none of these directories and mounts has been freed, and its memory become another's. They
 *	  are freed by RCU, and no grace period has ended, nor begun, since the walk.
 *
 * The last needs no reference and no comparing of what may have come back alike (numbers of inodes
 * do). When a grace period went by, every few milliseconds on a busy machine, the path is walked anew, and only
 * told anew if it is another. A directory that is removed keeps its name and place, as for
 * d_path(); whether the file itself still has its name is asked of the file each time.
 *
 * Rules name files mostly by where they are. What the policy says of opens in the directory, whatever the file, is
 * kept with its path and is true as long as that is: most opens are neither judged nor is a path put together for
 * them, whatever rules there are. What denies is never kept.
 *
 * Context: of all here: task, preemption off, no interrupt between.
 */
#ifndef YGR_DIRECTORY_H
#define YGR_DIRECTORY_H

#include <linux/dcache.h>
#include <linux/fs_struct.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/seqlock.h>

#include <yagura/ygr_abi.h>

#include "compat/compat.h"
#include "path_walk.h"
#include "policy.h"

#define YGR_DIRECTORY_NR	64	/* for each CPU */

/* A longer path, with the '/' at its end, goes whole with each record. */
#define YGR_DIRECTORY_PATH_MAX	512u

/* What becomes of an open in a directory, but of a file that a rule may name by the end of its path. */
enum ygr_directory_way {
	YGR_DIRECTORY_JUDGE,	/* that depends */
	YGR_DIRECTORY_LEAVE,	/* no record */
	YGR_DIRECTORY_RECORD,	/* unless it is noise */
};

struct ygr_directory_verdict {
	u64 generation;		/* of the policy; 0: none has been asked */
	atomic64_t *tally;	/* that policy's, of that rule on this CPU; NULL: none decided */
	u32 rule_id;		/* of the rule that decided; 0: none */
	u8 way;			/* enum ygr_directory_way */
	bool looks_at_end;	/* a rule may name a file by the end of its path */
};

struct ygr_directory {
	u64 reach_end;		/* in the ring, of who may refer to its record; 0: it has none */
	u64 pos;		/* of its record */
	const struct vfsmount *mnt;
	const struct dentry *dentry;
	unsigned long grace;	/* periods that had begun or ended before the walk */
	struct ygr_path_marks marks;
	/* Where its path stands until the next one is walked, if it has to be told. */
	const char *path;
	u32 path_len;
	struct ygr_directory_verdict reads;
	struct ygr_directory_verdict writes;
} __aligned(256);

extern struct ygr_directory __percpu *ygr_directories; /* YGR_DIRECTORY_NR for each CPU */

/* Return: 0 or -ENOMEM. */
int ygr_directory_init(void);
void ygr_directory_exit(void);

static __always_inline bool ygr_directory_has_mounts(const struct ygr_directory *directory)
{
	const struct vfsmount *mnt = directory->mnt;
	const struct path *on;

	for (on = directory->marks.mounts; on->mnt; mnt = on->mnt, on++)
		if (!ygr_compat_mnt_is_at(mnt, on->mnt, on->dentry))
			return false;
	return true;
}

static __always_inline bool ygr_directory_has_root(const struct ygr_directory *directory,
						   const struct fs_struct *fs)
{
	unsigned int seq = raw_seqcount_begin(ygr_compat_fs_seqcount(fs));

	return directory->marks.root.dentry == READ_ONCE(fs->root.dentry) &&
	       directory->marks.root.mnt == READ_ONCE(fs->root.mnt) &&
	       !read_seqcount_retry(ygr_compat_fs_seqcount(fs), seq);
}

/*
 * Whether nothing has been renamed since the walk. What was read before this was asked, was so
 * all the time.
 */
static __always_inline bool ygr_directory_is_unmoved(const struct ygr_directory *directory)
{
	return !read_seqcount_retry(&rename_lock.seqcount, directory->marks.rename_seq);
}

/* But for what was renamed. */
static __always_inline bool ygr_directory_is_of(const struct ygr_directory *directory,
						const struct vfsmount *mnt,
						const struct dentry *dentry,
						const struct fs_struct *fs, unsigned long grace)
{
	return likely(directory->dentry == dentry && directory->mnt == mnt &&
		      directory->grace == grace &&
		      ygr_directory_has_root(directory, fs) &&
		      ygr_directory_has_mounts(directory));
}

static __always_inline struct ygr_directory *ygr_directory_slot(const struct dentry *dentry)
{
	/* Dentries are of 192 bytes each, in a row. */
	return this_cpu_ptr(ygr_directories) + ((unsigned long)dentry >> 6) % YGR_DIRECTORY_NR;
}

/*
 * Walks. @grace: read before what is known of @mnt and @dentry. Return: whether @directory is of that path now. If what it was told as is another, or too long
 * ago for a record at @pos, `path` is set, and it has no record.
 */
bool ygr_directory_renew(struct ygr_directory *directory, const struct vfsmount *mnt,
			 const struct dentry *dentry, unsigned long grace, u64 pos);

/* @on: YGR_ON_OPEN_READ or _WRITE */
static __always_inline struct ygr_directory_verdict *ygr_directory_verdict(struct ygr_directory *directory,
									    enum ygr_on on)
{
	return on == YGR_ON_OPEN_WRITE ? &directory->writes : &directory->reads;
}

/*
 * Asks @policy, and keeps what it says of such opens.
 *
 * @directory: walked just now, or with a record in reach
 */
void ygr_directory_judge(struct ygr_directory *directory, enum ygr_on on, const struct ygr_policy *policy);

static inline u32 ygr_directory_bytes(const struct ygr_directory *directory)
{
	return sizeof(struct ygr_ring_directory) + ALIGN(directory->path_len, 8);
}

void ygr_directory_write(const struct ygr_directory *directory, struct ygr_ring_directory *record);

#endif
