// SPDX-License-Identifier: GPL-2.0-only
#include <linux/audit.h>
#include <linux/cgroup.h>
#include <linux/compat.h>
#include <linux/cred.h>
#include <linux/ipc_namespace.h>
#include <linux/nsproxy.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
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
	if (in_compat_syscall())
		flags |= YGR_F_COMPAT;
	return flags;
}

static void fill_credentials(struct ygr_record *record, const struct cred *cred)
{
	record->uid = __kuid_val(cred->uid);
	record->gid = __kgid_val(cred->gid);
	record->euid = __kuid_val(cred->euid);
	record->egid = __kgid_val(cred->egid);
	record->user_ns = cred->user_ns->ns.inum;
}

static void fill_namespaces(struct ygr_record *record, struct task_struct *task)
{
	const struct nsproxy *nsproxy = task->nsproxy;

	record->pid_ns = ns_of_pid(task_pid(task))->ns.inum;
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
	u32 flags = task_flags(task);
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

void ygr_subject_fill(struct ygr_record *record)
{
	struct task_struct *task = current;
	/* An io_uring worker has the name of its kind; its process has its own. */
	const struct task_struct *named =
		unlikely(task->flags & PF_IO_WORKER) ? task->group_leader : task;

	record->start_ns = ygr_subject_start_ns(task);
	record->tgid = task->tgid;
	record->tid = task->pid;
	record->ppid = rcu_dereference_sched(task->real_parent)->tgid;
	record->flags |= task_flags(task);
	fill_credentials(record, current_cred());
	record->loginuid = __kuid_val(audit_get_loginuid(task));
	record->sessionid = audit_get_sessionid(task);
	record->cgroup_id = cgroup_id(task_dfl_cgroup(task));
	fill_namespaces(record, task);
	memcpy(record->comm, named->comm, sizeof(record->comm));
}
