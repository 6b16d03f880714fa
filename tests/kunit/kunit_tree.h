/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A tree of directories and mounts that no file system has: struct dentry and struct vfsmount as they are read by
 * who walks them without a lock. So each of their members can be changed, one at a time. All of it is
 * good for as long as the test.
 */
#ifndef YGR_KUNIT_TREE_H
#define YGR_KUNIT_TREE_H

#include <linux/dcache.h>
#include <linux/fs_struct.h>
#include <kunit/test.h>

#include "compat/compat.h"

struct kunit_tree {
	struct kunit *test;
	struct fs_struct fs;		/* with the root of `mount` as its root */
	struct ygr_compat_mnt_links *mount;
	struct dentry *root;
};

struct kunit_tree *kunit_tree_create(struct kunit *test);

/* @parent: NULL: it is its own */
struct dentry *kunit_tree_add(struct kunit_tree *tree, struct dentry *parent, const char *name);

/* Another name, in memory that ends where it does, or in the dentry itself as the kernel has it. */
void kunit_tree_name(struct kunit_tree *tree, struct dentry *dentry, const char *name, size_t len);

/* A mount with a root of its own, at @where of @on. */
struct ygr_compat_mnt_links *kunit_tree_mount(struct kunit_tree *tree,
					      struct ygr_compat_mnt_links *on, struct dentry *where);

/* Somebody renames something, somewhere. */
void kunit_tree_rename_any(void);

/* From here to leave(), the tree is where the current task has its root, and preemption is off. */
void kunit_tree_enter(struct kunit_tree *tree);
void kunit_tree_leave(struct kunit_tree *tree);

#endif
