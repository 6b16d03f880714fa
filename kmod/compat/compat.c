// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fsverity.h>
#include <linux/ns_common.h>
#include <linux/objtool.h>
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

void __init ygr_compat_init(void)
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
