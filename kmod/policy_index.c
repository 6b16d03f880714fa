// SPDX-License-Identifier: GPL-2.0-only
#include <yagura/ygr_abi.h>

#include "policy_index.h"

#define KEY_DIM_NR	2

/* The dimensions whose items are keys. */
static const enum ygr_dimension key_dims[KEY_DIM_NR] = { YGR_DIM_PATH, YGR_DIM_CIDR };

/* What is being built: the index's own tables, still writable. */
struct builder {
	struct ygr_policy_index *index;
	const struct ygr_policy_image *image;
	struct ygr_index_slot *slots;
	struct ygr_index_ref *refs;
	struct ygr_policy_error *error;
	bool is_placed;		/* each key has its room in refs: the second pass */
};

/* ---- keys ---- */

static __u32 finish(__u32 hash, enum ygr_index_kind kind, __u32 len)
{
	hash ^= (__u32)kind * 0x9e3779b9u + len;
	hash *= 0x85ebca6bu;
	return hash ^ hash >> 15;
}

static __u32 hash_bytes(__u32 hash, const void *bytes, __u32 len)
{
	const __u8 *byte = bytes;

	while (len--)
		hash = ygr_policy_index_hash(hash, *byte++);
	return hash;
}

/* The first @nr bits, and zeroes. */
static void mask_address(__u8 to[16], const __u8 *from, __u32 nr, __u32 addr_bytes)
{
	__u32 whole = nr / 8;

	memset(to, 0, 16);
	memcpy(to, from, whole);
	if (nr % 8 && whole < addr_bytes)
		to[whole] = from[whole] & (__u8)(0xff << (8 - nr % 8));
}

static bool is_path(enum ygr_index_kind kind)
{
	return kind == YGR_INDEX_EXACT || kind == YGR_INDEX_PREFIX;
}

static enum ygr_index_kind kind_of_path(const struct ygr_path_item *item)
{
	return item->kind == YGR_PATH_EXACT ? YGR_INDEX_EXACT : YGR_INDEX_PREFIX;
}

static enum ygr_index_kind kind_of_family(__u16 family)
{
	return family == AF_INET ? YGR_INDEX_CIDR4 : YGR_INDEX_CIDR6;
}

/* A key as it is looked up: @bytes of a path, or a masked address. */
struct key {
	enum ygr_index_kind kind;
	__u32 hash;
	const void *bytes;
	__u32 len;		/* bytes of a path, bits of an address */
};

static bool is_key(const struct ygr_policy_image *image, const struct ygr_index_slot *slot,
		   const struct key *key)
{
	if (slot->hash != key->hash || slot->kind != (__u16)key->kind)
		return false;
	if (is_path(key->kind)) {
		const struct ygr_path_item *item = &image->paths[slot->item];

		return item->len == key->len &&
		       !memcmp(image->strings + item->str_off, key->bytes, key->len);
	}
	return image->cidrs[slot->item].prefix_len == key->len &&
	       !memcmp(image->cidrs[slot->item].addr, key->bytes, 16);
}

/* At most half of the slots are used, so that the search ends. */
static __u32 find_slot(const struct ygr_policy_index *index, const struct key *key)
{
	__u32 i = key->hash & index->slot_mask;

	while (index->slots[i].nr && !is_key(index->image, &index->slots[i], key))
		i = (i + 1) & index->slot_mask;
	return i;
}

static struct key key_of_item(const struct ygr_policy_image *image, enum ygr_dimension dim,
			      __u32 item)
{
	struct key key;

	if (dim == YGR_DIM_PATH) {
		const struct ygr_path_item *path = &image->paths[item];

		key.kind = kind_of_path(path);
		key.bytes = image->strings + path->str_off;
		key.len = path->len;
		key.hash = hash_bytes(YGR_INDEX_HASH_START, key.bytes, key.len);
	} else {
		const struct ygr_cidr_item *cidr = &image->cidrs[item];

		key.kind = kind_of_family(cidr->family);
		key.bytes = cidr->addr;
		key.len = cidr->prefix_len;
		key.hash = hash_bytes(YGR_INDEX_HASH_START, cidr->addr, sizeof(cidr->addr));
	}
	key.hash = finish(key.hash, key.kind, key.len);
	return key;
}

/* ---- building ---- */

static __u64 ref_nr(const struct ygr_policy_image *image)
{
	__u64 nr = 0;
	__u32 i, j;

	for (i = 0; i < image->rule_nr; i++)
		for (j = 0; j < KEY_DIM_NR; j++)
			nr += (__u64)image->rules[i].match[key_dims[j]].nr +
			      image->rules[i].except[key_dims[j]].nr;
	return nr;
}

