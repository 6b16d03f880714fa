// SPDX-License-Identifier: GPL-2.0-only
/* 6.6: fsverity_get_digest() was exported, and took this form on the way. */
#include <linux/fsverity.h>

int probe(struct inode *inode, u8 *digest, u8 *number, enum hash_algo *name);
int probe(struct inode *inode, u8 *digest, u8 *number, enum hash_algo *name)
{
	return fsverity_get_digest(inode, digest, number, name);
}
