// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cpumask.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/ktime.h>

#include "tally.h"

/* A power of two, at least one. */
static u32 held_copies(u32 rule_nr)
{
	u32 fit = YGR_TALLY_HELD_BYTES_MAX / (sizeof(atomic64_t) * max(rule_nr, 1u));

	return min_t(u32, roundup_pow_of_two(nr_cpu_ids), rounddown_pow_of_two(max(fit, 1u)));
}

static size_t held_bytes(const struct ygr_tallies *tallies)
{
	return (size_t)(tallies->held_mask + 1) * tallies->rule_nr * sizeof(atomic64_t);
}

struct ygr_tallies *ygr_tally_create(u32 rule_nr)
{
	struct ygr_tallies *tallies;

	tallies = kvzalloc(struct_size(tallies, rules, rule_nr), GFP_KERNEL_ACCOUNT);
	if (!tallies)
		return NULL;
	tallies->rule_nr = rule_nr;
	tallies->held_mask = held_copies(rule_nr) - 1;
	tallies->held = kvzalloc(held_bytes(tallies), GFP_KERNEL_ACCOUNT);
	if (tallies->held)
		return tallies;
	kvfree(tallies);
	return NULL;
}

void ygr_tally_destroy(struct ygr_tallies *tallies)
{
	if (!tallies)
		return;
	kvfree(tallies->held);
	kvfree(tallies);
}

void ygr_tally_reset(struct ygr_tallies *tallies)
{
	memset(tallies->held, 0, held_bytes(tallies));
	memset(tallies->rules, 0, tallies->rule_nr * sizeof(tallies->rules[0]));
	atomic64_set(&tallies->breaker, 0);
}

u64 ygr_tally_bytes(const struct ygr_tallies *tallies)
{
	return struct_size(tallies, rules, tallies->rule_nr) + held_bytes(tallies);
}

enum ygr_tally_count ygr_tally_count(atomic64_t *breaker, struct ygr_breaker_limit limit)
{
	u64 now_ns = ktime_get_boot_fast_ns();
	s64 before = atomic64_read(breaker);
	u64 after;

	if (!limit.nr)
		return YGR_TALLY_COUNTED;
	do {
		if (before == (s64)YGR_BREAKER_TRIPPED)
			return YGR_TALLY_TRIPPED;
		after = ygr_breaker_count(before, limit, now_ns);
	} while (!atomic64_try_cmpxchg(breaker, &before, after));
	return after == YGR_BREAKER_TRIPPED ? YGR_TALLY_TRIPS : YGR_TALLY_COUNTED;
}

void ygr_tally_read(const struct ygr_tallies *tallies, u32 rule, struct ygr_rule_stats *stats)
{
	const struct ygr_rule_tally *tally = &tallies->rules[rule];
	u32 copy;

	*stats = (struct ygr_rule_stats) {
		.denied_nr = atomic64_read(&tally->denied_nr),
		.would_deny_nr = atomic64_read(&tally->would_deny_nr),
		.tripped = ygr_tally_is_tripped(&tally->breaker),
	};
	for (copy = 0; copy <= tallies->held_mask; copy++)
		stats->held_nr += atomic64_read(&tallies->held[(size_t)copy * tallies->rule_nr + rule]);
}
