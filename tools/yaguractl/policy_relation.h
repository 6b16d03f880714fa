/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How lists of values of one section relate. Pure. "Not known" counts as no: what
 * follows from an answer is only a warning.
 */
#ifndef YGR_POLICY_RELATION_H
#define YGR_POLICY_RELATION_H

#include "policy_values.h"

/* Pairs of values that are compared at most; beyond, nothing is known. */
#define YGR_POLICY_RELATION_PAIRS_MAX	65536

/* Whether no value can be among both. */
bool ygr_policy_relation_disjoint(const struct ygr_policy_values *a, const struct ygr_policy_values *b);

/* Whether whatever is among @inner is among @outer. */
bool ygr_policy_relation_within(const struct ygr_policy_values *inner,
				const struct ygr_policy_values *outer);

#endif
