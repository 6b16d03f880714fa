/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keys of the policy index: what an item of a test is found by, and what an
 * event is looked up by. Pure.
 *
 * A key is bytes and a kind. A text is found by all of it (EXACT), by the
 * directory that it lies in (PREFIX) or by its end (SUFFIX); a glob by the longest
 * directory that it starts with, else by what it ends with, and is then matched.
 */
#ifndef YGR_POLICY_KEY_H
#define YGR_POLICY_KEY_H

#include "policy_image.h"
#include "text_hash.h"

/* Texts of one group are looked up together. */
enum ygr_key_group {
	YGR_KEY_PATH,
	YGR_KEY_UNIX,
	YGR_KEY_XATTR,
	YGR_KEY_PROGRAM,	/* EXE, PARENT, ANCESTOR */
	YGR_KEY_CGROUP,
	YGR_KEY_GROUP_NR,
};

enum ygr_key_form {
	YGR_KEY_EXACT,
	YGR_KEY_PREFIX,		/* of a longer text */
	YGR_KEY_SUFFIX,
	YGR_KEY_FORM_NR,
};

/* Texts have the kind group * YGR_KEY_FORM_NR + form. */
enum ygr_key_kind {
	YGR_KEY_CIDR4 = YGR_KEY_GROUP_NR * YGR_KEY_FORM_NR,	/* 16 bytes, as the next three */
	YGR_KEY_CIDR6,
	YGR_KEY_FILE_ID,
	YGR_KEY_CGROUP_ID,
	YGR_KEY_SHA256,						/* 32 bytes */
	YGR_KEY_VERITY,
	YGR_KEY_KIND_NR,
};

static inline __u32 ygr_policy_key_kind(enum ygr_key_group group, enum ygr_key_form form)
{
	return group * YGR_KEY_FORM_NR + form;
}

struct ygr_policy_key {
	__u32 kind;
	__u32 len;		/* bytes of a text, bits of a network, else 0 */
	__u32 hash;
	const void *bytes;
};

/* Instead of a glob that must match: nothing need match; nothing can. */
#define YGR_KEY_NO_GLOB		0xffffffffu
#define YGR_KEY_NEVER		0xfffffffeu

/* Fields whose items are keys of the event, but for its path. */
#define YGR_KEY_FIELDS_BUT_PATH	(YGR_FIELD_BIT(YGR_FIELD_FILE_ID) | YGR_FIELD_BIT(YGR_FIELD_SHA256) | \
				 YGR_FIELD_BIT(YGR_FIELD_VERITY) | YGR_FIELD_BIT(YGR_FIELD_XATTR) | \
				 YGR_FIELD_BIT(YGR_FIELD_ADDRESS) | YGR_FIELD_BIT(YGR_FIELD_UNIX) | \
				 YGR_FIELD_BIT(YGR_FIELD_CGROUP_ID))

/* Fields whose items are keys, of the event or of a program or cgroup. */
static inline bool ygr_policy_key_is_of_event(__u32 field)
{
	return (YGR_KEY_FIELDS_BUT_PATH | YGR_FIELD_BIT(YGR_FIELD_PATH)) & YGR_FIELD_BIT(field);
}

static inline bool ygr_policy_key_is_of_subject(__u32 field)
{
	const __u32 fields = YGR_FIELD_BIT(YGR_FIELD_EXE) | YGR_FIELD_BIT(YGR_FIELD_PARENT) |
			     YGR_FIELD_BIT(YGR_FIELD_ANCESTOR) | YGR_FIELD_BIT(YGR_FIELD_CGROUP);

	return fields & YGR_FIELD_BIT(field);
}

/* @field: one that has keys. EXE, PARENT and ANCESTOR make the same kinds of key. */
enum ygr_key_group ygr_policy_key_group(__u32 field);

/* Prefixes of @text end after any byte and not only after a '/'. */
static inline bool ygr_policy_key_ends_anywhere(enum ygr_key_group group, const char *text)
{
	return group == YGR_KEY_XATTR || (group == YGR_KEY_UNIX && text[0] == '@');
}

/* How many bytes a key of @kind has. */
static inline __u32 ygr_policy_key_bytes(__u32 kind, __u32 len)
{
	static_assert(sizeof(struct ygr_id_item) == 16, "identities are as long as addresses");

	return kind < YGR_KEY_CIDR4 ? len : kind < YGR_KEY_SHA256 ? 16 : 32;
}

/*
 * @field: one that has keys; @item: index in its section
 * @glob: out: the text item that what has the key must still be matched with, or YGR_KEY_NO_GLOB
 */
struct ygr_policy_key ygr_policy_key_of_item(const struct ygr_policy_image *image, __u32 field,
					     __u32 item, __u32 *glob);

/* @bytes: of a kind that is no text, which all have a multiple of eight */
static inline struct ygr_policy_key ygr_policy_key_of_bytes(__u32 kind, const void *bytes,
							    __u32 len)
{
	const char *at = bytes, *last = at + ygr_policy_key_bytes(kind, len) - 8;
	struct ygr_policy_key key = { .kind = kind, .len = len, .bytes = bytes };
	__u64 state = YGR_TEXT_HASH_START;

	for (; at != last; at += 8)
		state = ygr_text_hash_mix(state, ygr_text_hash_load(at));
	key.hash = ygr_text_hash_finish(state, ygr_text_hash_load(last), kind << 16 | len);
	return key;
}

#endif
