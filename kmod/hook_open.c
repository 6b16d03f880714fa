// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opens, by a name or by a handle, seen before the file system acts: of all events the most. Most of them go a short
 * way, for which nothing is set up.
 */
#include <linux/fs.h>
#include <linux/security.h>

#include "compact.h"
#include "file.h"
#include "file_id.h"
#include "hooks.h"
#include "noise.h"
#include "pipeline.h"
#include "policy.h"
#include "writer.h"

/* O_TRUNC empties a file that is opened for reading only, too. */
static bool writes(const struct file *file)
{
	return (file->f_mode & FMODE_WRITE) || (file->f_flags & O_TRUNC);
}

/* What few opens have. A file without a name is made by its open, and not said to be. */
static u32 rare_access_of(u32 mode, u32 flags)
{
	return !!(flags & O_TRUNC) * YGR_ACCESS_WRITE |
	       !!(mode & (__force u32)FMODE_CREATED) * YGR_ACCESS_CREATED |
	       !!(flags & __O_TMPFILE) * YGR_ACCESS_CREATED |
	       !!(flags & (__force u32)__FMODE_EXEC) * YGR_ACCESS_EXEC;
}

static __always_inline u32 access_of(const struct file *file)
{
	u32 mode = (__force u32)file->f_mode, flags = file->f_flags;
	u32 access = mode & (YGR_ACCESS_READ | YGR_ACCESS_WRITE);

	BUILD_BUG_ON((__force u32)FMODE_READ != YGR_ACCESS_READ || (__force u32)FMODE_WRITE != YGR_ACCESS_WRITE);
	if (unlikely((flags & (O_TRUNC | __O_TMPFILE | (__force u32)__FMODE_EXEC)) ||
		     (mode & (__force u32)FMODE_CREATED)))
		access |= rare_access_of(mode, flags);
	return access;
}

static __always_inline u32 fill_body(struct ygr_body_file *body, const struct file *file)
{
	const u32 access = access_of(file);

	ygr_file_id_fill_known(&body->file, file_inode(file));
	body->access = access;
	body->open_flags = file->f_flags;
	return access;
}

/*
 * Whether the file's name leaves it at what was said of its directory. A rule may name the file by the end of its path:
 * that nothing was renamed is asked again after a look at that.
 */
static __always_inline bool is_said_of(const struct ygr_directory_verdict *verdict, const struct ygr_compact_file *file,
				       const struct ygr_policy *policy)
{
	const struct ygr_compact_name *name = &file->name;

	return likely(!verdict->looks_at_end) ||
	       (!ygr_policy_index_has_end(&policy->index, name->bytes[name->len - 1]) &&
		ygr_directory_is_unmoved(file->directory));
}

static const struct ygr_directory_verdict
	unruled = { .way = YGR_DIRECTORY_RECORD },	/* no rule looks at opens */
	depends = { .way = YGR_DIRECTORY_JUDGE };	/* on the file's name */

/* @file: found just now */
static const struct ygr_directory_verdict *ask(const struct ygr_compact_file *file, enum ygr_on on,
					       const struct ygr_policy *policy)
{
	const struct ygr_directory_verdict *verdict;

	if (policy->plans[on] != YGR_POLICY_JUDGES_DIRECTORIES)
		return &unruled;
	verdict = ygr_directory_verdict(file->directory, on);
	if (verdict->generation != policy->generation)
		ygr_directory_judge(file->directory, on, policy);
	return is_said_of(verdict, file, policy) ? verdict : &depends;
}

static __always_inline bool passes(struct ygr_context *context, const struct file *file, enum ygr_on on,
				   const struct ygr_policy *policy)
{
	return ygr_noise_passes(context, &policy->noise, on,
				ygr_noise_what_of_open(file_inode(file), file->f_flags));
}

/* Return: the current task's context of @rule_id, if the open passes by it; NULL: it has to be asked about. */
static struct ygr_context *let_pass(const struct file *file, enum ygr_on on, const struct ygr_policy *policy,
				    u32 rule_id)
{
	struct ygr_context *context = ygr_context_slot(current, rule_id);

	return passes(context, file, on, policy) ? context : NULL;
}

/*
 * The first one in its directory for a while, or of its process since something of that changed, which is told before it.
 *
 * @passed: the context by which it passes, as is known already; NULL: it is not
 *
 * Return: what was done.
 */
