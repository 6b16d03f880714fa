// SPDX-License-Identifier: GPL-2.0-only
#include <linux/percpu.h>
#include <linux/slab.h>

#include "exec_facts.h"
#include "path.h"
#include "process_object.h"
#include "process_table.h"
#include "subject.h"

struct counters {
	u64 begun;
	u64 ended;
	u64 failed;
};

static DEFINE_PER_CPU(struct counters, counters);

/* The one that forked it, and those before. Also of those who have ended, as long as they are near. */
static void set_ancestors(struct ygr_process *process, const struct ygr_process *parent)
{
	u32 nr = min_t(u32, parent->ancestor_nr, YGR_ANCESTORS_MAX - 1);

	process->ancestors[0].start_ns = parent->start_ns;
	process->ancestors[0].tgid = parent->tgid;
	memcpy(process->ancestors + 1, parent->ancestors, nr * sizeof(process->ancestors[0]));
	process->ancestor_nr = nr + 1;
}

/*
 * Takes over the references to @program and @lineage, which may be NULL.
 *
 * @parent: NULL: not known
 * @program: its program
 */
static struct ygr_process *create(const struct task_struct *task, const struct ygr_process *parent,
				  struct ygr_program *program, struct ygr_lineage *lineage)
{
	struct ygr_process *process = kzalloc(sizeof(*process), YGR_PROGRAM_GFP);

	if (!process) {
		this_cpu_inc(counters.failed);
		ygr_program_put(program);
		ygr_lineage_put(lineage);
		return NULL;
	}
	this_cpu_inc(counters.begun);
	process->start_ns = ygr_subject_start_ns(task);
	process->tgid = task->tgid;
	process->parent = program;
	if (parent)
		set_ancestors(process, parent);
	RCU_INIT_POINTER(process->lineage, lineage);
	return process;
}

void ygr_process_object_destroy(struct ygr_process *process)
{
	struct ygr_lineage *lineage = rcu_dereference_protected(process->lineage, true);

	/* Who still looks finds no lineage rather than one without references. */
	RCU_INIT_POINTER(process->lineage, NULL);
	ygr_lineage_put(lineage);
	ygr_program_put(process->parent);
	kfree(process->exec_facts);
	kfree_rcu(process, rcu);
	this_cpu_inc(counters.ended);
}

struct ygr_program *ygr_process_object_program(const struct path *path)
{
	struct ygr_program *program = NULL;
	const char *bytes;
	u32 flags = 0;
	int len = ygr_path_resolve(YGR_PATH_SLOT_FIRST, path, NULL, &bytes, &flags);

	if (len > 0)
		program = ygr_program_create(bytes, len);
	if (!program)
		this_cpu_inc(counters.failed);
	return program;
}

static struct ygr_lineage *create_lineage(const struct ygr_lineage *before,
					  struct ygr_program *program)
{
	struct ygr_lineage *lineage = ygr_lineage_create(before, program);

	if (!lineage)
		this_cpu_inc(counters.failed);
	return lineage;
}

struct ygr_process *ygr_process_object_fork(const struct task_struct *task,
					    const struct ygr_process *parent,
					    const struct ygr_label_slots *inherited)
{
	struct ygr_lineage *lineage = parent ? rcu_dereference_sched(parent->lineage) : NULL;
	struct ygr_program *program = lineage ? lineage->program : NULL;
	struct ygr_process *process = create(task, parent, ygr_program_get(program),
					     ygr_lineage_get(lineage));
	u32 i;

	if (!process)
		return NULL;
	process->is_fork = true;
	for (i = 0; i < YGR_LABEL_WORDS; i++)
		atomic64_set(&process->labels[i], inherited->words[i]);
	return process;
}

static struct ygr_process *find_parent(const struct task_struct *task)
{
	return ygr_process_table_find(rcu_dereference_check(task->real_parent,
							    rcu_read_lock_any_held()));
}

struct ygr_process *ygr_process_object_meet(const struct task_struct *task,
					    struct ygr_program *program)
{
	struct ygr_process *parent = find_parent(task);
	/* The parent may execute something, or end, at this moment. */
	struct ygr_lineage *before =
		parent ? ygr_lineage_get_from(&parent->lineage) : NULL;
	struct ygr_process *process = create(task, parent,
					     ygr_program_get(before ? before->program : NULL),
					     create_lineage(before, program));

	ygr_lineage_put(before);
	return process;
}

/* No other thread is left that could do the same, or judge by what goes. */
void ygr_process_object_exec(struct ygr_process *process, struct ygr_program *program)
{
	struct ygr_lineage *before = rcu_dereference_protected(process->lineage, true);

	rcu_assign_pointer(process->lineage, create_lineage(before, program));
	process->is_fork = false;
	ygr_lineage_put(before);
}

void ygr_process_object_stats(unsigned int cpu, struct ygr_stats *stats)
{
	const struct counters *from = per_cpu_ptr(&counters, cpu);

	stats->process_begun += READ_ONCE(from->begun);
	stats->process_ended += READ_ONCE(from->ended);
	stats->process_failed += READ_ONCE(from->failed);
}
