/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every kernel difference. The core is written for the newest kernel; here
 * older ones are taught its names. YGR_HAVE_* come from the compile probes.
 */
#ifndef YGR_COMPAT_H
#define YGR_COMPAT_H

#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/ftrace.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/nsproxy.h>
#include <linux/proc_ns.h>
#include <linux/sched.h>

/* 5.11: split off. */
#if __has_include(<crypto/sha2.h>)
#include <crypto/sha2.h>
#else
#include <crypto/sha.h>
#endif

/* Handlers run with preemption off and take spinlocks, which sleep there. */
#ifdef CONFIG_PREEMPT_RT
#error "Yagura does not support PREEMPT_RT kernels"
#endif

#ifdef YGR_HAVE_FTRACE_REGS
#define YGR_COMPAT_OPS_FLAGS	0
/* Not arch_ftrace_get_regs(), which has none to give but to who asked for all of them. */
#define ygr_compat_pt_regs(fregs)	(&(fregs)->regs)
/* For an ops with SAVE_REGS. */
#define ygr_compat_all_regs(fregs)	arch_ftrace_get_regs(fregs)
#else
/* Before 5.11 handlers were given all registers, and a guard against recursion unless they said no. */
#define ftrace_regs		pt_regs
#define FTRACE_OPS_FL_RECURSION	0
#define YGR_COMPAT_OPS_FLAGS	FTRACE_OPS_FL_RECURSION_SAFE
#define ygr_compat_pt_regs(fregs)	(fregs)
#define ygr_compat_all_regs(fregs)	(fregs)
#endif

/* 6.2: accessors to the arguments of a traced function; of some architectures functions, of others macros. */
#ifndef YGR_HAVE_FTRACE_ACCESSORS
#ifndef ftrace_regs_get_argument
#define ftrace_regs_get_argument(fregs, n)	regs_get_kernel_argument(ygr_compat_pt_regs(fregs), n)
#endif
#ifndef ftrace_regs_set_instruction_pointer
#define ftrace_regs_set_instruction_pointer(fregs, ip) \
	instruction_pointer_set(ygr_compat_pt_regs(fregs), ip)
#endif
#endif

/* Exported by 6.2 and stable kernels: what a filter that is set to nothing does as well. */
#ifndef YGR_HAVE_FTRACE_FREE_FILTER
#define ftrace_free_filter(ops)	((void)ftrace_set_filter(ops, NULL, 0, 1))
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

#ifndef YGR_HAVE_KMAP_LOCAL_PAGE
static inline void *kmap_local_page(struct page *page)
{
	return kmap_atomic(page);
}

static inline void kunmap_local(const void *addr)
{
	kunmap_atomic((void *)addr);
}
#endif

/* The same of a page that is in memory; what is not is not brought there. */
static inline long ygr_compat_get_page_nofault(struct mm_struct *mm, unsigned long addr,
					       struct page **page)
{
#ifdef YGR_HAVE_FOLL_NOFAULT
	const unsigned int flags = FOLL_NOFAULT;
#else
	/* Before 5.17: at least, nothing is waited for. */
	const unsigned int flags = FOLL_NOWAIT;
#endif

#ifdef YGR_HAVE_GUP_REMOTE_VMAS
	return get_user_pages_remote(mm, addr, 1, flags, page, NULL, NULL);
#else
	return get_user_pages_remote(mm, addr, 1, flags, page, NULL);
#endif
}

/* 6.3 made of two words one. */
static inline u64 ygr_compat_cap_bits(kernel_cap_t cap)
{
#ifdef YGR_HAVE_CAP_VAL
	return cap.val;
#else
	return cap.cap[0] | (u64)cap.cap[1] << 32;
#endif
}

/* Counts changes of a process's root and working directory, and the lock that keeps both. */
#ifdef YGR_HAVE_FS_SEQLOCK
#define ygr_compat_fs_seqcount(fs)	(&(fs)->seq.seqcount)
#define ygr_compat_fs_lock(fs)		read_seqlock_excl(&(fs)->seq)
#define ygr_compat_fs_unlock(fs)	read_sequnlock_excl(&(fs)->seq)
#else
#define ygr_compat_fs_seqcount(fs)	(&(fs)->seq)
#define ygr_compat_fs_lock(fs)		spin_lock(&(fs)->lock)
#define ygr_compat_fs_unlock(fs)	spin_unlock(&(fs)->lock)
#endif

