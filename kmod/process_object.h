/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One live process: what it runs, where it comes from, how it is labelled.
 *
 * Made by the parent's fork, or when the process is first met; in the table
 * (process_table.h) from then until it exits; freed a grace period later.
 */
#ifndef YGR_PROCESS_OBJECT_H
#define YGR_PROCESS_OBJECT_H

#include <linux/atomic.h>
#include <linux/path.h>
#include <linux/sched.h>

#include <yagura/ygr_abi.h>
#include <yagura/ygr_event.h>

#include "label.h"
#include "lineage.h"

struct ygr_process {
	struct hlist_node node;		/* process_table.c's */
	struct rcu_head rcu;
	u64 start_ns;
	u64 adopted_ns;			/* CLOCK_BOOTTIME; 0: forked before our eyes */
	u32 tgid;
	bool is_fork;			/* it has executed nothing: its program is its parent's */
	bool is_untold;			/* it ran before the module did (roll_call.h) */
	struct ygr_program *parent;	/* of the parent when it was forked; NULL: not known */
	struct ygr_lineage __rcu *lineage; /* NULL: not known */
	struct ygr_exec_facts *exec_facts; /* of its attempt to execute something; its own; NULL: none */
	atomic64_t labels[YGR_LABEL_WORDS];
	u32 ancestor_nr;		/* does not change, nor do they */
	struct ygr_process_id ancestors[YGR_ANCESTORS_MAX]; /* who forked it first */
};

/*
 * A child of the current process @parent that is not running yet.
 * @parent: NULL: not known
 * @inherited: the labels that it has, too
 *
 * Context: task, preemption off. Return: NULL: no memory, counted.
 */
struct ygr_process *ygr_process_object_fork(const struct task_struct *task,
					    const struct ygr_process *parent,
					    const struct ygr_label_slots *inherited);

/*
 * As if @task had been forked by its parent as that is now, and had then
 * executed @program (NULL: not known).
 *
 * Context: RCU read section; @task alive. Return: NULL: no memory, counted.
 */
struct ygr_process *ygr_process_object_meet(const struct task_struct *task,
					    struct ygr_program *program);

/*
 * The current process @process executes @program (NULL: not known).
 *
 * Context: task, preemption off, the only thread of its process.
 */
void ygr_process_object_exec(struct ygr_process *process, struct ygr_program *program);

/* Nobody can find it any more, though some may still look at it. Context: any but interrupts. */
void ygr_process_object_destroy(struct ygr_process *process);

/*
 * The program at @path as the current task sees it.
 *
 * Context: task, preemption off. Return: with a reference; NULL: no path or no memory, counted.
 */
struct ygr_program *ygr_process_object_program(const struct path *path);

void ygr_process_object_stats(unsigned int cpu, struct ygr_stats *stats);

#endif
