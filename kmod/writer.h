/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files that are open for writing, 8,192 at most, in 1 MiB: from their open to
 * their last close, whoever holds them then.
 *
 * Context of all but init and exit: task, preemption off. A record may be reserved, and wait for it: the
 * locks are held by nobody who waits for a ring, and who interrupts takes none of them.
 */
#ifndef YGR_WRITER_H
#define YGR_WRITER_H

#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/spinlock.h>

#include "context.h"
#include "file_id.h"
#include "writer_slot.h"

/* Return: 0 or -ENOMEM. */
int ygr_writer_init(void);
void ygr_writer_exit(void);

/* Only of regular files does a close tell anything. */
static inline bool ygr_writer_has(const struct file *file)
{
	return (file->f_mode & FMODE_WRITE) && S_ISREG(file_inode(file)->i_mode);
}

/*
 * @access: YGR_ACCESS_*, of the open
 * @id: of its inode, as it is now
 * @now_ns: CLOCK_BOOTTIME
 */
void ygr_writer_opened(const struct file *file, u32 access, const struct ygr_file_id *id,
		       u64 now_ns);

/* @bytes were handed to the file system. */
void ygr_writer_wrote(const struct file *file, u64 bytes);

/* It is mapped, shared and to be written: from now on it can change without a call. */
void ygr_writer_mapped(const struct file *file);

enum ygr_writer_end {
	YGR_WRITER_IS_NONE,	/* it is as it was when it was opened */
	YGR_WRITER_IS_NEWS,	/* `access` says what was done: CREATED, CHANGED, MAPPED */
	YGR_WRITER_UNKNOWN,
};

/* Forgets it. @writer: filled in if it is news. */
enum ygr_writer_end ygr_writer_closed(const struct file *file, struct ygr_writer *writer);

/* ---- ygr_writer_opened() in place, where a call would cost what it does ---- */

#define YGR_WRITER_BUCKETS_LOG2	10

/* Held for a few dozen instructions, by who opens, writes or closes a file that hashes here. */
struct ygr_writer_locked {
	spinlock_t lock;
	struct ygr_writer_bucket bucket;
};

extern struct ygr_writer_locked *ygr_writers;

static __always_inline struct ygr_writer_locked *ygr_writer_of(const struct file *file)
{
	return &ygr_writers[hash_ptr(file, YGR_WRITER_BUCKETS_LOG2)];
}

static __always_inline struct ygr_writer_locked *ygr_writer_lock(const struct file *file)
{
	struct ygr_writer_locked *bucket = ygr_writer_of(file);

	spin_lock(&bucket->lock);
	return bucket;
}

/* It is opened, and nothing is to be known: nor by what an earlier file at its address has left behind. */
void ygr_writer_forget(const struct file *file);

/* Whether an earlier file at its address may have left something: whoever did, is no other CPU's any more. */
static __always_inline bool ygr_writer_may_know(const struct file *file)
{
	return READ_ONCE(ygr_writer_of(file)->bucket.used_nr);
}

struct ygr_writer_opener {
	struct path root;
	u64 start_ns;
	u64 ids;		/* pid, tgid */
	u32 uid;
};

/* The current task, by what has been found to be true of it. */
static __always_inline struct ygr_writer_opener ygr_writer_opener_of(const struct ygr_context *context,
								     const struct path *root)
{
	return (struct ygr_writer_opener) {
		.root = *root,
		.start_ns = context->values.start_ns,
		.ids = context->values.ids,
		.uid = (u32)context->values.effective_ids,
	};
}

static __always_inline void ygr_writer_put(const struct file *file, u32 access, const struct ygr_file_id *id,
					   u64 now_ns, struct ygr_writer_opener by)
{
	struct ygr_writer_locked *bucket = ygr_writer_lock(file);
	struct ygr_writer *writer = ygr_writer_bucket_put(&bucket->bucket, (unsigned long)file);

	writer->inode = (unsigned long)file_inode(file);
	writer->root_mnt = (unsigned long)by.root.mnt;
	writer->root_dentry = (unsigned long)by.root.dentry;
	writer->opened_ns = now_ns;
	writer->start_ns = by.start_ns;
	writer->tid = (u32)by.ids;
	writer->tgid = by.ids >> 32;
	writer->uid = by.uid;
	writer->access = access;
	writer->size = id->size;
	writer->mtime_ns = id->mtime_ns;
	writer->ctime_ns = id->ctime_ns;
	writer->written_bytes = 0;
	spin_unlock(&bucket->lock);
}

#endif
