// SPDX-License-Identifier: GPL-2.0-only
#include "glob.h"
#include "policy_index.h"
#include "text_hash.h"

/* ---- one key ---- */

static bool is_key(const struct ygr_policy_index *index, const struct ygr_index_slot *slot,
		   const struct ygr_policy_key *key)
{
	return slot->kind == key->kind && slot->len == key->len &&
	       !memcmp((const char *)index->image->header + slot->off, key->bytes,
		       ygr_policy_key_bytes(key->kind, key->len));
}

static inline const struct ygr_index_slot *find_slot(const struct ygr_policy_index *index,
						     const struct ygr_policy_key *key)
{
	__u32 i = key->hash, end = i + YGR_INDEX_PROBE_MAX;

	do {
		const struct ygr_index_slot *slot = &index->slots[i & index->slot_mask];

		if (!slot->hash || (slot->hash == key->hash && is_key(index, slot, key)))
			return slot;
	} while (++i != end);
	return NULL;
}

const struct ygr_index_slot *ygr_policy_index_find_slot(const struct ygr_policy_index *index,
							const struct ygr_policy_key *key)
{
	return find_slot(index, key);
}

static inline void find(const struct ygr_policy_index *index, const struct ygr_policy_key *key,
			struct ygr_index_lists *lists)
{
	const struct ygr_index_slot *slot = find_slot(index, key);

	if (slot && slot->hash && lists->nr < YGR_INDEX_LISTS_MAX)
		lists->list[lists->nr++] = (struct ygr_index_list) {
			slot->first, slot->first + slot->nr,
		};
}

/* ---- texts ---- */

/* A text that is being looked up. */
struct walk {
	const struct ygr_policy_index *index;
	const struct ygr_index_group *keys;
	enum ygr_key_group group;
	const char *text;
	__u32 len;
	__u64 anywhere;		/* prefixes end after any byte: bit 7 of each */
	struct ygr_index_lists *lists;
};

static __u64 ends_anywhere(enum ygr_key_group group, const char *text)
{
	return ygr_policy_key_ends_anywhere(group, text) ? 0x8080808080808080ull : 0;
}

static void find_part(const struct walk *walk, enum ygr_key_form form, __u64 state, __u64 tail,
		      const char *bytes, __u32 len)
{
	__u32 kind = ygr_policy_key_kind(walk->group, form);
	const struct ygr_policy_key key = {
		.kind = kind, .len = len, .bytes = bytes,
		.hash = ygr_text_hash_finish(state, tail, kind << 16 | len),
	};

	find(walk->index, &key, walk->lists);
}

/* Bit 7 of each byte of @word, which starts at @at, that a prefix can end with. */
static inline __u64 find_ends(const struct walk *walk, __u64 word, __u32 at)
{
	__u64 lens = walk->keys->prefix_lens >> at % 64;

	return lens & 0xff ? ygr_text_hash_spread(lens) &
			     (ygr_text_hash_slashes(word) | walk->anywhere) : 0;
}

/* Prefixes of at most @len_max bytes that end in @word, which starts at @at. */
static void find_prefixes(const struct walk *walk, __u64 state, __u64 word, __u64 ends, __u32 at,
			  __u32 len_max)
{
	for (; ends; ends &= ends - 1) {
		/* The end's bit, all below it, and so the bytes up to there. */
		__u64 tail = word & (ends ^ (ends - 1));
		__u32 len = at + ((__u32)__builtin_ctzll(ends) + 1) / 8;

		if (len > len_max)
			break;
		if (len % 8)
			find_part(walk, YGR_KEY_PREFIX, state, tail, walk->text, len);
		else
			find_part(walk, YGR_KEY_PREFIX, ygr_text_hash_mix(state, tail), 0,
				  walk->text, len);
	}
}

/* Prefixes of at most @len_max bytes, and if @whole, the text itself. */
static void find_forward(const struct walk *walk, __u32 len_max, bool whole)
{
	__u32 at, hashed = whole || walk->len < walk->keys->prefix_len_max ?
			   walk->len : walk->keys->prefix_len_max;
	__u64 state = YGR_TEXT_HASH_START, word, ends;

	for (at = 0; at + 8 <= walk->len && at < hashed; at += 8) {
		word = ygr_text_hash_load(walk->text + at);
		ends = find_ends(walk, word, at);
		if (ends)
			find_prefixes(walk, state, word, ends, at, len_max);
		state = ygr_text_hash_mix(state, word);
	}
	if (at >= hashed && !whole)
		return;
	word = ygr_text_hash_part(walk->text, walk->len, at, walk->len - at);
	ends = find_ends(walk, word, at);
	if (ends)
		find_prefixes(walk, state, word, ends, at, len_max);
	if (whole)
		find_part(walk, YGR_KEY_EXACT, state, word, walk->text, walk->len);
}

/* No suffix has a '/' but first: bytes of the last component, with the '/' before it. */
static __u32 suffix_room(const struct walk *walk)
{
	__u32 end, from;
	__u64 ends;

	for (end = walk->len; end; end = from) {
		from = end < 8 ? 0 : end - 8;
		ends = ygr_text_hash_slashes(ygr_text_hash_part(walk->text, walk->len, from, end - from));
		if (ends)
			return walk->len - from - (63 - (__u32)__builtin_clzll(ends)) / 8;
	}
	return walk->len;
}

