// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exec, twice: the attempt, which can be denied, for the script and for its
 * interpreter in turn; and the success, with all that is known then. An
 * attempt that is allowed has no record: its success has.
 */
#include <linux/fs_struct.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/security.h>

#include "argv.h"
#include "file_id.h"
#include "hooks.h"
#include "path.h"
#include "pipeline.h"

/* Not exported: the handler learns where its call site is. */
static unsigned long bprm_check_ip;

static void init_exec(struct ygr_event *event, u16 type, const struct linux_binprm *bprm)
{
	ygr_event_init(event, type, YGR_CLASS_EXEC, YGR_ON_EXEC);
	ygr_event_add_path(event, &bprm->file->f_path, NULL);
	if (bprm->interp != bprm->filename)
		event->flags |= YGR_F_SCRIPT;
}

static void add_cwd(struct ygr_event_strings *strings)
{
	struct fs_struct *fs = current->fs;
	const char *bytes;
	u32 flags = 0;
	int len;

	/* The lock stands in for a reference, whose release might sleep. */
	spin_lock(&fs->lock);
	len = ygr_path_resolve(YGR_PATH_SLOT_CWD, &fs->pwd, NULL, &bytes, &flags);
	spin_unlock(&fs->lock);
	if (len >= 0) {
		u32 kept = min_t(u32, len, YGR_PATH_BYTES_MAX);

		ygr_event_add_string(strings, YGR_STR_CWD, bytes + len - kept, kept, len);
	}
}

static void record_exec(struct ygr_event *event, const struct linux_binprm *bprm, u32 old_tid,
			const char *argv, u32 argv_len, u32 argv_true_len)
{
	struct ygr_body_exec body = {
		.argc = bprm->argc,
		.envc = bprm->envc,
		.old_tid = old_tid,
	};
	struct ygr_event_strings strings __uninitialized;

	ygr_file_id_fill(&body.file, file_inode(bprm->file));
	strings.nr = 0;
	ygr_event_add_whole(&strings, YGR_STR_FILENAME, bprm->filename,
			    strnlen(bprm->filename, YGR_PATH_BYTES_MAX));
	ygr_event_add_string(&strings, YGR_STR_ARGV, argv, argv_len, argv_true_len);
	add_cwd(&strings);
	ygr_pipeline_record(event, &body, sizeof(body), &strings);
}

/* argv is read before the verdict, since reading it may sleep and judging may not. */
static bool check(struct linux_binprm *bprm)
{
	struct ygr_event event __uninitialized;
	char *argv;
	u32 len = 0, true_len = YGR_LEN_UNKNOWN;

	if (!ygr_pipeline_may_deny(YGR_ON_EXEC))
		return false;
	argv = kmalloc(YGR_ARGV_BYTES_MAX, GFP_KERNEL);
	if (argv)
		len = ygr_argv_read_bprm(bprm, argv, &true_len);
	if (true_len == YGR_LEN_UNKNOWN)
		ygr_pipeline_count_argv_failure();
	init_exec(&event, YGR_EV_EXEC_CHECK, bprm);
	event.only_if_denied = true;
	preempt_disable_notrace();
	if (ygr_pipeline_judge(&event))
		record_exec(&event, bprm, 0, argv, len, true_len);
	preempt_enable_notrace();
	kfree(argv);
	return ygr_event_is_denied(&event);
}

static noinline int bprm_check_wrapper(struct linux_binprm *bprm)
{
	int ret;

	ygr_attach_enter();
	ret = check(bprm) ? -EPERM : ygr_compat_call(bprm, READ_ONCE(bprm_check_ip));
	ygr_attach_leave();
	return ret;
}

static void notrace on_bprm_check(unsigned long ip, unsigned long parent_ip,
				  struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	/* The wrapper calling the original. */
	if (within_module(parent_ip, THIS_MODULE))
		return;
	WRITE_ONCE(bprm_check_ip, ip);
	ygr_attach_redirect(fregs, bprm_check_wrapper);
}

static void record_success(struct ygr_event *event, const struct linux_binprm *bprm, u32 old_tid)
{
	char *argv = ygr_path_scratch(YGR_PATH_SLOT_ARGV);
	u32 true_len;
	u32 len = ygr_argv_read_current(argv, &true_len);

	if (len < min(true_len, YGR_ARGV_BYTES_MAX))
		ygr_pipeline_count_argv_failure();
	record_exec(event, bprm, old_tid, argv, len, true_len);
}

static void on_exec(void *data, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	struct ygr_event event __uninitialized;

	init_exec(&event, YGR_EV_EXEC, bprm);
	event.settled = true;
	preempt_disable_notrace();
	if (ygr_pipeline_judge(&event))
		record_success(&event, bprm, old_pid != task->pid ? old_pid : 0);
	preempt_enable_notrace();
}

static struct ygr_hook hooks[] = {
	YGR_HOOK_FUNCTION(security_bprm_check, on_bprm_check),
	YGR_HOOK_TRACEPOINT(sched_process_exec, on_exec),
};

const struct ygr_hook_table ygr_hook_exec_table = { hooks, ARRAY_SIZE(hooks) };
