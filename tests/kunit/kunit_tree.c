// SPDX-License-Identifier: GPL-2.0-only
#include <linux/sched.h>
#include <linux/slab.h>

#include "kunit_tree.h"

static void *create(struct kunit *test, size_t bytes)
{
	void *memory = kunit_kzalloc(test, bytes, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, memory);
	return memory;
}

void kunit_tree_name(struct kunit_tree *tree, struct dentry *dentry, const char *name, size_t len)
{
	char *bytes = dentry->d_iname;

	if (len >= DNAME_INLINE_LEN)
		bytes = create(tree->test, len + 1);
	memcpy(bytes, name, len);
	bytes[len] = '\0';
	dentry->d_name.name = bytes;
	dentry->d_name.len = len;
}

struct dentry *kunit_tree_add(struct kunit_tree *tree, struct dentry *parent, const char *name)
{
	struct dentry *dentry = create(tree->test, sizeof(*dentry));

	/* Behind a short name, there is what was there before. */
	memset(dentry->d_iname, 0xa5, sizeof(dentry->d_iname));
	kunit_tree_name(tree, dentry, name, strlen(name));
	dentry->d_parent = parent ?: dentry;
	dentry->d_hash.pprev = &dentry->d_hash.next; /* so it passes for hashed: not removed */
	return dentry;
}

struct ygr_compat_mnt_links *kunit_tree_mount(struct kunit_tree *tree,
					      struct ygr_compat_mnt_links *on, struct dentry *where)
{
	struct ygr_compat_mnt_links *mount = create(tree->test, sizeof(*mount));

	mount->mnt.mnt_root = kunit_tree_add(tree, NULL, "/");
	mount->parent = on ?: mount;
	mount->where = where ?: mount->mnt.mnt_root;
	return mount;
}

struct kunit_tree *kunit_tree_create(struct kunit *test)
{
	struct kunit_tree *tree = create(test, sizeof(*tree));

	tree->test = test;
	tree->mount = kunit_tree_mount(tree, NULL, NULL);
	tree->root = tree->mount->mnt.mnt_root;
	spin_lock_init(&tree->fs.lock);
	seqcount_spinlock_init(&tree->fs.seq, &tree->fs.lock);
	tree->fs.root.mnt = &tree->mount->mnt;
	tree->fs.root.dentry = tree->root;
	return tree;
}

void kunit_tree_rename_any(void)
{
	write_seqlock(&rename_lock);
	write_sequnlock(&rename_lock);
}

static struct fs_struct *left;

void kunit_tree_enter(struct kunit_tree *tree)
{
	preempt_disable();
	left = current->fs;
	current->fs = &tree->fs;
}

void kunit_tree_leave(struct kunit_tree *tree)
{
	current->fs = left;
	preempt_enable();
}
