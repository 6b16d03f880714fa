/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a file is by its bytes: the SHA-256 of an executed file, by the kernel's own
 * crypto, and its fs-verity digest.
 *
 * Digests are kept in a bounded cache (under 1 MiB), by identity, size and times of the
 * file. Only for file systems whose times tell of every change, through mappings too,
 * and whose inode numbers are those of one file each: ext2 to ext4, XFS, F2FS, squashfs,
 * EROFS, and overlayfs of these. A file that has just changed, or that somebody can write,
 * could change without its times telling, so it is not trusted to the cache either. What is not
 * kept for everybody is kept for the task that executes it, from the attempt until
 * its success is told.
 */
#ifndef YGR_DIGEST_H
#define YGR_DIGEST_H

#include <linux/fs.h>

#include <yagura/ygr_abi.h>

#define YGR_DIGEST_BYTES	32

/* Return: 0; -ENOMEM; -ENOENT and others of a kernel without SHA-256. */
int ygr_digest_init(void);
void ygr_digest_exit(void);

/*
 * @file: open for reading, writers denied (as exec has it)
 * @bytes_max: larger files are not read
 *
 * Context: process, may sleep.
 * Return: 0; -EFBIG; -ENOMEM; -errno of reading (-EINTR: a fatal signal).
 */
int ygr_digest_file(struct file *file, u64 bytes_max, u8 digest[YGR_DIGEST_BYTES]);

/*
 * What ygr_digest_file() has found of @file, as it is: lately for anybody, or just now
 * for this task. @bytes_max: larger files have none
 *
 * Context: task, not hard interrupt. Return: whether it is there.
 */
bool ygr_digest_find(const struct file *file, u64 bytes_max, u8 digest[YGR_DIGEST_BYTES]);

/* The SHA-256 fs-verity digest. Context: any. Return: whether @file has one. */
bool ygr_digest_verity(const struct file *file, u8 digest[YGR_DIGEST_BYTES]);

/* Adds @cpu's counters (digested, digest_failed) to @stats. Context: any. */
void ygr_digest_stats(unsigned int cpu, struct ygr_stats *stats);

#endif
