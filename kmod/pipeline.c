// SPDX-License-Identifier: GPL-2.0-only
#include <linux/audit.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/kdev_t.h>
#include <linux/percpu.h>
#include <linux/sched/signal.h>
#include <linux/timekeeping.h>

#include "digest.h"
#include "noise.h"
#include "path.h"
#include "pipeline.h"
#include "policy.h"
#include "record.h"
#include "subject.h"
#include "tally.h"
#include "verdict.h"

#define PROCESS_FIELDS	(YGR_FIELD_BIT(YGR_FIELD_EXE) | YGR_FIELD_BIT(YGR_FIELD_PARENT) | \
			 YGR_FIELD_BIT(YGR_FIELD_ANCESTOR) | YGR_FIELD_BIT(YGR_FIELD_CGROUP) | \
			 YGR_FIELD_BIT(YGR_FIELD_LABEL))
#define CREDENTIAL_FIELDS (YGR_FIELD_BIT(YGR_FIELD_UID) | YGR_FIELD_BIT(YGR_FIELD_GID) | \
			 YGR_FIELD_BIT(YGR_FIELD_LOGINUID))
#define FILE_FIELDS	(YGR_FIELD_BIT(YGR_FIELD_FILE_ID) | YGR_FIELD_BIT(YGR_FIELD_OWNER) | \
			 YGR_FIELD_BIT(YGR_FIELD_FILE_ATTR))
/* memfd and unlinked come to light when the path is resolved. */
#define PATH_FIELDS	(YGR_FIELD_BIT(YGR_FIELD_PATH) | YGR_FIELD_BIT(YGR_FIELD_FILE_ATTR))
#define DIGEST_FIELDS	(YGR_FIELD_BIT(YGR_FIELD_SHA256) | YGR_FIELD_BIT(YGR_FIELD_FILE_ATTR))

struct counters {
	u64 ignored;
	u64 denied;
	u64 killed;
	u64 path_failed;
	u64 argv_failed;
};

static DEFINE_PER_CPU(struct counters, counters);

static void resolve_paths(struct ygr_event *event)
{
	struct ygr_match_event *match = &event->match;
	u32 i;

	if (event->paths_resolved)
		return;
	event->paths_resolved = true;
	for (i = 0; i < event->path_nr; i++) {
		struct ygr_match_text *path = &match->paths[match->path_nr];
		int len = event->root ?
			ygr_path_resolve_below(event->root, event->paths[i].path, &path->bytes,
					       &event->flags) :
			ygr_path_resolve(YGR_PATH_SLOT_FIRST + i, event->paths[i].path,
					 event->paths[i].child, &path->bytes, &event->flags);

		/* The other one, if there is one, is judged all the same. */
		if (len < 0) {
			this_cpu_inc(counters.path_failed);
			event->flags |= YGR_F_NO_PATH;
			continue;
		}
		path->len = len;
		event->path_tags[match->path_nr++] = i ? YGR_STR_NEW_PATH : YGR_STR_PATH;
	}
}

static u64 attr_of_mode(umode_t mode)
{
	u64 attr = 0;

	if (mode & S_ISUID)
		attr |= YGR_FILE_SETUID;
	if (mode & S_ISGID)
		attr |= YGR_FILE_SETGID;
	if (mode & 0002)
		attr |= YGR_FILE_WORLD_WRITABLE;
	if (mode & 0020)
		attr |= YGR_FILE_GROUP_WRITABLE;
	if (mode & 0111)
		attr |= YGR_FILE_EXECUTABLE;
	return attr;
}

static u64 attr_of_flags(u32 flags)
{
	u64 attr = 0;

	if (flags & YGR_F_MEMFD)
		attr |= YGR_FILE_MEMFD;
	if (flags & YGR_F_UNLINKED)
		attr |= YGR_FILE_UNLINKED;
	if (flags & YGR_F_NO_PATH)
		attr |= YGR_FILE_NO_PATH;
	if (flags & YGR_F_NO_DIGEST)
		attr |= YGR_FILE_NO_DIGEST;
	return attr;
}

static void fill_file(struct ygr_event *event)
{
	struct ygr_match_event *match = &event->match;
	const struct inode *inode = event->inode;

	match->file_attr = event->file_attr | attr_of_flags(event->flags);
	match->has_file = inode;
	if (!inode)
		return;
	match->dev_major = MAJOR(inode->i_sb->s_dev);
	match->dev_minor = MINOR(inode->i_sb->s_dev);
	match->ino = inode->i_ino;
	match->owner = __kuid_val(inode->i_uid);
	match->file_attr |= attr_of_mode(inode->i_mode);
}

static void fill_credentials(struct ygr_match_event *match)
{
	const struct cred *cred = current_cred();

	match->euid = __kuid_val(cred->euid);
	match->egid = __kgid_val(cred->egid);
	match->loginuid = __kuid_val(audit_get_loginuid(current));
}

