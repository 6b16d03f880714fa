/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which of a policy's lists something is in, remembered for one generation: a
 * path is looked up when a policy first asks, and copied from here after that.
 *
 * Two CPUs may judge by different generations while one is published. Each
 * answers its own question rightly; what is remembered is the last that was asked.
 */
#ifndef YGR_BITS_CACHE_H
#define YGR_BITS_CACHE_H

#include <linux/seqlock.h>

#include "policy_index.h"

struct ygr_bits_cache {
	seqlock_t lock;
	u64 generation;		/* 0: none yet; no policy that asks has it */
	struct ygr_subject_bits bits;
};

static inline void ygr_bits_cache_init(struct ygr_bits_cache *cache)
{
	seqlock_init(&cache->lock);
	cache->generation = 0;
}

/* Context: task, preemption off. Return: whether it is known; else @bits holds anything. */
static inline bool ygr_bits_cache_get(struct ygr_bits_cache *cache, u64 generation,
				      struct ygr_subject_bits *bits)
{
	unsigned int seq;
	bool known;

	do {
		seq = read_seqbegin(&cache->lock);
		known = cache->generation == generation;
		*bits = cache->bits;
	} while (read_seqretry(&cache->lock, seq));
	return known;
}

/* Context: task, preemption off. */
static inline void ygr_bits_cache_put(struct ygr_bits_cache *cache, u64 generation,
				      const struct ygr_subject_bits *bits)
{
	write_seqlock(&cache->lock);
	cache->generation = generation;
	cache->bits = *bits;
	write_sequnlock(&cache->lock);
}

/* ORs @from into @bits. */
static inline void ygr_bits_add(struct ygr_subject_bits *bits, const struct ygr_subject_bits *from)
{
	u32 i;

	for (i = 0; i < YGR_SUBJECT_WORDS; i++)
		bits->words[i] |= from->words[i];
}

#endif
