// SPDX-License-Identifier: GPL-2.0-only
#include <linux/file.h>
#include <linux/init.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "adopt.h"
#include "compat/exe_file.h"
#include "process_object.h"
#include "process_table.h"

/* What one walk along the list takes on. */
#define BATCH_NR	1024u

/* Enough for a million processes; the last walk finds nobody. */
#define WALK_NR		1024u

static struct task_struct *batch[BATCH_NR] __initdata;

static bool running;

/* Forks and execs of processes that we had not reached. Changed with the table locked. */
static atomic_t left_nr;

void ygr_adopt_begin(void)
{
	WRITE_ONCE(running, true);
}

bool ygr_adopt_is_due(void)
{
	if (!READ_ONCE(running))
		return false;
	atomic_inc(&left_nr);
	return true;
}

/* Any thread's will do: the first may have ended before the others. */
static struct mm_struct * __init get_mm(const struct task_struct *leader)
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

/* Return: with a reference; NULL: not known, or none, as kernel threads. */
static struct ygr_program * __init get_program(const struct task_struct *leader)
{
	struct mm_struct *mm = get_mm(leader);
	struct ygr_program *program;
	struct file *file;

	if (!mm)
		return NULL;
	file = ygr_compat_exe_file(mm);
	mmput(mm);
	if (!file)
		return NULL;
	preempt_disable();
	program = ygr_process_object_program(&file->f_path);
	preempt_enable();
	fput(file);
	return program;
}

/*
 * Not one that has ended, nor what remains of a leader that another thread
 * replaced by its exec. Whoever told the table of that, or left an exec to us since
 * @left_before, had the lock before us; who has it after us finds the object.
 */
static bool __init may_adopt(const struct task_struct *leader, int left_before)
{
	return pid_alive(leader) && atomic_read(&leader->signal->live) &&
	       atomic_read(&left_nr) == left_before && !ygr_process_table_find(leader);
}

static struct ygr_process * __init meet(const struct task_struct *leader, struct ygr_program *program)
{
	struct ygr_process *process = NULL;

	rcu_read_lock();
	if (pid_alive(leader))
		process = ygr_process_object_meet(leader, program);
	rcu_read_unlock();
	return process;
}

/*
 * One that may not be adopted now is the next walk's.
 *
 * Return: false: there is no memory for it.
 */
static bool __init adopt(const struct task_struct *leader)
{
	int left_before = atomic_read(&left_nr);
	struct ygr_program *program = get_program(leader);
	struct ygr_process *process = meet(leader, program);
	bool done;

	ygr_program_put(program);
	if (!process)
		return !pid_alive(leader);
	ygr_process_table_lock(leader);
	done = may_adopt(leader, left_before);
	if (done)
		ygr_process_table_add(process);
	ygr_process_table_unlock(leader);
	if (!done)
		ygr_process_object_destroy(process);
	return true;
}

/* Return: how many, with a reference each; parents before their children. */
static unsigned int __init find_batch(void)
{
	struct task_struct *leader;
	unsigned int nr = 0;

	rcu_read_lock();
	for_each_process(leader) {
		if (ygr_process_table_find(leader) || !atomic_read(&leader->signal->live))
			continue;
		batch[nr++] = get_task_struct(leader);
		if (nr == BATCH_NR)
			break;
	}
	rcu_read_unlock();
	return nr;
}

/* Return: whether another one may find more: not without anybody left, nor without memory. */
static bool __init walk(void)
{
	unsigned int i, nr = find_batch();
	bool goes_on = false;

	for (i = 0; i < nr; i++) {
		goes_on |= adopt(batch[i]);
		put_task_struct(batch[i]);
		cond_resched();
	}
	return goes_on;
}

void __init ygr_adopt_run(void)
{
	unsigned int walks = WALK_NR;

	while (walk() && --walks)
		;
	WRITE_ONCE(running, false);
}
