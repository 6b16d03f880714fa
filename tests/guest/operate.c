// SPDX-License-Identifier: GPL-2.0-only
#include "operate.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

int operate_load(const struct guest *guest, const char *yaml, uint32_t confirm_s)
{
	struct ygr_policy_load load = {
		.expect_generation = YGR_GENERATION_ANY, .confirm_s = confirm_s,
	};
	size_t bytes;
	void *blob;
	int error;

	guest_policy_compile(yaml, &blob, &bytes);
	load.blob = (uintptr_t)blob;
	load.blob_bytes = bytes;
	error = ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &load) ? errno : 0;
	free(blob);
	return error;
}

int operate(const struct guest *guest, unsigned long number)
{
	struct ygr_policy_change change = { .expect_generation = YGR_GENERATION_ANY };

	return ioctl(guest->fd, number, &change) ? errno : 0;
}

struct ygr_policy_state operate_state(const struct guest *guest)
{
	struct ygr_policy_state state;

	assert_int_equal(ioctl(guest->fd, YGR_IOC_POLICY_STATE, &state), 0);
	return state;
}

struct ygr_rule_stats operate_stats(const struct guest *guest, uint32_t rule)
{
	uint32_t rule_nr = operate_state(guest).rule_nr;
	struct ygr_rule_stats *rules = calloc(rule_nr, sizeof(*rules)), one;
	struct ygr_policy_stats stats = { .rules = (uintptr_t)rules, .rule_cap = rule_nr };

	assert_non_null(rules);
	assert_true(rule < rule_nr);
	assert_int_equal(ioctl(guest->fd, YGR_IOC_POLICY_STATS, &stats), 0);
	one = rules[rule];
	free(rules);
	return one;
}

uint64_t operate_wait(const struct guest *guest, uint64_t generation)
{
	uint64_t deadline_ns = guest_now_ns() + 6 * GUEST_WAIT_MS * 1000000ull;
	uint64_t now;

	while ((now = operate_state(guest).generation) == generation) {
		if (guest_now_ns() >= deadline_ns)
			fail_msg("generation %llu stays", (unsigned long long)generation);
		usleep(5000);
	}
	return now;
}

static bool is_op(const struct guest_event *event, const void *arg)
{
	return event->body.policy.op == *(const enum ygr_policy_op *)arg;
}

const struct guest_event *operate_expect(struct guest *guest, enum ygr_policy_op op,
					 uint64_t new_generation)
{
	const struct guest_query query = {
		.type = YGR_EV_POLICY, .generation = new_generation, .where = is_op, .arg = &op,
	};
	const struct guest_event *event = guest_expect_at(guest, &query, __FILE__, __LINE__);

	assert_int_equal(guest_count(guest, &query), 1);
	assert_int_equal(event->body.policy.new_generation, new_generation);
	return event;
}