static bool is_unkeyed(const struct ygr_rule *rule)
{
	return !rule->match[YGR_DIM_PATH].nr && !rule->match[YGR_DIM_CIDR].nr;
}

static __u64 unkeyed_nr(const struct ygr_policy_image *image)
{
	__u64 nr = 0;
	__u32 i, on;

	for (i = 0; i < image->rule_nr; i++)
		if (is_unkeyed(&image->rules[i]))
			for (on = 0; on < YGR_ON_NR; on++)
				nr += !!(image->rules[i].on & YGR_ON_BIT(on));
	return nr;
}

static __u32 slot_nr(__u64 refs)
{
	__u32 nr = 2;

	while (nr < 2 * refs)
		nr *= 2;
	return nr;
}

size_t ygr_policy_index_bytes(const struct ygr_policy_image *image)
{
	__u64 refs = ref_nr(image);

	return slot_nr(refs) * sizeof(struct ygr_index_slot) +
	       (size_t)(refs + unkeyed_nr(image)) * sizeof(struct ygr_index_ref);
}

static int refuse(struct builder *b, __u32 code, const void *where)
{
	b->error->code = code;
	b->error->offset = (__u32)((const __u8 *)where - (const __u8 *)b->image->header);
	return -EBADMSG;
}

static const void *item_of(const struct ygr_policy_image *image, const struct ygr_index_slot *slot)
{
	return is_path(slot->kind) ? (const void *)&image->paths[slot->item] :
				     (const void *)&image->cidrs[slot->item];
}

/* First pass: how many share the key. Rules come in ascending order. */
static int count_ref(struct builder *b, struct ygr_index_slot *slot)
{
	if (slot->nr == YGR_INDEX_SHARE_MAX)
		return refuse(b, YGR_POLICY_E_SHARED, item_of(b->image, slot));
	slot->nr++;
	return 0;
}

static int visit_span(struct builder *b, enum ygr_dimension dim, const struct ygr_span *span,
		      __u32 ref)
{
	__u32 i;

	for (i = 0; i < span->nr; i++) {
		struct key key = key_of_item(b->image, dim, span->first + i);
		struct ygr_index_slot *slot = &b->slots[find_slot(b->index, &key)];
		int ret;

		if (b->is_placed) {
			b->refs[slot->first++].rule = ref;
			continue;
		}
		if (!slot->nr) {
			slot->hash = key.hash;
			slot->kind = (__u16)key.kind;
			slot->item = span->first + i;
		}
		ret = count_ref(b, slot);
		if (ret)
			return ret;
	}
	return 0;
}

/* Each key of each rule. A rule that names a key twice has two refs. */
static int visit_keys(struct builder *b)
{
	__u32 i, j;
	int ret;

	for (i = 0; i < b->image->rule_nr; i++) {
		const struct ygr_rule *rule = &b->image->rules[i];

		for (j = 0; j < KEY_DIM_NR; j++) {
			ret = visit_span(b, key_dims[j], &rule->match[key_dims[j]], i << 1);
			if (!ret)
				ret = visit_span(b, key_dims[j], &rule->except[key_dims[j]],
						 i << 1 | 1);
			if (ret)
				return ret;
		}
	}
	return 0;
}

/* Gives each key its room. Return: where the room for other refs starts. */
static __u32 place_keys(struct builder *b)
{
	__u32 i, end = 0;

	for (i = 0; i <= b->index->slot_mask; i++) {
		b->slots[i].first = end;
		end += b->slots[i].nr;
	}
	b->is_placed = true;
	return end;
}

/* Filling has moved `first` to the end of the room. */
static void rewind_keys(struct builder *b)
{
	__u32 i;

	for (i = 0; i <= b->index->slot_mask; i++)
		b->slots[i].first -= b->slots[i].nr;
}

static int put_unkeyed(struct builder *b, __u32 *end)
{
	const struct ygr_policy_image *image = b->image;
	__u32 on, i;

	for (on = 0; on < YGR_ON_NR; on++) {
		struct ygr_index_list *list = &b->index->unkeyed[on];

		list->refs = &b->refs[*end];
		for (i = 0; i < image->rule_nr; i++) {
			const struct ygr_rule *rule = &image->rules[i];

			if (!is_unkeyed(rule) || !(rule->on & YGR_ON_BIT(on)))
				continue;
			if (list->nr == YGR_INDEX_SHARE_MAX)
				return refuse(b, YGR_POLICY_E_SHARED, rule);
			b->refs[(*end)++].rule = i << 1;
			list->nr++;
		}
	}
	return 0;
}

