/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Verified image -> index: for an exact path, a directory or a network, which
 * rules name it. Pure; built once when a policy is loaded, immutable after.
 *
 * It makes the cost of a verdict independent of the number of rules: an event
 * looks up its path, each directory above it and each prefix of its address,
 * and only the rules found there, and those that name neither paths nor
 * networks, are looked at. Hence two bounds, checked when the index is built:
 * how many rules may share one key, and how many keys may lie within one
 * another.
 */
#ifndef YGR_POLICY_INDEX_H
#define YGR_POLICY_INDEX_H

#include "policy_verify.h"

/* Rules that name one key; rules of one event that name none. */
#define YGR_INDEX_SHARE_MAX	256

/* Directories of a policy within one another; networks likewise. */
#define YGR_INDEX_NEST_MAX	16

/* One rule that names a key. */
struct ygr_index_ref {
	__u32 rule;		/* index << 1, | 1 if it names the key under `not` */
};

/* Rules that share a key, in ascending order. */
struct ygr_index_list {
	const struct ygr_index_ref *refs;
	__u32 nr;
};

enum ygr_index_kind {
	YGR_INDEX_EXACT,	/* a whole path */
	YGR_INDEX_PREFIX,	/* a directory, with its trailing slash */
	YGR_INDEX_CIDR4,
	YGR_INDEX_CIDR6,
};

struct ygr_index_slot {
	__u32 hash;
	__u32 item;		/* of paths or cidrs, whose key it is */
	__u32 first;		/* in refs */
	__u16 nr;		/* 0: empty slot */
	__u16 kind;		/* enum ygr_index_kind */
};

struct ygr_policy_index {
	const struct ygr_policy_image *image;
	const struct ygr_index_slot *slots;
	const struct ygr_index_ref *refs;
	__u32 slot_mask;
	__u32 prefix_len_max;		/* of the longest directory */
	__u64 prefix_lens;		/* bit n: one whose length is n modulo 64 */
	__u64 cidr4_lens;		/* bit n: an IPv4 network of that prefix length */
	__u64 cidr6_lens[3];
	struct ygr_index_list unkeyed[YGR_ON_NR]; /* rules without a key under `match` */
};

/* Room that an index of @image needs. */
size_t ygr_policy_index_bytes(const struct ygr_policy_image *image);

/*
 * @memory: that much, aligned to 8; the index lives in it and leads into @image
 *
 * Context: any; time grows with the policy.
 * Return: 0, or -EBADMSG with @error: YGR_POLICY_E_SHARED or
 * YGR_POLICY_E_NESTED at the offset in the blob of the item or rule that is too
 * many.
 */
int ygr_policy_index_build(struct ygr_policy_index *index, const struct ygr_policy_image *image,
			   void *memory, struct ygr_policy_error *error);

/* ---- look-up ---- */

/* FNV-1a, a byte at a time, so that the hashes of all directories above come along. */
#define YGR_INDEX_HASH_START	0x811c9dc5u

static inline __u32 ygr_policy_index_hash(__u32 hash, __u8 byte)
{
	return (hash ^ byte) * 0x01000193u;
}

/*
 * @hash: of @path
 * Return: the list of rules, empty (nr 0) if no rule names that.
 */
struct ygr_index_list ygr_policy_index_find_path(const struct ygr_policy_index *index,
						 enum ygr_index_kind kind, __u32 hash,
						 const char *path, __u32 len);

/* @family: AF_INET or AF_INET6; @addr: whole; its bits beyond @prefix_len do not count. */
struct ygr_index_list ygr_policy_index_find_cidr(const struct ygr_policy_index *index,
						 __u16 family, const __u8 *addr, __u32 prefix_len);

#endif
