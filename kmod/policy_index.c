// SPDX-License-Identifier: GPL-2.0-only
#include "glob.h"
#include "policy_index.h"
#include "text_hash.h"

/* ---- one key ---- */

static bool is_key(const struct ygr_policy_index *index, const struct ygr_index_slot *slot,
		   const struct ygr_policy_key *key)
{
	return slot->hash == key->hash && slot->kind == key->kind && slot->len == key->len &&
	       !memcmp((const char *)index->image->header + slot->off, key->bytes,
		       ygr_policy_key_bytes(key->kind, key->len));
}

const struct ygr_index_slot *ygr_policy_index_find_slot(const struct ygr_policy_index *index,
							const struct ygr_policy_key *key)
{
	__u32 i = key->hash, left;

	for (left = YGR_INDEX_PROBE_MAX; left; left--, i++) {
		const struct ygr_index_slot *slot = &index->slots[i & index->slot_mask];

		if (!slot->nr || is_key(index, slot, key))
			return slot;
	}
	return NULL;
}

static void add_list(struct ygr_index_lists *lists, __u32 first, __u32 nr)
{
	if (lists->nr < YGR_INDEX_LISTS_MAX)
		lists->list[lists->nr++] = (struct ygr_index_list) { first, first + nr };
}

static void find(const struct ygr_policy_index *index, const struct ygr_policy_key *key,
		 struct ygr_index_lists *lists)
{
	const struct ygr_index_slot *slot = ygr_policy_index_find_slot(index, key);

	if (slot && slot->nr)
		add_list(lists, slot->first, slot->nr);
}

static bool has_kind(const struct ygr_policy_index *index, __u32 kind)
{
	return index->kinds >> kind & 1;
}

/* ---- texts ---- */

/* A text that is being looked up. */
struct walk {
	const struct ygr_policy_index *index;
	const struct ygr_index_group *keys;
	enum ygr_key_group group;
	const char *text;
	__u32 len;
	struct ygr_index_lists *lists;
};

static void find_part(const struct walk *walk, enum ygr_key_form form, __u64 state, __u64 tail,
		      const char *bytes, __u32 len)
{
	struct ygr_policy_key key = {
		.kind = ygr_policy_key_kind(walk->group, form), .len = len, .bytes = bytes,
	};

	key.hash = ygr_text_hash_finish(state, tail, key.kind << 16 | len);
	find(walk->index, &key, walk->lists);
}

/* Prefixes that end in @word, which starts at @at, but not after @len_max bytes. */
static void find_prefixes(const struct walk *walk, __u64 state, __u64 word, __u32 at, __u32 len_max)
{
	__u64 ends = ygr_policy_key_ends_anywhere(walk->group, walk->text) ?
		     0x8080808080808080ull : ygr_text_hash_slashes(word);

	for (; ends; ends &= ends - 1) {
		__u32 nr = ((__u32)__builtin_ctzll(ends) + 1) / 8;
		__u32 len = at + nr;

		if (len > len_max)
			break;
		if (!(walk->keys->prefix_lens >> len % 64 & 1))
			continue;
		if (nr == 8)
			find_part(walk, YGR_KEY_PREFIX, ygr_text_hash_mix(state, word), 0, walk->text,
				  len);
		else
			find_part(walk, YGR_KEY_PREFIX, state, word & ((1ull << 8 * nr) - 1),
				  walk->text, len);
	}
}

/* Prefixes of at most @len_max bytes, and if @whole, the text itself. */
static void find_forward(const struct walk *walk, __u32 len_max, bool whole)
{
	__u64 state = YGR_TEXT_HASH_START, word;
	__u32 at;

	for (at = 0; at + 8 <= walk->len; at += 8) {
		word = ygr_text_hash_load(walk->text + at);
		if (at < walk->keys->prefix_len_max)
			find_prefixes(walk, state, word, at, len_max);
		else if (!whole)
			return;
		state = ygr_text_hash_mix(state, word);
	}
	word = ygr_text_hash_part(walk->text, walk->len, at, walk->len - at);
	if (at < walk->keys->prefix_len_max)
		find_prefixes(walk, state, word, at, len_max);
	if (whole)
		find_part(walk, YGR_KEY_EXACT, state, word, walk->text, walk->len);
}

/* No suffix has a '/' but first: bytes of the last component, with the '/' before it. */
static __u32 suffix_room(const struct walk *walk)
{
	__u32 max = walk->keys->suffix_len_max < walk->len ? walk->keys->suffix_len_max : walk->len;
	__u32 room;

	for (room = 1; room < max && walk->text[walk->len - room] != '/'; room++)
		;
	return room;
}

static void find_suffixes(const struct walk *walk)
{
	__u64 state = YGR_TEXT_HASH_START;
	__u32 room = suffix_room(walk), hashed = 0, i;

	for (i = 0; i < YGR_POLICY_GLOB_MAX / 64 + 1; i++) {
		__u64 left = walk->keys->suffix_lens[i];

		for (; left; left &= left - 1) {
			__u32 len = i * 64 + (__u32)__builtin_ctzll(left), off = walk->len - len;

			if (len > room)
				return;
			for (; hashed + 8 <= len; hashed += 8)
				state = ygr_text_hash_mix(state, ygr_text_hash_load(
						walk->text + walk->len - hashed - 8));
			find_part(walk, YGR_KEY_SUFFIX, state,
				  ygr_text_hash_part(walk->text, walk->len, off, len - hashed),
				  walk->text + off, len);
		}
	}
}