static void note_lengths(struct ygr_policy_index *index)
{
	const struct ygr_policy_image *image = index->image;
	__u32 i;

	for (i = 0; i < image->path_nr; i++) {
		__u32 len = image->paths[i].len;

		if (image->paths[i].kind != YGR_PATH_PREFIX)
			continue;
		index->prefix_lens |= 1ull << len % 64;
		if (len > index->prefix_len_max)
			index->prefix_len_max = len;
	}
	for (i = 0; i < image->cidr_nr; i++) {
		__u32 len = image->cidrs[i].prefix_len;

		if (image->cidrs[i].family == AF_INET)
			index->cidr4_lens |= 1ull << len;
		else
			index->cidr6_lens[len / 64] |= 1ull << len % 64;
	}
}

static bool is_prefix_len(const struct ygr_policy_index *index, __u32 len)
{
	return index->prefix_lens >> len % 64 & 1;
}

/* Directories of the policy at and above a path's end. */
static __u32 directories_above(const struct ygr_policy_index *index, const char *path, __u32 len)
{
	__u32 hash = YGR_INDEX_HASH_START, nr = 0, i;

	for (i = 0; i < len && i < index->prefix_len_max; i++) {
		hash = ygr_policy_index_hash(hash, path[i]);
		if (path[i] == '/' && is_prefix_len(index, i + 1))
			nr += !!ygr_policy_index_find_path(index, YGR_INDEX_PREFIX, hash, path,
							   i + 1).nr;
	}
	return nr;
}

static __u32 networks_around(const struct ygr_policy_index *index, const struct ygr_cidr_item *item)
{
	__u32 nr = 0, len;

	for (len = 0; len <= item->prefix_len; len++)
		nr += !!ygr_policy_index_find_cidr(index, item->family, item->addr, len).nr;
	return nr;
}

/* What is not deeper for any key is not deeper for any event. */
static int check_nesting(struct builder *b)
{
	const struct ygr_policy_image *image = b->image;
	__u32 i;

	for (i = 0; i < image->path_nr; i++) {
		const struct ygr_path_item *item = &image->paths[i];

		if (item->kind == YGR_PATH_PREFIX &&
		    directories_above(b->index, image->strings + item->str_off, item->len) >
		    YGR_INDEX_NEST_MAX)
			return refuse(b, YGR_POLICY_E_NESTED, item);
	}
	for (i = 0; i < image->cidr_nr; i++)
		if (networks_around(b->index, &image->cidrs[i]) > YGR_INDEX_NEST_MAX)
			return refuse(b, YGR_POLICY_E_NESTED, &image->cidrs[i]);
	return 0;
}

int ygr_policy_index_build(struct ygr_policy_index *index, const struct ygr_policy_image *image,
			   void *memory, struct ygr_policy_error *error)
{
	__u32 slots = slot_nr(ref_nr(image));
	struct builder b = {
		.index = index,
		.image = image,
		.slots = memory,
		.refs = (void *)((struct ygr_index_slot *)memory + slots),
		.error = error,
	};
	__u32 end;
	int ret;

	memset(index, 0, sizeof(*index));
	memset(b.slots, 0, slots * sizeof(*b.slots));
	index->image = image;
	index->slots = b.slots;
	index->refs = b.refs;
	index->slot_mask = slots - 1;

	ret = visit_keys(&b);
	if (ret)
		return ret;
	end = place_keys(&b);
	visit_keys(&b);
	rewind_keys(&b);
	ret = put_unkeyed(&b, &end);
	if (ret)
		return ret;
	note_lengths(index);
	return check_nesting(&b);
}

/* ---- look-up ---- */

static struct ygr_index_list find(const struct ygr_policy_index *index, const struct key *key)
{
	const struct ygr_index_slot *slot = &index->slots[find_slot(index, key)];

	return (struct ygr_index_list) { .refs = &index->refs[slot->first], .nr = slot->nr };
}

struct ygr_index_list ygr_policy_index_find_path(const struct ygr_policy_index *index,
						 enum ygr_index_kind kind, __u32 hash,
						 const char *path, __u32 len)
{
	const struct key key = {
		.kind = kind, .hash = finish(hash, kind, len), .bytes = path, .len = len,
	};

	return find(index, &key);
}

struct ygr_index_list ygr_policy_index_find_cidr(const struct ygr_policy_index *index,
						 __u16 family, const __u8 *addr, __u32 prefix_len)
{
	enum ygr_index_kind kind = kind_of_family(family);
	__u8 masked[16] __uninitialized;
	struct key key = { .kind = kind, .bytes = masked, .len = prefix_len };

	mask_address(masked, addr, prefix_len, family == AF_INET ? 4 : 16);
	key.hash = finish(hash_bytes(YGR_INDEX_HASH_START, masked, sizeof(masked)), kind, prefix_len);
	return find(index, &key);
}
