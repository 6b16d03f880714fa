// SPDX-License-Identifier: GPL-2.0-only
#include <linux/audit.h>
#include <linux/cgroup.h>
#include <linux/compat.h>
#include <linux/cred.h>
#include <linux/ipc_namespace.h>
#include <linux/kstrtox.h>
#include <linux/nsproxy.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/user_namespace.h>
#include <linux/utsname.h>
#include <net/net_namespace.h>

#include <yagura/ygr_policy.h>

#include "compat/compat.h"
#include "subject.h"

static u32 task_flags(const struct task_struct *task)
{
	u32 flags = 0;

	if (unlikely(task->flags & PF_KTHREAD))
		flags |= YGR_F_KTHREAD;
	if (unlikely(task->flags & PF_IO_WORKER))
		flags |= YGR_F_IO_WORKER;
	if (unlikely(ygr_compat_is_sqpoll(task)))
		flags |= YGR_F_SQPOLL;
	return flags;
}

static u32 own_flags(const struct task_struct *task)
{
	return task_flags(task) | (in_compat_syscall() ? YGR_F_COMPAT : 0);
}

/* The process's own: a worker's are what it works with. */
static const struct cred *own_cred(const struct task_struct *task)
{
	if (task->flags & PF_IO_WORKER)
		task = task->group_leader;
	return rcu_dereference_sched(task->real_cred);
}

static bool is_same_cred(const struct cred *a, const struct cred *b)
{
	return a == b || (uid_eq(a->uid, b->uid) && gid_eq(a->gid, b->gid) &&
			  uid_eq(a->euid, b->euid) && gid_eq(a->egid, b->egid) &&
			  a->user_ns == b->user_ns &&
			  !memcmp(&a->cap_effective, &b->cap_effective, sizeof(a->cap_effective)));
}

/*
 * Whose worker it is, by the name that the kernel gives it: "iou-wrk-TID", "iou-sqp-TID".
 * Its process can give it another; so the thread must be one of the process's, and 0 is an answer.
 */
static const struct task_struct *employer(const struct task_struct *worker)
{
	const size_t prefix = strlen("iou-wrk-");
	const struct task_struct *task;
	char name[TASK_COMM_LEN];
	pid_t tid;

	memcpy(name, worker->comm, sizeof(name));
	name[sizeof(name) - 1] = '\0';
	if ((strncmp(name, "iou-wrk-", prefix) && strncmp(name, "iou-sqp-", prefix)) ||
	    kstrtoint(name + prefix, 10, &tid))
		return NULL;
	task = pid_task(find_pid_ns(tid, &init_pid_ns), PIDTYPE_PID);
	return task && same_thread_group((struct task_struct *)task, (struct task_struct *)worker) ?
	       task : NULL;
}

/* What a submission queue thread cannot do at once, it gives to a worker of its own. */
static u32 submitter_tid(const struct task_struct *task)
{
	unsigned int steps = 2;

	while (task && (task->flags & PF_IO_WORKER) && steps--)
		task = employer(task);
	return task && !(task->flags & PF_IO_WORKER) ? task->pid : 0;
}

void ygr_subject_fill_submitter(struct ygr_submitter *submitter)
{
	const struct cred *own = own_cred(current);

	submitter->tid = current->flags & PF_IO_WORKER ? submitter_tid(current) : 0;
	submitter->uid = __kuid_val(own->uid);
	submitter->gid = __kgid_val(own->gid);
	submitter->euid = __kuid_val(own->euid);
	submitter->egid = __kgid_val(own->egid);
	submitter->pad = 0;
}

static void fill_credentials(struct ygr_record *record, const struct cred *cred)
{
	record->uid = __kuid_val(cred->uid);
	record->gid = __kgid_val(cred->gid);
	record->euid = __kuid_val(cred->euid);
	record->egid = __kgid_val(cred->egid);
	record->user_ns = cred->user_ns->ns.inum;
}

