/* SPDX-License-Identifier: GPL-2.0-only */
/* What the BPF contender and who loads it agree on. */
#ifndef YGR_BENCH_BPF_JUDGE_H
#define YGR_BENCH_BPF_JUDGE_H

#include <linux/types.h>

#define JUDGE_PREFIX_BYTES	256	/* as long as a key of an LPM trie may be */

/* What a map says of its key. No entry: no rule. */
struct judgement {
	__u32 rule_id;
	__u32 denies;
};

/* @len: in bits */
struct judge_directory {
	__u32 len;
	char path[JUDGE_PREFIX_BYTES];	/* with the '/' at its end */
};

struct judge_network {
	__u32 len;
	__u32 addr;	/* network order */
};

/*
 * Of a path and of each directory above it, with the '/' at its end: FNV-1a. Whoever collides
 * with a rule is judged by it; nobody can avoid the hash of his own name.
 */
#define JUDGE_HASH_SEED		14695981039346656037ull

static inline __u64 judge_hash_step(__u64 hash, char byte)
{
	return (hash ^ (__u8)byte) * 1099511628211ull;
}

#endif
