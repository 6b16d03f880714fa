/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the rules of a policy did while it is in force, and their breakers: all of a
 * policy that changes after it is published.
 *
 * How often a rule held is counted on the hot path, in as many copies as there
 * are CPUs, or as fit into YGR_TALLY_HELD_BYTES_MAX; denials are rare, and counted once.
 */
#ifndef YGR_TALLY_H
#define YGR_TALLY_H

#include <linux/atomic.h>
#include <linux/types.h>

#include <yagura/ygr_abi.h>

#include "breaker.h"

/* Of one policy, if it has so few rules that two copies fit. */
#define YGR_TALLY_HELD_BYTES_MAX	(4u << 20)

struct ygr_rule_tally {
	atomic64_t denied_nr;
	atomic64_t would_deny_nr;
	atomic64_t breaker;		/* ygr_breaker_count()'s state */
};

struct ygr_tallies {
	u32 rule_nr;
	u32 held_mask;			/* copies - 1 */
	atomic64_t breaker;		/* of the whole policy */
	atomic64_t *held;		/* copy by copy, rule by rule */
	struct ygr_rule_tally rules[];
};

/* Context: may sleep. Return: NULL: no memory. */
struct ygr_tallies *ygr_tally_create(u32 rule_nr);
void ygr_tally_destroy(struct ygr_tallies *tallies);	/* may be NULL */

/* As created. Nobody may be using it. */
void ygr_tally_reset(struct ygr_tallies *tallies);

u64 ygr_tally_bytes(const struct ygr_tallies *tallies);

/* Where it is counted on this CPU that @rule held. Context: any, preemption off. */
static inline atomic64_t *ygr_tally_of(struct ygr_tallies *tallies, u32 rule)
{
	u32 copy = raw_smp_processor_id() & tallies->held_mask;

	return &tallies->held[(size_t)copy * tallies->rule_nr + rule];
}

static inline void ygr_tally_held(struct ygr_tallies *tallies, u32 rule)
{
	atomic64_inc(ygr_tally_of(tallies, rule));
}

static inline bool ygr_tally_is_tripped(const atomic64_t *breaker)
{
	return atomic64_read(breaker) == (s64)YGR_BREAKER_TRIPPED;
}

enum ygr_tally_count {
	YGR_TALLY_COUNTED,
	YGR_TALLY_TRIPS,	/* this denial trips the breaker, and still stands */
	YGR_TALLY_TRIPPED,	/* another one had: this one is not to be */
};

/* Counts a denial against a breaker. Context: any. */
enum ygr_tally_count ygr_tally_count(atomic64_t *breaker, struct ygr_breaker_limit limit);

/* What @rule did until now. Context: any. */
void ygr_tally_read(const struct ygr_tallies *tallies, u32 rule, struct ygr_rule_stats *stats);

#endif
