// SPDX-License-Identifier: GPL-2.0-only
#include <linux/percpu.h>
#include <linux/ktime.h>

#include "pipeline.h"
#include "ring.h"
#include "subject.h"

struct counters {
	u64 ignored;
	u64 denied;
	u64 path_failed;
	u64 argv_failed;
};

static DEFINE_PER_CPU(struct counters, counters);

/* What becomes of an event. */
struct judgement {
	struct ygr_decision decision;
	enum ygr_verdict verdict;
	u64 generation;
	const char *rule_name;		/* inside the RCU read section only */
};

/* The paths of an event, resolved once, for rules and record alike. */
struct resolved {
	bool done;
	u32 nr;
	struct ygr_match_path paths[YGR_MATCH_PATHS_MAX];
};

static void resolve_paths(struct ygr_event *event, struct resolved *resolved)
{
	u32 i;

	if (resolved->done)
		return;
	resolved->done = true;
	for (i = 0; i < event->path_nr; i++) {
		struct ygr_match_path *path = &resolved->paths[i];
		int len = ygr_path_resolve(YGR_PATH_SLOT_FIRST + i, event->paths[i].path,
					   event->paths[i].child, &path->bytes, &event->flags);

		if (len < 0) {
			this_cpu_inc(counters.path_failed);
			event->flags |= YGR_F_NO_PATH;
			return;
		}
		path->len = len;
		resolved->nr++;
	}
}

static enum ygr_verdict verdict_of(const struct ygr_event *event,
				   const struct ygr_decision *decision)
{
	if (decision->action != YGR_ACTION_DENY || event->settled)
		return YGR_VERDICT_ALLOW;
	return decision->mode == YGR_MODE_MONITOR ? YGR_VERDICT_WOULD_DENY : YGR_VERDICT_DENY;
}

static void judge(struct ygr_event *event, const struct ygr_policy *policy,
		  struct resolved *resolved, struct judgement *judgement)
{
	const struct ygr_policy_image *image = &policy->image;
	struct ygr_match_event match;

	judgement->generation = policy->generation;
	if (!(image->on_mask & YGR_ON_BIT(event->on)))
		return;
	if (image->path_on_mask & YGR_ON_BIT(event->on))
		resolve_paths(event, resolved);

	match.on = event->on;
	match.euid = __kuid_val(current_euid());
	match.path_nr = resolved->nr;
	memcpy(match.paths, resolved->paths, sizeof(match.paths));
	match.family = event->family;
	match.port = event->port;
	match.addr = event->addr;
	judgement->decision = ygr_match(image, &match);
	judgement->verdict = verdict_of(event, &judgement->decision);
	if (judgement->decision.rule)
		judgement->rule_name = image->strings + judgement->decision.rule->name_off;
}

static bool is_recorded(const struct ygr_event *event, const struct judgement *judgement)
{
	if (judgement->verdict != YGR_VERDICT_ALLOW)
		return true;
	if (event->only_if_denied)
		return false;
	switch (judgement->decision.action) {
	case YGR_ACTION_IGNORE:
		return false;
	case YGR_ACTION_ALLOW:
		return event->on != YGR_ON_OPEN_READ;
	default:
		return true;
	}
}

static void add_paths(struct ygr_event *event, const struct resolved *resolved)
{
	u32 i;

	for (i = 0; i < resolved->nr; i++) {
		const struct ygr_match_path *path = &resolved->paths[i];
		u32 len = min(path->len, YGR_PATH_BYTES_MAX);

		ygr_event_add_string(event, i ? YGR_STR_NEW_PATH : YGR_STR_PATH,
				     path->bytes + path->len - len, len, path->len);
	}
}

static u32 bytes_of(const struct ygr_event *event)
{
	u32 bytes = sizeof(struct ygr_record) + event->body_len;
	u32 i;

	for (i = 0; i < event->string_nr; i++)
		bytes += sizeof(struct ygr_string) + ALIGN(event->strings[i].len, 8);
	return bytes;
}

/* The zero padding first: the bytes then cover what they need of it. */
static void *put_string(void *where, const struct ygr_event_string *from)
{
	struct ygr_string *string = where;
	u32 padded = ALIGN(from->len, 8);

	string->tag = from->tag;
	string->pad = 0;
	string->len = from->len;
	string->true_len = from->true_len;
	string->pad2 = 0;
	where = string + 1;
	if (padded)
		*(u64 *)(where + padded - 8) = 0;
	memcpy(where, from->bytes, from->len);
	return where + padded;
}

