// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fs.h>
#include <linux/string.h>

#include "adopt.h"
#include "cgroup.h"
#include "policy.h"
#include "process.h"
#include "process_table.h"

/* What an object of ours is looked up for. */
#define OWN_FIELDS	(YGR_FIELD_BIT(YGR_FIELD_EXE) | YGR_FIELD_BIT(YGR_FIELD_PARENT) | \
			 YGR_FIELD_BIT(YGR_FIELD_ANCESTOR) | YGR_FIELD_BIT(YGR_FIELD_LABEL))

/* What children inherit: all slots but those that are being taken off everybody. */
static struct ygr_label_slots inherited;

static const struct ygr_label_slots no_slots;

static struct ygr_label_slots slots_of(const struct ygr_process *process)
{
	struct ygr_label_slots slots;
	u32 i;

	for (i = 0; i < YGR_LABEL_WORDS; i++)
		slots.words[i] = atomic64_read(&process->labels[i]);
	return slots;
}

/* ---- fork, exec, exit ---- */

/*
 * In the place of one that is there: a child is in the kernel's list, to be adopted,
 * before its parent tells of it, who knows more.
 *
 * @process: may be NULL
 */
static void add(const struct task_struct *task, struct ygr_process *process)
{
	struct ygr_process *before;

	if (!process)
		return;
	ygr_process_table_lock(task);
	before = ygr_process_table_find(task);
	if (unlikely(before))
		ygr_process_table_remove(before);
	ygr_process_table_add(process);
	ygr_process_table_unlock(task);
	if (unlikely(before))
		ygr_process_object_destroy(before);
}

static struct ygr_label_slots slots_for_child(const struct ygr_process *parent)
{
	struct ygr_label_slots slots = slots_of(parent);
	u32 i;

	for (i = 0; i < YGR_LABEL_WORDS; i++)
		slots.words[i] &= READ_ONCE(inherited.words[i]);
	return slots;
}

/*
 * Under the lock, so that who adopts sees either that we have not found it, or
 * what we have done before we looked.
 *
 * @is_due: not there, but it will be, as it is now
 */
static struct ygr_process *find_or_leave(const struct task_struct *task, bool *is_due)
{
	struct ygr_process *process;

	ygr_process_table_lock(task);
	process = ygr_process_table_find(task);
	*is_due = !process && ygr_adopt_is_due();
	ygr_process_table_unlock(task);
	return process;
}

void ygr_process_forked(struct task_struct *parent, struct task_struct *child)
{
	struct ygr_label_slots slots = { 0 };
	const struct ygr_process *from;
	bool is_due;

	from = find_or_leave(parent, &is_due);
	if (is_due)
		return;
	if (from)
		slots = slots_for_child(from);
	add(child, ygr_process_object_fork(child, from, &slots));
}

void ygr_process_execed(const struct linux_binprm *bprm)
{
	struct ygr_program *program;
	struct ygr_process *process;
	bool is_due;

	process = find_or_leave(current, &is_due);
	if (is_due)
		return;
	program = ygr_process_object_program(&bprm->file->f_path);
	if (process)
		ygr_process_object_exec(process, program);
	else
		add(current, ygr_process_object_meet(current, program));
	ygr_program_put(program);
}

void ygr_process_exited(struct task_struct *task)
{
	struct ygr_process *process;

	ygr_process_table_lock(task);
	process = ygr_process_table_find(task);
	if (process)
		ygr_process_table_remove(process);
	ygr_process_table_unlock(task);
	if (process)
		ygr_process_object_destroy(process);
}

/* ---- what is asked ---- */

/* Return: NULL: not known. */
static const struct ygr_subject_bits *bits_of(struct ygr_program *program,
					      const struct ygr_policy *policy,
					      struct ygr_subject_bits *bits)
{
	if (!program)
		return NULL;
	ygr_program_bits(program, policy, bits);
	return bits;
}

/* It has executed nothing: what it runs is its parent's, and so an ancestor. */
static noinline void add_own(struct ygr_subject_bits *ancestors, struct ygr_program *program,
			     const struct ygr_policy *policy)
{
	struct ygr_subject_bits own __uninitialized;

	ygr_program_bits(program, policy, &own);
	ygr_bits_add(ancestors, &own);
}

static void fill_ancestors(struct ygr_match_event *match, struct ygr_subject_bits *bits,
			   const struct ygr_policy *policy, const struct ygr_process *process,
			   struct ygr_lineage *lineage)
{
	ygr_lineage_bits(lineage, policy, bits);
	if (process->is_fork && lineage->program)
		add_own(bits, lineage->program, policy);
	match->ancestors = bits;
}

