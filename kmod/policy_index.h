/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Verified image -> index: for what an event is about, which clauses name it.
 * Pure; built once when a policy is loaded, immutable after.
 *
 * It makes the cost of a verdict independent of the number of rules: an event
 * looks up its path, each directory above it, its ends, its identity, digest
 * and names, and each prefix of its address, in one hash table; only the
 * clauses found there, and those that have no such key, are looked at. Hence
 * the bounds below, checked when the index is built.
 *
 * Most opens are of files that no rule names, in directories of which that can be said without
 * looking at the name: ygr_match_directory() (match.h) needs to know of a directory only whether a key is
 * the whole path of something in it. That is a set of bits by the hash of the directory, so that it may be
 * said of one too many, never of one too few.
 *
 * Lists of programs and of cgroups are in the same table, but looked up only
 * when a process changes its program or a cgroup is first seen: each distinct
 * list is a bit, and an event brings the bits of its process along.
 */
#ifndef YGR_POLICY_INDEX_H
#define YGR_POLICY_INDEX_H

#include "policy_key.h"

/* Clauses that name one key; clauses of one event that have none. */
#define YGR_INDEX_SHARE_MAX	256

/* Directories of a policy within one another; likewise suffixes, networks. */
#define YGR_INDEX_NEST_MAX	16

/* Slots that a look-up visits: a policy whose keys collide more often is refused. */
#define YGR_INDEX_PROBE_MAX	256

/* Lists that one event finds at most: two texts'; those of single keys; the unkeyed. */
#define YGR_INDEX_LISTS_MAX	(2 * (1 + 2 * YGR_INDEX_NEST_MAX) + 5 + 1)

/* One test that names a key. */
struct ygr_index_ref {
	__u32 what;		/* clause << 5 | test; of a program or cgroup, its bit */
	__u32 glob;		/* text item that must match, too, or YGR_KEY_NO_GLOB; unkeyed: _NEVER */
};

#define YGR_INDEX_TEST_BITS	5

/* Refs that share a key: [next, end) of ygr_policy_index.refs, ascending. */
struct ygr_index_list {
	__u32 next;
	__u32 end;
};

/* What look-ups append to; what does not fit is left out, which the bounds prevent. */
struct ygr_index_lists {
	__u32 nr;
	struct ygr_index_list list[YGR_INDEX_LISTS_MAX];
};

struct ygr_index_slot {
	__u32 hash;		/* 0: empty slot */
	__u32 off;		/* of the key's bytes, in the blob */
	__u32 first;		/* in refs */
	__u32 len : 12;		/* as in struct ygr_policy_key */
	__u32 kind : 8;
	__u32 nr : 12;
};

/* How a clause is judged; each mask has a bit for each of its tests. */
struct ygr_index_clause {
	__u32 rule;
	__u32 test_first;
	__u32 wanted;		/* keyed tests that must name the event; the other keyed ones must not */
	__u32 of_path;		/* keyed tests of paths */
	__u32 of_other;		/* other keyed tests */
	__u32 rest;		/* tests without keys */
};

/* Which texts of a group are keys: what need not be looked up. */
struct ygr_index_group {
	__u64 prefix_lens;	/* bit n: a prefix whose length is n + 1 modulo 64 */
	__u64 suffix_lens[YGR_POLICY_GLOB_MAX / 64 + 1];
	__u64 suffix_ends[256 / 64]; /* bit n: one whose last byte is n */
	__u32 prefix_len_max;
	__u32 suffix_len_max;
	bool has_exact;
};

struct ygr_policy_index {
	const struct ygr_policy_image *image;
	const struct ygr_index_slot *slots;
	const struct ygr_index_clause *clauses;
	const struct ygr_index_ref *refs;
	const __u8 *subject_of;		/* for each test of a program or cgroup, its bit */
	const __u64 *parents;		/* of whole paths: bit `hash & parent_mask` of each directory */
	__u32 parent_mask;
	__u32 slot_mask;
	__u32 kinds;			/* bit n: keys of kind n */
	struct ygr_index_group groups[YGR_KEY_GROUP_NR];
	__u64 cidr4_lens;		/* bit n: an IPv4 network of that prefix length */
	__u64 cidr6_lens[3];
	struct ygr_index_list unkeyed[YGR_ON_NR]; /* clauses that no key must be found for */
	__u64 by_directory_on;		/* events of which ygr_match_directory() may say something */
	__u64 ignored_on;		/* events that their first rule ignores, whatever they are */
	__u32 ignoring_rule[YGR_ON_NR];	/* index of that rule */
};

