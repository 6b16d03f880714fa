// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>
#include <linux/string.h>

#include "lineage.h"
#include "policy.h"

/* Behind those that are there; full, or there already: left out. */
static void append(struct ygr_lineage *lineage, struct ygr_program *program)
{
	u32 i;

	if (!program || lineage->ancestor_nr == YGR_LINEAGE_ANCESTORS_MAX)
		return;
	for (i = 0; i < lineage->ancestor_nr; i++)
		if (ygr_program_is_same(lineage->ancestors[i], program))
			return;
	lineage->ancestors[lineage->ancestor_nr++] = ygr_program_get(program);
}

struct ygr_lineage *ygr_lineage_create(const struct ygr_lineage *before,
				       struct ygr_program *program)
{
	struct ygr_lineage *lineage = kmalloc(sizeof(*lineage), YGR_PROGRAM_GFP);
	u32 i;

	if (!lineage)
		return NULL;
	refcount_set(&lineage->refs, 1);
	ygr_bits_cache_init(&lineage->bits);
	lineage->program = ygr_program_get(program);
	lineage->ancestor_nr = 0;
	if (!before)
		return lineage;
	append(lineage, before->program);
	for (i = 0; i < before->ancestor_nr; i++)
		append(lineage, before->ancestors[i]);
	return lineage;
}

struct ygr_lineage *ygr_lineage_get(struct ygr_lineage *lineage)
{
	if (lineage)
		refcount_inc(&lineage->refs);
	return lineage;
}

struct ygr_lineage *ygr_lineage_get_from(struct ygr_lineage __rcu **place)
{
	struct ygr_lineage *lineage;

	do
		lineage = rcu_dereference_check(*place, rcu_read_lock_any_held());
	while (lineage && !refcount_inc_not_zero(&lineage->refs));
	return lineage;
}

/* Those who look at it under RCU find its programs too: they outlive a grace period likewise. */
void ygr_lineage_put(struct ygr_lineage *lineage)
{
	u32 i;

	if (!lineage || !refcount_dec_and_test(&lineage->refs))
		return;
	ygr_program_put(lineage->program);
	for (i = 0; i < lineage->ancestor_nr; i++)
		ygr_program_put(lineage->ancestors[i]);
	kfree_rcu(lineage, rcu);
}

static noinline void renew(struct ygr_lineage *lineage, const struct ygr_policy *policy,
			   struct ygr_subject_bits *bits)
{
	struct ygr_subject_bits one __uninitialized;
	u32 i;

	memset(bits, 0, sizeof(*bits));
	for (i = 0; i < lineage->ancestor_nr; i++) {
		ygr_program_bits(lineage->ancestors[i], policy, &one);
		ygr_bits_add(bits, &one);
	}
	ygr_bits_cache_put(&lineage->bits, policy->generation, bits);
}

void ygr_lineage_bits(struct ygr_lineage *lineage, const struct ygr_policy *policy,
		      struct ygr_subject_bits *bits)
{
	if (unlikely(!ygr_bits_cache_get(&lineage->bits, policy->generation, bits)))
		renew(lineage, policy, bits);
}
