// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fsverity.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/ns_common.h>
#include <linux/objtool.h>
#include <linux/path.h>
#include <linux/proc_ns.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <asm/nospec-branch.h>

#include "compat.h"

/* The return address of our caller stays below the one that is pushed. */
asm("	.pushsection .text\n"
    "	.type ygr_compat_call, @function\n"
    "	.globl ygr_compat_call\n"
    "ygr_compat_call:\n"
    "	push %rsi\n"
    ANNOTATE_RETPOLINE_SAFE
    "	ret\n"
    "	int3\n"
    "	.size ygr_compat_call, . - ygr_compat_call\n"
    "	.popsection\n");
STACK_FRAME_NON_STANDARD(ygr_compat_call);

static bool mnt_ns_known __ro_after_init;

static void __init learn_mnt_ns(void)
{
	const struct ns_common *ns = (const void *)current->nsproxy->mnt_ns;
	const struct proc_ns_operations *ops;
	int type;

	/* A wrong guess reads garbage, not a fault: both reads are checked. */
	if (copy_from_kernel_nofault(&ops, &ns->ops, sizeof(ops)))
		return;
	if (copy_from_kernel_nofault(&type, &ops->type, sizeof(type)))
		return;
	mnt_ns_known = type == CLONE_NEWNS;
}

/* What precedes struct vfsmount in struct mount, if mnt_links_known. */
struct mnt_links {
	struct hlist_node hash;
	struct mnt_links *parent;
	struct dentry *where;
	struct vfsmount mnt;
};

static bool mnt_links_known __ro_after_init;

/* Return: whether the links of what is mounted at @name are what the kernel says of it. */
static bool __init links_are_at(const char *name)
{
	struct mnt_links *links, read;
	struct path path, up;
	bool agree = false;

	if (kern_path(name, 0, &path))
		return false;
	if (path.dentry != path.mnt->mnt_root)
		goto out;
	up = path;
	path_get(&up);
	links = container_of(path.mnt, struct mnt_links, mnt);
	if (follow_up(&up) &&
	    !copy_from_kernel_nofault(&read, links, offsetof(struct mnt_links, mnt)))
		agree = &read.parent->mnt == up.mnt && read.where == up.dentry;
	path_put(&up);
out:
	path_put(&path);
	return agree;
}

/* Nothing to compare with is no agreement either: then d_path() is asked about mounts. */
static void __init learn_mnt_links(void)
{
	mnt_links_known = links_are_at("/proc") || links_are_at("/sys") || links_are_at("/dev");
}

/*
 * Who moves a mount first makes it its own parent, then sets where it goes, then on what: so the
 * same parent before and after makes a pair that belonged together.
 */
const struct vfsmount *ygr_compat_mnt_parent(const struct vfsmount *mnt,
					     const struct dentry **where)
{
	const struct mnt_links *links = container_of(mnt, struct mnt_links, mnt);
	const struct mnt_links *parent;

	if (!mnt_links_known)
		return NULL;
	parent = smp_load_acquire(&links->parent);
	*where = smp_load_acquire(&links->where);
	if (parent == links || READ_ONCE(links->parent) != parent)
		return NULL;
	return &parent->mnt;
}

void __init ygr_compat_init(void)
{
	learn_mnt_ns();
	learn_mnt_links();
}

bool ygr_compat_has_mnt_ns(void)
{
	return mnt_ns_known;
}

u32 ygr_compat_mnt_ns_inum(const struct mnt_namespace *mnt_ns)
{
	return mnt_ns_known ? ((const struct ns_common *)mnt_ns)->inum : 0;
}

#if defined(YGR_HAVE_FSVERITY_GET_DIGEST) && IS_ENABLED(CONFIG_FS_VERITY)

bool ygr_compat_has_verity(void)
{
	return true;
}

bool ygr_compat_get_verity(struct inode *inode, u8 digest[SHA256_DIGEST_SIZE])
{
	u8 raw[FS_VERITY_MAX_DIGEST_SIZE];
	enum hash_algo name;
	u8 number;

	if (!fsverity_get_digest(inode, raw, &number, &name) || name != HASH_ALGO_SHA256)
		return false;
	memcpy(digest, raw, SHA256_DIGEST_SIZE);
	return true;
}

#else

bool ygr_compat_has_verity(void)
{
	return false;
}

bool ygr_compat_get_verity(struct inode *inode, u8 digest[SHA256_DIGEST_SIZE])
{
	return false;
}

#endif
