/* SPDX-License-Identifier: GPL-2.0-only */
/* The ring, the head of a record, and a record of 64 bytes. */
#ifndef YGR_BENCH_BPF_RECORD_H
#define YGR_BENCH_BPF_RECORD_H

#include "kernel.h"

#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include <yagura/ygr_event.h>

#include "judge.h"

#define RING_BYTES	(16 << 20)

/* Written by the loader with the policy. */
__u64 generation;

/* Records for which there was no room. */
__u64 lost_nr;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_BYTES);
} ring SEC(".maps");

static void count_loss(void)
{
	__sync_fetch_and_add(&lost_nr, 1);
}

/* The head's first 64 bytes, the last 16 of another meaning. */
struct short_record {
	__u32	len;
	__u16	type;
	__u8	class;
	__u8	verdict;
	__u64	seq;
	__u64	time_ns;
	__u64	start_ns;
	__u32	tgid;
	__u32	tid;
	__u64	uid;
	__u64	object;
	__u64	pad;
};

_Static_assert(sizeof(struct short_record) == 64, "64 bytes");

static __always_inline int record_64(const void *object)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct short_record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);

	if (!record) {
		count_loss();
		return 0;
	}
	record->len = sizeof(*record);
	record->type = YGR_EV_OPEN;
	record->class = YGR_CLASS_FILE;
	record->verdict = 0;
	record->time_ns = bpf_ktime_get_boot_ns();
	record->start_ns = task->group_leader->start_boottime;
	record->tgid = task->tgid;
	record->tid = task->pid;
	record->uid = task->cred->uid.val;
	record->object = (__u64)object;
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	return 0;
}

/* A process of a pid namespace within another: the array's end is not known to the verifier. */
static __noinline __u32 nested_pid_ns(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	unsigned int level = BPF_CORE_READ(pid, level);
	struct upid *upid = (void *)pid + bpf_core_field_offset(struct pid, numbers) +
			    level * bpf_core_type_size(struct upid);

	return BPF_CORE_READ(upid, ns, ns.inum);
}

static __always_inline __u32 flags_of(const struct task_struct *task)
{
	__u32 flags = 0;

	if (task->flags & PF_KTHREAD)
		flags |= YGR_F_KTHREAD;
	if (task->flags & PF_IO_WORKER)
		flags |= YGR_F_IO_WORKER;
	if (task->thread_info.status & TS_COMPAT)
		flags |= YGR_F_COMPAT;
	return flags;
}

static __always_inline void fill_head(struct ygr_record *head, __u16 type, __u8 class, __u32 len,
				      __u16 body_len, const struct judgement *judgement)
{
	struct task_struct *task = bpf_get_current_task_btf();
	const struct cred *cred = task->cred;
	const struct nsproxy *nsproxy = task->nsproxy;
	const struct pid *pid = task->thread_pid;
	const struct task_struct *named = task;
	__u32 flags = flags_of(task);

	if (flags & YGR_F_IO_WORKER)
		named = task->group_leader;
	head->len = len;
	head->type = type;
	head->class = judgement && judgement->denies ? YGR_CLASS_DENY : class;
	head->verdict = judgement && judgement->denies ? YGR_VERDICT_DENY : YGR_VERDICT_ALLOW;
	head->seq = 0;
	head->time_ns = bpf_ktime_get_boot_ns();
	head->start_ns = task->group_leader->start_boottime;
	head->tgid = task->tgid;
	head->tid = task->pid;
	head->ppid = task->real_parent->tgid;
	head->flags = flags;
	head->uid = cred->uid.val;
	head->gid = cred->gid.val;
	head->euid = cred->euid.val;
	head->egid = cred->egid.val;
	head->loginuid = task->loginuid.val;
	head->sessionid = task->sessionid;
	head->cgroup_id = bpf_get_current_cgroup_id();
	head->mnt_ns = nsproxy->mnt_ns->ns.inum;
	head->pid_ns = pid->level ? nested_pid_ns() : pid->numbers[0].ns->ns.inum;
	head->net_ns = nsproxy->net_ns->ns.inum;
	head->user_ns = cred->user_ns->ns.inum;
	head->uts_ns = nsproxy->uts_ns->ns.inum;
	head->ipc_ns = nsproxy->ipc_ns->ns.inum;
	head->cgroup_ns = nsproxy->cgroup_ns->ns.inum;
	head->rule_id = judgement ? judgement->rule_id : 0;
	head->generation = generation;
	head->body_len = body_len;
	__builtin_memset(head->pad, 0, sizeof(head->pad));
	*(__u64 *)head->comm = *(const __u64 *)named->comm;
	*(__u64 *)(head->comm + 8) = *(const __u64 *)(named->comm + 8);
}

#endif
