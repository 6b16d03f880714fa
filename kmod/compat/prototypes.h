/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What we take the functions that we hook for.
 *
 * A handler reads the arguments of the function by their number, so that one that has been
 * changed since would be read wrongly. YGR_FITS_name says, when the module is compiled,
 * whether the kernel declares the function as its handler expects; if not, it is not hooked.
 *
 * Where several types are named, they differ in what no handler looks at, or compat.h does. Whose
 * table a function stands in includes the header that declares it.
 */
#ifndef YGR_COMPAT_PROTOTYPES_H
#define YGR_COMPAT_PROTOTYPES_H

/* Headers that not all kernels have. */
#if __has_include(<linux/filelock.h>)
#include <linux/filelock.h>
#endif
#if __has_include(<linux/fileattr.h>)
#include <linux/fileattr.h>
#endif

#define YGR_IS(name, ...)	__builtin_types_compatible_p(typeof(name), __VA_ARGS__)

/* How a mount maps ids has had two types. */
struct mnt_idmap;
struct user_namespace;
#define YGR_IS_OF_MOUNT(name, ...) \
	(YGR_IS(name, int (struct mnt_idmap *, __VA_ARGS__)) || \
	 YGR_IS(name, int (struct user_namespace *, __VA_ARGS__)))

/* No header declares these, and nobody but us says what they look like. */
#define YGR_FITS_do_seccomp	1	/* long (unsigned int, unsigned int, void __user *), static */
#define YGR_FITS_system_call	1	/* long (const struct pt_regs *) */

/* Not in all kernels, or not with every configuration. Where nothing declares them, they are not known. */
#ifdef YGR_HAVE_SECURITY_FILE_TRUNCATE
#define YGR_FITS_security_file_truncate	YGR_IS(security_file_truncate, int (struct file *))
#else
#define YGR_FITS_security_file_truncate	0
#endif
#ifdef YGR_HAVE_SECURITY_INODE_SET_ACL
struct posix_acl;
#define YGR_FITS_security_inode_set_acl \
	YGR_IS_OF_MOUNT(security_inode_set_acl, struct dentry *, const char *, struct posix_acl *)
#define YGR_FITS_security_inode_remove_acl \
	YGR_IS_OF_MOUNT(security_inode_remove_acl, struct dentry *, const char *)
#else
#define YGR_FITS_security_inode_set_acl		0
#define YGR_FITS_security_inode_remove_acl	0
#endif
#ifdef YGR_HAVE_SECURITY_TASK_FIX_SETGROUPS
#define YGR_FITS_security_task_fix_setgroups \
	YGR_IS(security_task_fix_setgroups, int (struct cred *, const struct cred *))
#else
#define YGR_FITS_security_task_fix_setgroups	0
#endif
#ifdef YGR_HAVE_VFS_FILEATTR_SET
struct fileattr;
struct file_kattr;
#define YGR_FITS_vfs_fileattr_set \
	(YGR_IS_OF_MOUNT(vfs_fileattr_set, struct dentry *, struct fileattr *) || \
	 YGR_IS_OF_MOUNT(vfs_fileattr_set, struct dentry *, struct file_kattr *))
#else
#define YGR_FITS_vfs_fileattr_set	0
#endif

#ifdef YGR_HAVE_SETXATTR_BY_DENTRY
#define YGR_FITS_security_inode_setxattr \
	YGR_IS(security_inode_setxattr, int (struct dentry *, const char *, const void *, size_t, int))
#define YGR_FITS_security_inode_removexattr \
	YGR_IS(security_inode_removexattr, int (struct dentry *, const char *))
#else
#define YGR_FITS_security_inode_setxattr \
	YGR_IS_OF_MOUNT(security_inode_setxattr, struct dentry *, const char *, const void *, size_t, int)
#define YGR_FITS_security_inode_removexattr \
	YGR_IS_OF_MOUNT(security_inode_removexattr, struct dentry *, const char *)
#endif

