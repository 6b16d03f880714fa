// SPDX-License-Identifier: GPL-2.0-only
/* Processes begin and end; threads are not told. */
#include <linux/hash.h>
#include <linux/sched/signal.h>

#include "hooks.h"
#include "pipeline.h"
#include "process.h"
#include "subject.h"

static void on_fork(void *data, struct task_struct *parent, struct task_struct *child)
{
	const struct ygr_body_fork body = {
		.child_tgid = child->tgid,
		.child_start_ns = ygr_subject_start_ns(child),
	};
	struct ygr_event event __uninitialized;

	if (!thread_group_leader(child))
		return;
	ygr_event_init(&event, YGR_EV_FORK, YGR_CLASS_FORK, YGR_ON_FORK);
	event.settled = true;
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

/*
 * Of threads that were released, whose times the process has, and of those that
 * were not. One that is being released changes sides: hence the second try, and
 * at most one.
 */
static void fill_times(struct ygr_body_exit *body, struct task_struct *task)
{
	struct signal_struct *signal = task->signal;
	const struct task_struct *thread;
	unsigned int seq, tries = 2;

	do {
		seq = read_seqbegin(&signal->stats_lock);
		body->utime_ns = signal->utime;
		body->stime_ns = signal->stime;
		rcu_read_lock();
		for_each_thread(task, thread) {
			body->utime_ns += thread->utime;
			body->stime_ns += thread->stime;
		}
		rcu_read_unlock();
	} while (read_seqretry(&signal->stats_lock, seq) && --tries);
}

static void tell_exit(struct task_struct *task)
{
	struct ygr_body_exit body = { .status = exit_status(task) };
	struct ygr_event event __uninitialized;

	fill_times(&body, task);
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
