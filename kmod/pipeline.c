// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cred.h>
#include <linux/percpu.h>

#include "path.h"
#include "pipeline.h"
#include "policy.h"
#include "record.h"

struct counters {
	u64 ignored;
	u64 denied;
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
		struct ygr_match_path *path = &match->paths[match->path_nr];
		int len = ygr_path_resolve(YGR_PATH_SLOT_FIRST + i, event->paths[i].path,
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

static enum ygr_verdict verdict_of(const struct ygr_event *event)
{
	const struct ygr_decision *decision = &event->decision;

	if (decision->action != YGR_ACTION_DENY)
		return YGR_VERDICT_ALLOW;
	return decision->mode == YGR_MODE_MONITOR ? YGR_VERDICT_WOULD_DENY : YGR_VERDICT_DENY;
}

static bool is_recorded(const struct ygr_event *event)
{
	if (event->verdict != YGR_VERDICT_ALLOW)
		return true;
	if (event->only_if_denied)
		return false;
	switch (event->decision.action) {
	case YGR_ACTION_IGNORE:
		this_cpu_inc(counters.ignored);
		return false;
	case YGR_ACTION_ALLOW:
		return event->match.on != YGR_ON_OPEN_READ;
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
	if (image->on_mask & on) {
		if (image->path_on_mask & on)
			resolve_paths(event);
		event->match.euid = __kuid_val(current_euid());
		event->decision = ygr_match(&policy->index, &event->match);
		/* What is done cannot be denied any more: as if no rule had matched. */
		if (event->settled && event->decision.action == YGR_ACTION_DENY)
			event->decision = (struct ygr_decision) { .action = YGR_ACTION_ALLOW };
		event->verdict = verdict_of(event);
		if (event->decision.rule)
			event->rule_name = image->strings + event->decision.rule->name_off;
		if (event->verdict == YGR_VERDICT_DENY)
			this_cpu_inc(counters.denied);
	}
	return is_recorded(event);
}

static void add_paths(struct ygr_event *event, struct ygr_event_strings *strings)
{
	u32 i;

	resolve_paths(event);
	for (i = 0; i < event->match.path_nr; i++) {
		const struct ygr_match_path *path = &event->match.paths[i];
		u32 len = min(path->len, YGR_PATH_BYTES_MAX);

		ygr_event_add_string(strings, event->path_tags[i],
				     path->bytes + path->len - len, len, path->len);
	}
}

void ygr_pipeline_record(struct ygr_event *event, const void *body, u16 body_len,
			 struct ygr_event_strings *strings)
{
	add_paths(event, strings);
	if (event->decision.rule_id)
		ygr_event_add_whole(strings, YGR_STR_RULE, event->rule_name,
				    strlen(event->rule_name));
	ygr_record_put(event, body, body_len, strings);
}

bool ygr_pipeline_run(struct ygr_event *event, const void *body, u16 body_len)
{
	struct ygr_event_strings strings __uninitialized;

	preempt_disable_notrace();
	if (ygr_pipeline_judge(event)) {
		strings.nr = 0;
		ygr_pipeline_record(event, body, body_len, &strings);
	}
	preempt_enable_notrace();
	return ygr_event_is_denied(event);
}

bool ygr_pipeline_is_watched(enum ygr_on on)
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

void ygr_pipeline_count_argv_failure(void)
{
	this_cpu_inc(counters.argv_failed);
}

void ygr_pipeline_stats(unsigned int cpu, struct ygr_stats *stats)
{
	const struct counters *from = per_cpu_ptr(&counters, cpu);

	stats->ignored += READ_ONCE(from->ignored);
	stats->denied += READ_ONCE(from->denied);
	stats->path_failed += READ_ONCE(from->path_failed);
	stats->argv_failed += READ_ONCE(from->argv_failed);
}
