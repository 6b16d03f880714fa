// SPDX-License-Identifier: GPL-2.0-only
/* 6.7: i_mtime went behind an accessor. */
#include <linux/fs.h>

long long probe(struct inode *inode);
long long probe(struct inode *inode)
{
	return inode_get_mtime(inode).tv_sec;
}
