/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A list of values: what a test asks for, or a named list. A list is drafted,
 * put into the form in which the blob holds it, and then interned: two lists
 * with the same content are one and take one place in the blob.
 */
#ifndef YGR_POLICY_VALUES_H
#define YGR_POLICY_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include "policy_place.h"
#include "policy_value.h"

/* While it is read. All zero but the section: empty. */
struct ygr_policy_draft {
	enum ygr_section_kind section;
	uint32_t nr;
	uint32_t cap;
	union ygr_policy_value *item;
	struct ygr_policy_place *place;		/* of each item */
};

/* Interned; the pool keeps it and its items. */
struct ygr_policy_values {
	enum ygr_section_kind section;
	uint32_t nr;				/* at least 1 */
	const union ygr_policy_value *item;
	uint64_t hash;
	uint32_t first;				/* its place in the section; UINT32_MAX: no test uses it */
	struct ygr_policy_values *next;		/* in the pool */
};

/* All zero: empty. */
struct ygr_policy_pool {
	struct ygr_policy_values **bucket;
	uint32_t bucket_nr;			/* a power of two, or 0 */
	uint32_t nr;
};

/* Return: 0 or -ENOMEM. */
int ygr_policy_draft_add(struct ygr_policy_draft *draft, const union ygr_policy_value *value,
			 const struct ygr_policy_place *place);

/*
 * Drop values that stand twice. Return: how many, and *first is where the first
 * repetition stands; or -ENOMEM.
 */
int ygr_policy_draft_dedupe(struct ygr_policy_draft *draft, struct ygr_policy_place *first);

/* Ranges in ascending order, those that overlap made one, as the matcher searches them. */
void ygr_policy_draft_sort_ranges(struct ygr_policy_draft *draft);

/* Frees its memory; it is empty then. */
void ygr_policy_draft_exit(struct ygr_policy_draft *draft);

/* The list with this content, which has been there or is new now. Return: NULL: no memory. */
struct ygr_policy_values *ygr_policy_pool_intern(struct ygr_policy_pool *pool,
						 const struct ygr_policy_draft *draft);

void ygr_policy_pool_exit(struct ygr_policy_pool *pool);

/* Whether two values of a section are the same. */
bool ygr_policy_values_equal(enum ygr_section_kind section, const union ygr_policy_value *a,
			     const union ygr_policy_value *b);

uint64_t ygr_policy_values_hash(enum ygr_section_kind section, const union ygr_policy_value *value);

#endif
