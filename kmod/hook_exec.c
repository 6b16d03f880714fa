// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exec, twice: the attempt, which can be denied, for the script and for its
 * interpreter in turn; and the success, with all that is known then. An
 * attempt that is allowed has no record: its success has. That is the interpreter's,
 * so that a rule about a script is done with at the attempt.
 */
#include <linux/fs_struct.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/security.h>
#include <trace/events/sched.h>

#include "argv.h"
#include "digest.h"
#include "exec_facts.h"
#include "exec_record.h"
#include "file_id.h"
#include "hooks.h"
#include "noise.h"
#include "path.h"
#include "pipeline.h"
#include "process.h"

/* Not exported: the handler learns where its call site is. */
static unsigned long bprm_check_ip;

/* What an event points to, and its record tells. */
struct facts {
	struct ygr_argv_text argv;	/* bytes NULL: not read */
	u32 old_tid;
	u8 sha256[YGR_DIGEST_BYTES];
	u8 verity[YGR_DIGEST_BYTES];
};

static void init_exec(struct ygr_event *event, u16 type, const struct linux_binprm *bprm,
		      struct facts *facts)
{
	ygr_event_init(event, type, YGR_CLASS_EXEC, YGR_ON_EXEC);
	ygr_event_add_path(event, &bprm->file->f_path, NULL);
	event->inode = file_inode(bprm->file);
	if (bprm->interp != bprm->filename)
		event->flags |= YGR_F_SCRIPT;
	if (ygr_digest_verity(bprm->file, facts->verity))
		event->match.verity = facts->verity;
	facts->argv.bytes = NULL;
	facts->old_tid = 0;
}

static void set_argv(struct ygr_event *event, const struct ygr_argv_text *argv)
{
	event->match.argv.bytes = argv->bytes;
	event->match.argv.len = min(argv->len, YGR_ARGV_JUDGED_BYTES_MAX);
	if (argv->true_len == YGR_LEN_UNKNOWN || argv->len < min(argv->true_len, ygr_argv_bytes_max()))
		ygr_pipeline_count_argv_failure();
}

/* @found: whether facts->sha256 is good, if the policy wants it at all */
static void set_sha256(struct ygr_event *event, const struct facts *facts, bool found)
{
	event->flags &= ~YGR_F_NO_DIGEST;
	event->match.sha256 = found ? facts->sha256 : NULL;
	if (!found)
		event->flags |= YGR_F_NO_DIGEST;
}

static void add_digests(struct ygr_event_strings *strings, const struct ygr_match_event *match)
{
	if (match->sha256)
		ygr_event_add_whole(strings, YGR_STR_SHA256, match->sha256, YGR_DIGEST_BYTES);
	if (match->verity)
		ygr_event_add_whole(strings, YGR_STR_VERITY, match->verity, YGR_DIGEST_BYTES);
}

static void fill_body(struct ygr_body_exec *body, const struct linux_binprm *bprm,
		      const struct facts *facts)
{
	memset(body, 0, sizeof(*body));
	body->argc = bprm->argc;
	body->envc = bprm->envc;
	body->old_tid = facts->old_tid;
	ygr_file_id_fill(&body->file, file_inode(bprm->file));
	ygr_exec_record_capabilities(body, current_cred());
}

static void add_given(struct ygr_event_strings *strings, const struct linux_binprm *bprm,
		      const struct facts *facts, const struct ygr_match_event *match)
{
	ygr_event_add_whole(strings, YGR_STR_FILENAME, bprm->filename,
			    strnlen(bprm->filename, YGR_PATH_BYTES_MAX));
	ygr_exec_record_text(strings, YGR_STR_ARGV, &facts->argv);
	ygr_exec_record_cwd(strings);
	add_digests(strings, match);
}

static void record_check(struct ygr_event *event, const struct linux_binprm *bprm,
			 const struct facts *facts)
{
	struct ygr_event_strings strings __uninitialized;
	struct ygr_body_exec body __uninitialized;

	fill_body(&body, bprm, facts);
	ygr_exec_record_learnt(&body, &event->flags, ygr_exec_facts_find(bprm));
	strings.nr = 0;
	add_given(&strings, bprm, facts, &event->match);
	ygr_exec_record_descent(&strings, current);
	ygr_pipeline_record(event, &body, sizeof(body), &strings);
}

/* Now it is whose credentials, environment and terminal they are. */
static void record_success(struct ygr_event *event, const struct linux_binprm *bprm,
			   const struct facts *facts, const struct ygr_exec_facts *learnt)
{
	struct ygr_event_strings strings __uninitialized;
	struct ygr_terminal terminal __uninitialized;
	struct ygr_body_exec body __uninitialized;
	struct ygr_argv_text env __uninitialized;

	fill_body(&body, bprm, facts);
	ygr_exec_record_learnt(&body, &event->flags, learnt);
	if (bprm->secureexec)
		body.exec_flags |= YGR_EXEC_SECURE;
	strings.nr = 0;
	add_given(&strings, bprm, facts, &event->match);
	ygr_argv_read_current_env(&env);
	ygr_exec_record_text(&strings, YGR_STR_ENV, &env);
	ygr_exec_record_terminal(&body, &strings, current, &terminal);
	ygr_exec_record_script(&body, &strings, learnt);
	ygr_exec_record_descent(&strings, current);
	ygr_pipeline_record(event, &body, sizeof(body), &strings);
}

