// SPDX-License-Identifier: GPL-2.0-only
/* Processes begin and end; threads are not told. */
#include <linux/cred.h>
#include <linux/hash.h>
#include <linux/nsproxy.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <trace/events/sched.h>

#include "hooks.h"
#include "noise.h"
#include "pipeline.h"
#include "process.h"
#include "subject.h"

static u32 namespace_flags(const struct nsproxy *parents, const struct nsproxy *childs)
{
	u32 flags = 0;

	if (likely(parents == childs) || !parents || !childs)
		return 0;
	if (parents->mnt_ns != childs->mnt_ns)
		flags |= CLONE_NEWNS;
	if (parents->cgroup_ns != childs->cgroup_ns)
		flags |= CLONE_NEWCGROUP;
	if (parents->uts_ns != childs->uts_ns)
		flags |= CLONE_NEWUTS;
	if (parents->ipc_ns != childs->ipc_ns)
		flags |= CLONE_NEWIPC;
	if (parents->net_ns != childs->net_ns)
		flags |= CLONE_NEWNET;
	return flags;
}

/*
 * The tracepoint is not told what was asked for; it shows in what the two have in common. A pid
 * namespace that the parent has entered for its children (unshare, setns) shows as a new one.
 */
static u32 clone_flags(struct task_struct *parent, struct task_struct *child)
{
	u32 flags = namespace_flags(parent->nsproxy, child->nsproxy);

	if (parent->mm && parent->mm == child->mm)
		flags |= CLONE_VM;
	if (parent->fs == child->fs)
		flags |= CLONE_FS;
	if (parent->files && parent->files == child->files)
		flags |= CLONE_FILES;
	if (rcu_access_pointer(child->real_parent)->group_leader != parent->group_leader)
		flags |= CLONE_PARENT;
	if (__task_cred(child)->user_ns != current_user_ns())
		flags |= CLONE_NEWUSER;
	if (ns_of_pid(task_pid(child)) != ns_of_pid(task_pid(parent)))
		flags |= CLONE_NEWPID;
	return flags;
}

static void on_fork(void *data, struct task_struct *parent, struct task_struct *child)
{
	struct ygr_body_fork body = {
		.child_tgid = child->tgid,
		.child_start_ns = ygr_subject_start_ns(child),
	};
	struct ygr_event event __uninitialized;

	if (!thread_group_leader(child))
		return;
	ygr_event_init(&event, YGR_EV_FORK, YGR_CLASS_FORK, YGR_ON_FORK);
	event.settled = true;
	rcu_read_lock();
	body.clone_flags = clone_flags(parent, child);
	rcu_read_unlock();
	body.exit_signal = child->exit_signal;
	ygr_pipeline_run(&event, &body, sizeof(body));
	preempt_disable_notrace();
	ygr_process_forked(parent, child);
	preempt_enable_notrace();
}

#ifdef YGR_HAVE_EXIT_GROUP_DEAD
static bool is_last_thread(struct task_struct *task, bool group_dead)
{
	return group_dead;
}
#else
#define EXIT_SLOTS_LOG2	12

/* The process whose end was told last, by hash. */
static atomic64_t told_exits[1 << EXIT_SLOTS_LOG2];

/*
 * No thread is left alive. When two of a process end at the same moment, both
 * see that, the later one perhaps when the other is gone for good; the first to
 * swap its process in tells it. (Should another process of the same slot end
 * between the two, one exit would be told twice; none is ever lost.)
 */
static bool is_last_thread(struct task_struct *task, bool unused)
{
	s64 process = ygr_subject_start_ns(task) ^ ((u64)task->tgid << 40);

	if (atomic_read(&task->signal->live))
		return false;
	return atomic64_xchg(&told_exits[hash_64(process, EXIT_SLOTS_LOG2)], process) != process;
}
#endif

/* As wait(2) will give it to the parent. */
static u32 exit_status(const struct task_struct *task)
{
	if (task->signal->flags & SIGNAL_GROUP_EXIT)
		return task->signal->group_exit_code;
	return task->group_leader->exit_code;
}

#ifdef CONFIG_TASK_IO_ACCOUNTING
static void add_io(struct ygr_body_exit *body, const struct task_io_accounting *io)
{
	body->read_bytes += io->read_bytes;
	body->write_bytes += io->write_bytes;
}
#else
static void add_io(struct ygr_body_exit *body, const struct task_io_accounting *io)
{
}
#endif

static void set_released(struct ygr_body_exit *body, const struct signal_struct *signal)
{
	body->utime_ns = signal->utime;
	body->stime_ns = signal->stime;
	body->minor_faults = signal->min_flt;
	body->major_faults = signal->maj_flt;
	body->voluntary_switches = signal->nvcsw;
	body->involuntary_switches = signal->nivcsw;
	body->read_bytes = body->write_bytes = 0;
	add_io(body, &signal->ioac);
}

static void add_thread(struct ygr_body_exit *body, const struct task_struct *thread)
{
	body->utime_ns += thread->utime;
	body->stime_ns += thread->stime;
	body->minor_faults += thread->min_flt;
	body->major_faults += thread->maj_flt;
	body->voluntary_switches += thread->nvcsw;
	body->involuntary_switches += thread->nivcsw;
	add_io(body, &thread->ioac);
}

/*
 * Of threads that were released, whose usage the process has, and of those that
 * were not. One that is being released changes sides: hence the second try, and
 * at most one. The kernel has seen to maxrss before, when the last thread began to end.
 */
static void fill_usage(struct ygr_body_exit *body, struct task_struct *task)
{
	struct signal_struct *signal = task->signal;
	const struct task_struct *thread;
	unsigned int seq, tries = 2;

	do {
		seq = read_seqbegin(&signal->stats_lock);
		set_released(body, signal);
		rcu_read_lock();
		for_each_thread(task, thread)
			add_thread(body, thread);
		rcu_read_unlock();
	} while (read_seqretry(&signal->stats_lock, seq) && --tries);
	body->maxrss_bytes = (u64)READ_ONCE(signal->maxrss) << PAGE_SHIFT;
}

static void tell_exit(struct task_struct *task)
{
	struct ygr_body_exit body = { .status = exit_status(task) };
	struct ygr_event event __uninitialized;

	ygr_noise_settle();
	fill_usage(&body, task);
	ygr_event_init(&event, YGR_EV_EXIT, YGR_CLASS_EXIT, YGR_ON_EXIT);
	event.settled = true;
	ygr_pipeline_run(&event, &body, sizeof(body));
}

#ifdef YGR_HAVE_EXIT_GROUP_DEAD
static void on_exit(void *data, struct task_struct *task, bool group_dead)
#else
static void on_exit(void *data, struct task_struct *task)
#endif
{
#ifndef YGR_HAVE_EXIT_GROUP_DEAD
	const bool group_dead = false;
#endif

	if (!is_last_thread(task, group_dead))
		return;
	tell_exit(task);
	preempt_disable_notrace();
	ygr_process_exited(task);
	preempt_enable_notrace();
}

static struct ygr_hook hooks[] = {
	YGR_HOOK_TRACEPOINT(sched_process_fork, on_fork),
	YGR_HOOK_TRACEPOINT(sched_process_exit, on_exit),
};

const struct ygr_hook_table ygr_hook_process_table = { hooks, ARRAY_SIZE(hooks) };
