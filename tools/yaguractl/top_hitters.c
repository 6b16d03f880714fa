// SPDX-License-Identifier: GPL-2.0-only
#include "top_hitters.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define NONE	UINT32_MAX

/*
 * Entries are found by key through chains, and the least of them is the first of a binary
 * heap; both hold indices of `entry`.
 */
struct ygr_top_hitters {
	unsigned int cap, nr;
	unsigned int bucket_nr;		/* a power of two */
	uint64_t total;
	bool	 is_full;
	struct ygr_top_hitter *entry;
	uint32_t *next;			/* entry -> the next of its chain */
	uint32_t *heap_at;		/* entry -> its place in the heap */
	uint32_t *heap;
	uint32_t *bucket;
};

struct ygr_top_hitters *ygr_top_hitters_create(unsigned int cap)
{
	struct ygr_top_hitters *hitters = calloc(1, sizeof(*hitters));

	if (!hitters)
		return NULL;
	hitters->cap = cap;
	hitters->bucket_nr = 1;
	while (hitters->bucket_nr < 2 * cap)
		hitters->bucket_nr *= 2;
	hitters->entry = calloc(cap, sizeof(*hitters->entry));
	hitters->next = calloc(cap, sizeof(*hitters->next));
	hitters->heap_at = calloc(cap, sizeof(*hitters->heap_at));
	hitters->heap = calloc(cap, sizeof(*hitters->heap));
	hitters->bucket = calloc(hitters->bucket_nr, sizeof(*hitters->bucket));
	if (!hitters->entry || !hitters->next || !hitters->heap_at || !hitters->heap ||
	    !hitters->bucket) {
		ygr_top_hitters_destroy(hitters);
		return NULL;
	}
	ygr_top_hitters_clear(hitters);
	return hitters;
}

void ygr_top_hitters_destroy(struct ygr_top_hitters *hitters)
{
	if (!hitters)
		return;
	free(hitters->entry);
	free(hitters->next);
	free(hitters->heap_at);
	free(hitters->heap);
	free(hitters->bucket);
	free(hitters);
}

void ygr_top_hitters_clear(struct ygr_top_hitters *hitters)
{
	hitters->nr = 0;
	hitters->total = 0;
	hitters->is_full = false;
	for (unsigned int i = 0; i < hitters->bucket_nr; i++)
		hitters->bucket[i] = NONE;
}

/* ---- chains ---- */

static uint32_t *bucket_of(struct ygr_top_hitters *hitters, const void *key, size_t key_len)
{
	return &hitters->bucket[XXH64(key, key_len, 0) & (hitters->bucket_nr - 1)];
}

static uint32_t find(const struct ygr_top_hitters *hitters, uint32_t i, const void *key,
		     size_t key_len)
{
	for (; i != NONE; i = hitters->next[i]) {
		const struct ygr_top_hitter *entry = &hitters->entry[i];

		if (entry->key_len == key_len && !memcmp(entry->key, key, key_len))
			break;
	}
	return i;
}

static void unchain(struct ygr_top_hitters *hitters, uint32_t i)
{
	const struct ygr_top_hitter *entry = &hitters->entry[i];
	uint32_t *at = bucket_of(hitters, entry->key, entry->key_len);

	while (*at != i)
		at = &hitters->next[*at];
	*at = hitters->next[i];
}

/* ---- heap ---- */

static uint64_t count_at(const struct ygr_top_hitters *hitters, uint32_t place)
{
	return hitters->entry[hitters->heap[place]].count;
}

static void put_at(struct ygr_top_hitters *hitters, uint32_t place, uint32_t i)
{
	hitters->heap[place] = i;
	hitters->heap_at[i] = place;
}

static void swap(struct ygr_top_hitters *hitters, uint32_t a, uint32_t b)
{
	uint32_t i = hitters->heap[a];

	put_at(hitters, a, hitters->heap[b]);
	put_at(hitters, b, i);
}

static void move_up(struct ygr_top_hitters *hitters, uint32_t place)
{
	for (; place; place = (place - 1) / 2) {
		if (count_at(hitters, (place - 1) / 2) <= count_at(hitters, place))
			return;
		swap(hitters, place, (place - 1) / 2);
	}
}

static void move_down(struct ygr_top_hitters *hitters, uint32_t place)
{
	uint32_t least;

	for (;; place = least) {
		least = 2 * place + 1;
		if (least >= hitters->nr)
			return;
		if (least + 1 < hitters->nr &&
		    count_at(hitters, least + 1) < count_at(hitters, least))
			least++;
		if (count_at(hitters, place) <= count_at(hitters, least))
			return;
		swap(hitters, place, least);
	}
}

/* ---- adding ---- */

/* Return: an entry that is in the heap and in no chain, with the count to go on from. */
static uint32_t make_room(struct ygr_top_hitters *hitters, uint64_t *count)
{
	uint32_t i = hitters->nr;

	*count = 0;
	if (i < hitters->cap) {
		hitters->nr++;
		hitters->entry[i].count = 0;
		put_at(hitters, i, i);
		move_up(hitters, i);
		return i;
	}
	i = hitters->heap[0];
	*count = hitters->entry[i].count;
	hitters->is_full = true;
	unchain(hitters, i);
	return i;
}

static uint32_t enter(struct ygr_top_hitters *hitters, uint32_t *bucket, const void *key,
		      size_t key_len)
{
	struct ygr_top_hitter *entry;
	uint64_t count;
	uint32_t i = make_room(hitters, &count);

	entry = &hitters->entry[i];
	*entry = (struct ygr_top_hitter) { .key_len = key_len, .count = count, .error = count };
	memcpy(entry->key, key, key_len);
	hitters->next[i] = *bucket;
	*bucket = i;
	return i;
}

struct ygr_top_hitter *ygr_top_hitters_add(struct ygr_top_hitters *hitters, const void *key,
					   size_t key_len, uint64_t weight)
{
	uint32_t *bucket = bucket_of(hitters, key, key_len);
	uint32_t i = find(hitters, *bucket, key, key_len);
	struct ygr_top_hitter *entry;

	if (i == NONE)
		i = enter(hitters, bucket, key, key_len);
	entry = &hitters->entry[i];
	entry->count = ygr_top_sum(entry->count, weight);
	hitters->total = ygr_top_sum(hitters->total, weight);
	move_down(hitters, hitters->heap_at[i]);
	return entry;
}

const struct ygr_top_hitter *ygr_top_hitters_all(const struct ygr_top_hitters *hitters,
						 unsigned int *nr)
{
	*nr = hitters->nr;
	return hitters->entry;
}

uint64_t ygr_top_hitters_total(const struct ygr_top_hitters *hitters)
{
	return hitters->total;
}

bool ygr_top_hitters_is_full(const struct ygr_top_hitters *hitters)
{
	return hitters->is_full;
}
