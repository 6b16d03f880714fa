/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the sensor tells of itself, as acts of the current task. (What a ring
 * tells of itself, GAP and TOTALS, is in ring.c.)
 */
#ifndef YGR_SENSOR_H
#define YGR_SENSOR_H

#include <linux/types.h>

#include <yagura/ygr_event.h>

/* Context: process. */
void ygr_sensor_tell_policy(u64 old_generation, u64 new_generation, enum ygr_policy_op op,
			    u32 rule_nr);

/* @rule_name: NULL: the whole policy's breaker. Context: task, any. */
void ygr_sensor_tell_breaker(const struct ygr_body_breaker *body, const char *rule_name);

/* All hooks are gone. Context: process. */
void ygr_sensor_tell_stop(u64 load_id);

/*
 * Left out where only the reserved room is left: the next one will do.
 * @measures: @len bytes, as YGR_STR_HOOKS; NULL: nothing is measured. Context: process.
 */
void ygr_sensor_tell_heartbeat(const struct ygr_body_heartbeat *body, const char *measures,
			       size_t len);

/* Context: process. */
void ygr_sensor_tell_clock(const struct ygr_body_clock *body);

/* @hooks: "symbol=state" items, separated by spaces. Context: process. */
void ygr_sensor_tell_start(u64 load_id, u32 flags, const char *hooks);

#endif
