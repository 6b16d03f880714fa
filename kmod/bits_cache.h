/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which of a policy's lists something is in, remembered for one generation: a
 * path is looked up when a policy first asks, and copied from here after that.
 *
 * Two CPUs may judge by different generations while one is published. Each
 * answers its own question rightly; what is remembered is the last that was asked.
 *
 * Nobody waits for anybody: who comes while it changes looks the path up himself. A
 * hook may be called with any lock of its subsystem held (security_sock_graft() with one
 * that softirqs take), by which two that wait here could wait for ever.
 */
#ifndef YGR_BITS_CACHE_H
#define YGR_BITS_CACHE_H

#include <linux/seqlock.h>
#include <linux/spinlock.h>

#include "policy_index.h"

struct ygr_bits_cache {
	spinlock_t writer;	/* only ever tried */
	seqcount_t seq;		/* raw: lockdep takes its readers for such as wait */
	u64 generation;		/* 0: none yet; no policy that asks has it */
	struct ygr_subject_bits bits;
};

static inline void ygr_bits_cache_init(struct ygr_bits_cache *cache)
{
	spin_lock_init(&cache->writer);
	seqcount_init(&cache->seq);
	cache->generation = 0;
}

/* Context: task, preemption off. Return: whether it is known; else @bits holds anything. */
static inline bool ygr_bits_cache_get(struct ygr_bits_cache *cache, u64 generation,
				      struct ygr_subject_bits *bits)
{
	unsigned int seq = raw_seqcount_begin(&cache->seq);
	bool known = cache->generation == generation;

	*bits = cache->bits;
	return known && !read_seqcount_retry(&cache->seq, seq);
}

/* Context: task, preemption off. */
static inline void ygr_bits_cache_put(struct ygr_bits_cache *cache, u64 generation,
				      const struct ygr_subject_bits *bits)
{
	if (!spin_trylock(&cache->writer))
		return;
	raw_write_seqcount_begin(&cache->seq);
	cache->generation = generation;
	cache->bits = *bits;
	raw_write_seqcount_end(&cache->seq);
	spin_unlock(&cache->writer);
}

/* ORs @from into @bits. */
static inline void ygr_bits_add(struct ygr_subject_bits *bits, const struct ygr_subject_bits *from)
{
	u32 i;

	for (i = 0; i < YGR_SUBJECT_WORDS; i++)
		bits->words[i] |= from->words[i];
}

#endif