/* Which argument of security_inode_setxattr(), and of removexattr, is the file; its others follow. */
#ifdef YGR_HAVE_SETXATTR_BY_DENTRY
#define YGR_COMPAT_SETXATTR_DENTRY	0
#else
#define YGR_COMPAT_SETXATTR_DENTRY	1
#endif

/*
 * A number that changes whenever a grace period of RCU begins or ends. Exported, and declared where
 * modules do not look. What was alive at one reading has not been freed, and will not be in this RCU read
 * section, if a later one is the same.
 */
#ifdef CONFIG_TINY_RCU
#error "Yagura needs tree RCU"
#endif
unsigned long rcu_get_gp_seq(void);

static inline unsigned long ygr_compat_grace_periods(void)
{
	unsigned long nr = rcu_get_gp_seq();

	smp_rmb();	/* What is read after it was not freed before it. */
	return nr;
}

/* A module in a compressed file was one of its own kind to newer kernels. */
#ifdef YGR_HAVE_READING_MODULE_COMPRESSED
#define ygr_compat_reads_module(id) \
	((id) == READING_MODULE || (id) == READING_MODULE_COMPRESSED)
#else
#define ygr_compat_reads_module(id)	((id) == READING_MODULE)
#endif

/* CLONE_NEW* of a namespace; 6.18 moved it. */
static inline u64 ygr_compat_ns_type(const struct ns_common *ns)
{
#ifdef YGR_HAVE_NS_TYPE
	return ns->ns_type;
#else
	return ns->ops->type;
#endif
}

/* What the names of the functions begin with that system calls enter by. */
#if defined(CONFIG_X86_64)
#define YGR_COMPAT_SYSCALL		"__x64_sys_"
#define YGR_COMPAT_SYSCALL_32		"__ia32_sys_"
#elif defined(CONFIG_ARM64)
#define YGR_COMPAT_SYSCALL		"__arm64_sys_"
#define YGR_COMPAT_SYSCALL_32		"__arm64_compat_sys_"
#endif

enum ygr_compat_call {
	YGR_COMPAT_CALL_OTHER,
	YGR_COMPAT_CALL_VM_READV,
	YGR_COMPAT_CALL_VM_WRITEV,
	YGR_COMPAT_CALL_FSCONFIG,
};

/* Which system call the current task is in. Context: task. */
enum ygr_compat_call ygr_compat_current_call(void);

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
 * 5.12 made the threads of io_uring its process's own. Workers have what they are about
 * in worker_private; the thread that polls the submission queue has nothing there.
 */
#ifdef YGR_HAVE_WORKER_PRIVATE
static inline bool ygr_compat_is_sqpoll(const struct task_struct *task)
{
	return (task->flags & (PF_IO_WORKER | PF_KTHREAD)) == PF_IO_WORKER && !task->worker_private;
}
#else
static inline bool ygr_compat_is_sqpoll(const struct task_struct *task)
{
	return false;
}
#endif

/*
 * What chattr(1) is to set, FS_*_FL. The structure has had three names, but this first,
 * whichever way the flags were given.
 */
static inline u32 ygr_compat_fileattr_flags(const void *fileattr)
{
	return *(const u32 *)fileattr;
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

/* Whether the kernel is of a release series that tests/setup/kernels lists. */
bool ygr_compat_is_known_kernel(void);

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

/* What precedes struct vfsmount in struct mount, if compat.c has found it so. */
struct ygr_compat_mnt_links {
	struct hlist_node hash;
	struct ygr_compat_mnt_links *parent;
	struct dentry *where;
	struct vfsmount mnt;
};

/*
 * Whether @mnt is mounted at @where of @parent, which ygr_compat_mnt_parent() said once, in this RCU
 * read section or while no grace period went by.
 *
 * Who moves a mount first makes it its own parent, then sets where it goes, then on what: so the
 * same parent before and after makes a pair that belonged together.
 */
static __always_inline bool ygr_compat_mnt_is_at(const struct vfsmount *mnt,
						 const struct vfsmount *parent,
						 const struct dentry *where)
{
	const struct ygr_compat_mnt_links *links =
		container_of(mnt, struct ygr_compat_mnt_links, mnt);
	const struct ygr_compat_mnt_links *on =
		container_of(parent, struct ygr_compat_mnt_links, mnt);

	return smp_load_acquire(&links->parent) == on &&
	       smp_load_acquire(&links->where) == where && READ_ONCE(links->parent) == on;
}

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
