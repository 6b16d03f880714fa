// SPDX-License-Identifier: GPL-2.0-only
#include "policy_values.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* Lists of so few values are searched as they are. */
#define FEW		16

int ygr_policy_draft_add(struct ygr_policy_draft *draft, const union ygr_policy_value *value,
			 const struct ygr_policy_place *place)
{
	uint32_t larger = draft->cap ? 2 * draft->cap : 4;
	void *moved;

	if (draft->nr == draft->cap) {
		moved = reallocarray(draft->item, larger, sizeof(*draft->item));
		if (!moved)
			return -ENOMEM;
		draft->item = moved;
		moved = reallocarray(draft->place, larger, sizeof(*draft->place));
		if (!moved)
			return -ENOMEM;
		draft->place = moved;
		draft->cap = larger;
	}
	draft->item[draft->nr] = *value;
	draft->place[draft->nr++] = *place;
	return 0;
}

void ygr_policy_draft_exit(struct ygr_policy_draft *draft)
{
	free(draft->item);
	free(draft->place);
	*draft = (struct ygr_policy_draft) { 0 };
}

/* The bytes of a value that is no text. */
static size_t bytes_of(enum ygr_section_kind section)
{
	switch (section) {
	case YGR_SECTION_RANGES:
		return sizeof(struct ygr_range_item);
	case YGR_SECTION_CIDRS:
		return sizeof(struct ygr_cidr_item);
	case YGR_SECTION_IDS:
		return sizeof(struct ygr_id_item);
	default:
		return sizeof(struct ygr_digest_item);
	}
}

bool ygr_policy_values_equal(enum ygr_section_kind section, const union ygr_policy_value *a,
			     const union ygr_policy_value *b)
{
	if (section != YGR_SECTION_TEXTS)
		return !memcmp(a, b, bytes_of(section));
	return a->text.kind == b->text.kind && a->text.len == b->text.len &&
	       !memcmp(a->text.bytes, b->text.bytes, a->text.len);
}

uint64_t ygr_policy_values_hash(enum ygr_section_kind section, const union ygr_policy_value *value)
{
	if (section != YGR_SECTION_TEXTS)
		return XXH64(value, bytes_of(section), section);
	return XXH64(value->text.bytes, value->text.len, value->text.kind << 8 | section);
}

/* ---- duplicates ---- */

/* Slots of item indexes + 1, at most half full. */
struct seen {
	uint32_t *slot;
	uint32_t mask;
};

/* Whether the value stands among the first kept ones; it is noted if not. */
static bool is_among(struct seen *seen, const struct ygr_policy_draft *draft, uint32_t kept,
		     const union ygr_policy_value *value)
{
	uint32_t at;

	if (!seen->slot) {
		for (at = 0; at < kept; at++)
			if (ygr_policy_values_equal(draft->section, &draft->item[at], value))
				return true;
		return false;
	}
	at = ygr_policy_values_hash(draft->section, value) & seen->mask;
	for (; seen->slot[at]; at = (at + 1) & seen->mask)
		if (ygr_policy_values_equal(draft->section, &draft->item[seen->slot[at] - 1], value))
			return true;
	seen->slot[at] = kept + 1;
	return false;
}

int ygr_policy_draft_dedupe(struct ygr_policy_draft *draft, struct ygr_policy_place *first)
{
	struct seen seen = { 0 };
	uint32_t i, kept = 0;
	int dropped = 0;

	if (draft->nr > FEW) {
		for (seen.mask = 2 * FEW; seen.mask < 2 * draft->nr; seen.mask *= 2)
			;
		seen.slot = calloc(seen.mask--, sizeof(*seen.slot));
		if (!seen.slot)
			return -ENOMEM;
	}
	for (i = 0; i < draft->nr; i++) {
		if (is_among(&seen, draft, kept, &draft->item[i])) {
			if (!dropped++)
				*first = draft->place[i];
			continue;
		}
		draft->item[kept] = draft->item[i];
		draft->place[kept++] = draft->place[i];
	}
	draft->nr = kept;
	free(seen.slot);
	return dropped;
}

