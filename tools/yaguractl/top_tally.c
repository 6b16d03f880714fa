// SPDX-License-Identifier: GPL-2.0-only
#include "top_tally.h"

#include <errno.h>
#include <string.h>

#include "event_type.h"

/* Of no process, whatever its head says. */
#define OF_NOBODY \
	(YGR_TYPE_BIT(YGR_TYPE_DNS) | YGR_TYPE_BIT(YGR_TYPE_START) | YGR_TYPE_BIT(YGR_TYPE_GAP) | \
	 YGR_TYPE_BIT(YGR_TYPE_TOTALS) | YGR_TYPE_BIT(YGR_TYPE_BACKLOG) | \
	 YGR_TYPE_BIT(YGR_TYPE_HEARTBEAT) | YGR_TYPE_BIT(YGR_TYPE_CLOCK) | \
	 YGR_TYPE_BIT(YGR_TYPE_OUTAGE))

int ygr_top_tally_init(struct ygr_top_tally *tally)
{
	tally->processes = ygr_top_hitters_create(YGR_TOP_TALLY_CAP);
	tally->rules = ygr_top_hitters_create(YGR_TOP_TALLY_CAP);
	if (tally->processes && tally->rules)
		return 0;
	ygr_top_tally_exit(tally);
	return -ENOMEM;
}

void ygr_top_tally_exit(struct ygr_top_tally *tally)
{
	ygr_top_hitters_destroy(tally->processes);
	ygr_top_hitters_destroy(tally->rules);
	*tally = (struct ygr_top_tally) { 0 };
}

void ygr_top_tally_clear(struct ygr_top_tally *tally)
{
	ygr_top_hitters_clear(tally->processes);
	ygr_top_hitters_clear(tally->rules);
}

static uint64_t sum_suppressed(const struct ygr_event_value *event)
{
	const struct ygr_event_value *map = ygr_event_map_find(event, "suppressed");
	uint64_t sum = 0;

	if (!map || map->kind != YGR_EVENT_MAP)
		return 0;
	for (uint32_t i = 0; i < map->nr; i++)
		if (map->items[2 * i + 1].kind == YGR_EVENT_UNSIGNED)
			sum = ygr_top_sum(sum, map->items[2 * i + 1].number);
	return sum;
}

static void add_verdict(struct ygr_top_hitter *hitter, const struct ygr_event_value *event,
			uint64_t weight)
{
	if (ygr_event_map_is(event, "verdict", "deny"))
		hitter->denied = ygr_top_sum(hitter->denied, weight);
	else if (ygr_event_map_is(event, "verdict", "would_deny"))
		hitter->would_deny = ygr_top_sum(hitter->would_deny, weight);
}

static uint8_t copy_end(char *to, size_t cap, const struct ygr_event_text *text)
{
	size_t len = text->len < cap ? text->len : cap;
	const char *from = text->bytes + text->len - len;

	/* Not from the middle of a character on. */
	for (; len < text->len && len && (*from & 0xc0) == 0x80; len--)
		from++;
	memcpy(to, from, len);
	return (uint8_t)len;
}

static void name_process(struct ygr_top_hitter *hitter, const struct ygr_event_value *event,
			 enum ygr_event_type_index type)
{
	struct ygr_event_text text;

	if (ygr_event_map_get_text(event, "comm", &text))
		hitter->comm_len = copy_end(hitter->comm, sizeof(hitter->comm), &text);
	/* Of an exec, "exe" would be the program before. */
	if (ygr_event_map_get_text(event, type == YGR_TYPE_EXEC ? "path" : "exe", &text)) {
		hitter->exe_len = copy_end(hitter->exe, sizeof(hitter->exe), &text);
		hitter->exe_is_cut = hitter->exe_len < text.len;
	}
}

static void add_process(struct ygr_top_tally *tally, const struct ygr_event_value *event,
			enum ygr_event_type_index type, uint64_t weight)
{
	struct ygr_top_hitter *hitter;
	uint64_t id[2] = { 0 };

	if (!ygr_event_map_get_u64(event, "pid", &id[0]))
		return;
	ygr_event_map_get_u64(event, "start_ns", &id[1]);
	hitter = ygr_top_hitters_add(tally->processes, id, sizeof(id), weight);
	hitter->pid = (uint32_t)id[0];
	hitter->start_ns = id[1];
	if (type == YGR_TYPE_SUPPRESSED)
		hitter->suppressed = ygr_top_sum(hitter->suppressed, weight);
	add_verdict(hitter, event, weight);
	name_process(hitter, event, type);
}

static void add_rule(struct ygr_top_tally *tally, const struct ygr_event_value *event,
		     uint64_t weight)
{
	struct ygr_event_text rule;
	size_t len;

	if (!ygr_event_map_get_text(event, "rule", &rule))
		return;
	len = rule.len < YGR_TOP_KEY_BYTES ? rule.len : YGR_TOP_KEY_BYTES;
	add_verdict(ygr_top_hitters_add(tally->rules, rule.bytes, len, weight), event, weight);
}

void ygr_top_tally_add(struct ygr_top_tally *tally, const struct ygr_event_value *event)
{
	enum ygr_event_type_index type = ygr_event_type_of(event);
	uint64_t weight = 1;

	if (type == YGR_TYPE_SUPPRESSED)
		weight = sum_suppressed(event);
	else
		ygr_event_map_get_u64(event, "repeat_nr", &weight);
	if (!weight)
		return;
	/* A breaker names the rule that it made monitor: no match of that one. */
	if (type != YGR_TYPE_BREAKER)
		add_rule(tally, event, weight);
	if (!(OF_NOBODY & YGR_TYPE_BIT(type)) && !ygr_event_map_is(event, "scope", "cgroup"))
		add_process(tally, event, type, weight);
}
