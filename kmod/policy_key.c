// SPDX-License-Identifier: GPL-2.0-only
#include "glob.h"
#include "policy_key.h"

enum ygr_key_group ygr_policy_key_group(__u32 field)
{
	switch (field) {
	case YGR_FIELD_PATH:
		return YGR_KEY_PATH;
	case YGR_FIELD_UNIX:
		return YGR_KEY_UNIX;
	case YGR_FIELD_XATTR:
		return YGR_KEY_XATTR;
	case YGR_FIELD_CGROUP:
		return YGR_KEY_CGROUP;
	default:
		return YGR_KEY_PROGRAM;
	}
}

static __u32 hash_forward(__u32 kind, const char *bytes, __u32 len)
{
	__u64 state = YGR_TEXT_HASH_START;
	__u32 at;

	for (at = 0; at + 8 <= len; at += 8)
		state = ygr_text_hash_mix(state, ygr_text_hash_load(bytes + at));
	return ygr_text_hash_finish(state, ygr_text_hash_part(bytes, len, at, len - at),
				    kind << 16 | len);
}

/* The last eight bytes first: suffixes of one text share the start. */
static __u32 hash_backward(__u32 kind, const char *bytes, __u32 len)
{
	__u64 state = YGR_TEXT_HASH_START;
	__u32 from;

	for (from = len; from >= 8; from -= 8)
		state = ygr_text_hash_mix(state, ygr_text_hash_load(bytes + from - 8));
	return ygr_text_hash_finish(state, ygr_text_hash_part(bytes, len, 0, from), kind << 16 | len);
}

static struct ygr_policy_key key_of_text(enum ygr_key_group group, enum ygr_key_form form,
					 const char *bytes, __u32 len)
{
	struct ygr_policy_key key = {
		.kind = ygr_policy_key_kind(group, form), .len = len, .bytes = bytes,
	};

	key.hash = form == YGR_KEY_SUFFIX ? hash_backward(key.kind, bytes, len) :
					    hash_forward(key.kind, bytes, len);
	return key;
}

/* How much of the first @len bytes ends in '/'. */
static __u32 directory_len(const char *bytes, __u32 len)
{
	while (len && bytes[len - 1] != '/')
		len--;
	return len;
}

/*
 * Neither key is ever longer than what the glob matches: a prefix is shorter,
 * as a match does not end in '/', and where prefixes end anywhere, the last literal byte is left
 * out. A suffix starts in the last component, where suffixes are looked for.
 */
static struct ygr_policy_key key_of_glob(enum ygr_key_group group, const char *bytes, __u32 len)
{
	struct ygr_glob_literals literals = ygr_glob_find_literals(bytes, len);
	__u32 prefix_len, tail_off, slash;

	if (ygr_policy_key_ends_anywhere(group, bytes))
		prefix_len = literals.head_len - 1;
	else
		prefix_len = directory_len(bytes, literals.head_len);
	if (prefix_len > 1)
		return key_of_text(group, YGR_KEY_PREFIX, bytes, prefix_len);

	slash = directory_len(bytes, len);
	tail_off = slash > literals.tail_off ? slash - 1 : literals.tail_off;
	if (tail_off < len)
		return key_of_text(group, YGR_KEY_SUFFIX, bytes + tail_off, len - tail_off);
	return key_of_text(group, YGR_KEY_PREFIX, bytes, 1);
}

static struct ygr_policy_key key_of_text_item(const struct ygr_policy_image *image, __u32 field,
					      __u32 item, __u32 *glob)
{
	const struct ygr_text_item *text = &image->texts[item];
	const char *bytes = image->strings + text->str_off;
	enum ygr_key_group group = ygr_policy_key_group(field);

	switch (text->kind) {
	case YGR_TEXT_PREFIX:
		return key_of_text(group, YGR_KEY_PREFIX, bytes, text->len);
	case YGR_TEXT_SUFFIX:
		return key_of_text(group, YGR_KEY_SUFFIX, bytes, text->len);
	case YGR_TEXT_GLOB:
		*glob = item;
		return key_of_glob(group, bytes, text->len);
	default:
		return key_of_text(group, YGR_KEY_EXACT, bytes, text->len);
	}
}

static struct ygr_policy_key key_of_cidr(const struct ygr_cidr_item *cidr)
{
	return ygr_policy_key_of_bytes(cidr->family == AF_INET ? YGR_KEY_CIDR4 : YGR_KEY_CIDR6,
				       cidr->addr, cidr->prefix_len);
}

struct ygr_policy_key ygr_policy_key_of_item(const struct ygr_policy_image *image, __u32 field,
					     __u32 item, __u32 *glob)
{
	*glob = YGR_KEY_NO_GLOB;
	switch (field) {
	case YGR_FIELD_ADDRESS:
		return key_of_cidr(&image->cidrs[item]);
	case YGR_FIELD_FILE_ID:
		return ygr_policy_key_of_bytes(YGR_KEY_FILE_ID, &image->ids[item], 0);
	case YGR_FIELD_CGROUP_ID:
		return ygr_policy_key_of_bytes(YGR_KEY_CGROUP_ID, &image->ids[item], 0);
	case YGR_FIELD_SHA256:
		return ygr_policy_key_of_bytes(YGR_KEY_SHA256, &image->digests[item], 0);
	case YGR_FIELD_VERITY:
		return ygr_policy_key_of_bytes(YGR_KEY_VERITY, &image->digests[item], 0);
	default:
		return key_of_text_item(image, field, item, glob);
	}
}