static int compare_low(const void *a, const void *b)
{
	const union ygr_policy_value *x = a, *y = b;

	return (x->range.low > y->range.low) - (x->range.low < y->range.low);
}

void ygr_policy_draft_sort_ranges(struct ygr_policy_draft *draft)
{
	union ygr_policy_value *item = draft->item;
	uint32_t i, kept = 0;

	if (draft->nr < 2)
		return;
	qsort(item, draft->nr, sizeof(*item), compare_low);
	for (i = 1; i < draft->nr; i++) {
		if (item[i].range.low > item[kept].range.high)
			item[++kept] = item[i];
		else if (item[i].range.high > item[kept].range.high)
			item[kept].range.high = item[i].range.high;
	}
	draft->nr = kept + 1;
}

/* ---- the pool ---- */

static uint64_t hash_draft(const struct ygr_policy_draft *draft)
{
	uint64_t hash = draft->section;
	uint32_t i;

	for (i = 0; i < draft->nr; i++)
		hash = hash * 0x9e3779b97f4a7c15u + ygr_policy_values_hash(draft->section, &draft->item[i]);
	return hash ^ hash >> 32;
}

static bool is_same(const struct ygr_policy_values *values, const struct ygr_policy_draft *draft,
		    uint64_t hash)
{
	uint32_t i;

	if (values->hash != hash || values->section != draft->section || values->nr != draft->nr)
		return false;
	for (i = 0; i < draft->nr; i++)
		if (!ygr_policy_values_equal(draft->section, &values->item[i], &draft->item[i]))
			return false;
	return true;
}

/* Keeps a chain at about one list. */
static int grow(struct ygr_policy_pool *pool)
{
	uint32_t nr = pool->bucket_nr ? 2 * pool->bucket_nr : 64, i;
	struct ygr_policy_values **bucket, *values, *next;

	if (pool->nr < pool->bucket_nr)
		return 0;
	bucket = calloc(nr, sizeof(struct ygr_policy_values *));
	if (!bucket)
		return -ENOMEM;
	for (i = 0; i < pool->bucket_nr; i++) {
		for (values = pool->bucket[i]; values; values = next) {
			next = values->next;
			values->next = bucket[values->hash & (nr - 1)];
			bucket[values->hash & (nr - 1)] = values;
		}
	}
	free(pool->bucket);
	pool->bucket = bucket;
	pool->bucket_nr = nr;
	return 0;
}

/* The items stand behind the list. */
static struct ygr_policy_values *copy_draft(const struct ygr_policy_draft *draft, uint64_t hash)
{
	struct ygr_policy_values *values;
	union ygr_policy_value *item;

	values = malloc(sizeof(*values) + draft->nr * sizeof(*item));
	if (!values)
		return NULL;
	item = (union ygr_policy_value *)(values + 1);
	memcpy(item, draft->item, draft->nr * sizeof(*item));
	*values = (struct ygr_policy_values) {
		.section = draft->section,
		.nr = draft->nr,
		.item = item,
		.hash = hash,
		.first = UINT32_MAX,
	};
	return values;
}

struct ygr_policy_values *ygr_policy_pool_intern(struct ygr_policy_pool *pool,
						 const struct ygr_policy_draft *draft)
{
	struct ygr_policy_values *values, **bucket;
	uint64_t hash = hash_draft(draft);

	if (grow(pool))
		return NULL;
	bucket = &pool->bucket[hash & (pool->bucket_nr - 1)];
	for (values = *bucket; values; values = values->next)
		if (is_same(values, draft, hash))
			return values;
	values = copy_draft(draft, hash);
	if (!values)
		return NULL;
	values->next = *bucket;
	*bucket = values;
	pool->nr++;
	return values;
}

void ygr_policy_pool_exit(struct ygr_policy_pool *pool)
{
	struct ygr_policy_values *values, *next;
	uint32_t i;

	for (i = 0; i < pool->bucket_nr; i++) {
		for (values = pool->bucket[i]; values; values = next) {
			next = values->next;
			free(values);
		}
	}
	free(pool->bucket);
	*pool = (struct ygr_policy_pool) { 0 };
}
