// SPDX-License-Identifier: GPL-2.0-only
/*
 * The BPF contender: LSM programs that do nothing, record 64 bytes, record
 * what yagura.ko records, and judge by a policy in maps before that; and the
 * 64 bytes once more by fentry.
 *
 * Written for few instructions: kernel memory is read directly, not by
 * helpers; a record is filled where it lies in the ring, unless its path has
 * to be judged first; nobody is woken for a record; nothing is looked up
 * that is not needed. Facts about the process are read anew each time, as
 * yagura.ko does: what keeps them in task storage must follow each change of credentials,
 * names, namespaces, cgroups and parents, and no hook tells of the last.
 */
#include "kernel.h"

#include <bpf/bpf_tracing.h>

#include "connect.h"
#include "names.h"
#include "open.h"
#include "policy.h"
#include "process.h"
#include "record.h"

#define EPERM		1

char LICENSE[] SEC("license") = "GPL";

/* ---- nothing ---- */

SEC("lsm/file_open")
int BPF_PROG(empty_open, struct file *file)
{
	return 0;
}

SEC("lsm/socket_connect")
int BPF_PROG(empty_connect, struct socket *sock)
{
	return 0;
}

/* What refusing costs the call itself: the rest of an open is not done. */
SEC("lsm/file_open")
int BPF_PROG(refuse_open, struct file *file)
{
	return file->f_mode & FMODE_WRITE ? -EPERM : 0;
}

/* ---- 64 bytes ---- */

SEC("lsm/file_open")
int BPF_PROG(short_open, struct file *file)
{
	return record_64(file);
}

SEC("lsm/socket_connect")
int BPF_PROG(short_connect, struct socket *sock)
{
	return record_64(sock);
}

SEC("fentry/security_file_open")
int BPF_PROG(fentry_open, struct file *file)
{
	return record_64(file);
}

SEC("fentry/security_socket_connect")
int BPF_PROG(fentry_connect, struct socket *sock)
{
	return record_64(sock);
}

/* ---- everything ---- */

static __always_inline void record_file(struct file *file, __u16 type, __u8 class)
{
	struct short_path_record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
	long len;

	if (!record) {
		count_loss();
		return;
	}
	len = bpf_d_path(&file->f_path, record->path, sizeof(record->path)) - 1;
	if (len < 0) {
		bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
		record_open_by_copy(file);
		return;
	}
	fill_about(&record->file, type, class, file, len, NULL);
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
}

SEC("lsm/file_open")
int BPF_PROG(full_open, struct file *file)
{
	if (writes(file))
		record_file(file, YGR_EV_OPEN, YGR_CLASS_FILE);
	return 0;
}

SEC("lsm/file_open")
int BPF_PROG(every_open, struct file *file)
{
	record_file(file, YGR_EV_OPEN, YGR_CLASS_FILE);
	return 0;
}

/* The same by way of a scratch: a record in the ring has the length of its path. */
SEC("lsm/file_open")
int BPF_PROG(copied_open, struct file *file)
{
	if (writes(file))
		record_open_by_copy(file);
	return 0;
}

SEC("lsm/socket_connect")
int BPF_PROG(full_connect, struct socket *sock, struct sockaddr_in *to, int len)
{
	const struct sock *sk = sock->sk;
	struct ygr_address remote;

	if (!sk)
		return 0;
	set_remote(&remote, sk, to, len);
	record_connect(sock, sk, &remote, NULL);
	return 0;
}

/* Once nothing can fail any more, as yagura.ko tells it. */
SEC("lsm/bprm_committed_creds")
int BPF_PROG(full_exec, struct linux_binprm *bprm)
{
	record_file(bprm->file, YGR_EV_EXEC, YGR_CLASS_EXEC);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(full_fork, struct task_struct *parent, struct task_struct *child)
{
	record_fork(child);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(full_exit, struct task_struct *task)
{
	record_exit(task);
	return 0;
}

SEC("lsm/path_mknod")
int BPF_PROG(full_create, const struct path *dir, struct dentry *dentry)
{
	record_name(YGR_EV_CREATE, dir->dentry->d_inode, dentry, NULL);
	return 0;
}

SEC("lsm/path_unlink")
int BPF_PROG(full_unlink, const struct path *dir, struct dentry *dentry)
{
	record_name(YGR_EV_UNLINK, dentry->d_inode, dentry, NULL);
	return 0;
}

SEC("lsm/path_rename")
int BPF_PROG(full_rename, const struct path *old_dir, struct dentry *old_dentry,
	     const struct path *new_dir, struct dentry *new_dentry)
{
	record_name(YGR_EV_RENAME, old_dentry->d_inode, old_dentry, new_dentry);
	return 0;
}

/* ---- a policy ---- */

static __always_inline int judge_open_by(struct file *file, bool hashed)
{
	struct long_path_record *record = writes(file) ? find_scratch() : NULL;
	struct walk walk = { .hash = JUDGE_HASH_SEED, .below = depths };
	const struct judgement *judgement;
	long len;

	if (!record)
		return 0;
	len = resolve(record, file);
	if (len < 0 || len > PATH_BYTES) {
		count_loss();
		return 0;
	}
	if (hashed) {
		walk.path = record->path;
		judgement = find_hashed(&walk, len) ? &walk.found : NULL;
	} else {
		judgement = first(find_exact(record->path, len), find_directory(&record->file, len));
	}
	output_open(record, file, len, judgement);
	return judgement && judgement->denies ? -EPERM : 0;
}

SEC("lsm/file_open")
int BPF_PROG(judge_open, struct file *file)
{
	return judge_open_by(file, false);
}

SEC("lsm/file_open")
int BPF_PROG(judge_open_hashed, struct file *file)
{
	return judge_open_by(file, true);
}

SEC("lsm/socket_connect")
int BPF_PROG(judge_connect, struct socket *sock, struct sockaddr_in *to, int len)
{
	const struct judgement *judgement = NULL;
	const struct sock *sk = sock->sk;
	struct ygr_address remote;

	if (!sk)
		return 0;
	set_remote(&remote, sk, to, len);
	if (remote.family == AF_INET) {
		struct judge_network key = { .len = 32, .addr = *(__u32 *)remote.addr };

		judgement = bpf_map_lookup_elem(&networks, &key);
	}
	record_connect(sock, sk, &remote, judgement);
	return judgement && judgement->denies ? -EPERM : 0;
}
