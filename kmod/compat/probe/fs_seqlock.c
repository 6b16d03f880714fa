// SPDX-License-Identifier: GPL-2.0-only
/* 6.17: what guards a process's root became a seqlock_t; before, a spinlock and a counter. */
#include <linux/fs_struct.h>

void probe(struct fs_struct *fs);
void probe(struct fs_struct *fs)
{
	read_seqlock_excl(&fs->seq);
}
