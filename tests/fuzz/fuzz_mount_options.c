// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any options of a mount: what is told of them is what a slower reading tells, in less room the
 * beginning of it, of what was told already the same; and whatever a secret is, no byte of it
 * changes what is told.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mount_options.h"

#define NOT_WRITTEN	0x5a

struct text {
	char *bytes;
	uint32_t len;
};

static void require(bool holds)
{
	if (!holds)
		abort();
}

static struct text text_create(size_t cap)
{
	struct text text = { .bytes = malloc(cap ? cap : 1) };

	require(text.bytes);
	return text;
}

static void add(struct text *text, const void *bytes, size_t len)
{
	if (len)
		memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
}

static bool is_same(const struct text *a, const struct text *b)
{
	return a->len == b->len && !memcmp(a->bytes, b->bytes, a->len);
}

/* ---- the slower reading: byte by byte, with the key that it is in the value of ---- */

static bool is_secret(const struct text *key)
{
	return memmem(key->bytes, key->len, "pass", 4) || memmem(key->bytes, key->len, "secret", 6) ||
	       (key->len == 3 && !memcmp(key->bytes, "key", 3));
}

static struct text read_slowly(const struct text *from)
{
	struct text to = text_create(2 * (size_t)from->len), key = text_create(from->len);
	enum { KEY, VALUE, SECRET } in = KEY;

	for (uint32_t i = 0; i < from->len; i++) {
		char c = from->bytes[i], small = c >= 'A' && c <= 'Z' ? c | 0x20 : c;

		if (in == SECRET && c != ',')
			continue;
		if (in == SECRET && i + 1 < from->len && from->bytes[i + 1] == ',') {
			i++;
			continue;
		}
		add(&to, &c, 1);
		if (c == ',') {
			in = KEY;
			key.len = 0;
		} else if (in == KEY && c == '=') {
			in = is_secret(&key) ? SECRET : VALUE;
			if (in == SECRET)
				add(&to, "*", 1);
		} else if (in == KEY) {
			add(&key, &small, 1);
		}
	}
	free(key.bytes);
	return to;
}

/* ---- the code ---- */

/* In memory that ends where it may be read and written. */
static struct text tell(const struct text *options, uint32_t cap, bool *cut)
{
	struct text from = text_create(options->len), to = text_create(cap);

	add(&from, options->bytes, options->len);
	memset(to.bytes, NOT_WRITTEN, cap);
	to.len = ygr_mount_options_copy(from.bytes, from.len, to.bytes, cap, cut);
	require(to.len <= cap);
	for (uint32_t i = to.len; i < cap; i++)
		require(to.bytes[i] == NOT_WRITTEN);
	free(from.bytes);
	return to;
}

/* No option grows by more than the '*', and there is a '=' before it. */
static struct text tell_all(const struct text *options)
{
	bool cut = true;
	struct text to = tell(options, 2 * options->len, &cut);

	require(!cut);
	return to;
}

static void check(const struct text *options, uint32_t cap)
{
	struct text slow = read_slowly(options), told = tell_all(options), again = tell_all(&told);
	bool cut = cap >= told.len;
	struct text some = tell(options, cap, &cut);

	require(is_same(&told, &slow));
	require(is_same(&told, &again));
	require(some.len == (cap < told.len ? cap : told.len));
	require(!memcmp(some.bytes, told.bytes, some.len));
	require(cut == (cap < told.len));
	free(slow.bytes);
	free(told.bytes);
	free(again.bytes);
	free(some.bytes);
}

/* ---- the secret ---- */

static const char *const secrets[] = {
	"pass=", "PASSWORD=", "key=", "Key=", "secret=", "ntlm_Pass2=", "secretfile=", "pAsSeCrEt=",
};

/* As whoever writes it has to: a comma of it is two. */
static void add_secret(struct text *to, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		add(to, &bytes[i], 1);
		if (bytes[i] == ',')
			add(to, ",", 1);
	}
}

/* BEFORE,key=SECRET,xAFTER */
static struct text hide(const char *key, const uint8_t *before, size_t before_len,
			const uint8_t *secret, size_t secret_len, const uint8_t *after, size_t after_len)
{
	struct text options = text_create(before_len + 2 * secret_len + after_len + 32), told;

	add(&options, before, before_len);
	add(&options, ",", 1);
	add(&options, key, strlen(key));
	add_secret(&options, secret, secret_len);
	add(&options, ",x", 2);
	add(&options, after, after_len);
	told = tell_all(&options);
	free(options.bytes);
	return told;
}

static void check_secret(const char *key, const uint8_t *bytes, size_t len, size_t before_len,
			 size_t secret_len)
{
	const uint8_t *secret = bytes + before_len, *after = secret + secret_len;
	size_t after_len = len - before_len - secret_len;
	struct text one = hide(key, bytes, before_len, secret, secret_len, after, after_len);
	struct text other = hide(key, bytes, before_len, (const uint8_t *)"other", 5, after, after_len);

	require(is_same(&one, &other));
	free(one.bytes);
	free(other.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t nr);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t nr)
{
	struct text options;
	size_t before_len;

	if (nr < 4 || nr > 512)
		return 0;
	options = (struct text) { .bytes = (char *)bytes + 4, .len = nr - 4 };
	check(&options, bytes[0] | (bytes[1] & 0xf) << 8);
	before_len = bytes[2] % (options.len + 1);
	check_secret(secrets[bytes[1] >> 4 & 7], bytes + 4, options.len, before_len,
		     bytes[3] % (options.len - before_len + 1));
	return 0;
}