/* What nobody is: no condition about a process holds. */
static void fill_nobody(struct ygr_match_event *match)
{
	match->euid = ~0u;
	match->egid = ~0u;
	match->loginuid = ~0u;
	match->cgroup_id = 0;
	match->process_attr = 0;
	match->exe = NULL;
	match->parent = NULL;
	match->ancestors = NULL;
	match->cgroup = NULL;
	match->labels = 0;
}

/* What the policy looks at in this event, and no more. */
static void fill_match(struct ygr_event *event, const struct ygr_policy *policy, u32 fields)
{
	struct ygr_match_event *match = &event->match;

	if (fields & PATH_FIELDS)
		resolve_paths(event);
	if (fields & FILE_FIELDS)
		fill_file(event);
	if (policy->image.has_expiry)
		match->now_s = ktime_get_real_seconds();
	if (unlikely(event->no_subject)) {
		fill_nobody(match);
		return;
	}
	if (fields & CREDENTIAL_FIELDS)
		fill_credentials(match);
	if (fields & YGR_FIELD_BIT(YGR_FIELD_CGROUP_ID))
		match->cgroup_id = cgroup_id(task_dfl_cgroup(current));
	if (fields & YGR_FIELD_BIT(YGR_FIELD_PROCESS_ATTR))
		match->process_attr = ygr_subject_attr();
	if (fields & PROCESS_FIELDS)
		ygr_process_fill(match, &event->process, policy, fields);
}

static void kill_current(struct ygr_event *event)
{
	this_cpu_inc(counters.killed);
	event->flags |= YGR_F_KILLED;
	send_sig(SIGKILL, current, 1);
}

/* From the decision of the policy to what becomes of the event. */
static void decide(struct ygr_event *event, const struct ygr_policy *policy)
{
	struct ygr_decision *decision = &event->decision;

	*decision = ygr_match(&policy->index, &event->match);
	/* What is done cannot be denied any more: as if no rule had held. */
	if (event->settled && decision->action == YGR_ACTION_DENY)
		*decision = (struct ygr_decision) {
			.action = YGR_ACTION_ALLOW, .labels = decision->labels,
		};
	/* They will be recorded anyway. */
	if (decision->action == YGR_ACTION_DENY)
		resolve_paths(event);
	event->verdict = ygr_verdict_weigh(policy, event);
	if (decision->rule) {
		event->rule_name = policy->image.strings + decision->rule->name_off;
		event->rule_alert = policy->image.strings + decision->rule->alert_off;
	}
	if (event->verdict == YGR_VERDICT_DENY) {
		this_cpu_inc(counters.denied);
		event->error = -(int)decision->rule->error;
		if (decision->rule->flags & YGR_RULE_F_KILL)
			kill_current(event);
	}
	/* An attempt that is allowed and has a record of its own later has its labels then, too. */
	if (decision->labels && !(event->only_if_denied && event->verdict != YGR_VERDICT_DENY)) {
		ygr_verdict_count_labels(policy, event);
		if (likely(!event->no_subject))
			ygr_process_label(policy, decision->labels);
	}
}

static bool is_recorded(const struct ygr_event *event)
{
	if (event->verdict != YGR_VERDICT_ALLOW)
		return true;
	if (event->only_if_denied)
		return false;
	if (event->only_if_ruled)
		return event->decision.action == YGR_ACTION_RECORD;
	switch (event->decision.action) {
	case YGR_ACTION_IGNORE:
		this_cpu_inc(counters.ignored);
		return false;
	case YGR_ACTION_ALLOW:
		return !(YGR_ON_QUIET & YGR_ON_BIT(event->match.on));
	default:
		return true;
	}
}

bool ygr_pipeline_judge(struct ygr_event *event)
{
	const struct ygr_policy *policy = ygr_policy_get();
	const struct ygr_policy_image *image = &policy->image;
	u64 on = YGR_ON_BIT(event->match.on);

	event->paths_resolved = false;
	event->match.path_nr = 0;
	event->generation = policy->generation;
	event->decision.action = YGR_ACTION_ALLOW;
	event->decision.rule_id = 0;
	event->verdict = YGR_VERDICT_ALLOW;
	/* Only here is it known from where. */
	if (event->root)
		resolve_paths(event);
	if (image->on_mask & on) {
		fill_match(event, policy, image->fields_of[event->match.on]);
		decide(event, policy);
	}
	return is_recorded(event) && !ygr_noise_takes(event, &policy->noise);
}

static void add_paths(struct ygr_event *event, struct ygr_event_strings *strings)
{
	u32 i;

	resolve_paths(event);
	for (i = 0; i < event->match.path_nr; i++) {
		const struct ygr_match_text *path = &event->match.paths[i];
		u32 len = min(path->len, YGR_PATH_BYTES_MAX);

		ygr_event_add_string(strings, event->path_tags[i],
				     path->bytes + path->len - len, len, path->len);
	}
}

