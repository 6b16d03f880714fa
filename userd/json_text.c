// SPDX-License-Identifier: GPL-2.0-only
#include "json_text.h"

#include <math.h>
#include <string.h>

#include "utf8.h"

#define EACH(byte)	(UINT64_C(0x0101010101010101) * (byte))

static bool is_plain(unsigned char byte)
{
	return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

/* Whether one of the eight bytes is zero. */
static uint64_t has_zero(uint64_t bytes)
{
	return (bytes - EACH(1)) & ~bytes & EACH(0x80);
}

static bool are_plain(uint64_t bytes)
{
	uint64_t bad = bytes & EACH(0x80);

	bad |= (bytes - EACH(0x20)) & ~bytes & EACH(0x80);
	bad |= has_zero(bytes ^ EACH(0x7f)) | has_zero(bytes ^ EACH('"')) | has_zero(bytes ^ EACH('\\'));
	return !bad;
}

/* Most text is plain throughout, and is looked at eight bytes at a time. */
size_t ygr_json_text_plain_len(const char *bytes, size_t len)
{
	size_t run = 0;
	uint64_t eight;

	for (; len - run >= sizeof(eight); run += sizeof(eight)) {
		memcpy(&eight, bytes + run, sizeof(eight));
		if (!are_plain(eight))
			break;
	}
	while (run < len && is_plain((unsigned char)bytes[run]))
		run++;
	return run;
}

static void put_unit(struct ygr_text_buffer *out, uint32_t unit)
{
	static const char digits[] = "0123456789ABCDEF";
	char text[6] = { '\\', 'u', digits[unit >> 12 & 15], digits[unit >> 8 & 15],
			 digits[unit >> 4 & 15], digits[unit & 15] };

	ygr_text_buffer_put(out, text, sizeof(text));
}

static void put_code(struct ygr_text_buffer *out, uint32_t code)
{
	static const char named[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *name = code && code < 0x80 ? strchr(named, (int)code) : NULL;

	if (name) {
		ygr_text_buffer_put_char(out, '\\');
		ygr_text_buffer_put_char(out, letters[name - named]);
	} else if (code < 0x10000) {
		put_unit(out, code);
	} else {
		put_unit(out, 0xd800 + ((code - 0x10000) >> 10));
		put_unit(out, 0xdc00 + ((code - 0x10000) & 0x3ff));
	}
}

void ygr_json_text_put_escaped(struct ygr_text_buffer *out, const char *bytes, size_t len)
{
	uint32_t code;
	size_t run, nr;

	while (len) {
		run = ygr_json_text_plain_len(bytes, len);
		ygr_text_buffer_put(out, bytes, run);
		bytes += run;
		len -= run;
		if (!len)
			return;
		nr = ygr_utf8_next(bytes, len, &code);
		if (nr)
			put_code(out, code);
		else
			ygr_text_buffer_printf(out, "\\\\x%02x", (unsigned char)*bytes);
		bytes += nr ? nr : 1;
		len -= nr ? nr : 1;
	}
}

void ygr_json_text_put_string(struct ygr_text_buffer *out, const char *bytes, size_t len)
{
	ygr_text_buffer_put_char(out, '"');
	ygr_json_text_put_escaped(out, bytes, len);
	ygr_text_buffer_put_char(out, '"');
}

void ygr_json_text_put_u64(struct ygr_text_buffer *out, uint64_t number)
{
	bool is_large = number > INT64_MAX;

	if (is_large)
		ygr_text_buffer_put_char(out, '"');
	ygr_text_buffer_put_u64(out, number);
	if (is_large)
		ygr_text_buffer_put_char(out, '"');
}

void ygr_json_text_put_real(struct ygr_text_buffer *out, double number)
{
	size_t start = out->len;

	if (!isfinite(number)) {
		ygr_text_buffer_put_text(out, "null");
		return;
	}
	ygr_text_buffer_printf(out, "%.17g", number);
	if (!out->failed && !memchr(out->bytes + start, '.', out->len - start) &&
	    !memchr(out->bytes + start, 'e', out->len - start))
		ygr_text_buffer_put_text(out, ".0");
}