#ifdef YGR_HAVE_SECURITY_BPF
#define YGR_FITS_security_bpf \
	(YGR_IS(security_bpf, int (int, union bpf_attr *, unsigned int)) || \
	 YGR_IS(security_bpf, int (int, union bpf_attr *, unsigned int, bool)))
#else
#define YGR_FITS_security_bpf	0
#endif

/* ---- exec, files ---- */
#define YGR_FITS_security_bprm_check	YGR_IS(security_bprm_check, int (struct linux_binprm *))
#define YGR_FITS_security_file_open	YGR_IS(security_file_open, int (struct file *))
#define YGR_FITS_security_path_mknod \
	YGR_IS(security_path_mknod, int (const struct path *, struct dentry *, umode_t, unsigned int))
#define YGR_FITS_security_path_mkdir \
	YGR_IS(security_path_mkdir, int (const struct path *, struct dentry *, umode_t))
#define YGR_FITS_security_path_symlink \
	YGR_IS(security_path_symlink, int (const struct path *, struct dentry *, const char *))
#define YGR_FITS_security_path_unlink \
	YGR_IS(security_path_unlink, int (const struct path *, struct dentry *))
#define YGR_FITS_security_path_rmdir \
	YGR_IS(security_path_rmdir, int (const struct path *, struct dentry *))
#define YGR_FITS_security_path_rename \
	YGR_IS(security_path_rename, int (const struct path *, struct dentry *, \
					  const struct path *, struct dentry *, unsigned int))
#define YGR_FITS_security_path_link \
	YGR_IS(security_path_link, int (struct dentry *, const struct path *, struct dentry *))
#define YGR_FITS_security_path_truncate	YGR_IS(security_path_truncate, int (const struct path *))
#define YGR_FITS_security_path_chmod	YGR_IS(security_path_chmod, int (const struct path *, umode_t))
#define YGR_FITS_security_path_chown \
	YGR_IS(security_path_chown, int (const struct path *, kuid_t, kgid_t))
#define YGR_FITS_generic_write_checks \
	YGR_IS(generic_write_checks, ssize_t (struct kiocb *, struct iov_iter *))
#define YGR_FITS_locks_remove_file	YGR_IS(locks_remove_file, void (struct file *))

/* ---- memory ---- */
#define YGR_FITS_security_mmap_file \
	YGR_IS(security_mmap_file, int (struct file *, unsigned long, unsigned long))
#define YGR_FITS_security_file_mprotect \
	YGR_IS(security_file_mprotect, int (struct vm_area_struct *, unsigned long, unsigned long))
/* Only the name is looked at, and what follows it has had many types. */
struct user_struct;
struct ucounts;
#ifdef YGR_HAVE_VMA_FLAGS_T
#define YGR_IS_FILE_SETUP_SINCE_7(name, ...)	YGR_IS(name, __VA_ARGS__)
#else
#define YGR_IS_FILE_SETUP_SINCE_7(name, ...)	0
#endif
#define YGR_FITS_shmem_file_setup \
	(YGR_IS(shmem_file_setup, struct file *(const char *, loff_t, unsigned long)) || \
	 YGR_IS_FILE_SETUP_SINCE_7(shmem_file_setup, struct file *(const char *, loff_t, vma_flags_t)))
#define YGR_FITS_hugetlb_file_setup \
	(YGR_IS(hugetlb_file_setup, struct file *(const char *, size_t, vm_flags_t, \
						  struct user_struct **, int, int)) || \
	 YGR_IS(hugetlb_file_setup, struct file *(const char *, size_t, vm_flags_t, \
						  struct ucounts **, int, int)) || \
	 YGR_IS(hugetlb_file_setup, struct file *(const char *, size_t, vm_flags_t, int, int)) || \
	 YGR_IS_FILE_SETUP_SINCE_7(hugetlb_file_setup, \
				   struct file *(const char *, size_t, vma_flags_t, int, int)))

/* ---- sockets ---- */
#define YGR_FITS_security_socket_create	YGR_IS(security_socket_create, int (int, int, int, int))
#define YGR_FITS_security_socket_bind \
	YGR_IS(security_socket_bind, int (struct socket *, struct sockaddr *, int))
