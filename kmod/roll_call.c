// SPDX-License-Identifier: GPL-2.0-only
#include <linux/file.h>
#include <linux/fs_struct.h>
#include <linux/jiffies.h>
#include <linux/path.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "argv.h"
#include "compat/exe_file.h"
#include "exec_record.h"
#include "file_id.h"
#include "path.h"
#include "process_table.h"
#include "record.h"
#include "ring.h"
#include "roll_call.h"
#include "task_mm.h"

#define BATCH_NR	512u
#define PAUSE_MS	20u
#define PATIENCE_MS	60000u

/* What of a process must be read where it may sleep. */
struct findings {
	struct file *exe;		/* NULL: not known, or none, as kernel threads */
	struct path cwd;		/* dentry NULL: none */
	struct ygr_argv_text argv;
	struct ygr_argv_text env;
	char *argv_buffer;
	char *env_buffer;
};

static bool is_enabled __ro_after_init;

/* ---- one process ---- */

static void read_memory(struct findings *findings, const struct task_struct *leader)
{
	struct mm_struct *mm = ygr_task_mm(leader);

	findings->exe = NULL;
	findings->argv.len = findings->argv.true_len = 0;
	findings->env.len = findings->env.true_len = 0;
	if (!mm)
		return;
	findings->exe = ygr_compat_exe_file(mm);
	ygr_argv_read_other(mm, findings->argv_buffer, &findings->argv);
	ygr_argv_read_other_env(mm, findings->env_buffer, &findings->env);
	mmput(mm);
}

static void get_cwd(struct path *cwd, struct task_struct *task)
{
	cwd->dentry = NULL;
	task_lock(task);
	if (task->fs)
		get_fs_pwd(task->fs, cwd);
	task_unlock(task);
}

static void add_path(struct ygr_event_strings *strings, u16 tag, enum ygr_path_slot slot,
		     const struct path *path, u32 *flags)
{
	const char *bytes;
	int len = ygr_path_resolve(slot, path, NULL, &bytes, flags);

	if (len >= 0) {
		u32 kept = min_t(u32, len, YGR_PATH_BYTES_MAX);

		ygr_event_add_string(strings, tag, bytes + len - kept, kept, len);
	} else {
		*flags |= YGR_F_NO_PATH;
	}
}

/* Paths are as the kernel's own threads see them. */
static void record(struct task_struct *leader, const struct findings *findings)
{
	struct ygr_event event = {
		.type = YGR_EV_PROCESS,
		.class = YGR_CLASS_FORK,
		.verdict = YGR_VERDICT_ALLOW,
	};
	struct ygr_event_strings strings = { .nr = 0 };
	struct ygr_body_exec body = { .argc = 0 };
	struct ygr_terminal terminal;
	u32 cwd_flags = 0;

	ygr_exec_record_capabilities(&body, __task_cred(leader));
	body.exec_flags = YGR_EXEC_UNCHECKED;
	if (findings->exe) {
		ygr_file_id_fill(&body.file, file_inode(findings->exe));
		add_path(&strings, YGR_STR_PATH, YGR_PATH_SLOT_FIRST, &findings->exe->f_path,
			 &event.flags);
	}
	if (findings->cwd.dentry)
		add_path(&strings, YGR_STR_CWD, YGR_PATH_SLOT_CWD, &findings->cwd, &cwd_flags);
	ygr_exec_record_text(&strings, YGR_STR_ARGV, &findings->argv);
	ygr_exec_record_text(&strings, YGR_STR_ENV, &findings->env);
	ygr_exec_record_terminal(&body, &strings, leader, &terminal);
	ygr_exec_record_descent(&strings, leader);
	ygr_record_put_of(leader, &event, &body, sizeof(body), &strings);
}

/* Who ends now is told of by its exit. */
static bool is_untold(const struct task_struct *leader)
{
	const struct ygr_process *process = ygr_process_table_find(leader);

	return process && READ_ONCE(process->is_untold) && atomic_read(&leader->signal->live);
}

static bool claim(const struct task_struct *leader)
{
	struct ygr_process *process;
	bool is_ours;

	if (!pid_alive(leader) || !is_untold(leader))
		return false;
	ygr_process_table_lock(leader);
	process = ygr_process_table_find(leader);
	is_ours = process && process->is_untold;
	if (is_ours)
		WRITE_ONCE(process->is_untold, false);
	ygr_process_table_unlock(leader);
	return is_ours;
}

static void tell(struct task_struct *leader, struct findings *findings)
{
	read_memory(findings, leader);
	get_cwd(&findings->cwd, leader);
	preempt_disable_notrace();
	if (claim(leader))
		record(leader, findings);
	preempt_enable_notrace();
	if (findings->cwd.dentry)
		path_put(&findings->cwd);
	if (findings->exe)
		fput(findings->exe);
}

/* ---- all of them ---- */

static bool has_room(void)
{
	struct ygr_ring_info ring = { .cpu = raw_smp_processor_id() };

	return ygr_ring_info(ring.cpu, &ring) || ring.head - ring.tail < ring.data_bytes / 2;
}

/* Return: how many, with a reference each. */
static unsigned int find_batch(struct task_struct **batch)
{
	struct task_struct *leader;
	unsigned int nr = 0;

	rcu_read_lock();
	for_each_process(leader) {
		if (!is_untold(leader))
			continue;
		batch[nr++] = get_task_struct(leader);
		if (nr == BATCH_NR)
			break;
	}
	rcu_read_unlock();
	return nr;
}

static unsigned long waiting_since;	/* jiffies; 0: not waiting */

static bool may_go_on(void)
{
	if (has_room()) {
		waiting_since = 0;
		return true;
	}
	if (!waiting_since)
		waiting_since = jiffies ?: 1;
	return time_after(jiffies, waiting_since + msecs_to_jiffies(PATIENCE_MS));
}

/* Return: whether nobody is left. */
static bool tell_batch(struct task_struct **batch, struct findings *findings)
{
	unsigned int i, nr = find_batch(batch);
	bool goes_on = true;

	for (i = 0; i < nr; i++) {
		goes_on = goes_on && may_go_on();
		if (goes_on)
			tell(batch[i], findings);
		put_task_struct(batch[i]);
		cond_resched();
	}
	return !nr || !goes_on;
}

static void call(struct work_struct *work);

static DECLARE_DELAYED_WORK(call_work, call);

static void call(struct work_struct *work)
{
	struct findings findings = {
		.argv_buffer = kvmalloc(ygr_argv_bytes_max(), GFP_KERNEL),
		.env_buffer = kmalloc(YGR_ENV_BYTES_MAX, GFP_KERNEL),
	};
	struct task_struct **batch = kmalloc_array(BATCH_NR, sizeof(*batch), GFP_KERNEL);
	bool has_memory = findings.argv_buffer && findings.env_buffer && batch;

	while (has_memory && !tell_batch(batch, &findings))
		;
	kfree(batch);
	kfree(findings.env_buffer);
	kvfree(findings.argv_buffer);
	if (!has_memory || waiting_since)
		schedule_delayed_work(&call_work, msecs_to_jiffies(PAUSE_MS));
}

void ygr_roll_call_begin(void)
{
	if (is_enabled)
		schedule_delayed_work(&call_work, 0);
}

void __init ygr_roll_call_init(bool enabled)
{
	is_enabled = enabled;
}

void ygr_roll_call_exit(void)
{
	cancel_delayed_work_sync(&call_work);
}
