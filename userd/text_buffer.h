/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text that grows. Out of memory is remembered, not returned: a writer of many
 * pieces puts them all and asks once. Pure but for the growth.
 */
#ifndef YGR_TEXT_BUFFER_H
#define YGR_TEXT_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* { 0 } is an empty one. */
struct ygr_text_buffer {
	char *bytes;		/* not NUL-terminated */
	size_t len;
	size_t cap;
	bool failed;		/* something could not be put: what is here is of no use */
};

void ygr_text_buffer_exit(struct ygr_text_buffer *buffer);

/* Empty again, its memory kept; no longer failed. */
static inline void ygr_text_buffer_clear(struct ygr_text_buffer *buffer)
{
	buffer->len = 0;
	buffer->failed = false;
}

/* The same where there is no room yet: grows, or fails. */
char *ygr_text_buffer_reserve_slow(struct ygr_text_buffer *buffer, size_t more);

/* Room for @more bytes at the end; their count is the caller's to add. NULL: failed. */
static inline char *ygr_text_buffer_reserve(struct ygr_text_buffer *buffer, size_t more)
{
	if (__builtin_expect(buffer->failed || buffer->cap - buffer->len < more, false))
		return ygr_text_buffer_reserve_slow(buffer, more);
	return buffer->bytes + buffer->len;
}

static inline void ygr_text_buffer_put(struct ygr_text_buffer *buffer, const char *bytes, size_t len)
{
	char *at = ygr_text_buffer_reserve(buffer, len);

	if (!at)
		return;
	memcpy(at, bytes, len);
	buffer->len += len;
}

static inline void ygr_text_buffer_put_char(struct ygr_text_buffer *buffer, char c)
{
	char *at = ygr_text_buffer_reserve(buffer, 1);

	if (!at)
		return;
	*at = c;
	buffer->len++;
}

static inline void ygr_text_buffer_put_text(struct ygr_text_buffer *buffer, const char *text)
{
	ygr_text_buffer_put(buffer, text, strlen(text));
}

/* "00" to "99", one after the other: two decimal digits at a time. */
extern const char ygr_text_pairs[200];

void ygr_text_buffer_put_u64(struct ygr_text_buffer *buffer, uint64_t number);
void ygr_text_buffer_put_i64(struct ygr_text_buffer *buffer, int64_t number);

/* Short pieces: at most 255 bytes come out. */
void ygr_text_buffer_printf(struct ygr_text_buffer *buffer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
