// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>
#include <linux/string.h>

#include "policy.h"
#include "program.h"

struct ygr_program *ygr_program_create(const char *path, u32 len)
{
	struct ygr_program *program = kmalloc(struct_size(program, path, len), YGR_PROGRAM_GFP);

	if (!program)
		return NULL;
	refcount_set(&program->refs, 1);
	ygr_bits_cache_init(&program->exe);
	program->len = len;
	memcpy(program->path, path, len);
	return program;
}

struct ygr_program *ygr_program_get(struct ygr_program *program)
{
	if (program)
		refcount_inc(&program->refs);
	return program;
}

void ygr_program_put(struct ygr_program *program)
{
	if (program && refcount_dec_and_test(&program->refs))
		kfree_rcu(program, rcu);
}

bool ygr_program_is_same(const struct ygr_program *a, const struct ygr_program *b)
{
	return a == b || (a && b && a->len == b->len && !memcmp(a->path, b->path, a->len));
}

/* Once per program and generation, and so out of the way of what follows. */
static noinline void renew(struct ygr_program *program, const struct ygr_policy *policy,
			   struct ygr_subject_bits *bits)
{
	memset(bits, 0, sizeof(*bits));
	ygr_policy_index_subject(&policy->index, YGR_SUBJECT_EXE, program->path, program->len,
				 bits);
	ygr_bits_cache_put(&program->exe, policy->generation, bits);
}

void ygr_program_bits(struct ygr_program *program, const struct ygr_policy *policy,
		      struct ygr_subject_bits *bits)
{
	if (unlikely(!ygr_bits_cache_get(&program->exe, policy->generation, bits)))
		renew(program, policy, bits);
}
