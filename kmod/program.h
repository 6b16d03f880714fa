/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program that was executed: its path as the process saw it then, and which
 * of the policy's lists of programs that is in.
 *
 * Shared by reference; freed after a grace period, so that whoever found it
 * under RCU may look at it without a reference. Only the cached bits change.
 */
#ifndef YGR_PROGRAM_H
#define YGR_PROGRAM_H

#include <linux/gfp.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>

#include "bits_cache.h"

struct ygr_policy;

/*
 * For all that is kept of a process: charged to whoever made it, but, as an
 * atomic allocation, not refused because his memory is used up.
 */
#define YGR_PROGRAM_GFP		(GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN)

struct ygr_program {
	refcount_t refs;
	u32 len;
	struct rcu_head rcu;
	struct ygr_bits_cache exe;
	char path[];		/* no NUL */
};

/* Context: any but interrupts, also atomic. Return: with one reference, or NULL. */
struct ygr_program *ygr_program_create(const char *path, u32 len);

/* All three take NULL. */
struct ygr_program *ygr_program_get(struct ygr_program *program);
void ygr_program_put(struct ygr_program *program);
bool ygr_program_is_same(const struct ygr_program *a, const struct ygr_program *b);

/* Context: task, preemption off. */
void ygr_program_bits(struct ygr_program *program, const struct ygr_policy *policy,
		      struct ygr_subject_bits *bits);

#endif
