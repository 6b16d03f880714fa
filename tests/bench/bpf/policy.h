/* SPDX-License-Identifier: GPL-2.0-only */
/* A policy in maps: paths and directories in two ways, addresses. */
#ifndef YGR_BENCH_BPF_POLICY_H
#define YGR_BENCH_BPF_POLICY_H

#include "judge.h"
#include "open.h"

/* How many entries each map has room for, the loader says. */
#define EXACT_MAP(name, bytes)				\
	struct {					\
		__uint(type, BPF_MAP_TYPE_HASH);	\
		__uint(max_entries, 1);		\
		__uint(map_flags, BPF_F_NO_PREALLOC);	\
		__type(key, char[bytes]);		\
		__type(value, struct judgement);	\
	} name SEC(".maps")

/* Exact paths by length, the rest of the key zero: most keys are short. */
EXACT_MAP(exact_32, 32);
EXACT_MAP(exact_64, 64);
EXACT_MAP(exact_128, 128);
EXACT_MAP(exact_256, 256);

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct judge_directory);
	__type(value, struct judgement);
} directories SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct judge_network);
	__type(value, struct judgement);
} networks SEC(".maps");

/* The path is its own key once what follows it is zero. */
static __always_inline void pad_key(char *path, __u32 len, unsigned int bytes)
{
	__u64 *words = (__u64 *)(path + len);

#pragma unroll
	for (unsigned int i = 0; i < bytes / 8; i++)
		words[i] = 0;
}

static __always_inline const struct judgement *find_exact(char *path, __u32 len)
{
	if (len <= 32) {
		pad_key(path, len, 32);
		return bpf_map_lookup_elem(&exact_32, path);
	}
	if (len <= 64) {
		pad_key(path, len, 64);
		return bpf_map_lookup_elem(&exact_64, path);
	}
	if (len <= 128) {
		pad_key(path, len, 128);
		return bpf_map_lookup_elem(&exact_128, path);
	}
	if (len <= 256) {
		pad_key(path, len, 256);
		return bpf_map_lookup_elem(&exact_256, path);
	}
	return NULL;
}

/* A trie's key wants its length in the four bytes before it: those are the string's padding. */
static __always_inline const struct judgement *find_directory(struct file_record *record, __u32 len)
{
	record->string.pad2 = 8 * (len < JUDGE_PREFIX_BYTES ? len : JUDGE_PREFIX_BYTES);
	return bpf_map_lookup_elem(&directories, &record->string.pad2);
}

/* The first rule of the policy decides. Of directories within one another, the loader has seen to it. */
static __always_inline const struct judgement *first(const struct judgement *a,
						     const struct judgement *b)
{
	if (!a || !b)
		return a ?: b;
	return a->rule_id < b->rule_id ? a : b;
}

/*
 * The same with one hash table, asked for each directory above the file at whose depth there is a
 * rule: dearer than a trie with few entries, and no dearer with many.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, struct judgement);
} hashes SEC(".maps");

/* Depths at which there is a rule, a bit for each of the first 64. Written by the loader. */
__u64 depths;

struct walk {
	const char *path;
	__u64 hash;
	__u64 below;
	struct judgement found;
};

static __always_inline void find_hash(struct walk *walk)
{
	__u64 hash = walk->hash;
	const struct judgement *found = bpf_map_lookup_elem(&hashes, &hash);

	if (found && (!walk->found.rule_id || found->rule_id < walk->found.rule_id))
		walk->found = *found;
}

static long walk_byte(__u32 i, struct walk *walk)
{
	char byte = walk->path[i & (PATH_BYTES - 1)];

	walk->hash = judge_hash_step(walk->hash, byte);
	if (byte == '/') {
		if (walk->below & 1)
			find_hash(walk);
		walk->below >>= 1;
	}
	return 0;
}

/*
 * By bpf_loop(), which the kernel expands: a plain loop over so many bytes is more than the
 * verifier of 6.12 comes to an end with.
 *
 * Return: whether there is a rule.
 */
static __always_inline bool find_hashed(struct walk *walk, __u32 len)
{
	bpf_loop(len, walk_byte, walk, 0);
	find_hash(walk);
	return walk->found.rule_id;
}

#endif
