/* SPDX-License-Identifier: GPL-2.0-only */
/* The memory of a process that is not the current one. */
#ifndef YGR_TASK_MM_H
#define YGR_TASK_MM_H

#include <linux/sched/mm.h>
#include <linux/sched/signal.h>

/*
 * Any thread's will do: the first may have ended before the others.
 *
 * Context: may sleep. Return: to be mmput(); NULL: it has none (any more).
 */
static inline struct mm_struct *ygr_task_mm(const struct task_struct *leader)
{
	struct mm_struct *mm = NULL;
	struct task_struct *thread;

	rcu_read_lock();
	for_each_thread(leader, thread) {
		mm = get_task_mm(thread);
		if (mm)
			break;
	}
	rcu_read_unlock();
	return mm;
}

#endif