static void add_own(struct ygr_event *event, struct ygr_event_strings *strings)
{
	add_paths(event, strings);
	if (event->decision.rule_id)
		ygr_context_add_rule(strings, event->rule_name, event->rule_alert,
				     !event->no_subject);
	if (!event->no_subject && ygr_subject_is_proxy()) {
		ygr_subject_fill_submitter(&event->submitter);
		ygr_event_add_whole(strings, YGR_STR_SUBMITTER, (const char *)&event->submitter,
				    sizeof(event->submitter));
	}
}

/* What is judged by a path is recorded with that path, whatever it is a moment later. */
static bool is_plain(const struct ygr_event *event)
{
	return event->verdict == YGR_VERDICT_ALLOW && !event->paths_resolved &&
	       event->path_nr <= 1 && event->class > YGR_CLASS_SENSOR && !event->hold &&
	       !event->no_subject && !ygr_subject_is_proxy();
}

void *ygr_pipeline_begin(struct ygr_event *event, u16 body_len, struct ygr_event_strings *strings)
{
	void *to = is_plain(event) ? ygr_record_begin_plain(event, body_len, strings) : NULL;

	if (to)
		return to;
	add_own(event, strings);
	return ygr_record_begin(event, body_len, strings);
}

void ygr_pipeline_record(struct ygr_event *event, const void *body, u16 body_len,
			 struct ygr_event_strings *strings)
{
	void *to = ygr_pipeline_begin(event, body_len, strings);

	if (to)
		ygr_record_finish(to, body, body_len);
}

int ygr_pipeline_run(struct ygr_event *event, const void *body, u16 body_len)
{
	struct ygr_event_strings strings __uninitialized;

	preempt_disable_notrace();
	if (ygr_pipeline_judge(event)) {
		strings.nr = 0;
		ygr_pipeline_record(event, body, body_len, &strings);
	}
	preempt_enable_notrace();
	return ygr_event_error(event);
}

static __always_inline void count_ignored(const struct ygr_policy *policy, enum ygr_on on)
{
	ygr_tally_held(policy->tallies, policy->index.ignoring_rule[on]);
	this_cpu_inc(counters.ignored);
}

void ygr_pipeline_count_ignored(const struct ygr_policy *policy, enum ygr_on on)
{
	count_ignored(policy, on);
}

bool ygr_pipeline_skips(enum ygr_on on)
{
	const struct ygr_policy *policy;
	u8 plan;

	preempt_disable_notrace();
	policy = ygr_policy_get();
	plan = policy->plans[on];
	if (plan == YGR_POLICY_IGNORES)
		count_ignored(policy, on);
	preempt_enable_notrace();
	return plan == YGR_POLICY_SKIPS || plan == YGR_POLICY_IGNORES;
}

void ygr_pipeline_count(const struct ygr_policy *policy, u32 rule_id)
{
	if (!rule_id)
		return;
	ygr_tally_held(policy->tallies, rule_id - 1);
	if (policy->image.rules[rule_id - 1].action == YGR_ACTION_IGNORE)
		this_cpu_inc(counters.ignored);
}

bool ygr_pipeline_looks_at(enum ygr_on on)
{
	u64 mask;

	preempt_disable_notrace();
	mask = ygr_policy_get()->image.on_mask;
	preempt_enable_notrace();
	return mask & YGR_ON_BIT(on);
}

bool ygr_pipeline_may_deny(enum ygr_on on)
{
	u64 mask;

	preempt_disable_notrace();
	mask = ygr_policy_get()->image.deny_on_mask;
	preempt_enable_notrace();
	return mask & YGR_ON_BIT(on);
}

u32 ygr_pipeline_fields(enum ygr_on on)
{
	u32 fields;

	preempt_disable_notrace();
	fields = ygr_policy_get()->image.fields_of[on];
	preempt_enable_notrace();
	return fields;
}

static bool wants_digests(const struct ygr_policy_image *image)
{
	return image->header && ((image->header->flags & YGR_POLICY_F_DIGEST) ||
				 (image->fields_of[YGR_ON_EXEC] & DIGEST_FIELDS));
}

u64 ygr_pipeline_digest_bytes_max(void)
{
	const struct ygr_policy_image *image;
	u64 bytes_max = 0;

	preempt_disable_notrace();
	image = &ygr_policy_get()->image;
	if (wants_digests(image))
		bytes_max = image->header->digest_bytes_max;
	preempt_enable_notrace();
	return bytes_max;
}

void ygr_pipeline_count_argv_failure(void)
{
	this_cpu_inc(counters.argv_failed);
}

void ygr_pipeline_stats(unsigned int cpu, struct ygr_stats *stats)
{
	const struct counters *from = per_cpu_ptr(&counters, cpu);

	stats->ignored += READ_ONCE(from->ignored);
	stats->denied += READ_ONCE(from->denied);
	stats->killed += READ_ONCE(from->killed);
	stats->path_failed += READ_ONCE(from->path_failed);
	stats->argv_failed += READ_ONCE(from->argv_failed);
	ygr_verdict_stats(cpu, stats);
	ygr_process_stats(cpu, stats);
	ygr_digest_stats(cpu, stats);
}
