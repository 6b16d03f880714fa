// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ipc_namespace.h>
#include <linux/nsproxy.h>
#include <linux/pid_namespace.h>
#include <linux/user_namespace.h>
#include <linux/utsname.h>
#include <net/net_namespace.h>

#include "compat/compat.h"
#include "context.h"
#include "noise.h"
#include "path.h"
#include "process.h"
#include "record.h"
#include "subject.h"

struct ygr_context __percpu *ygr_contexts __ro_after_init;

int __init ygr_context_init(void)
{
	ygr_contexts = __alloc_percpu(2 * YGR_CONTEXT_NR * sizeof(*ygr_contexts),
				      __alignof__(*ygr_contexts));
	return ygr_contexts ? 0 : -ENOMEM;
}

void ygr_context_exit(void)
{
	free_percpu(ygr_contexts);
}

/* A nsproxy may be changed where it lies, and is not freed by RCU: what it names is compared. */
static void read_namespaces(struct ygr_context_namespaces *to, const struct nsproxy *nsproxy)
{
	to->mnt = ygr_compat_mnt_ns_inum(nsproxy->mnt_ns);
	to->net = nsproxy->net_ns->ns.inum;
	to->uts = nsproxy->uts_ns->ns.inum;
	to->ipc = nsproxy->ipc_ns->ns.inum;
	to->cgroup = nsproxy->cgroup_ns->ns.inum;
}

bool ygr_context_has_namespaces(const struct ygr_context *context, const struct nsproxy *nsproxy)
{
	struct ygr_context_namespaces now;

	if (!nsproxy)
		return false;
	read_namespaces(&now, nsproxy);
	return !memcmp(&now, &context->values.namespaces, sizeof(now));
}

static void read_values(struct ygr_context_values *values, struct task_struct *task,
			const struct cred *cred, const struct ygr_context_judge *judge)
{
	const char *exe;

	/* All of it, padding too, is compared. */
	memset(values, 0, sizeof(*values));
	values->start_ns = ygr_subject_start_ns(task);
	values->ids = ygr_context_pair(task->pid, task->tgid);
	values->real_ids = ygr_context_pair(__kuid_val(cred->uid), __kgid_val(cred->gid));
	values->effective_ids = ygr_context_pair(__kuid_val(cred->euid), __kgid_val(cred->egid));
	values->ppid = rcu_dereference_sched(task->real_parent)->tgid;
	values->user_ns = cred->user_ns->ns.inum;
	values->pid_ns = ns_of_pid(task_pid(task))->ns.inum;
	if (task->nsproxy)
		read_namespaces(&values->namespaces, task->nsproxy);
	values->login = ygr_context_pair(__kuid_val(audit_get_loginuid(task)),
					 audit_get_sessionid(task));
	values->cgroup_id = cgroup_id(task_dfl_cgroup(task));
	values->generation = judge->generation;
	values->by_rule = ygr_context_by_rule(task, judge->rule_id);
	values->exe_len = judge->rule_id ? ygr_process_exe(&exe) : 0;
	memcpy(values->comm, task->comm, sizeof(values->comm));
}

/* Whether it is just another rule: what may pass unasked by the one may by the other. */
static bool differs_by_rule(const struct ygr_context_values *values, const struct ygr_context_values *others)
{
	return !memcmp(values, others, offsetof(struct ygr_context_values, by_rule)) &&
	       !memcmp(values->comm, others->comm, sizeof(values->comm));
}

/*
 * What it tells of itself is true of whoever made the system call. In the middle of an exec the task is its new program
 * already, and its process still has the old one.
 */
static bool is_ordinary(const struct task_struct *task, const struct ygr_context_judge *judge)
{
	return !(task->flags & (PF_KTHREAD | PF_IO_WORKER)) && !(judge->rule_id && task->in_execve) &&
	       rcu_access_pointer(task->cred) == rcu_access_pointer(task->real_cred);
}

bool ygr_context_renew(struct ygr_context *context, struct task_struct *task,
		       const struct ygr_context_judge *judge, unsigned long grace)
{
	struct ygr_context_values values;

	/* What is left of another's must not pass for ours. */
	context->pid = NULL;
	if (!is_ordinary(task, judge))
		return false;
	/* Before its cgroup is looked at: moved meanwhile, it has another set. */
	context->cgroups = rcu_access_pointer(task->cgroups);
	read_values(&values, task, current_cred(), judge);
	if (memcmp(&values, &context->values, sizeof(values))) {
		if (!differs_by_rule(&values, &context->values))
			ygr_noise_charge(context);
		context->values = values;
		context->reach_end = 0;
	}
	context->grace = grace;
	context->pid = task->thread_pid;
	context->parent = rcu_access_pointer(task->real_parent);
	context->cred = rcu_access_pointer(task->cred);
	context->nsproxy = task->nsproxy == init_task.nsproxy ? task->nsproxy : NULL;
	return true;
}

void ygr_context_add_rule(struct ygr_event_strings *strings, const char *name, const char *alert,
			  bool has_subject)
{
	const char *exe;
	u32 exe_len = has_subject ? ygr_process_exe(&exe) : 0, len = min(exe_len, YGR_PATH_BYTES_MAX);

	ygr_event_add_whole(strings, YGR_STR_RULE, name, strlen(name));
	if (alert[0])
		ygr_event_add_whole(strings, YGR_STR_ALERT, alert, strlen(alert));
	if (exe_len)
		ygr_event_add_string(strings, YGR_STR_EXE, exe + exe_len - len, len, exe_len);
}

/* From what was compared, not from the task: another thread may have changed that since. */
void ygr_context_write(const struct ygr_context *context, struct ygr_record *record, u32 bytes,
		       const struct ygr_event_strings *strings)
{
	const struct ygr_context_values *values = &context->values;

	memset(record, 0, sizeof(*record));
	record->len = bytes;
	record->type = YGR_EV_CONTEXT;
	record->start_ns = values->start_ns;
	record->tid = (u32)values->ids;
	record->tgid = values->ids >> 32;
	record->ppid = values->ppid;
	record->uid = (u32)values->real_ids;
	record->gid = values->real_ids >> 32;
	record->euid = (u32)values->effective_ids;
	record->egid = values->effective_ids >> 32;
	record->loginuid = (u32)values->login;
	record->sessionid = values->login >> 32;
	record->cgroup_id = values->cgroup_id;
	record->mnt_ns = values->namespaces.mnt;
	record->pid_ns = values->pid_ns;
	record->net_ns = values->namespaces.net;
	record->user_ns = values->user_ns;
	record->uts_ns = values->namespaces.uts;
	record->ipc_ns = values->namespaces.ipc;
	record->cgroup_ns = values->namespaces.cgroup;
	record->rule_id = (u32)values->by_rule;
	record->generation = values->generation;
	memcpy(record->comm, values->comm, sizeof(record->comm));
	if (values->by_rule)
		ygr_record_put_strings(record + 1, strings);
}
