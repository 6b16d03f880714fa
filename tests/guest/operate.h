/* SPDX-License-Identifier: GPL-2.0-only */
/* What an operator does to a policy, as ioctls, each with its errno (0: it worked). */
#ifndef YGR_TEST_OPERATE_H
#define YGR_TEST_OPERATE_H

#include "guest.h"

/* @confirm_s: 0: for good */
int operate_load(const struct guest *guest, const char *yaml, uint32_t confirm_s);

/* @number: YGR_IOC_POLICY_CLEAR, _CONFIRM, _ROLLBACK or _LOCK, whatever is in force. */
int operate(const struct guest *guest, unsigned long number);

struct ygr_policy_state operate_state(const struct guest *guest);

/* Of the rule with this index. */
struct ygr_rule_stats operate_stats(const struct guest *guest, uint32_t rule);

/* All three of them. */
#define assert_stats(guest, rule, held, denied, would_deny) \
	do { \
		struct ygr_rule_stats stats_ = operate_stats(guest, rule); \
		assert_int_equal(stats_.held_nr, held); \
		assert_int_equal(stats_.denied_nr, denied); \
		assert_int_equal(stats_.would_deny_nr, would_deny); \
	} while (0)

/* Waits until the policy in force is no longer @generation. Return: the new one, which must come. */
uint64_t operate_wait(const struct guest *guest, uint64_t generation);

/* The POLICY record of that operation, which there is once. */
const struct guest_event *operate_expect(struct guest *guest, enum ygr_policy_op op,
					 uint64_t new_generation);

#endif
