// SPDX-License-Identifier: GPL-2.0-only
#include <linux/preempt.h>
#include <linux/string.h>

#include "record.h"
#include "ring.h"
#include "sensor.h"

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
	ygr_record_put(&event, body, body_len, strings);
	preempt_enable_notrace();
}

void ygr_sensor_tell_policy(u64 old_generation, u64 new_generation, enum ygr_policy_op op,
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

void ygr_sensor_tell_start(u64 load_id, u32 flags, const char *hooks)
{
	const struct ygr_body_start body = { .load_id = load_id, .flags = flags };
	struct ygr_event_strings strings = { .nr = 0 };

	ygr_event_add_whole(&strings, YGR_STR_HOOKS, hooks, strlen(hooks));
	tell(YGR_EV_START, 0, &body, sizeof(body), &strings);
}

void ygr_sensor_tell_breaker(const struct ygr_body_breaker *body, const char *rule_name)
{
	struct ygr_event_strings strings = { .nr = 0 };

	if (rule_name)
		ygr_event_add_whole(&strings, YGR_STR_RULE, rule_name, strlen(rule_name));
	tell(YGR_EV_BREAKER, body->generation, body, sizeof(*body), &strings);
}

void ygr_sensor_tell_stop(u64 load_id)
{
	const struct ygr_body_stop body = { .load_id = load_id };
	struct ygr_event_strings none = { .nr = 0 };

	tell(YGR_EV_STOP, 0, &body, sizeof(body), &none);
}

void ygr_sensor_tell_heartbeat(const struct ygr_body_heartbeat *body, const char *measures,
			       size_t len)
{
	struct ygr_event_strings strings = { .nr = 0 };

	if (measures)
		ygr_event_add_whole(&strings, YGR_STR_HOOKS, measures, len);
	preempt_disable_notrace();
	if (ygr_ring_has_room(YGR_RECORD_BYTES_MAX))
		tell(YGR_EV_HEARTBEAT, 0, body, sizeof(*body), &strings);
	preempt_enable_notrace();
}

void ygr_sensor_tell_clock(const struct ygr_body_clock *body)
{
	struct ygr_event_strings none = { .nr = 0 };

	tell(YGR_EV_CLOCK, 0, body, sizeof(*body), &none);
}