#define YGR_FITS_security_socket_listen	YGR_IS(security_socket_listen, int (struct socket *, int))
#define YGR_FITS_security_socket_connect \
	YGR_IS(security_socket_connect, int (struct socket *, struct sockaddr *, int))
#define YGR_FITS_security_socket_sendmsg \
	YGR_IS(security_socket_sendmsg, int (struct socket *, struct msghdr *, int))
#define YGR_FITS_security_socket_accept \
	YGR_IS(security_socket_accept, int (struct socket *, struct socket *))
#define YGR_FITS_security_sock_graft	YGR_IS(security_sock_graft, void (struct sock *, struct socket *))
#define YGR_FITS_security_sk_free	YGR_IS(security_sk_free, void (struct sock *))
#define YGR_FITS_inet_release		YGR_IS(inet_release, int (struct socket *))
#define YGR_FITS_ip_send_skb		YGR_IS(ip_send_skb, int (struct net *, struct sk_buff *))
#define YGR_FITS_ip6_send_skb		YGR_IS(ip6_send_skb, int (struct sk_buff *))
#define YGR_FITS_skb_consume_udp \
	YGR_IS(skb_consume_udp, void (struct sock *, struct sk_buff *, int))

/* ---- privileges, other processes ---- */
#define YGR_FITS_security_task_fix_setuid \
	YGR_IS(security_task_fix_setuid, int (struct cred *, const struct cred *, int))
#define YGR_FITS_security_task_fix_setgid \
	YGR_IS(security_task_fix_setgid, int (struct cred *, const struct cred *, int))
#define YGR_FITS_security_capset \
	YGR_IS(security_capset, int (struct cred *, const struct cred *, const kernel_cap_t *, \
				     const kernel_cap_t *, const kernel_cap_t *))
#define YGR_FITS_security_ptrace_access_check \
	YGR_IS(security_ptrace_access_check, int (struct task_struct *, unsigned int))
#define YGR_FITS_security_ptrace_traceme \
	YGR_IS(security_ptrace_traceme, int (struct task_struct *))
#define YGR_FITS_security_task_kill \
	YGR_IS(security_task_kill, int (struct task_struct *, struct kernel_siginfo *, int, \
					const struct cred *))

/* ---- mounts, the kernel, settings ---- */
#define YGR_FITS_security_sb_mount \
	YGR_IS(security_sb_mount, int (const char *, const struct path *, const char *, \
				       unsigned long, void *))
#define YGR_FITS_security_sb_kern_mount \
	(YGR_IS(security_sb_kern_mount, int (struct super_block *)) || \
	 YGR_IS(security_sb_kern_mount, int (const struct super_block *)))
#define YGR_FITS_security_sb_umount	YGR_IS(security_sb_umount, int (struct vfsmount *, int))
#define YGR_FITS_security_move_mount \
	YGR_IS(security_move_mount, int (const struct path *, const struct path *))
#define YGR_FITS_security_sb_pivotroot \
	YGR_IS(security_sb_pivotroot, int (const struct path *, const struct path *))
#define YGR_FITS_security_kernel_read_file \
	YGR_IS(security_kernel_read_file, int (struct file *, enum kernel_read_file_id, bool))
#define YGR_FITS_security_kernel_load_data \
	YGR_IS(security_kernel_load_data, int (enum kernel_load_data_id, bool))
#define YGR_FITS_security_settime64 \
	YGR_IS(security_settime64, int (const struct timespec64 *, const struct timezone *))
#define YGR_FITS_ksys_unshare		YGR_IS(ksys_unshare, int (unsigned long))
#define YGR_FITS_copy_namespaces \
	(YGR_IS(copy_namespaces, int (unsigned long, struct task_struct *)) || \
	 YGR_IS(copy_namespaces, int (u64, struct task_struct *)))
#define YGR_FITS_security_key_alloc \
	YGR_IS(security_key_alloc, int (struct key *, const struct cred *, unsigned long))
#define YGR_FITS_security_task_prctl \
	YGR_IS(security_task_prctl, int (int, unsigned long, unsigned long, unsigned long, unsigned long))

#endif