static noinline enum ygr_directory_way run_first_open(const struct file *file, enum ygr_on on,
						      const struct ygr_policy *policy,
						      struct ygr_context *passed, unsigned long grace)
{
	const struct ygr_directory_verdict *verdict;
	struct ygr_compact_file found __uninitialized;
	struct ygr_context_judge judge;
	struct ygr_body_file *body;
	u32 access;

	/* By no rule, that is sure: who may not pass needs no directory. */
	if (!passed && policy->plans[on] == YGR_POLICY_RECORDS) {
		passed = let_pass(file, on, policy, 0);
		if (!passed)
			return YGR_DIRECTORY_JUDGE;
	}
	if (!ygr_compact_renew_file(&found, &file->f_path, grace))
		goto out_judge;
	verdict = ask(&found, on, policy);
	if (verdict->way == YGR_DIRECTORY_LEAVE && !passed) {
		ygr_pipeline_count(policy, verdict->rule_id);
		return YGR_DIRECTORY_LEAVE;
	}
	/* Found again, its directory may be another, and so may what is said of it. */
	if (verdict->way != YGR_DIRECTORY_RECORD ||
	    (passed && passed != ygr_context_slot(current, verdict->rule_id)))
		goto out_judge;
	if (!passed)
		passed = let_pass(file, on, policy, verdict->rule_id);
	if (!passed)
		return YGR_DIRECTORY_JUDGE;
	judge = ygr_context_judge_of(policy, verdict->rule_id);
	body = ygr_compact_begin_first(YGR_EV_OPEN, YGR_CLASS_FILE, &judge, sizeof(*body),
				       file->f_path.dentry, &found);
	if (!body)
		goto out_judge;
	access = fill_body(body, file);
	if (ygr_writer_has(file))
		ygr_writer_opened(file, access, &body->file, ygr_compact_of(body)->time_ns);
	ygr_record_commit();
	ygr_pipeline_count(policy, verdict->rule_id);
	ygr_noise_passed(passed, &policy->noise);
	return YGR_DIRECTORY_RECORD;
out_judge:
	if (passed)
		ygr_noise_pass_back(passed);
	return YGR_DIRECTORY_JUDGE;
}

/*
 * @is_judged: rules look at opens, and what they say may depend on the directory alone
 *
 * Return: what was done.
 */
static __always_inline enum ygr_directory_way run_open(const struct file *file, enum ygr_on on,
						       const struct ygr_policy *policy, bool is_judged)
{
	unsigned long grace = ygr_compat_grace_periods();
	const struct ygr_directory_verdict *verdict = &unruled;
	struct ygr_compact_file found __uninitialized;
	struct ygr_ring_compact *record;
	struct ygr_context *context;
	struct ygr_body_file *body;
	u64 pos __uninitialized;
	u32 access;

	if (unlikely(!ygr_compact_find_file(&found, &file->f_path, grace)))
		return run_first_open(file, on, policy, NULL, grace);
	if (is_judged) {
		verdict = ygr_directory_verdict(found.directory, on);
		if (unlikely(verdict->generation != policy->generation))
			return run_first_open(file, on, policy, NULL, grace);
		if (verdict->way == YGR_DIRECTORY_JUDGE || !is_said_of(verdict, &found, policy))
			return YGR_DIRECTORY_JUDGE;
		if (verdict->way == YGR_DIRECTORY_LEAVE) {
			ygr_pipeline_count(policy, verdict->rule_id);
			return YGR_DIRECTORY_LEAVE;
		}
	}
	context = ygr_context_slot(current, verdict->rule_id);
	if (!passes(context, file, on, policy))
		return YGR_DIRECTORY_JUDGE;
	if (unlikely(!ygr_context_is_of(context, current, policy->generation, verdict->rule_id, grace)))
		return run_first_open(file, on, policy, context, grace);
	record = ygr_compact_begin_found(YGR_EV_OPEN, YGR_CLASS_FILE, context, sizeof(struct ygr_body_file),
					 file->f_path.dentry, &found, &pos);
	if (unlikely(!record))
		return run_first_open(file, on, policy, context, grace);
	body = (void *)(record + 1);
	access = fill_body(body, file);
	/* What is to be known at the close is kept. */
	if (ygr_writer_has(file))
		ygr_writer_put(file, access, &body->file, record->time_ns,
			       ygr_writer_opener_of(context, &found.directory->marks.root));
	ygr_compact_commit(record, pos, YGR_CLASS_FILE);
	if (is_judged && verdict->tally)
		atomic64_inc(verdict->tally);
	ygr_noise_passed(context, &policy->noise);
	return YGR_DIRECTORY_RECORD;
}

