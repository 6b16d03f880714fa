/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's structures as far as the contender reads them. Only names and
 * types matter: libbpf moves each access to where the running kernel has the
 * member.
 */
#ifndef YGR_BENCH_BPF_KERNEL_H
#define YGR_BENCH_BPF_KERNEL_H

#include <linux/types.h>
#include <stdbool.h>

#define FMODE_READ	0x1
#define FMODE_WRITE	0x2
#define FMODE_CREATED	0x100000
#define FMODE_EXEC_FLAG	0x20		/* __FMODE_EXEC, in f_flags */
#define O_TRUNC		01000
#define O_TMPFILE_FLAG	020000000	/* __O_TMPFILE */

#define PF_IO_WORKER	0x00000010
#define PF_KTHREAD	0x00200000
#define TS_COMPAT	0x2

#define AF_INET		2
#define AF_INET6	10

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct { __u32 val; } kuid_t;
typedef struct { __u32 val; } kgid_t;

struct timespec64 {
	__s64 tv_sec;
	long tv_nsec;
};

struct super_block {
	__u32 s_dev;
};

struct inode {
	__u16 i_mode;
	kuid_t i_uid;
	kgid_t i_gid;
	struct super_block *i_sb;
	unsigned long i_ino;
	__s64 i_size;
	__u32 i_generation;
	struct timespec64 i_mtime;	/* until 6.6 */
	struct timespec64 i_ctime;
};

struct inode___seconds {		/* since 6.11 */
	__s64 i_mtime_sec;
	__s64 i_ctime_sec;
	__u32 i_mtime_nsec;
	__u32 i_ctime_nsec;
};

struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct qstr d_name;
	struct inode *d_inode;
};

struct path {
	void *mnt;
	struct dentry *dentry;
};

struct file {
	__u32 f_mode;
	__u32 f_flags;
	struct inode *f_inode;
	struct path f_path;
};

struct linux_binprm {
	struct file *file;
};

struct ns_common {
	__u32 inum;
};

struct user_namespace {
	struct ns_common ns;
};

struct pid_namespace {
	struct ns_common ns;
};

struct mnt_namespace {
	struct ns_common ns;
};

struct net {
	struct ns_common ns;
};

struct uts_namespace {
	struct ns_common ns;
};

struct ipc_namespace {
	struct ns_common ns;
};

struct cgroup_namespace {
	struct ns_common ns;
};

struct nsproxy {
	struct uts_namespace *uts_ns;
	struct ipc_namespace *ipc_ns;
	struct mnt_namespace *mnt_ns;
	struct net *net_ns;
	struct cgroup_namespace *cgroup_ns;
};

struct cred {
	kuid_t uid;
	kgid_t gid;
	kuid_t euid;
	kgid_t egid;
	struct user_namespace *user_ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

struct thread_info {
	__u32 status;
};

struct task_struct {
	struct thread_info thread_info;
	unsigned int flags;
	int pid;
	int tgid;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	__u64 start_boottime;
	const struct cred *cred;
	char comm[16];
	struct nsproxy *nsproxy;
	kuid_t loginuid;
	unsigned int sessionid;
	int exit_code;
	int exit_signal;
	__u64 utime;
	__u64 stime;
	unsigned long min_flt;
	unsigned long maj_flt;
};

struct in6_addr_bytes {
	__u8 bytes[16];
};

typedef struct { __s64 counter; } atomic64_t;

struct sock_common {
	__u16 skc_family;
	__u16 skc_num;
	__u32 skc_rcv_saddr;
	struct in6_addr_bytes skc_v6_rcv_saddr;
	atomic64_t skc_cookie;
};

struct sock {
	struct sock_common __sk_common;
	__u16 sk_protocol;
};

struct socket {
	short type;
	struct file *file;
	struct sock *sk;
};

#pragma clang attribute pop

/* Of the calling convention, not of the kernel's: never moved. */
struct sockaddr_in {
	__u16 sin_family;
	__u16 sin_port;
	__u32 sin_addr;
};

struct sockaddr_in6 {
	__u16 sin6_family;
	__u16 sin6_port;
	__u32 sin6_flowinfo;
	__u8 sin6_addr[16];
	__u32 sin6_scope_id;
};

#endif