void ygr_policy_index_find_text(const struct ygr_policy_index *index, enum ygr_key_group group,
				const char *text, __u32 len, struct ygr_index_lists *lists)
{
	const struct walk walk = {
		.index = index, .keys = &index->groups[group], .group = group,
		.text = text, .len = len, .lists = lists,
	};

	/* No rule names a longer text, but directories and ends of it. */
	const bool whole = walk.keys->has_exact && len <= YGR_POLICY_PATH_MAX;

	if (!len)
		return;
	if (whole || walk.keys->prefix_len_max)
		find_forward(&walk, len - 1, whole);
	if (walk.keys->suffix_len_max)
		find_suffixes(&walk);
}

bool ygr_policy_index_holds(const struct ygr_policy_index *index, const struct ygr_index_ref *ref,
			    const char *text, __u32 len)
{
	const struct ygr_text_item *glob;

	if (ref->glob == YGR_KEY_NO_GLOB)
		return true;
	glob = &index->image->texts[ref->glob];
	return ygr_glob_match(index->image->strings + glob->str_off, glob->len, text, len);
}

void ygr_policy_index_subject(const struct ygr_policy_index *index, enum ygr_subject_kind kind,
			      const char *path, __u32 len, struct ygr_subject_bits *bits)
{
	struct ygr_index_lists lists __uninitialized;
	__u32 i, j;

	lists.nr = 0;
	ygr_policy_index_find_text(index, kind == YGR_SUBJECT_EXE ? YGR_KEY_PROGRAM : YGR_KEY_CGROUP,
				   path, len, &lists);
	for (i = 0; i < lists.nr; i++)
		for (j = lists.list[i].next; j < lists.list[i].end; j++)
			if (ygr_policy_index_holds(index, &index->refs[j], path, len))
				bits->words[index->refs[j].what / 64] |=
					1ull << index->refs[j].what % 64;
}

/* ---- what is no text ---- */

/* The first @nr bits, and zeroes. */
static void mask_address(__u8 to[16], const __u8 *from, __u32 nr)
{
	__u32 whole = nr / 8;

	memset(to, 0, 16);
	memcpy(to, from, whole);
	if (nr % 8)
		to[whole] = from[whole] & (__u8)(0xff << (8 - nr % 8));
}

static void find_networks(const struct ygr_policy_index *index, __u16 family, const __u8 *addr,
			  __u32 len_max, struct ygr_index_lists *lists)
{
	bool is_ip4 = family == AF_INET;
	const __u64 *lens = is_ip4 ? &index->cidr4_lens : index->cidr6_lens;
	__u32 kind = is_ip4 ? YGR_KEY_CIDR4 : YGR_KEY_CIDR6;
	__u32 word, words = is_ip4 ? 1 : 3;
	__u8 masked[16] __uninitialized;

	for (word = 0; word < words; word++) {
		__u64 left = lens[word];

		for (; left; left &= left - 1) {
			__u32 len = word * 64 + (__u32)__builtin_ctzll(left);
			struct ygr_policy_key key;

			if (len > len_max)
				return;
			mask_address(masked, addr, len);
			key = ygr_policy_key_of_bytes(kind, masked, len);
			find(index, &key, lists);
		}
	}
}

void ygr_policy_index_find_address(const struct ygr_policy_index *index, __u16 family,
				   const __u8 *addr, struct ygr_index_lists *lists)
{
	find_networks(index, family, addr, family == AF_INET ? 32 : 128, lists);
}

void ygr_policy_index_find_digest(const struct ygr_policy_index *index, enum ygr_key_kind kind,
				  const __u8 *digest, struct ygr_index_lists *lists)
{
	struct ygr_policy_key key;

	if (!has_kind(index, kind))
		return;
	key = ygr_policy_key_of_bytes(kind, digest, 0);
	find(index, &key, lists);
}

void ygr_policy_index_find_id(const struct ygr_policy_index *index, enum ygr_key_kind kind,
			      const struct ygr_id_item *id, struct ygr_index_lists *lists)
{
	struct ygr_policy_key key;

	if (!has_kind(index, kind))
		return;
	key = ygr_policy_key_of_bytes(kind, id, 0);
	find(index, &key, lists);
}

/* ---- for building ---- */

void ygr_policy_index_find_around(const struct ygr_policy_index *index,
				  const struct ygr_policy_key *key, struct ygr_index_lists *lists)
{
	enum ygr_key_group group = key->kind / YGR_KEY_FORM_NR;
	struct walk walk = {
		.index = index, .group = group, .text = key->bytes, .len = key->len, .lists = lists,
	};

	if (key->kind == YGR_KEY_CIDR4 || key->kind == YGR_KEY_CIDR6) {
		find_networks(index, key->kind == YGR_KEY_CIDR4 ? AF_INET : AF_INET6, key->bytes,
			      key->len, lists);
		return;
	}
	if (group >= YGR_KEY_GROUP_NR)
		return;
	walk.keys = &index->groups[group];
	if (key->kind % YGR_KEY_FORM_NR == YGR_KEY_PREFIX)
		find_forward(&walk, key->len, false);
	else if (key->kind % YGR_KEY_FORM_NR == YGR_KEY_SUFFIX)
		find_suffixes(&walk);
}
