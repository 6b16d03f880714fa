// SPDX-License-Identifier: GPL-2.0-only
#include "yaml_text.h"

#include <stdint.h>

#include "utf8.h"

bool ygr_yaml_text_put_quoted(FILE *out, const char *text, size_t len)
{
	bool is_utf8 = true;
	uint32_t code;
	size_t nr;

	putc('"', out);
	for (; len; text += nr, len -= nr) {
		nr = ygr_utf8_next(text, len, &code);
		if (!nr) {
			is_utf8 = false;
			fprintf(out, "\\x%02x", (unsigned char)*text);
			nr = 1;
		} else if (code == '"' || code == '\\') {
			fprintf(out, "\\%c", (char)code);
		} else if (ygr_utf8_is_plain(code)) {
			fwrite(text, 1, nr, out);
		} else {
			fprintf(out, code < 0x10000 ? "\\u%04x" : "\\U%08x", code);
		}
	}
	putc('"', out);
	return is_utf8;
}
