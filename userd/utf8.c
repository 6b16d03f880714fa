// SPDX-License-Identifier: GPL-2.0-only
#include "utf8.h"

/* Bytes that a first byte announces, and what it holds of the code; 0: none. */
static size_t first_byte(unsigned char byte, uint32_t *bits)
{
	if (byte < 0x80) {
		*bits = byte;
		return 1;
	}
	if (byte >= 0xc2 && byte <= 0xdf) {
		*bits = byte & 0x1f;
		return 2;
	}
	if (byte >= 0xe0 && byte <= 0xef) {
		*bits = byte & 0x0f;
		return 3;
	}
	if (byte >= 0xf0 && byte <= 0xf4) {
		*bits = byte & 0x07;
		return 4;
	}
	return 0;
}

size_t ygr_utf8_next(const char *bytes, size_t len, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t sum = 0;
	size_t nr = first_byte(bytes[0], &sum);
	size_t i;

	if (!nr || nr > len)
		return 0;
	for (i = 1; i < nr; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		sum = sum << 6 | (bytes[i] & 0x3f);
	}
	if (sum < least[nr] || sum > 0x10ffff || (sum >= 0xd800 && sum <= 0xdfff))
		return 0;
	*code = sum;
	return nr;
}

bool ygr_utf8_is_valid(const char *bytes, size_t len)
{
	uint32_t code;
	size_t nr;

	for (; len; bytes += nr, len -= nr) {
		nr = ygr_utf8_next(bytes, len, &code);
		if (!nr)
			return false;
	}
	return true;
}

bool ygr_utf8_is_plain(uint32_t code)
{
	if (code < 0x20 || (code >= 0x7f && code < 0xa0))
		return false;
	if (code == 0xad || code == 0x61c || code == 0x180e || code == 0xfeff)
		return false;
	/* Zero width, marks, separators and embeddings; then isolates and others. */
	if ((code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e))
		return false;
	if (code >= 0x2060 && code <= 0x206f)
		return false;
	/* Non-characters, interlinear marks, tags. */
	if ((code >= 0xfff0 && code <= 0xfffb) || (code & 0xfffe) == 0xfffe)
		return false;
	return code < 0xe0000 || code > 0xe0fff;
}

static bool needs_quotes(const char *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (bytes[i] == ' ' || bytes[i] == '"' || bytes[i] == '>')
			return true;
	return !len;
}

/* One character or stray byte. Return: bytes taken of `bytes`. */
static size_t put_escaped(FILE *out, const char *bytes, size_t len, unsigned int *columns)
{
	uint32_t code = 0;
	size_t nr = ygr_utf8_next(bytes, len, &code);

	if (nr && (code == '\\' || code == '"')) {
		*columns += fprintf(out, "\\%c", (char)code);
	} else if (nr && ygr_utf8_is_plain(code)) {
		fwrite(bytes, 1, nr, out);
		(*columns)++;
	} else if (nr > 1) {
		*columns += fprintf(out, "\\u{%x}", code);
	} else {
		*columns += fprintf(out, "\\x%02x", (unsigned char)*bytes);
		nr = 1;
	}
	return nr;
}

unsigned int ygr_utf8_put(FILE *out, const char *bytes, size_t len)
{
	bool quoted = needs_quotes(bytes, len);
	unsigned int columns = quoted ? 2 : 0;
	size_t nr;

	if (quoted)
		putc('"', out);
	for (; len; bytes += nr, len -= nr)
		nr = put_escaped(out, bytes, len, &columns);
	if (quoted)
		putc('"', out);
	return columns;
}
