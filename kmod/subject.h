/* SPDX-License-Identifier: GPL-2.0-only */
/* Who acts, mostly the current task: told in the common head. */
#ifndef YGR_SUBJECT_H
#define YGR_SUBJECT_H

#include <linux/compat.h>
#include <linux/cred.h>
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

/*
 * The same of another task, with the credentials that are its own. One that is ending
 * has what is left of it. Context: preemption off.
 */
void ygr_subject_fill_other(struct ygr_record *record, struct task_struct *task);

/* Nobody acts: the same fields are 0, or "not set". Context: any. */
void ygr_subject_fill_nobody(struct ygr_record *record);

/* Whether it acts for somebody, or with credentials that are not its own. Context: as above. */
static inline bool ygr_subject_is_proxy(void)
{
	return unlikely((current->flags & PF_IO_WORKER) || current_cred() != current->real_cred);
}

/* For whom, and as what. Context: as above. */
void ygr_subject_fill_submitter(struct ygr_submitter *submitter);

/* What rules can ask of the task: YGR_PROCESS_*. Context: as above. */
u64 ygr_subject_attr(void);

/* Of the flags that the task tells, those that can change with each system call. Context: task. */
static __always_inline u32 ygr_subject_call_flags(void)
{
	return unlikely(in_compat_syscall()) ? YGR_F_COMPAT : 0;
}

/* Start of a process, which with its id names it for ever. */
static inline u64 ygr_subject_start_ns(const struct task_struct *task)
{
	return task->group_leader->start_boottime;
}

#endif
