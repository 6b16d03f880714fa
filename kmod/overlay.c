// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dcache.h>
#include <linux/magic.h>
#include <linux/uaccess.h>

#include "overlay.h"

bool ygr_overlay_is_upper(const struct file *file)
{
	struct inode *inode = file_inode(file), *upper_inode;
	struct dentry *upper;

	if (inode->i_sb->s_magic != OVERLAYFS_SUPER_MAGIC || !S_ISREG(inode->i_mode))
		return false;
	if (copy_from_kernel_nofault(&upper, inode + 1, sizeof(upper)) || !upper ||
	    copy_from_kernel_nofault(&upper_inode, &upper->d_inode, sizeof(upper_inode)))
		return false;
	return upper_inode && upper_inode == d_real_inode(file->f_path.dentry);
}
