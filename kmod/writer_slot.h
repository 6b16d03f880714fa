/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is kept of a file from its open for writing to its last close: who opened it,
 * what it was, and what has been done to it since.
 *
 * A bucket holds so many and no more. When it is full, the one that was opened first is
 * forgotten: of that file it will be said that nothing is known. So nothing ever fails,
 * waits or grows, and a file that is never closed as one (its open failed later) is in
 * nobody's way for long. Pure; the caller locks.
 */
#ifndef YGR_WRITER_SLOT_H
#define YGR_WRITER_SLOT_H

#include "pure.h"

#define YGR_WRITER_WAYS		8

struct ygr_writer {
	__u64	file;		/* 0: a free slot. Both are compared, never followed */
	__u64	inode;
	__u64	root_mnt;	/* of the opener, likewise */
	__u64	root_dentry;
	__u64	opened_ns;	/* CLOCK_BOOTTIME */
	__u64	start_ns;	/* of the opener */
	__u32	tid;
	__u32	tgid;
	__u32	uid;		/* effective */
	__u32	access;		/* YGR_ACCESS_* */
	__u64	size;		/* as it was found, before O_TRUNC */
	__u64	mtime_ns;
	__u64	ctime_ns;
	__u64	written_bytes;
};

struct ygr_writer_bucket {
	__u64 used_nr;		/* slots that are not free */
	struct ygr_writer slots[YGR_WRITER_WAYS];
};

/* put(), where something else is there. */
struct ygr_writer *ygr_writer_bucket_put_among(struct ygr_writer_bucket *bucket, __u64 file);

/*
 * Where to put what is known of @file (not 0), all of it: in the place of what is left of an earlier file at the
 * same address, else in a free one, else in that of the oldest.
 */
static inline struct ygr_writer *ygr_writer_bucket_put(struct ygr_writer_bucket *bucket, __u64 file)
{
	/* Mostly, nothing else is there. */
	if (bucket->used_nr)
		return ygr_writer_bucket_put_among(bucket, file);
	bucket->used_nr = 1;
	bucket->slots[0].file = file;
	return &bucket->slots[0];
}

/* Return: NULL: not there. Another inode's file at the same address is not it. */
struct ygr_writer *ygr_writer_bucket_find(struct ygr_writer_bucket *bucket, __u64 file, __u64 inode);

/* @slot: that find() returned; it is free then. */
void ygr_writer_bucket_free(struct ygr_writer_bucket *bucket, struct ygr_writer *slot);

#endif
