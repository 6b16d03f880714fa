// SPDX-License-Identifier: GPL-2.0-only
#include <linux/percpu.h>
#include <linux/ktime.h>

#include "path.h"
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

static u32 bytes_of(const struct ygr_event_strings *strings)
{
	u32 bytes = 0;
	u32 i;

	for (i = 0; i < strings->nr; i++)
		bytes += sizeof(struct ygr_string) + ALIGN(strings->list[i].len, 8);
	return bytes;
}

/* By words: most strings are short, and a call and its set-up would cost more. */
static void *put_padded(u64 *to, const char *from, u32 len)
{
	u64 last = 0;

	for (; len >= 8; len -= 8, from += 8)
		memcpy(to++, from, 8);
	if (!len)
		return to;
	while (len--)
		last = last << 8 | (u8)from[len];
	*to++ = cpu_to_le64(last);
	return to;
}

/* Return: whether one of them was cut. */
static bool put_strings(void *where, const struct ygr_event_strings *strings)
{
	bool cut = false;
	u32 i;

	for (i = 0; i < strings->nr; i++) {
		struct ygr_string *string = where;

		string->tag = strings->list[i].tag;
		string->pad = 0;
		string->len = strings->list[i].len;
		string->true_len = strings->list[i].true_len;
		string->pad2 = 0;
		cut |= string->len != string->true_len;
		where = put_padded((u64 *)(string + 1), strings->list[i].bytes, string->len);
	}
	return cut;
}

static void put_record(const struct ygr_event *event, const void *body, u16 body_len,
		       const struct ygr_event_strings *strings)
{
	enum ygr_class class = event->verdict == YGR_VERDICT_ALLOW ? event->class :
								     YGR_CLASS_DENY;
	u32 bytes = sizeof(struct ygr_record) + body_len + bytes_of(strings);
	struct ygr_record *record = ygr_ring_reserve(bytes, class);

	if (!record)
		return;
	record->len = bytes;
	record->type = event->type;
	record->class = class;
	record->verdict = event->verdict;
	record->time_ns = ktime_get_boot_fast_ns();
	record->flags = event->flags;
	record->rule_id = event->decision.rule_id;
	record->generation = event->generation;
	record->body_len = body_len;
	memset(record->pad, 0, sizeof(record->pad));
	ygr_subject_fill(record);
	put_padded((u64 *)(record + 1), body, body_len);
	if (put_strings((void *)(record + 1) + body_len, strings))
		record->flags |= YGR_F_TRUNCATED;
	ygr_ring_commit();
}

void ygr_pipeline_record(struct ygr_event *event, const void *body, u16 body_len,
			 struct ygr_event_strings *strings)
{
	add_paths(event, strings);
	if (event->decision.rule_id)
		ygr_event_add_whole(strings, YGR_STR_RULE, event->rule_name,
				    strlen(event->rule_name));
	put_record(event, body, body_len, strings);
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

/* One word of the snapshot, which need not be in force any more when used. */
static bool is_in_mask(enum ygr_on on, size_t mask_offset)
{
	const void *image;
	u64 mask;

	preempt_disable_notrace();
	image = &ygr_policy_get()->image;
	mask = *(const u64 *)(image + mask_offset);
	preempt_enable_notrace();
	return mask & YGR_ON_BIT(on);
}

bool ygr_pipeline_is_watched(enum ygr_on on)
{
	return is_in_mask(on, offsetof(struct ygr_policy_image, on_mask));
}

bool ygr_pipeline_may_deny(enum ygr_on on)
{
	return is_in_mask(on, offsetof(struct ygr_policy_image, deny_on_mask));
}

/* An event of the sensor's own, which no policy judges. */
static void tell(u16 type, u64 generation, const void *body, u16 body_len,
		 struct ygr_event_strings *strings)
{
	struct ygr_event event = {
		.type = type,
		.class = YGR_CLASS_SENSOR,
		.verdict = YGR_VERDICT_ALLOW,
		.generation = generation,
	};

	preempt_disable_notrace();
	put_record(&event, body, body_len, strings);
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
	struct ygr_event_strings none = { .nr = 0 };

	tell(YGR_EV_POLICY, new_generation, &body, sizeof(body), &none);
}

void ygr_pipeline_tell_start(u64 load_id, const char *hooks)
{
	const struct ygr_body_start body = { .load_id = load_id };
	struct ygr_event_strings strings = { .nr = 0 };

	ygr_event_add_whole(&strings, YGR_STR_HOOKS, hooks, strlen(hooks));
	tell(YGR_EV_START, 0, &body, sizeof(body), &strings);
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
