// SPDX-License-Identifier: GPL-2.0-only
/* Text, and the strings of a record that are not among the values of its event. */
#include <string.h>

#include "encode_parts.h"

static const uint8_t *skip_tail(const uint8_t *at, const uint8_t *end, int nr, uint8_t low, uint8_t high)
{
	if (end - at < nr || at[0] < low || at[0] > high)
		return NULL;
	for (int i = 1; i < nr; i++)
		if ((at[i] & 0xc0) != 0x80)
			return NULL;
	return at + nr;
}

/* The table of RFC 3629 section 4: only the byte after the first has odd limits. */
static const uint8_t *skip_sequence(const uint8_t *at, const uint8_t *end)
{
	uint8_t first = *at++;

	if (first < 0x80)
		return at;
	if (first >= 0xc2 && first <= 0xdf)
		return skip_tail(at, end, 1, 0x80, 0xbf);
	if (first >= 0xe0 && first <= 0xef)
		return skip_tail(at, end, 2, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf);
	if (first >= 0xf0 && first <= 0xf4)
		return skip_tail(at, end, 3, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf);
	return NULL;
}

static bool is_ascii_8(const uint8_t *at)
{
	uint64_t eight;

	memcpy(&eight, at, sizeof(eight));
	return (eight & 0x8080808080808080ull) == 0;
}

bool ygr_encode_is_utf8(const char *bytes, size_t len)
{
	const uint8_t *at = (const uint8_t *)bytes, *end = at + len;

	/* Nearly all are ASCII: eight bytes at a time, the last eight overlapping. */
	for (; end - at >= 8 && is_ascii_8(at); at += 8)
		;
	if (len >= 8 && end - at < 8 && is_ascii_8(end - 8))
		return true;
	while (at && at < end)
		at = skip_sequence(at, end);
	return at != NULL;
}

/* ---- the strings of a record ------------------------------------------------ */

/* Arguments end in NUL; one that was cut has no end, and is an argument all the same. */
static uint32_t count_arguments(const struct ygr_record_string *argv)
{
	const char *at = argv->bytes, *end = at + argv->len;
	uint32_t nr = 0;

	for (; at < end; nr++) {
		at = memchr(at, '\0', (size_t)(end - at));
		at = at ? at + 1 : end;
	}
	return nr;
}

uint8_t *ygr_encode_arguments(uint8_t *at, const struct ygr_record_string *argv)
{
	const char *from = argv->bytes, *end;

	if (!from)
		return ygr_pack_nil(at);
	end = from + argv->len;
	at = ygr_pack_array(at, count_arguments(argv));
	while (from < end) {
		size_t len = strnlen(from, (size_t)(end - from));

		at = put_text(at, from, len);
		from += len + 1;
	}
	return at;
}

static const char *const string_keys[YGR_RECORD_TAG_NR] = {
	[YGR_STR_PATH]		= "path",
	[YGR_STR_NEW_PATH]	= "new_path",
	[YGR_STR_FILENAME]	= "filename",
	[YGR_STR_CWD]		= "cwd",
	[YGR_STR_ARGV]		= "argv",
	[YGR_STR_UNIX_PATH]	= "unix_path",
	[YGR_STR_RULE]		= "rule",
	[YGR_STR_HOOKS]		= "hooks",
	[YGR_STR_SHA256]	= "sha256",
	[YGR_STR_VERITY]	= "verity",
	[YGR_STR_XATTR]		= "xattr",
	[YGR_STR_ALERT]		= "alert",
	[YGR_STR_EXE]		= "exe",
	[YGR_STR_ENV]		= "env",
	[YGR_STR_TTY]		= "tty",
	[YGR_STR_SCRIPT]	= "script",
	[YGR_STR_ANCESTORS]	= "ancestor_ids",
	[YGR_STR_CGROUP]	= "cgroup",
	[YGR_STR_TARGET]	= "target",
	[YGR_STR_REPEATS]	= "repeats",
	[YGR_STR_SUBMITTER]	= "submitter",
	[YGR_STR_SOURCE]	= "source",
	[YGR_STR_FSTYPE]	= "fstype",
	[YGR_STR_OPTIONS]	= "options",
	[YGR_STR_NAME]		= "name",
};

static uint8_t *put_hex(uint8_t *at, const struct ygr_record_string *string)
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * 32];
	uint32_t len = string->len < sizeof(text) / 2 ? string->len : sizeof(text) / 2;

	for (uint32_t i = 0; i < len; i++) {
		text[2 * i] = digits[(uint8_t)string->bytes[i] >> 4];
		text[2 * i + 1] = digits[string->bytes[i] & 0xf];
	}
	return ygr_pack_str(at, text, 2 * len);
}

/* "T1059,T1204": a list; nothing: no key. */
static uint8_t *put_list(struct extras *extras, uint8_t *at, const char *key, const char *text,
			 size_t len)
{
	uint32_t nr = 1;
	size_t part;

	if (!len)
		return at;
	for (size_t i = 0; i < len; i++)
		nr += text[i] == ',';
	at = ygr_pack_array(put_key(extras, at, key), nr);
	for (; nr--; text += part + 1, len -= part + !!nr) {
		const char *comma = memchr(text, ',', len);

		part = comma ? (size_t)(comma - text) : len;
		at = put_text(at, text, part);
	}
	return at;
}