static void read_argv(struct ygr_event *event, const struct linux_binprm *bprm, char *buffer,
		      struct facts *facts)
{
	struct ygr_argv_text *argv = &facts->argv;

	argv->bytes = buffer;
	argv->len = 0;
	argv->true_len = YGR_LEN_UNKNOWN;
	if (buffer)
		argv->len = ygr_argv_read_bprm(bprm, buffer, &argv->true_len);
	set_argv(event, argv);
}

/* Whatever the file is to be allowed or denied by: its success has the digest from here. */
static u64 read_digest(struct ygr_event *event, const struct linux_binprm *bprm,
		       struct facts *facts)
{
	u64 bytes_max = ygr_pipeline_digest_bytes_max();

	if (bytes_max)
		set_sha256(event, facts, !ygr_digest_file(bprm->file, bytes_max, facts->sha256));
	return bytes_max;
}

/* The event of success is its interpreter's, and judged as such. */
static bool is_script(const struct linux_binprm *bprm)
{
	return bprm->buf[0] == '#' && bprm->buf[1] == '!';
}

/* Reading may sleep and judging may not: all is read before the verdict. */
static int check(struct linux_binprm *bprm)
{
	struct ygr_event event __uninitialized;
	struct facts facts __uninitialized;
	char *argv;
	u64 bytes_max;

	ygr_exec_facts_note(bprm);
	init_exec(&event, YGR_EV_EXEC_CHECK, bprm, &facts);
	event.only_if_ruled = is_script(bprm);
	event.only_if_denied = !event.only_if_ruled;
	bytes_max = read_digest(&event, bprm, &facts);
	if (!ygr_pipeline_may_deny(YGR_ON_EXEC) &&
	    !(event.only_if_ruled && ygr_pipeline_looks_at(YGR_ON_EXEC)))
		return 0;
	argv = kvmalloc(ygr_argv_bytes_max(), GFP_KERNEL);
	read_argv(&event, bprm, argv, &facts);
	preempt_disable_notrace();
	/* A policy that came meanwhile and wants digests, too, must not judge without. */
	while (unlikely(!bytes_max && ygr_pipeline_digest_bytes_max())) {
		preempt_enable_notrace();
		bytes_max = read_digest(&event, bprm, &facts);
		preempt_disable_notrace();
	}
	if (ygr_pipeline_judge(&event))
		record_check(&event, bprm, &facts);
	preempt_enable_notrace();
	kvfree(argv);
	return ygr_event_error(&event);
}

static noinline int bprm_check_wrapper(struct linux_binprm *bprm)
{
	int ret;

	ygr_attach_enter();
	ret = check(bprm) ?: ygr_compat_call(bprm, READ_ONCE(bprm_check_ip));
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

static void read_own_argv(struct ygr_event *event, struct facts *facts)
{
	ygr_argv_read_current(&facts->argv);
	set_argv(event, &facts->argv);
}

static void tell_success(const struct linux_binprm *bprm, u32 old_tid,
			 const struct ygr_exec_facts *learnt)
{
	const u64 bytes_max = ygr_pipeline_digest_bytes_max();
	struct ygr_event event __uninitialized;
	struct facts facts __uninitialized;

	init_exec(&event, YGR_EV_EXEC, bprm, &facts);
	event.settled = true;
	facts.old_tid = old_tid;
	if (bytes_max)
		set_sha256(&event, &facts, ygr_digest_find(bprm->file, bytes_max, facts.sha256));
	if (ygr_pipeline_fields(YGR_ON_EXEC) & YGR_FIELD_BIT(YGR_FIELD_ARGV))
		read_own_argv(&event, &facts);
	if (!ygr_pipeline_judge(&event))
		return;
	if (!facts.argv.bytes)
		read_own_argv(&event, &facts);
	record_success(&event, bprm, &facts, learnt);
}

static void on_exec(void *data, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	struct ygr_exec_facts *learnt;

	ygr_noise_settle();
	preempt_disable_notrace();
	learnt = ygr_exec_facts_take(bprm);
	tell_success(bprm, old_pid != task->pid ? old_pid : 0, learnt);
	kfree(learnt);
	ygr_process_execed(bprm);
	preempt_enable_notrace();
}

static struct ygr_hook hooks[] = {
	YGR_HOOK_TRACEPOINT(sched_process_exec, on_exec),
	YGR_HOOK_FUNCTION(security_bprm_check, on_bprm_check),
};

const struct ygr_hook_table ygr_hook_exec_table = { hooks, ARRAY_SIZE(hooks) };