static noinline void keep_writer(const struct file *file)
{
	struct ygr_file_id id __uninitialized;

	ygr_file_id_fill_known(&id, file_inode(file));
	ygr_writer_opened(file, access_of(file), &id, ygr_clock_task_ns());
}

static noinline int judge_open(const struct file *file, enum ygr_on on)
{
	struct ygr_event event __uninitialized;

	ygr_event_init(&event, YGR_EV_OPEN, YGR_CLASS_FILE, on);
	event.inode = file_inode(file);
	ygr_event_add_path(&event, &file->f_path, NULL);
	return ygr_file_run(&event, event.inode, access_of(file), file->f_flags, NULL);
}

/* The long way of whom the short one has left, and the end of all others that are not recorded. */
static noinline void end_open(const struct file *file, enum ygr_on on, enum ygr_directory_way way,
			      struct ftrace_regs *fregs)
{
	int error = way == YGR_DIRECTORY_JUDGE ? judge_open(file, on) : 0;

	if (ygr_writer_has(file) && !error)
		keep_writer(file);
	preempt_enable_notrace();
	ygr_attach_answer(fregs, error);
}

static __always_inline void run_to_end(const struct file *file, enum ygr_on on, const struct ygr_policy *policy,
				       bool is_judged, struct ftrace_regs *fregs)
{
	enum ygr_directory_way way = run_open(file, on, policy, is_judged);

	if (way == YGR_DIRECTORY_RECORD)
		preempt_enable_notrace();
	else
		end_open(file, on, way, fregs);
}

static noinline void run_unruled_open(const struct file *file, enum ygr_on on, const struct ygr_policy *policy,
				      struct ftrace_regs *fregs)
{
	run_to_end(file, on, policy, false, fregs);
}

static noinline void run_ruled_open(const struct file *file, enum ygr_on on, const struct ygr_policy *policy,
				    struct ftrace_regs *fregs)
{
	run_to_end(file, on, policy, true, fregs);
}

static __always_inline void count_if_ignored(enum ygr_on on, const struct ygr_policy *policy)
{
	if (policy->plans[on] == YGR_POLICY_IGNORES)
		ygr_pipeline_count_ignored(policy, on);
}

/* Where something is kept for the close, or there may be something to forget. */
static noinline void run_unwanted_writer(const struct file *file, enum ygr_on on, const struct ygr_policy *policy,
					 bool keeps, struct ftrace_regs *fregs)
{
	count_if_ignored(on, policy);
	if (keeps) {
		end_open(file, on, YGR_DIRECTORY_LEAVE, fregs);
		return;
	}
	ygr_writer_forget(file);
	preempt_enable_notrace();
}

/* One that is not recorded. A close that nobody wants, either, needs nothing to be kept for it. */
static noinline void run_unwanted_open(const struct file *file, enum ygr_on on, const struct ygr_policy *policy,
				       struct ftrace_regs *fregs)
{
	bool is_writer = ygr_writer_has(file);
	bool keeps = is_writer && policy->plans[YGR_ON_CLOSE_WRITE] != YGR_POLICY_IGNORES;

	if (keeps || (is_writer && ygr_writer_may_know(file))) {
		run_unwanted_writer(file, on, policy, keeps, fregs);
		return;
	}
	count_if_ignored(on, policy);
	preempt_enable_notrace();
}

/*
 * The way goes on in each of these to its end: nothing is kept here for when they come back, and the most frequent are
 * asked about first.
 */
static void notrace on_open(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct file *file = ygr_attach_arg(fregs, 0);
	enum ygr_on on = writes(file) ? YGR_ON_OPEN_WRITE : YGR_ON_OPEN_READ;
	const struct ygr_policy *policy;
	u8 plan;

	/* What a file system opens beneath a file that has been judged above. */
	if (ygr_compat_is_backing_open(file))
		return;
	preempt_disable_notrace();
	policy = ygr_policy_get();
	plan = policy->plans[on];
	if (plan == YGR_POLICY_RECORDS)
		run_unruled_open(file, on, policy, fregs);
	else if (plan == YGR_POLICY_JUDGES_DIRECTORIES)
		run_ruled_open(file, on, policy, fregs);
	else if (plan == YGR_POLICY_JUDGES)
		end_open(file, on, YGR_DIRECTORY_JUDGE, fregs);
	else
		run_unwanted_open(file, on, policy, fregs);
}

static struct ygr_hook hooks[] = {
	YGR_HOOK_HOT_FUNCTION(security_file_open, on_open),
};

const struct ygr_hook_table ygr_hook_open_table = { hooks, ARRAY_SIZE(hooks) };