/* Most have none, and need not be asked for each that the policy knows. */
static noinline u64 labels_of(const struct ygr_process *process, const struct ygr_policy *policy)
{
	struct ygr_label_slots slots = slots_of(process);

	if (!memcmp(&slots, &no_slots, sizeof(slots)))
		return 0;
	return ygr_label_map_labels(&policy->labels, &slots);
}

static void fill_process(struct ygr_match_event *match, struct ygr_process_bits *bits,
			 const struct ygr_policy *policy, const struct ygr_process *process,
			 u32 fields)
{
	struct ygr_lineage *lineage = rcu_dereference_sched(process->lineage);

	if (lineage && (fields & YGR_FIELD_BIT(YGR_FIELD_EXE)))
		match->exe = bits_of(lineage->program, policy, &bits->exe);
	if (fields & YGR_FIELD_BIT(YGR_FIELD_PARENT))
		match->parent = bits_of(process->parent, policy, &bits->parent);
	if (lineage && (fields & YGR_FIELD_BIT(YGR_FIELD_ANCESTOR)))
		fill_ancestors(match, &bits->ancestors, policy, process, lineage);
	if (fields & YGR_FIELD_BIT(YGR_FIELD_LABEL))
		match->labels = labels_of(process, policy);
}

void ygr_process_fill(struct ygr_match_event *match, struct ygr_process_bits *bits,
		      const struct ygr_policy *policy, u32 fields)
{
	const struct ygr_process *process;

	match->exe = NULL;
	match->parent = NULL;
	match->ancestors = NULL;
	match->cgroup = NULL;
	match->labels = 0;
	if (fields & YGR_FIELD_BIT(YGR_FIELD_CGROUP))
		match->cgroup = ygr_cgroup_bits(policy);
	if (!(fields & OWN_FIELDS))
		return;
	process = ygr_process_table_find(current);
	if (process)
		fill_process(match, bits, policy, process, fields);
}

u32 ygr_process_exe(const char **bytes)
{
	const struct ygr_process *process = ygr_process_table_find(current);
	const struct ygr_lineage *lineage =
		process ? rcu_dereference_sched(process->lineage) : NULL;

	if (!lineage || !lineage->program)
		return 0;
	*bytes = lineage->program->path;
	return lineage->program->len;
}

u32 ygr_process_ancestors(const struct task_struct *task, const struct ygr_process_id **ids)
{
	const struct ygr_process *process = ygr_process_table_find(task);

	if (!process)
		return 0;
	*ids = process->ancestors;
	return process->ancestor_nr;
}

struct ygr_exec_facts **ygr_process_exec_facts(void)
{
	struct ygr_process *process = ygr_process_table_find(current);

	return process ? &process->exec_facts : NULL;
}

/* ---- labels ---- */

void ygr_process_label(const struct ygr_policy *policy, u64 labels)
{
	struct ygr_process *process = ygr_process_table_find(current);
	struct ygr_label_slots slots = ygr_label_map_slots(&policy->labels, labels);
	u32 i;

	for (i = 0; process && i < YGR_LABEL_WORDS; i++)
		if (slots.words[i] & ~(u64)atomic64_read(&process->labels[i]))
			atomic64_or(slots.words[i], &process->labels[i]);
}

static void unlabel(struct ygr_process *process, const void *arg)
{
	const struct ygr_label_slots *slots = arg;
	u32 i;

	for (i = 0; i < YGR_LABEL_WORDS; i++)
		atomic64_andnot(slots->words[i], &process->labels[i]);
}

static void inherit_all_but(const struct ygr_label_slots *slots)
{
	u32 i;

	for (i = 0; i < YGR_LABEL_WORDS; i++)
		WRITE_ONCE(inherited.words[i], ~slots->words[i]);
}

/*
 * After the grace period, no fork is under way that took a label from its
 * parent before, and no handler that judges by a policy which sets it.
 */
void ygr_process_unlabel(const struct ygr_label_slots *slots)
{
	if (!memcmp(slots, &no_slots, sizeof(no_slots)))
		return;
	inherit_all_but(slots);
	synchronize_rcu();
	ygr_process_table_visit(unlabel, slots);
	inherit_all_but(&no_slots);
}

/* ---- the beginning and the end ---- */

int ygr_process_init(void)
{
	int ret = ygr_process_table_init();

	if (ret)
		return ret;
	ret = ygr_cgroup_init();
	if (ret)
		ygr_process_table_exit(ygr_process_object_destroy);
	inherit_all_but(&no_slots);
	ygr_adopt_begin();
	return ret;
}

void ygr_process_exit(void)
{
	ygr_cgroup_exit();
	ygr_process_table_exit(ygr_process_object_destroy);
}

void ygr_process_stats(unsigned int cpu, struct ygr_stats *stats)
{
	ygr_process_object_stats(cpu, stats);
}