static void fill_namespaces(struct ygr_record *record, const struct nsproxy *nsproxy)
{
	if (unlikely(!nsproxy)) {
		record->mnt_ns = record->net_ns = record->uts_ns = 0;
		record->ipc_ns = record->cgroup_ns = 0;
		return;
	}
	record->mnt_ns = ygr_compat_mnt_ns_inum(nsproxy->mnt_ns);
	record->net_ns = nsproxy->net_ns->ns.inum;
	record->uts_ns = nsproxy->uts_ns->ns.inum;
	record->ipc_ns = nsproxy->ipc_ns->ns.inum;
	record->cgroup_ns = nsproxy->cgroup_ns->ns.inum;
}

/* The inode of the first mount namespace has no constant of its own. */
static u32 first_mnt_ns;

void ygr_subject_init(void)
{
	first_mnt_ns = ygr_compat_mnt_ns_inum(init_task.nsproxy->mnt_ns);
}

u64 ygr_subject_attr(void)
{
	const struct task_struct *task = current;
	const struct nsproxy *nsproxy = task->nsproxy;
	u32 flags = own_flags(task);
	u64 attr = 0;

	if (flags & YGR_F_KTHREAD)
		attr |= YGR_PROCESS_KTHREAD;
	if (flags & YGR_F_IO_WORKER)
		attr |= YGR_PROCESS_IO_URING;
	if (flags & YGR_F_COMPAT)
		attr |= YGR_PROCESS_COMPAT;
	if (current_user_ns() != &init_user_ns)
		attr |= YGR_PROCESS_USER_NS;
	if (ns_of_pid(task_pid((struct task_struct *)task)) != &init_pid_ns)
		attr |= YGR_PROCESS_PID_NS;
	if (!nsproxy)
		return attr;
	if (nsproxy->net_ns != &init_net)
		attr |= YGR_PROCESS_NET_NS;
	if (ygr_compat_mnt_ns_inum(nsproxy->mnt_ns) != first_mnt_ns)
		attr |= YGR_PROCESS_MNT_NS;
	if ((attr & YGR_PROCESS_PID_NS) && (attr & YGR_PROCESS_MNT_NS))
		attr |= YGR_PROCESS_CONTAINER;
	return attr;
}

static __always_inline void fill(struct ygr_record *record, struct task_struct *task,
				 const struct cred *cred)
{
	/* An io_uring worker has the name of its kind; its process has its own. */
	const struct task_struct *named =
		unlikely(task->flags & PF_IO_WORKER) ? task->group_leader : task;

	record->start_ns = ygr_subject_start_ns(task);
	record->tgid = task->tgid;
	record->tid = task->pid;
	record->ppid = rcu_dereference_sched(task->real_parent)->tgid;
	fill_credentials(record, cred);
	record->loginuid = __kuid_val(audit_get_loginuid(task));
	record->sessionid = audit_get_sessionid(task);
	record->cgroup_id = cgroup_id(task_dfl_cgroup(task));
	memcpy(record->comm, named->comm, sizeof(record->comm));
}

void ygr_subject_fill(struct ygr_record *record)
{
	struct task_struct *task = current;

	record->flags |= own_flags(task);
	if (ygr_subject_is_proxy() && !is_same_cred(current_cred(), own_cred(task)))
		record->flags |= YGR_F_OTHER_CREDS;
	fill(record, task, current_cred());
	record->pid_ns = ns_of_pid(task_pid(task))->ns.inum;
	fill_namespaces(record, task->nsproxy);
}

void ygr_subject_fill_other(struct ygr_record *record, struct task_struct *task)
{
	struct pid_namespace *pid_ns = task_active_pid_ns(task);

	record->flags |= task_flags(task);
	fill(record, task, __task_cred(task));
	record->pid_ns = pid_ns ? pid_ns->ns.inum : 0;
	/* Who ends or enters others gives them up under this lock. */
	task_lock(task);
	fill_namespaces(record, task->nsproxy);
	task_unlock(task);
}

void ygr_subject_fill_nobody(struct ygr_record *record)
{
	record->start_ns = 0;
	record->tgid = record->tid = record->ppid = 0;
	record->uid = record->gid = record->euid = record->egid = 0;
	record->loginuid = record->sessionid = ~0u;
	record->cgroup_id = 0;
	record->mnt_ns = record->pid_ns = record->net_ns = record->user_ns = 0;
	record->uts_ns = record->ipc_ns = record->cgroup_ns = 0;
	memset(record->comm, 0, sizeof(record->comm));
}
