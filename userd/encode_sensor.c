// SPDX-License-Identifier: GPL-2.0-only
/* The sensor's own records, which are few. They have no values: all that they tell is extra. */
#include "encode_parts.h"
#include "event_name.h"

uint8_t *ygr_encode_by_class(struct extras *extras, uint8_t *at, const char *key,
			     const __u64 counts[YGR_CLASS_MAX])
{
	char room[YGR_EVENT_NAME_BYTES];
	uint8_t *map;
	uint16_t nr = 0;

	map = put_key(extras, at, key);
	at = ygr_pack_be16(map, 0xde, 0);
	for (uint8_t class = 0; class < YGR_CLASS_MAX; class++) {
		if (!counts[class])
			continue;
		at = put_word(at, ygr_event_name_class(class, room));
		at = ygr_pack_u64(at, counts[class]);
		nr++;
	}
	ygr_pack_be16(map, 0xde, nr);
	return at;
}

static uint8_t *put_policy(struct extras *extras, uint8_t *at, const struct ygr_body_policy *body)
{
	static const char *const ops[] = {
		[YGR_POLICY_OP_LOAD] = "load", [YGR_POLICY_OP_CLEAR] = "clear",
		[YGR_POLICY_OP_ROLLBACK] = "rollback", [YGR_POLICY_OP_EXPIRED] = "expired",
		[YGR_POLICY_OP_CONFIRM] = "confirm", [YGR_POLICY_OP_LOCK] = "lock",
	};

	if (body->op < NR(ops) && ops[body->op])
		at = put_word(put_key(extras, at, "op"), ops[body->op]);
	at = put_extra(extras, at, "old_generation", body->old_generation);
	at = put_extra(extras, at, "new_generation", body->new_generation);
	return put_extra(extras, at, "rule_nr", body->rule_nr);
}

static uint8_t *put_breaker(struct extras *extras, uint8_t *at, const struct ygr_body_breaker *body)
{
	at = put_extra(extras, at, "generation", body->generation);
	if (body->rule_id)
		at = put_extra(extras, at, "rule_id", body->rule_id);
	at = put_extra(extras, at, "denial_nr", body->denial_nr);
	return put_extra(extras, at, "seconds", body->seconds);
}

static uint8_t *put_heartbeat(struct extras *extras, uint8_t *at,
			      const struct ygr_body_heartbeat *body)
{
	at = put_extra(extras, at, "load_id", body->load_id);
	at = put_extra(extras, at, "interval_ns", body->interval_ns);
	at = put_extra(extras, at, "produced_nr", body->produced);
	at = put_extra(extras, at, "dropped_nr", body->dropped);
	at = put_extra(extras, at, "denied_nr", body->denied);
	at = put_extra(extras, at, "process_nr", body->process_nr);
	at = put_extra(extras, at, "hook_nr", body->hook_nr);
	at = put_extra(extras, at, "attached_nr", body->attached_nr);
	return put_extra(extras, at, "reader", !!(body->flags & YGR_BEAT_READER));
}

static uint8_t *put_clock(struct extras *extras, uint8_t *at, const struct ygr_body_clock *body)
{
	at = ygr_pack_i64(put_key(extras, at, "step_ns"), body->step_ns);
	at = put_extra(extras, at, "slept_ns", body->slept_ns);
	return ygr_pack_i64(put_key(extras, at, "offset_ns"), body->offset_ns);
}

/* Of a host on which nothing of it happens, nothing is told. */
static uint8_t *put_any_by_class(struct extras *extras, uint8_t *at, const char *key,
				 const __u64 counts[YGR_CLASS_MAX])
{
	for (int class = 0; class < YGR_CLASS_MAX; class++)
		if (counts[class])
			return ygr_encode_by_class(extras, at, key, counts);
	return at;
}

static uint8_t *put_totals(struct extras *extras, uint8_t *at, const struct ygr_body_totals *body)
{
	at = put_extra(extras, at, "begin_ns", body->begin_ns);
	at = put_extra(extras, at, "end_ns", body->end_ns);
	at = ygr_encode_by_class(extras, at, "produced", body->produced);
	at = ygr_encode_by_class(extras, at, "dropped", body->dropped);
	at = put_any_by_class(extras, at, "coalesced", body->coalesced);
	return put_any_by_class(extras, at, "suppressed", body->suppressed);
}

static uint8_t *put_suppressed(struct extras *extras, uint8_t *at,
			       const struct ygr_body_suppressed *body)
{
	static const char *const scopes[] = {
		[YGR_SUPPRESSED_PROCESS] = "process", [YGR_SUPPRESSED_CGROUP] = "cgroup",
	};

	if (body->scope < NR(scopes) && scopes[body->scope])
		at = put_word(put_key(extras, at, "scope"), scopes[body->scope]);
	at = put_extra(extras, at, "first_ns", body->first_ns);
	at = put_extra(extras, at, "last_ns", body->last_ns);
	return ygr_encode_by_class(extras, at, "suppressed", body->suppressed);
}

/* A mode that is out of the ordinary is told. */
static uint8_t *put_start(struct extras *extras, uint8_t *at, const struct ygr_body_start *start)
{
	at = put_extra(extras, at, "load_id", start->load_id);
	if (start->flags & YGR_START_DISABLED)
		return put_word(put_key(extras, at, "mode"), "disabled");
	if (start->flags & YGR_START_TOLD)
		return put_word(put_key(extras, at, "mode"), "observe_only_parameter");
	if (start->flags & YGR_START_OBSERVES)
		return put_word(put_key(extras, at, "mode"), "observe_only");
	return at;
}

uint8_t *ygr_encode_sensor_extras(struct extras *extras, uint8_t *at, const struct ygr_record_view *view)
{
	const struct ygr_body_gap *gap = &view->body.gap;

	switch (view->head->type) {
	case YGR_EV_START:
		return put_start(extras, at, &view->body.start);
	case YGR_EV_POLICY:
		return put_policy(extras, at, &view->body.policy);
	case YGR_EV_GAP:
		at = put_extra(extras, at, "first_ns", gap->first_ns);
		at = put_extra(extras, at, "last_ns", gap->last_ns);
		return ygr_encode_by_class(extras, at, "dropped", gap->dropped);
	case YGR_EV_TOTALS:
		return put_totals(extras, at, &view->body.totals);
	case YGR_EV_BREAKER:
		return put_breaker(extras, at, &view->body.breaker);
	case YGR_EV_STOP:
		return put_extra(extras, at, "load_id", view->body.stop.load_id);
	case YGR_EV_HEARTBEAT:
		return put_heartbeat(extras, at, &view->body.heartbeat);
	case YGR_EV_CLOCK:
		return put_clock(extras, at, &view->body.clock);
	case YGR_EV_SUPPRESSED:
		return put_suppressed(extras, at, &view->body.suppressed);
	}
	return at;
}
