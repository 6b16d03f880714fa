// SPDX-License-Identifier: GPL-2.0-only
#include "mount_options.h"

struct output {
	char *to;
	__u32 len;
	__u32 cap;
	bool cut;
};

static void put(struct output *out, const char *from, __u32 len)
{
	__u32 room = out->cap - out->len;

	if (len > room) {
		len = room;
		out->cut = true;
	}
	memcpy(out->to + out->len, from, len);
	out->len += len;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static bool is_like(const char *text, const char *word, __u32 word_len)
{
	__u32 i;

	for (i = 0; i < word_len && lower(text[i]) == word[i]; i++)
		;
	return i == word_len;
}

static bool has(const char *key, __u32 len, const char *word, __u32 word_len)
{
	__u32 i;

	for (i = 0; i + word_len <= len; i++)
		if (is_like(key + i, word, word_len))
			return true;
	return false;
}

static bool is_secret(const char *key, __u32 len)
{
	return has(key, len, "pass", 4) || has(key, len, "secret", 6) ||
	       (len == 3 && is_like(key, "key", 3));
}

/* Where the option that starts at @at ends. */
static __u32 end_of(const char *from, __u32 len, __u32 at, bool is_secret_value)
{
	for (; at < len; at++) {
		if (from[at] != ',')
			continue;
		if (!is_secret_value || at + 1 == len || from[at + 1] != ',')
			break;
		at++;
	}
	return at;
}

/* Return: where the next one starts. */
static __u32 copy_one(struct output *out, const char *from, __u32 len, __u32 start)
{
	__u32 end, key_len = 0;

	while (start + key_len < len && from[start + key_len] != '=' && from[start + key_len] != ',')
		key_len++;
	if (start + key_len == len || from[start + key_len] != '=' ||
	    !is_secret(from + start, key_len)) {
		end = end_of(from, len, start + key_len, false);
		put(out, from + start, end - start);
	} else {
		end = end_of(from, len, start + key_len + 1, true);
		put(out, from + start, key_len + 1);
		put(out, "*", 1);
	}
	if (end == len)
		return len;
	put(out, ",", 1);
	return end + 1;
}

__u32 ygr_mount_options_copy(const char *from, __u32 len, char *to, __u32 cap, bool *cut)
{
	struct output out = { .to = to, .cap = cap };
	__u32 at = 0;

	while (at < len)
		at = copy_one(&out, from, len, at);
	*cut = out.cut;
	return out.len;
}
