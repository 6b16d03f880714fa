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

/* @hooks: "symbol=state" items, separated by spaces. Context: process. */
void ygr_sensor_tell_start(u64 load_id, const char *hooks);

#endif
