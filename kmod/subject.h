/* SPDX-License-Identifier: GPL-2.0-only */
/* Who acts: the current task, told in the common head. */
#ifndef YGR_SUBJECT_H
#define YGR_SUBJECT_H

#include <linux/sched.h>

#include <yagura/ygr_event.h>

/* After ygr_compat_init(). */
void ygr_subject_init(void);

/*
 * Fills the subject's fields of the head: ids, credentials, namespaces, comm,
 * and adds to `flags` what the task itself tells.
 *
 * Context: task, preemption off (which is an RCU read section).
 */
void ygr_subject_fill(struct ygr_record *record);

/* What rules can ask of the task: YGR_PROCESS_*. Context: as above. */
u64 ygr_subject_attr(void);

/* Start of a process, which with its id names it for ever. */
static inline u64 ygr_subject_start_ns(const struct task_struct *task)
{
	return task->group_leader->start_boottime;
}

#endif
