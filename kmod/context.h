/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the records of a task have in common: told once in a while in a CONTEXT record, and
 * referred to by the compact records that follow it in this CPU's ring.
 *
 * Which one still says the truth is found out each time, and no reference is held. What can change in a task is
 * compared by value. What is never changed but replaced (credentials, pid, parent, the set of its cgroups) is
 * compared by its address, and that only while no grace period of RCU, by which it is freed, has begun or
 * ended: it cannot have become another's memory. Then all is compared by value again.
 *
 * Context: of all here: task, preemption off, no interrupt between.
 */
#ifndef YGR_CONTEXT_H
#define YGR_CONTEXT_H

#include <linux/audit.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/percpu.h>
#include <linux/sched.h>

#include "event.h"
#include "policy.h"

/* For each CPU, of those that no rule decided about; and as many of the others. */
#define YGR_CONTEXT_NR	16

/* Of the strings of one: what has longer ones, goes whole with each record. */
#define YGR_CONTEXT_STRINGS_MAX	2048u

/* Who judged what is told. */
struct ygr_context_judge {
	u64 generation;		/* of the policy */
	u32 rule_id;		/* that decided; 0: none, and no names */
	const char *rule_name;	/* the policy's, while it is in force */
	const char *rule_alert;	/* likewise; "": none */
};

static inline struct ygr_context_judge ygr_context_judge_of(const struct ygr_policy *policy, u32 rule_id)
{
	struct ygr_context_judge judge = { .generation = policy->generation, .rule_id = rule_id };

	if (rule_id) {
		const struct ygr_rule *rule = &policy->image.rules[rule_id - 1];

		judge.rule_name = policy->image.strings + rule->name_off;
		judge.rule_alert = policy->image.strings + rule->alert_off;
	}
	return judge;
}

struct ygr_context_namespaces {
	u32 mnt, net, uts, ipc, cgroup;
};

/* By value. */
struct ygr_context_values {
	u64 start_ns;
	u64 ids;		/* pid, tgid */
	u64 real_ids;		/* uid, gid */
	u64 effective_ids;
	u32 ppid;
	u32 user_ns;
	u32 pid_ns;
	struct ygr_context_namespaces namespaces;
	u64 login;		/* loginuid, session */
	u64 cgroup_id;
	u64 generation;		/* of the policy that judged */
	u64 by_rule;		/* its rule, and how often the process has executed a program; 0: no rule */
	u64 exe_len;		/* of the program's path, if it is told */
	char comm[YGR_COMM_BYTES];
};

struct ygr_context {
	u64 reach_end;		/* in the ring, of who may refer to its record; 0: it has none */
	u64 pos;		/* of its record */
	unsigned long grace;	/* as the next four were looked at */
	const struct pid *pid;	/* who becomes its process's leader by exec gets another */
	const struct task_struct *parent;
	const struct cred *cred;
	const struct css_set *cgroups;
	const struct nsproxy *nsproxy; /* the first task's, which lives for ever; NULL: another one */
	u32 pass_nr;		/* events that may go by without its budgets being asked (noise.h) */
	u32 pass_left;		/* of these */
	struct ygr_context_values values;
} __aligned(256);

extern struct ygr_context __percpu *ygr_contexts;	/* 2 * YGR_CONTEXT_NR for each CPU */

/* Return: 0 or -ENOMEM. */
int ygr_context_init(void);
void ygr_context_exit(void);

/* One load, where the two lie side by side. */
static __always_inline u64 ygr_context_pair(u32 low, u32 high)
{
	return low | (u64)high << 32;
}

static __always_inline u64 ygr_context_by_rule(const struct task_struct *task, u32 rule_id)
{
	return rule_id ? ygr_context_pair(rule_id, task->self_exec_id) : 0;
}

/* @nsproxy: NULL: the task is about to end */
bool ygr_context_has_namespaces(const struct ygr_context *context, const struct nsproxy *nsproxy);

/*
 * Whether @context says of @task what is so now, by a short way: never of one that acts for somebody else
 * (subject.h), which has no context. @rule_id: as it was chosen by.
 */
static __always_inline bool ygr_context_is_of(const struct ygr_context *context,
					      struct task_struct *task, u64 generation,
					      u32 rule_id, unsigned long grace)
{
	const struct ygr_context_values *values = &context->values;

	return likely(context->pid == task->thread_pid &&
		      context->grace == grace &&
		      context->parent == rcu_access_pointer(task->real_parent) &&
		      context->cred == rcu_access_pointer(task->cred) &&
		      context->cred == rcu_access_pointer(task->real_cred) &&
		      context->cgroups == rcu_access_pointer(task->cgroups) &&
		      (likely(context->nsproxy == task->nsproxy) ||
		       ygr_context_has_namespaces(context, task->nsproxy)) &&
		      values->login == ygr_context_pair(__kuid_val(audit_get_loginuid(task)),
							audit_get_sessionid(task)) &&
		      values->generation == generation &&
		      (!rule_id || values->by_rule == ygr_context_by_rule(task, rule_id)) &&
		      !memcmp(values->comm, task->comm, sizeof(values->comm)));
}

/* What was of @task not long ago: it may not say all that is so any more, but what may still pass by it is the task's. */
static __always_inline bool ygr_context_was_of(const struct ygr_context *context, const struct task_struct *task)
{
	return context->pid == task->thread_pid;
}

/*
 * By the long way. @context keeps its record, if it has one, if that still says all.
 *
 * Return: false: what the task is would not be told by a context: a kernel thread, an
 * io_uring worker, one with borrowed credentials.
 */
bool ygr_context_renew(struct ygr_context *context, struct task_struct *task,
		       const struct ygr_context_judge *judge, unsigned long grace);

static __always_inline struct ygr_context *ygr_context_slot(const struct task_struct *task, u32 rule_id)
{
	return this_cpu_ptr(ygr_contexts) + (u32)task->pid % YGR_CONTEXT_NR +
	       (rule_id ? YGR_CONTEXT_NR : 0);
}

/* Its record, with the strings that the rule adds. */
#define YGR_CONTEXT_BYTES_MAX	(sizeof(struct ygr_record) + YGR_CONTEXT_STRINGS_MAX)

/* RULE, ALERT if it is not "", and EXE, the current process's program, if it is known. */
void ygr_context_add_rule(struct ygr_event_strings *strings, const char *name, const char *alert,
			  bool has_subject);

/* @bytes: with @strings, which are all that is told by a rule; neither with none */
void ygr_context_write(const struct ygr_context *context, struct ygr_record *record, u32 bytes,
		       const struct ygr_event_strings *strings);

#endif
