/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the policy needs to know of a process beyond the task itself: the
 * program it runs, the programs in its line of descent, and its labels.
 *
 * One object per live process (process_object.h); it refers to programs, which
 * are shared by all processes that run or descend from them. So memory is
 * bounded by the number of processes: no chain of the dead is kept.
 *
 *	fork	the child has its parent's program, labels and line of descent,
 *		the parent's program foremost
 *	exec	the program is replaced, the old one joins the line of descent
 *	exit	the object goes when no handler looks at it any more
 *
 * Processes that run already when the module is loaded are taken in then
 * (adopt.h): their paths are seen from the root of who loads it.
 */
#ifndef YGR_PROCESS_H
#define YGR_PROCESS_H

#include <linux/binfmts.h>
#include <linux/sched.h>

#include <yagura/ygr_abi.h>

#include "label.h"
#include "match.h"

struct ygr_exec_facts;
struct ygr_policy;

/* Copies, since a program's own may be renewed for the next policy meanwhile. */
struct ygr_process_bits {
	struct ygr_subject_bits exe;
	struct ygr_subject_bits parent;
	struct ygr_subject_bits ancestors;
};

/* Return: 0 or -ENOMEM. Before the hooks are attached; exit() after they are gone. */
int ygr_process_init(void);
void ygr_process_exit(void);

/*
 * From the tracepoints. What cannot be kept (no memory, no path) is counted
 * as process_failed, and rules with EXE and the like miss that process.
 *
 * Context: task, preemption off.
 */
void ygr_process_forked(struct task_struct *parent, struct task_struct *child);
void ygr_process_execed(const struct linux_binprm *bprm);
void ygr_process_exited(struct task_struct *task);

/*
 * Fills exe, parent, ancestors, cgroup and labels of @match for the current
 * task, those of them that @fields (YGR_FIELD_BIT()s) asks for.
 *
 * Context: task, preemption off until @match is done with.
 */
void ygr_process_fill(struct ygr_match_event *match, struct ygr_process_bits *bits,
		      const struct ygr_policy *policy, u32 fields);

/* Adds @labels, in @policy's numbering, to the current process. Context: as fill(). */
void ygr_process_label(const struct ygr_policy *policy, u64 labels);

/* Takes @slots off all processes. Context: process, may sleep; one caller at a time. */
void ygr_process_unlabel(const struct ygr_label_slots *slots);

/*
 * The current process's program. Context: as fill(), @bytes good as long.
 * Return: its length; 0: not known.
 */
u32 ygr_process_exe(const char **bytes);

/*
 * Those who forked @task's process, and each other, nearest first.
 * Context: RCU read section, @ids good as long. Return: how many; 0: not known.
 */
u32 ygr_process_ancestors(const struct task_struct *task, const struct ygr_process_id **ids);

/*
 * Where the current process keeps what it knows of its exec (exec_facts.h): only for
 * itself, and good until it ends. Context: preemption off. Return: NULL: nowhere.
 */
struct ygr_exec_facts **ygr_process_exec_facts(void);

/* Adds @cpu's counters to @stats. */
void ygr_process_stats(unsigned int cpu, struct ygr_stats *stats);

#endif
