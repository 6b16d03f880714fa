// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a process does to another: it traces it, reads from it, writes into it, sends
 * it a signal. Attempts. The hooks are called with locks held and, when a process asks
 * to be traced, with interrupts off: nothing here looks for a path.
 */
#include <linux/cred.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/security.h>
#include <linux/string.h>

#include "hooks.h"
#include "pipeline.h"
#include "reader.h"
#include "subject.h"

static void fill_target(struct ygr_body_target *body, struct task_struct *task)
{
	body->start_ns = ygr_subject_start_ns(task);
	body->tgid = task->tgid;
	body->tid = task->pid;
	body->uid = __kuid_val(task_uid(task));
	/* It may be changing its name: the copy ends in any case. */
	memcpy(body->comm, task->comm, sizeof(body->comm));
	body->comm[sizeof(body->comm) - 1] = '\0';
}

/* Returns, as do all judge_*() here, what the hook must: 0 or -errno. */
static noinline int judge_target(u16 type, enum ygr_on on, struct task_struct *task, enum ygr_target_call call,
				 unsigned int mode, int sig)
{
	struct ygr_body_target body = { .call = call, .mode = mode, .signal = sig };
	struct ygr_event event __uninitialized;

	fill_target(&body, task);
	ygr_event_init(&event, type, YGR_CLASS_PRIVILEGE, on);
	return ygr_pipeline_run(&event, &body, sizeof(body));
}

static __always_inline int judge_unless_skipped(u16 type, enum ygr_on on, struct task_struct *task,
						enum ygr_target_call call, unsigned int mode, int sig)
{
	return ygr_pipeline_skips(on) ? 0 : judge_target(type, on, task, call, mode, sig);
}

/* Reading is what ps(1) does, so it is an event by itself, which nobody sees who does not ask. */
static int judge_access(struct task_struct *child, unsigned int mode)
{
	if (!(mode & PTRACE_MODE_ATTACH))
		return judge_unless_skipped(YGR_EV_PTRACE, YGR_ON_PTRACE_READ, child, YGR_TARGET_READ, mode, 0);
	switch (ygr_compat_current_call()) {
	case YGR_COMPAT_CALL_VM_WRITEV:
		return judge_unless_skipped(YGR_EV_VM_WRITE, YGR_ON_VM_WRITE, child, YGR_TARGET_VM_WRITE, mode, 0);
	case YGR_COMPAT_CALL_VM_READV:
		return judge_unless_skipped(YGR_EV_PTRACE, YGR_ON_PTRACE, child, YGR_TARGET_VM_READ, mode, 0);
	default:
		return judge_unless_skipped(YGR_EV_PTRACE, YGR_ON_PTRACE, child, YGR_TARGET_ATTACH, mode, 0);
	}
}

static int judge_traceme(struct task_struct *parent)
{
	return judge_unless_skipped(YGR_EV_PTRACE, YGR_ON_PTRACE, parent, YGR_TARGET_TRACEME, 0, 0);
}

static bool is_guarded(struct task_struct *task)
{
	return is_global_init(task) || ygr_reader_is(task);
}

/*
 * Not every signal: one to somebody else's process, to process 1 or to the daemon, or one that
 * nobody can be prepared for. The rest is how programs talk to each other.
 */
static bool matters(struct task_struct *task, int sig)
{
	if (same_thread_group(task, current))
		return false;
	return sig == SIGKILL || sig == SIGSTOP || !uid_eq(task_uid(task), current_uid()) ||
	       is_guarded(task);
}

static int judge_signal(struct task_struct *task, int sig)
{
	if (!matters(task, sig))
		return 0;
	return judge_unless_skipped(YGR_EV_SIGNAL, YGR_ON_SIGNAL, task, YGR_TARGET_SIGNAL, 0, sig);
}

static void notrace on_access_check(unsigned long ip, unsigned long parent_ip,
				    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	ygr_attach_answer(fregs, judge_access(ygr_attach_arg(fregs, 0),
					      ygr_attach_number(fregs, 1)));
}

static void notrace on_traceme(unsigned long ip, unsigned long parent_ip,
			       struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	ygr_attach_answer(fregs, judge_traceme(ygr_attach_arg(fregs, 0)));
}

/*
 * Signal 0 only asks whether there is somebody. With credentials of its own, it is a device
 * that tells of what was asked of it before, in whatever context.
 */
static void notrace on_kill(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	int sig = ygr_attach_number(fregs, 2);

	if (in_task() && sig && !ygr_attach_arg(fregs, 3))
		ygr_attach_answer(fregs, judge_signal(ygr_attach_arg(fregs, 0), sig));
}

static struct ygr_hook hooks[] = {
	YGR_HOOK_HOT_FUNCTION(security_ptrace_access_check, on_access_check),
	YGR_HOOK_FUNCTION(security_ptrace_traceme, on_traceme),
	YGR_HOOK_FUNCTION(security_task_kill, on_kill),
};

const struct ygr_hook_table ygr_hook_target_table = { hooks, ARRAY_SIZE(hooks) };
