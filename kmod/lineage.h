/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program and those before it in a process's line of descent, whether they
 * came before it in the same process or in one that it was forked from.
 *
 * The nearest YGR_LINEAGE_ANCESTORS_MAX different programs are kept. One that
 * returns is moved to the front and does not take a second place: no process can shake off its
 * descent by forking, or by executing the same few programs in turn.
 *
 * Shared by reference, as programs are; made by exec, so that a fork only
 * takes a reference. It refers to programs, never to another lineage: no chain of the dead.
 */
#ifndef YGR_LINEAGE_H
#define YGR_LINEAGE_H

#include "program.h"

#define YGR_LINEAGE_ANCESTORS_MAX	8

struct ygr_lineage {
	refcount_t refs;
	u32 ancestor_nr;
	struct rcu_head rcu;
	struct ygr_bits_cache bits;	/* of all ancestors together */
	struct ygr_program *program;	/* NULL: not known */
	struct ygr_program *ancestors[YGR_LINEAGE_ANCESTORS_MAX]; /* nearest first */
};

/*
 * @program executed after @before: takes references of its own.
 *
 * @before: NULL: not known; the caller holds a reference
 * @program: NULL: not known
 *
 * Context: any but interrupts, also atomic. Return: with one reference, or NULL.
 */
struct ygr_lineage *ygr_lineage_create(const struct ygr_lineage *before,
				       struct ygr_program *program);

/* Both take NULL. */
struct ygr_lineage *ygr_lineage_get(struct ygr_lineage *lineage);
void ygr_lineage_put(struct ygr_lineage *lineage);

/*
 * What @place holds, where somebody may be replacing it, who sets it to NULL
 * before he lets go of it for good. Context: RCU read section. Return: with a reference; or NULL.
 */
struct ygr_lineage *ygr_lineage_get_from(struct ygr_lineage __rcu **place);

/* What any of the ancestors is in. Context: task, preemption off. */
void ygr_lineage_bits(struct ygr_lineage *lineage, const struct ygr_policy *policy,
		      struct ygr_subject_bits *bits);

#endif
