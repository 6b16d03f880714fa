// SPDX-License-Identifier: GPL-2.0-only
/* 6.6: i_ctime went behind an accessor; stable kernels took this one alone. */
#include <linux/fs.h>

long long probe(struct inode *inode);
long long probe(struct inode *inode)
{
	return inode_get_ctime(inode).tv_sec;
}
