// SPDX-License-Identifier: GPL-2.0-only
/* 6.17: what guards a process's root became a seqlock_t; before, a spinlock and a counter. */
#include <linux/fs_struct.h>

unsigned int probe(struct fs_struct *fs);
unsigned int probe(struct fs_struct *fs)
{
	return raw_seqcount_begin(&fs->seq.seqcount);
}
