// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fsverity.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/ns_common.h>
#include <linux/path.h>
#include <linux/proc_ns.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <linux/version.h>
#ifdef CONFIG_X86_64
#if __has_include(<linux/objtool.h>)
#include <linux/objtool.h>
#else
#include <linux/frame.h>
#endif
#include <asm/nospec-branch.h>
#endif

#include <linux/compat.h>
#include <linux/sched/task_stack.h>
#include <asm/syscall.h>

#include "compat.h"
#include "series.h"

#if defined(CONFIG_X86_64)

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

#elif defined(CONFIG_ARM64)

/* The instruction before the call site keeps the return address, our caller's, where ftrace looks for it. */
asm("	.pushsection .text\n"
    "	.type ygr_compat_call, %function\n"
    "	.globl ygr_compat_call\n"
    "ygr_compat_call:\n"
    "	mov x9, x30\n"
    "	ret x1\n"
    "	.size ygr_compat_call, . - ygr_compat_call\n"
    "	.popsection\n");

#else
#error "Yagura supports x86-64; for arm64 it compiles"
#endif

/* Where in a struct mnt_namespace its ns_common is; before 5.11, behind a reference count. */
static const u8 mnt_ns_places[] = { 0, sizeof(void *) };
static u8 mnt_ns_place __ro_after_init;
static bool mnt_ns_known __ro_after_init;

static const struct ns_common *ns_of(const struct mnt_namespace *mnt_ns)
{
	return (const void *)mnt_ns + mnt_ns_place;
}

/* A wrong guess reads garbage, not a fault: all reads are checked. */
static int __init type_of_ns(const struct ns_common *ns, u32 *type)
{
#ifdef YGR_HAVE_NS_TYPE
	return copy_from_kernel_nofault(type, &ns->ns_type, sizeof(*type));
#else
	const struct proc_ns_operations *ops;

	return copy_from_kernel_nofault(&ops, &ns->ops, sizeof(ops)) ?:
	       copy_from_kernel_nofault(type, &ops->type, sizeof(*type));
#endif
}

static void __init learn_mnt_ns(void)
{
	unsigned int i;
	u32 type;

	for (i = 0; i < ARRAY_SIZE(mnt_ns_places) && !mnt_ns_known; i++) {
		mnt_ns_place = mnt_ns_places[i];
		mnt_ns_known = !type_of_ns(ns_of(current->nsproxy->mnt_ns), &type) &&
			       type == CLONE_NEWNS;
	}
}

static bool mnt_links_known __ro_after_init;

/* Return: whether the links of what is mounted at @name are what the kernel says of it. */
static bool __init links_are_at(const char *name)
{
	struct ygr_compat_mnt_links *links, read;
	struct path path, up;
	bool agree = false;

	if (kern_path(name, 0, &path))
		return false;
	if (path.dentry != path.mnt->mnt_root)
		goto out;
	up = path;
	path_get(&up);
	links = container_of(path.mnt, struct ygr_compat_mnt_links, mnt);
	if (follow_up(&up) &&
	    !copy_from_kernel_nofault(&read, links, offsetof(struct ygr_compat_mnt_links, mnt)))
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

const struct vfsmount *ygr_compat_mnt_parent(const struct vfsmount *mnt,
					     const struct dentry **where)
{
	const struct ygr_compat_mnt_links *links = container_of(mnt, struct ygr_compat_mnt_links, mnt);
	const struct ygr_compat_mnt_links *parent;

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

bool ygr_compat_is_known_kernel(void)
{
	static const u32 known[] = { YGR_KNOWN_SERIES };
	unsigned int i;

	/* The last eight bits are the release's within its series. */
	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i] >> 8 == LINUX_VERSION_CODE >> 8)
			return true;
	return false;
}

bool ygr_compat_has_mnt_ns(void)
{
	return mnt_ns_known;
}

u32 ygr_compat_mnt_ns_inum(const struct mnt_namespace *mnt_ns)
{
	return mnt_ns_known ? ns_of(mnt_ns)->inum : 0;
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

/*
 * By number: x86-64, or arm64, its 32-bit calls, and x32, whose numbers have a bit of their own
 * and may be of either table. fsconfig() has one number everywhere.
 */
#define X32_BIT		0x40000000
#define FSCONFIG	431
#if defined(CONFIG_X86_64)
#define VM_READV_64	310
#define VM_READV_32	347
#define VM_READV_X32	539
#else
#define VM_READV_64	270
#define VM_READV_32	376
#define VM_READV_X32	-1
#endif

static enum ygr_compat_call vm_call(int nr, int vm_readv)
{
	if (nr == vm_readv)
		return YGR_COMPAT_CALL_VM_READV;
	return nr == vm_readv + 1 ? YGR_COMPAT_CALL_VM_WRITEV : YGR_COMPAT_CALL_OTHER;
}

enum ygr_compat_call ygr_compat_current_call(void)
{
	int nr;

	if (current->flags & (PF_KTHREAD | PF_IO_WORKER))
		return YGR_COMPAT_CALL_OTHER;
	nr = syscall_get_nr(current, current_pt_regs());
	if (nr < 0)
		return YGR_COMPAT_CALL_OTHER;
	if ((nr & ~X32_BIT) == FSCONFIG)
		return YGR_COMPAT_CALL_FSCONFIG;
	if (nr & X32_BIT)
		return vm_call(nr & ~X32_BIT, VM_READV_X32);
	return vm_call(nr, in_compat_syscall() ? VM_READV_32 : VM_READV_64);
}