static void find_suffixes(const struct walk *walk)
{
	__u64 state = YGR_TEXT_HASH_START;
	__u8 end = (__u8)walk->text[walk->len - 1];
	__u32 room, hashed = 0, i;

	if (!(walk->keys->suffix_ends[end / 64] >> end % 64 & 1))
		return;
	room = suffix_room(walk);
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
	const struct ygr_index_group *keys = &index->groups[group];
	/* No rule names a longer text, but directories and ends of it. */
	const bool whole = keys->has_exact && len <= YGR_POLICY_PATH_MAX;
	struct walk walk __uninitialized;

	if (!len)
		return;
	walk = (struct walk) {
		.index = index, .keys = keys, .group = group, .text = text, .len = len,
		.anywhere = ends_anywhere(group, text), .lists = lists,
	};
	if (whole || keys->prefix_len_max)
		find_forward(&walk, len - 1, whole);
	if (keys->suffix_len_max)
		find_suffixes(&walk);
}

void ygr_policy_index_find_directories(const struct ygr_policy_index *index, const char *dir, __u32 len,
				       struct ygr_index_lists *lists)
{
	const struct ygr_index_group *keys = &index->groups[YGR_KEY_PATH];
	const struct walk walk = {
		.index = index, .keys = keys, .group = YGR_KEY_PATH, .text = dir, .len = len,
		.lists = lists,
	};

	if (keys->prefix_len_max)
		find_forward(&walk, len, false);
}

__u32 ygr_policy_index_hash_parent(const char *dir, __u32 len)
{
	__u64 state = YGR_TEXT_HASH_START;
	__u32 at;

	for (at = 0; at + 8 <= len; at += 8)
		state = ygr_text_hash_mix(state, ygr_text_hash_load(dir + at));
	return ygr_text_hash_finish(state, ygr_text_hash_part(dir, len, at, len - at), len);
}

bool ygr_policy_index_is_parent(const struct ygr_policy_index *index, const char *dir, __u32 len)
{
	__u32 bit = ygr_policy_index_hash_parent(dir, len) & index->parent_mask;

	return index->parents[bit / 64] >> bit % 64 & 1;
}

bool ygr_policy_index_glob_holds(const struct ygr_policy_index *index, __u32 item,
				 const char *text, __u32 len)
{
	const struct ygr_text_item *glob = &index->image->texts[item];

	return ygr_glob_match(index->image->strings + glob->str_off, glob->len, text, len);
}

static void add_bits(const struct ygr_policy_index *index, struct ygr_index_list list,
		     const char *path, __u32 len, struct ygr_subject_bits *bits)
{
	for (; list.next != list.end; list.next++) {
		const struct ygr_index_ref *ref = &index->refs[list.next];

		if (ref->glob == YGR_KEY_NO_GLOB ||
		    ygr_policy_index_glob_holds(index, ref->glob, path, len))
			bits->words[ref->what / 64] |= 1ull << ref->what % 64;
	}
}

void ygr_policy_index_subject(const struct ygr_policy_index *index, enum ygr_subject_kind kind,
			      const char *path, __u32 len, struct ygr_subject_bits *bits)
{
	struct ygr_index_lists lists __uninitialized;
	__u32 i;

	lists.nr = 0;
	ygr_policy_index_find_text(index, kind == YGR_SUBJECT_EXE ? YGR_KEY_PROGRAM : YGR_KEY_CGROUP,
				   path, len, &lists);
	for (i = 0; i < lists.nr; i++)
		add_bits(index, lists.list[i], path, len, bits);
}

/* ---- what is no text ---- */

/* The first @nr bits of a word that is in the order of its bytes. */
static __u64 mask_word(__u64 word, __u32 nr)
{
	if (nr >= 64)
		return word;
	return nr ? word & __builtin_bswap64(~0ull << (64 - nr)) : 0;
}

static void find_networks(const struct ygr_policy_index *index, __u16 family, const __u8 *addr,
			  __u32 len_max, struct ygr_index_lists *lists)
{
	bool is_ip4 = family == AF_INET;
	const __u64 *lens = is_ip4 ? &index->cidr4_lens : index->cidr6_lens;
	__u32 i, words = is_ip4 ? 1 : 3;
	__u64 whole[2] = { 0 }, masked[2];

	/* Of constant sizes, so that neither is a call. */
	if (is_ip4)
		memcpy(whole, addr, 4);
	else
		memcpy(whole, addr, 16);
	for (i = 0; i < words; i++) {
		__u64 left = lens[i];

		for (; left; left &= left - 1) {
			__u32 len = i * 64 + (__u32)__builtin_ctzll(left);
			struct ygr_policy_key key;

			if (len > len_max)
				return;
			masked[0] = ygr_text_hash_order(mask_word(ygr_text_hash_order(whole[0]), len));
			masked[1] = len <= 64 ? 0 :
				    ygr_text_hash_order(mask_word(ygr_text_hash_order(whole[1]),
								  len - 64));
			key = ygr_policy_key_of_bytes(is_ip4 ? YGR_KEY_CIDR4 : YGR_KEY_CIDR6, masked, len);
			find(index, &key, lists);
		}
	}
}

void ygr_policy_index_find_address(const struct ygr_policy_index *index, __u16 family,
				   const __u8 *addr, struct ygr_index_lists *lists)
{
	find_networks(index, family, addr, family == AF_INET ? 32 : 128, lists);
}

void ygr_policy_index_find_bytes(const struct ygr_policy_index *index, enum ygr_key_kind kind,
				 const void *bytes, struct ygr_index_lists *lists)
{
	struct ygr_policy_key key;

	if (!(index->kinds >> kind & 1))
		return;
	key = ygr_policy_key_of_bytes(kind, bytes, 0);
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
	walk.anywhere = ends_anywhere(group, walk.text);
	if (key->kind % YGR_KEY_FORM_NR == YGR_KEY_PREFIX)
		find_forward(&walk, key->len, false);
	else if (key->kind % YGR_KEY_FORM_NR == YGR_KEY_SUFFIX)
		find_suffixes(&walk);
}