/* What the rule's author said of it: "severity\tattack,..\ttag,..\tmessage". */
static uint8_t *put_alert(struct extras *extras, uint8_t *at, const struct ygr_record_string *alert)
{
	const char *parts[4] = { NULL }, *text = alert->bytes, *end = alert->bytes + alert->len;
	size_t lens[4] = { 0 };

	for (int i = 0; i < 4 && text <= end; i++) {
		const char *tab = i < 3 ? memchr(text, '\t', (size_t)(end - text)) : NULL;

		parts[i] = text;
		lens[i] = (size_t)((tab ? tab : end) - text);
		text = tab ? tab + 1 : end + 1;
	}
	if (lens[0])
		at = put_text(put_key(extras, at, "severity"), parts[0], lens[0]);
	at = put_list(extras, at, "attack", parts[1], lens[1]);
	at = put_list(extras, at, "tags", parts[2], lens[2]);
	if (lens[3])
		at = put_text(put_key(extras, at, "message"), parts[3], lens[3]);
	return at;
}

/* Who forked whom, nearest first. */
static uint8_t *put_ancestor_ids(uint8_t *at, const struct ygr_record_string *string)
{
	uint32_t nr = string->len / sizeof(struct ygr_process_id);
	struct ygr_process_id id;

	at = ygr_pack_array(at, nr);
	for (uint32_t i = 0; i < nr; i++) {
		struct extras map = { 0 };

		memcpy(&id, string->bytes + i * sizeof(id), sizeof(id));
		at = put_extra(&map, at, "pid", id.tgid);
		at = put_extra(&map, at, "start_ns", id.start_ns);
		close_extras(&map);
	}
	return at;
}

/* One that is too short says nothing. */
static uint8_t *put_repeats(struct extras *extras, uint8_t *at, const struct ygr_record_string *string)
{
	struct ygr_repeats repeats;

	if (string->len < sizeof(repeats))
		return at;
	memcpy(&repeats, string->bytes, sizeof(repeats));
	at = put_extra(extras, at, "repeat_nr", repeats.repeat_nr);
	at = put_extra(extras, at, "first_ns", repeats.first_ns);
	return put_extra(extras, at, "last_ns", repeats.last_ns);
}

/* For whom, and what the process itself is. One that was cut tells nothing. */
static uint8_t *put_submitter(struct extras *extras, uint8_t *at, const struct ygr_record_string *string)
{
	struct extras map = { 0 };
	struct ygr_submitter submitter;

	if (string->len < sizeof(submitter))
		return at;
	memcpy(&submitter, string->bytes, sizeof(submitter));
	at = put_key(extras, at, "submitter");
	if (submitter.tid)
		at = put_extra(&map, at, "tid", submitter.tid);
	at = put_extra(&map, at, "uid", submitter.uid);
	at = put_extra(&map, at, "gid", submitter.gid);
	at = put_extra(&map, at, "euid", submitter.euid);
	at = put_extra(&map, at, "egid", submitter.egid);
	close_extras(&map);
	return at;
}

static uint8_t *put_other_string(struct extras *extras, uint8_t *at, int tag,
				 const struct ygr_record_string *string)
{
	if (tag == YGR_STR_ALERT)
		return put_alert(extras, at, string);
	if (tag == YGR_STR_REPEATS)
		return put_repeats(extras, at, string);
	if (tag == YGR_STR_SUBMITTER)
		return put_submitter(extras, at, string);
	at = put_key(extras, at, string_keys[tag]);
	if (tag == YGR_STR_ARGV || tag == YGR_STR_ENV)
		return ygr_encode_arguments(at, string);
	if (tag == YGR_STR_ANCESTORS)
		return put_ancestor_ids(at, string);
	if (tag == YGR_STR_SHA256 || tag == YGR_STR_VERITY)
		return put_hex(at, string);
	return put_string(at, string);
}

/* Without those that have no key: what was sent over a socket is for names.h, and for nobody else. */
static uint32_t with_key(uint32_t tags)
{
	uint32_t without = 0;

	for (uint32_t left = tags; left; left &= left - 1)
		if (!string_keys[__builtin_ctz(left)])
			without |= left & -left;
	return tags & ~without;
}

/* @cut: not empty */
static uint8_t *put_truncated(struct extras *extras, uint8_t *at, const struct ygr_record_view *view, uint32_t cut)
{
	uint8_t *map;

	map = put_key(extras, at, "truncated");
	*map = (uint8_t)(0x80 | __builtin_popcount(cut));
	at = map + 1;
	for (; cut; cut &= cut - 1) {
		int tag = __builtin_ctz(cut);
		uint32_t true_len = view->strings[tag].true_len;

		at = put_word(at, string_keys[tag]);
		at = true_len == YGR_LEN_UNKNOWN ? ygr_pack_nil(at) : ygr_pack_u64(at, true_len);
	}
	return at;
}

uint8_t *ygr_encode_strings(struct extras *extras, uint8_t *at, const struct ygr_record_view *view,
			    uint32_t done)
{
	uint32_t cut = with_key(view->cut);

	for (uint32_t left = with_key(view->there & ~done); left; left &= left - 1) {
		int tag = __builtin_ctz(left);

		at = put_other_string(extras, at, tag, &view->strings[tag]);
	}
	return cut ? put_truncated(extras, at, view, cut) : at;
}
