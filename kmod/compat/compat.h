/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every kernel difference. The core is written for the newest kernel; here
 * older ones are taught its names. YGR_HAVE_* come from the compile probes.
 */
#ifndef YGR_COMPAT_H
#define YGR_COMPAT_H

#include <linux/fs.h>
#include <linux/ftrace.h>
#include <linux/mm.h>
#include <linux/nsproxy.h>

#include <crypto/sha2.h>

/* Handlers run with preemption off and take spinlocks, which sleep there. */
#ifdef CONFIG_PREEMPT_RT
#error "Yagura does not support PREEMPT_RT kernels"
#endif

/* 6.2: accessors to the arguments of a traced function. */
#ifndef ftrace_regs_get_argument
#define ftrace_regs_get_argument(fregs, n)	regs_get_kernel_argument(&(fregs)->regs, n)
#endif
#ifndef ftrace_regs_set_instruction_pointer
#define ftrace_regs_set_instruction_pointer(fregs, ip)	ftrace_instruction_pointer_set(fregs, ip)
#endif

#ifndef YGR_HAVE_VM_FLAGS_CLEAR
static inline void vm_flags_clear(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags &= ~flags;
}

static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags |= flags;
}
#endif

#ifndef YGR_HAVE_INODE_GET_MTIME
static inline struct timespec64 inode_get_mtime(const struct inode *inode)
{
	return inode->i_mtime;
}
#endif

#ifndef YGR_HAVE_INODE_GET_CTIME
static inline struct timespec64 inode_get_ctime(const struct inode *inode)
{
	return inode->i_ctime;
}
#endif

/* One page of another mm; the caller holds mmap_lock and drops the page. */
static inline long ygr_compat_get_page(struct mm_struct *mm, unsigned long addr, struct page **page)
{
#ifdef YGR_HAVE_GUP_REMOTE_VMAS
	return get_user_pages_remote(mm, addr, 1, FOLL_FORCE, page, NULL, NULL);
#else
	return get_user_pages_remote(mm, addr, 1, FOLL_FORCE, page, NULL);
#endif
}

/* Counts changes of a process's root. */
#ifdef YGR_HAVE_FS_SEQLOCK
#define ygr_compat_fs_seqcount(fs)	(&(fs)->seq.seqcount)
#else
#define ygr_compat_fs_seqcount(fs)	(&(fs)->seq)
#endif

/* 6.5 named what overlayfs opens in its layers; before, nobody else was so marked. */
static inline bool ygr_compat_is_backing_open(const struct file *file)
{
#ifdef FMODE_BACKING
	return file->f_mode & FMODE_BACKING;
#else
	return file->f_mode & FMODE_NOACCOUNT;
#endif
}

/*
 * Calls the function whose ftrace call site is @ip with one argument. Not by an
 * indirect call: where indirect branches are tracked, the landing pad before
 * the call site may have been sealed. A return is not tracked.
 */
int ygr_compat_call(void *arg, unsigned long ip);

/*
 * Checks once, as far as can be told from outside, whether structures private to the VFS are
 * what we take them for: that struct mnt_namespace starts with its ns_common, and that
 * struct mount has the mount it is on and the directory there before its struct vfsmount.
 *
 * Context: may sleep.
 */
void ygr_compat_init(void);

/* Whether ygr_compat_mnt_ns_inum() tells anything but 0. */
bool ygr_compat_has_mnt_ns(void);

/* Whether ygr_compat_get_verity() ever finds a digest: before 6.6 modules could not ask. */
bool ygr_compat_has_verity(void);

/*
 * @inode: of a file that is open; of the real file, where file systems are stacked
 *
 * Return: whether it has an fs-verity digest, and that a SHA-256 one. Context: any.
 */
bool ygr_compat_get_verity(struct inode *inode, u8 digest[SHA256_DIGEST_SIZE]);

/* Inode number of a mount namespace; 0: unknown on this kernel. */
u32 ygr_compat_mnt_ns_inum(const struct mnt_namespace *mnt_ns);

/*
 * @where: set to the directory that @mnt is mounted on, at one time the place in the mount that
 *	is returned
 *
 * Context: RCU read side; both are good as long. Return: NULL: it is mounted on none (any more),
 * or this kernel does not let us know.
 */
const struct vfsmount *ygr_compat_mnt_parent(const struct vfsmount *mnt,
					     const struct dentry **where);

#endif
