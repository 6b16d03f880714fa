// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any path, and paths of the list cut, lengthened and damaged: what is found is what
 * is printed, whole, and nothing else.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "protected_list.h"

#define LINE_NR_MAX	1024
#define LINE_BYTES_MAX	256

struct line {
	enum ygr_protected_kind kind;
	const char *path;
	size_t len;
};

static struct line lines[LINE_NR_MAX];
static size_t line_nr;
static char *text;
static uint32_t text_bytes;

static struct line parse(const char *at, const char *end)
{
	const char *space = memchr(at, ' ', end - at);
	struct line line = { .path = space + 1, .len = end - space - 1 };

	if (!strncmp(at, "program ", 8))
		line.kind = YGR_PROTECTED_PROGRAM;
	else if (!strncmp(at, "shell ", 6))
		line.kind = YGR_PROTECTED_SHELL;
	else if (!strncmp(at, "loader ", 7))
		line.kind = YGR_PROTECTED_LOADER;
	else
		abort();
	return line;
}

static void read_list(void)
{
	const char *at, *end;

	text_bytes = ygr_protected_list_print(NULL, 0);
	text = malloc(text_bytes);
	if (!text || ygr_protected_list_print(text, text_bytes) != text_bytes)
		abort();
	for (at = text; at < text + text_bytes; at = end + 1) {
		end = memchr(at, '\n', text + text_bytes - at);
		if (!end || line_nr == LINE_NR_MAX)
			abort();
		lines[line_nr++] = parse(at, end);
	}
}

static enum ygr_protected_kind find_line(const void *path, size_t len)
{
	for (size_t i = 0; i < line_nr; i++)
		if (lines[i].len == len && !memcmp(lines[i].path, path, len))
			return lines[i].kind;
	return YGR_PROTECTED_NOT;
}

/* In a buffer of just that size, so that a byte read beyond it is seen. */
static void find(const void *path, size_t len)
{
	char *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	memcpy(copy, path, len);
	if (ygr_protected_list_find(copy, len) != find_line(path, len))
		abort();
	free(copy);
}

static void print(uint32_t cap)
{
	char *part = malloc(cap ? cap : 1);

	if (!part || ygr_protected_list_print(part, cap) != text_bytes ||
	    memcmp(part, text, cap < text_bytes ? cap : text_bytes))
		abort();
	free(part);
}

/* A line of the list: what is kept of it, then the rest of the input. */
static void find_damaged(const uint8_t *bytes, size_t nr)
{
	const struct line *line = &lines[(bytes[0] << 8 | bytes[1]) % line_nr];
	size_t kept = bytes[2] % (line->len + 1);
	char path[LINE_BYTES_MAX];

	if (line->len + nr > sizeof(path))
		return;
	memcpy(path, line->path, line->len);
	find(path, line->len);
	find(path, kept);
	memcpy(path + kept, bytes + 3, nr - 3);
	find(path, kept + nr - 3);
	find(path, line->len);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t nr);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t nr)
{
	if (!text)
		read_list();
	find(bytes, nr);
	if (nr < 3)
		return 0;
	print((bytes[0] << 8 | bytes[1]) % (text_bytes + 16));
	find_damaged(bytes, nr);
	return 0;
}
