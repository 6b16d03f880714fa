// SPDX-License-Identifier: GPL-2.0-only
#include "policy_replay.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>

#include "event_map.h"

struct process {
	uint64_t pid;
	uint64_t start_ns;
	uint64_t labels;
};

static int compare(const void *a, const void *b)
{
	const struct process *x = a, *y = b;

	if (x->start_ns != y->start_ns)
		return x->start_ns < y->start_ns ? -1 : 1;
	return (x->pid > y->pid) - (x->pid < y->pid);
}

int ygr_policy_replay_init(struct ygr_policy_replay *replay, const struct ygr_policy_index *index)
{
	*replay = (struct ygr_policy_replay) { .index = index };
	replay->rules = calloc(index->image->rule_nr + 1, sizeof(*replay->rules));
	replay->event = malloc(sizeof(*replay->event));
	if (replay->rules && replay->event)
		return 0;
	ygr_policy_replay_exit(replay);
	return -ENOMEM;
}

void ygr_policy_replay_exit(struct ygr_policy_replay *replay)
{
	tdestroy(replay->processes, free);
	free(replay->rules);
	free(replay->event);
	*replay = (struct ygr_policy_replay) { 0 };
}

static struct process *find(const struct ygr_policy_replay *replay, uint64_t pid, uint64_t start_ns)
{
	const struct process key = { .pid = pid, .start_ns = start_ns };
	struct process **found = tfind(&key, (void *const *)&replay->processes, compare);

	return found ? *found : NULL;
}

static void add_labels(struct ygr_policy_replay *replay, uint64_t pid, uint64_t start_ns,
		       uint64_t labels)
{
	struct process *process = find(replay, pid, start_ns);

	if (process || !labels) {
		if (process)
			process->labels |= labels;
		return;
	}
	if (replay->process_nr < YGR_POLICY_REPLAY_PROCESSES_MAX)
		process = malloc(sizeof(*process));
	if (!process) {
		replay->labels_lost_nr++;
		return;
	}
	*process = (struct process) { .pid = pid, .start_ns = start_ns, .labels = labels };
	if (!tsearch(process, &replay->processes, compare)) {
		free(process);
		replay->labels_lost_nr++;
		return;
	}
	replay->process_nr++;
}

static void forget(struct ygr_policy_replay *replay, uint64_t pid, uint64_t start_ns)
{
	struct process *process = find(replay, pid, start_ns);

	if (!process)
		return;
	tdelete(process, &replay->processes, compare);
	free(process);
	replay->process_nr--;
}

static uint64_t number(const struct ygr_event_value *map, const char *key)
{
	uint64_t value = 0;

	ygr_event_map_get_u64(map, key, &value);
	return value;
}

static void count_held(void *arg, const struct ygr_rule *rule)
{
	struct ygr_policy_replay *replay = arg;

	replay->rules[rule - replay->index->image->rules].held_nr++;
}

static void count(struct ygr_policy_replay *replay, const struct ygr_decision *decision,
		  bool was_denied)
{
	struct ygr_policy_replay_rule *rule = &replay->rules[decision->rule_id ? decision->rule_id - 1 : 0];

	replay->judged_nr++;
	if (decision->action != YGR_ACTION_DENY) {
		replay->allow_nr++;
		replay->newly_allowed_nr += was_denied;
	} else if (decision->mode == YGR_MODE_MONITOR) {
		replay->would_deny_nr++;
		rule->would_deny_nr++;
		replay->newly_allowed_nr += was_denied;
	} else {
		replay->deny_nr++;
		rule->deny_nr++;
		replay->newly_denied_nr += !was_denied;
	}
}

/* The next of its line: labels are inherited, and end with the process. */
static void follow(struct ygr_policy_replay *replay, const struct ygr_event_value *map, uint64_t pid,
		   uint64_t start_ns, uint64_t labels)
{
	if (replay->event->match.on == YGR_ON_FORK)
		add_labels(replay, number(map, "child_pid"), number(map, "child_start_ns"), labels);
	if (replay->event->match.on == YGR_ON_EXIT)
		forget(replay, pid, start_ns);
}

bool ygr_policy_replay_judge(struct ygr_policy_replay *replay, const struct ygr_event_value *map,
			     struct ygr_decision *decision)
{
	const struct ygr_policy_image *image = replay->index->image;
	struct ygr_match_event *match = &replay->event->match;
	uint64_t pid = number(map, "pid"), start_ns = number(map, "start_ns");
	const struct process *process;

	if (ygr_policy_event_from_map(replay->event, map)) {
		replay->other_nr++;
		return false;
	}
	ygr_policy_event_bind(replay->event, replay->index);
	process = find(replay, pid, start_ns);
	match->labels = process ? process->labels : 0;
	*decision = ygr_match_tell(replay->index, match, count_held, replay);
	add_labels(replay, pid, start_ns, decision->labels);
	follow(replay, map, pid, start_ns, match->labels | decision->labels);
	replay->partial_nr += !!(replay->event->missing & image->fields_of[match->on]);
	count(replay, decision, ygr_event_map_is(map, "verdict", "deny"));
	return true;
}
