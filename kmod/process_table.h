/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The processes that live, by (tgid, start time). Reading takes no lock; an
 * object that was taken out stays readable for a grace period.
 */
#ifndef YGR_PROCESS_TABLE_H
#define YGR_PROCESS_TABLE_H

#include <linux/sched.h>

#include "process_object.h"

/* Return: 0 or -ENOMEM. */
int ygr_process_table_init(void);

/* @destroy gets each that is left. No reader is. */
void ygr_process_table_exit(void (*destroy)(struct ygr_process *process));

/* Context: RCU read section. Return: NULL: not there. */
struct ygr_process *ygr_process_table_find(const struct task_struct *task);

/* For what must be found and changed in one. Between the two, only of that very task. */
void ygr_process_table_lock(const struct task_struct *task);
void ygr_process_table_unlock(const struct task_struct *task);

/* Context: locked. */
void ygr_process_table_add(struct ygr_process *process);
void ygr_process_table_remove(struct ygr_process *process);

/* Each that is there all the while. Context: may sleep; @visit: RCU read section. */
void ygr_process_table_visit(void (*visit)(struct ygr_process *process, const void *arg),
			     const void *arg);

#endif
