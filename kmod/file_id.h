/* SPDX-License-Identifier: GPL-2.0-only */
/* The identity of a file, as a record tells it. */
#ifndef YGR_FILE_ID_H
#define YGR_FILE_ID_H

#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/ktime.h>

#include <yagura/ygr_event.h>

#include "compat/compat.h"

/* Without the limits of timespec64_to_ns(), which are for clocks. */
static inline u64 ygr_file_id_ns(const struct timespec64 *time)
{
	return (u64)time->tv_sec * NSEC_PER_SEC + time->tv_nsec;
}

/* Context: any. */
static __always_inline void ygr_file_id_fill_known(struct ygr_file_id *id, const struct inode *inode)
{
	const dev_t dev = inode->i_sb->s_dev;
	struct timespec64 mtime, ctime;

	id->ino = inode->i_ino;
	id->dev_major = MAJOR(dev);
	id->dev_minor = MINOR(dev);
	id->ino_generation = inode->i_generation;
	id->mode = inode->i_mode;
	id->uid = __kuid_val(inode->i_uid);
	id->gid = __kgid_val(inode->i_gid);
	id->size = i_size_read(inode);
	mtime = inode_get_mtime(inode);
	ctime = inode_get_ctime(inode);
	id->mtime_ns = ygr_file_id_ns(&mtime);
	id->ctime_ns = ygr_file_id_ns(&ctime);
}

/* @inode: NULL (no such file yet) gives zeroes. Context: any. */
static inline void ygr_file_id_fill(struct ygr_file_id *id, const struct inode *inode)
{
	if (inode)
		ygr_file_id_fill_known(id, inode);
	else
		memset(id, 0, sizeof(*id));
}

#endif
