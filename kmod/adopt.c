// SPDX-License-Identifier: GPL-2.0-only
#include <linux/file.h>
#include <linux/init.h>
#include <linux/ktime.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "adopt.h"
#include "compat/exe_file.h"
#include "process_object.h"
#include "process_table.h"
#include "subject.h"
#include "task_mm.h"

/* What one walk along the list takes on. */
#define BATCH_NR	1024u

/* Enough for a million processes; the last walk finds nobody. */
#define WALK_NR		1024u

/* Walks that find nobody but whom a fork has told of, or is about to. */
#define LATE_WALK_NR	16u

enum outcome {
	ADOPTED,
	AGAIN,		/* it has executed something, or ended, while we looked at it */
	IN_TURN,	/* its parent is not in the table yet */
	NO_MEMORY,
};

static struct task_struct *batch[BATCH_NR] __initdata;

static bool running;

void ygr_adopt_begin(void)
{
	WRITE_ONCE(running, true);
}

bool ygr_adopt_is_due(void)
{
	return READ_ONCE(running);
}

/* Return: with a reference; NULL: not known, or none, as kernel threads. */
static struct ygr_program * __init get_program(const struct task_struct *leader)
{
	struct mm_struct *mm = ygr_task_mm(leader);
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
 * replaced by its exec, nor one that has executed something since its program was looked
 * up: whoever told the table of that had the lock before us; who has it after us finds
 * the object. What others do meanwhile does not matter, so that each walk takes in all
 * who live through it, however many fork and execute beside it.
 */
static bool __init may_adopt(const struct task_struct *leader, u64 exec_id)
{
	return pid_alive(leader) && atomic_read(&leader->signal->live) &&
	       READ_ONCE(leader->self_exec_id) == exec_id && !ygr_process_table_find(leader);
}

/* Its line of descent is its parent's, who may have been passed over in this walk. */
static bool __init is_parent_there(const struct task_struct *leader)
{
	const struct task_struct *parent;
	bool there;

	rcu_read_lock();
	parent = rcu_dereference(leader->real_parent);
	there = parent == &init_task || ygr_process_table_find(parent);
	rcu_read_unlock();
	return there;
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

static enum outcome __init adopt(const struct task_struct *leader, bool in_turn)
{
	u64 exec_id = smp_load_acquire(&leader->self_exec_id);
	struct ygr_program *program;
	struct ygr_process *process;
	bool done;

	if (in_turn && !is_parent_there(leader))
		return IN_TURN;
	program = get_program(leader);
	process = meet(leader, program);
	ygr_program_put(program);
	if (!process)
		return pid_alive(leader) ? NO_MEMORY : AGAIN;
	process->is_untold = true;
	process->adopted_ns = ktime_get_boottime_ns();
	ygr_process_table_lock(leader);
	done = may_adopt(leader, exec_id);
	if (done)
		ygr_process_table_add(process);
	ygr_process_table_unlock(leader);
	if (!done)
		ygr_process_object_destroy(process);
	return done ? ADOPTED : AGAIN;
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

/*
 * Its parent was in the table before it was forked, and tells the table of it a moment after the
 * kernel's list has it. (Unless that parent has taken it over from one that had not been reached.)
 */
static bool __init is_late(const struct task_struct *leader)
{
	const struct ygr_process *parent;
	bool late;

	rcu_read_lock();
	parent = ygr_process_table_find(rcu_dereference(leader->real_parent));
	late = parent && ygr_subject_start_ns(leader) > parent->adopted_ns;
	rcu_read_unlock();
	return late;
}

/*
 * @in_turn: only whose parents are there
 * @all_late: set if that holds of whom was found
 *
 * Return: what became of them, each as a bit; 0: nobody was left.
 */
static u32 __init walk(bool in_turn, bool *all_late)
{
	unsigned int i, nr = find_batch();
	u32 outcomes = 0;

	*all_late = true;
	for (i = 0; i < nr; i++) {
		*all_late = *all_late && is_late(batch[i]);
		outcomes |= BIT(adopt(batch[i], in_turn));
		put_task_struct(batch[i]);
		cond_resched();
	}
	return outcomes;
}

/*
 * Nobody waits for long for a parent for whom there is no memory; and while forks never
 * stop, some child is always on its way.
 */
void __init ygr_adopt_run(void)
{
	unsigned int walks = WALK_NR, late_walks = LATE_WALK_NR;
	bool in_turn = true, all_late;
	u32 outcomes;

	while ((outcomes = walk(in_turn, &all_late)) && --walks && !(all_late && !--late_walks)) {
		bool moves = outcomes & (BIT(ADOPTED) | BIT(AGAIN));

		if (!moves && !in_turn)
			break;
		in_turn = moves;
	}
	WRITE_ONCE(running, false);
}