/* Room that an index of @image needs. */
size_t ygr_policy_index_bytes(const struct ygr_policy_image *image);

/*
 * @memory: that much, aligned to 8; the index lives in it and leads into @image
 *
 * Context: any; time grows with the policy; 2 KiB of stack.
 * Return: 0, or -EBADMSG with @error: YGR_POLICY_E_SHARED, _NESTED or _SUBJECTS
 * at the offset in the blob of the item, clause or test that is one too many.
 */
int ygr_policy_index_build(struct ygr_policy_index *index, const struct ygr_policy_image *image,
			   void *memory, struct ygr_policy_error *error);

/* ---- programs and cgroups ---- */

#define YGR_SUBJECT_WORDS	(YGR_POLICY_SUBJECT_SPANS_MAX / 64)

/* Which of the policy's lists of programs (or cgroups) a path is in. */
struct ygr_subject_bits {
	__u64 words[YGR_SUBJECT_WORDS];
};

enum ygr_subject_kind {
	YGR_SUBJECT_EXE,
	YGR_SUBJECT_CGROUP,
};

/* ORs into @bits; the caller zeroes it first. Any context; 1 KiB of stack. */
void ygr_policy_index_subject(const struct ygr_policy_index *index, enum ygr_subject_kind kind,
			      const char *path, __u32 len, struct ygr_subject_bits *bits);

/* ---- look-up: each appends the lists of what it finds ---- */

void ygr_policy_index_find_text(const struct ygr_policy_index *index, enum ygr_key_group group,
				const char *text, __u32 len, struct ygr_index_lists *lists);

/* The same of what any name in directory @dir, which ends in '/', has in common with it. */
void ygr_policy_index_find_directories(const struct ygr_policy_index *index, const char *dir, __u32 len,
				       struct ygr_index_lists *lists);

/* Whether a rule may name a file in directory @dir, which ends in '/', by its whole path. */
bool ygr_policy_index_is_parent(const struct ygr_policy_index *index, const char *dir, __u32 len);

/* Whether a rule may name a file by the end of its path, whose last byte is @end. */
static inline bool ygr_policy_index_has_end(const struct ygr_policy_index *index, __u8 end)
{
	return index->groups[YGR_KEY_PATH].suffix_ends[end / 64] >> end % 64 & 1;
}

/* Whether it may be so of any. */
static inline bool ygr_policy_index_has_ends(const struct ygr_policy_index *index)
{
	const __u64 *ends = index->groups[YGR_KEY_PATH].suffix_ends;

	return ends[0] | ends[1] | ends[2] | ends[3];
}

/* @family: AF_INET or AF_INET6; @addr: whole */
void ygr_policy_index_find_address(const struct ygr_policy_index *index, __u16 family,
				   const __u8 *addr, struct ygr_index_lists *lists);

/* @kind: of identities or digests; @bytes: a struct ygr_id_item, or 32 bytes */
void ygr_policy_index_find_bytes(const struct ygr_policy_index *index, enum ygr_key_kind kind,
				 const void *bytes, struct ygr_index_lists *lists);

/* @item: the glob of a ref in a list that @text found */
bool ygr_policy_index_glob_holds(const struct ygr_policy_index *index, __u32 item,
				 const char *text, __u32 len);

/* ---- for building ---- */

/* Of a directory, with its '/'. */
__u32 ygr_policy_index_hash_parent(const char *dir, __u32 len);

/* Return: the slot of @key, or the empty one where it belongs, or NULL: too many collide. */
const struct ygr_index_slot *ygr_policy_index_find_slot(const struct ygr_policy_index *index,
							const struct ygr_policy_key *key);

/* All keys that @key lies within, itself included. */
void ygr_policy_index_find_around(const struct ygr_policy_index *index,
				  const struct ygr_policy_key *key, struct ygr_index_lists *lists);

#endif
