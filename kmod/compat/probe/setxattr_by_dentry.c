// SPDX-License-Identifier: GPL-2.0-only
/* Until 5.12 hooks on the attributes of an inode were not told how its mount maps ids. */
#include <linux/security.h>

int probe(struct dentry *dentry, const char *name);
int probe(struct dentry *dentry, const char *name)
{
	return security_inode_setxattr(dentry, name, (const void *)NULL, 0, 0);
}
