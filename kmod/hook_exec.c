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
#include "pipeline.h"

typedef int (*bprm_check_fn)(struct linux_binprm *bprm);

/* Not exported: the handler learns where it is. */
static bprm_check_fn original_bprm_check;

static void fill_exec(struct ygr_event *event, struct ygr_body_exec *body,
		      const struct linux_binprm *bprm)
{
	ygr_file_id_fill(&body->file, file_inode(bprm->file));
	body->argc = bprm->argc;
	body->envc = bprm->envc;
	event->class = YGR_CLASS_EXEC;
	event->on = YGR_ON_EXEC;
	event->body = body;
	event->body_len = sizeof(*body);
	event->path_nr = 1;
	event->paths[0].path = &bprm->file->f_path;
	ygr_event_add_whole(event, YGR_STR_FILENAME, bprm->filename,
			    strnlen(bprm->filename, YGR_PATH_BYTES_MAX));
}

static void add_cwd(struct ygr_event *event)
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

		ygr_event_add_string(event, YGR_STR_CWD, bytes + len - kept, kept, len);
	}
}

/* argv is read before the verdict, since reading it may sleep and judging may not. */
static bool check(struct linux_binprm *bprm)
{
	struct ygr_body_exec body = { 0 };
	struct ygr_event event = { .type = YGR_EV_EXEC_CHECK, .only_if_denied = true };
	char *argv;
	u32 len = 0, true_len = YGR_LEN_UNKNOWN;
	bool denied;

	if (!ygr_pipeline_may_deny(YGR_ON_EXEC))
		return false;
	fill_exec(&event, &body, bprm);
	argv = kmalloc(YGR_ARGV_BYTES_MAX, GFP_KERNEL);
	if (argv)
		len = ygr_argv_read_bprm(bprm, argv, &true_len);
	if (true_len == YGR_LEN_UNKNOWN)
		ygr_pipeline_count_argv_failure();
	ygr_event_add_string(&event, YGR_STR_ARGV, argv, len, true_len);
	preempt_disable_notrace();
	add_cwd(&event);
	denied = ygr_pipeline_run(&event);
	preempt_enable_notrace();
	kfree(argv);
	return denied;
}

static noinline int bprm_check_wrapper(struct linux_binprm *bprm)
{
	int ret;

	ygr_attach_enter();
	ret = check(bprm) ? -EPERM : READ_ONCE(original_bprm_check)(bprm);
	ygr_attach_leave();
	return ret;
}

static void notrace on_bprm_check(unsigned long ip, unsigned long parent_ip,
				  struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	/* The wrapper calling the original. */
	if (within_module(parent_ip, THIS_MODULE))
		return;
	WRITE_ONCE(original_bprm_check, (bprm_check_fn)ygr_compat_function_of(ip));
	ygr_attach_redirect(fregs, bprm_check_wrapper);
}

static void on_exec(void *data, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	struct ygr_body_exec body = { 0 };
	struct ygr_event event = { .type = YGR_EV_EXEC, .settled = true };
	char *argv;
	u32 len, true_len;

	fill_exec(&event, &body, bprm);
	if (old_pid != task->pid)
		body.old_tid = old_pid;
	if (bprm->interp != bprm->filename)
		event.flags |= YGR_F_SCRIPT;
	preempt_disable_notrace();
	argv = ygr_path_scratch(YGR_PATH_SLOT_ARGV);
	len = ygr_argv_read_current(argv, &true_len);
	if (len < min(true_len, YGR_ARGV_BYTES_MAX))
		ygr_pipeline_count_argv_failure();
	ygr_event_add_string(&event, YGR_STR_ARGV, argv, len, true_len);
	add_cwd(&event);
	ygr_pipeline_run(&event);
	preempt_enable_notrace();
}

static struct ygr_hook hooks[] = {
	YGR_HOOK_FUNCTION(security_bprm_check, on_bprm_check),
	YGR_HOOK_TRACEPOINT(sched_process_exec, on_exec),
};

const struct ygr_hook_table ygr_hook_exec_table = { hooks, ARRAY_SIZE(hooks) };