static void record(struct ygr_event *event, const struct judgement *judgement)
{
	enum ygr_class class = judgement->verdict == YGR_VERDICT_ALLOW ? event->class :
									 YGR_CLASS_DENY;
	u32 bytes = bytes_of(event);
	struct ygr_record *record = ygr_ring_reserve(bytes, class);
	void *where;
	u32 i;

	if (!record)
		return;
	record->len = bytes;
	record->type = event->type;
	record->body_len = event->body_len;
	record->time_ns = ktime_get_boot_fast_ns();
	record->flags = event->flags;
	record->rule_id = judgement->decision.rule_id;
	record->generation = judgement->generation;
	record->class = class;
	record->verdict = judgement->verdict;
	memset(record->pad, 0, sizeof(record->pad));
	ygr_subject_fill(record);

	where = record + 1;
	memcpy(where, event->body, event->body_len);
	where += event->body_len;
	for (i = 0; i < event->string_nr; i++) {
		if (event->strings[i].len != event->strings[i].true_len)
			record->flags |= YGR_F_TRUNCATED;
		where = put_string(where, &event->strings[i]);
	}
	ygr_ring_commit();
}

bool ygr_pipeline_is_watched(enum ygr_on on)
{
	bool watched;

	rcu_read_lock();
	watched = ygr_policy_get()->image.on_mask & YGR_ON_BIT(on);
	rcu_read_unlock();
	return watched;
}

bool ygr_pipeline_may_deny(enum ygr_on on)
{
	bool may;

	rcu_read_lock();
	may = ygr_policy_get()->image.deny_on_mask & YGR_ON_BIT(on);
	rcu_read_unlock();
	return may;
}

bool ygr_pipeline_run(struct ygr_event *event)
{
	struct judgement judgement = { .verdict = YGR_VERDICT_ALLOW };
	struct resolved resolved = { .done = false };

	rcu_read_lock();
	judge(event, ygr_policy_get(), &resolved, &judgement);
	if (is_recorded(event, &judgement)) {
		resolve_paths(event, &resolved);
		add_paths(event, &resolved);
		if (judgement.rule_name)
			ygr_event_add_whole(event, YGR_STR_RULE, judgement.rule_name,
					    strlen(judgement.rule_name));
		record(event, &judgement);
	} else if (!event->only_if_denied) {
		this_cpu_inc(counters.ignored);
	}
	rcu_read_unlock();

	if (judgement.verdict == YGR_VERDICT_DENY)
		this_cpu_inc(counters.denied);
	return judgement.verdict == YGR_VERDICT_DENY;
}

bool ygr_pipeline_run_preemptible(struct ygr_event *event)
{
	bool denied;

	preempt_disable_notrace();
	denied = ygr_pipeline_run(event);
	preempt_enable_notrace();
	return denied;
}

static void tell(struct ygr_event *event, u64 generation)
{
	const struct judgement judgement = {
		.verdict = YGR_VERDICT_ALLOW, .generation = generation,
	};

	preempt_disable_notrace();
	rcu_read_lock();
	record(event, &judgement);
	rcu_read_unlock();
	preempt_enable_notrace();
}

void ygr_pipeline_tell_policy(u64 old_generation, u64 new_generation, enum ygr_policy_op op,
			      u32 rule_nr)
{
	const struct ygr_body_policy body = {
		.old_generation = old_generation,
		.new_generation = new_generation,
		.op = op,
		.rule_nr = rule_nr,
	};
	struct ygr_event event = {
		.type = YGR_EV_POLICY,
		.class = YGR_CLASS_SENSOR,
		.body = &body,
		.body_len = sizeof(body),
	};

	tell(&event, new_generation);
}

void ygr_pipeline_tell_start(u64 load_id, const char *hooks)
{
	const struct ygr_body_start body = { .load_id = load_id };
	struct ygr_event event = {
		.type = YGR_EV_START,
		.class = YGR_CLASS_SENSOR,
		.body = &body,
		.body_len = sizeof(body),
	};

	ygr_event_add_whole(&event, YGR_STR_HOOKS, hooks, strlen(hooks));
	tell(&event, 0);
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
