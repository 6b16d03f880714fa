// SPDX-License-Identifier: GPL-2.0-only
#include "text_buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES	4096
#define PRINTF_BYTES	256
#define U64_DIGITS	20

void ygr_text_buffer_exit(struct ygr_text_buffer *buffer)
{
	free(buffer->bytes);
	*buffer = (struct ygr_text_buffer) { 0 };
}

static bool grow(struct ygr_text_buffer *buffer, size_t more)
{
	size_t cap = buffer->cap ? buffer->cap : FIRST_BYTES;
	char *bytes;

	while (cap - buffer->len < more)
		cap *= 2;
	bytes = realloc(buffer->bytes, cap);
	if (!bytes)
		return false;
	buffer->bytes = bytes;
	buffer->cap = cap;
	return true;
}

char *ygr_text_buffer_reserve(struct ygr_text_buffer *buffer, size_t more)
{
	if (buffer->failed)
		return NULL;
	if (buffer->cap - buffer->len < more && !grow(buffer, more)) {
		buffer->failed = true;
		return NULL;
	}
	return buffer->bytes + buffer->len;
}

void ygr_text_buffer_put(struct ygr_text_buffer *buffer, const char *bytes, size_t len)
{
	char *at = ygr_text_buffer_reserve(buffer, len);

	if (!at)
		return;
	memcpy(at, bytes, len);
	buffer->len += len;
}

void ygr_text_buffer_put_char(struct ygr_text_buffer *buffer, char c)
{
	char *at = ygr_text_buffer_reserve(buffer, 1);

	if (!at)
		return;
	*at = c;
	buffer->len++;
}

void ygr_text_buffer_put_text(struct ygr_text_buffer *buffer, const char *text)
{
	ygr_text_buffer_put(buffer, text, strlen(text));
}

/* By hand: snprintf would take half of the time that an event takes. */
void ygr_text_buffer_put_u64(struct ygr_text_buffer *buffer, uint64_t number)
{
	char digits[U64_DIGITS], *at = digits + sizeof(digits);

	do {
		*--at = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	ygr_text_buffer_put(buffer, at, (size_t)(digits + sizeof(digits) - at));
}

void ygr_text_buffer_put_i64(struct ygr_text_buffer *buffer, int64_t number)
{
	if (number < 0)
		ygr_text_buffer_put_char(buffer, '-');
	ygr_text_buffer_put_u64(buffer, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

void ygr_text_buffer_printf(struct ygr_text_buffer *buffer, const char *format, ...)
{
	char *at = ygr_text_buffer_reserve(buffer, PRINTF_BYTES);
	va_list args;
	int len;

	if (!at)
		return;
	va_start(args, format);
	len = vsnprintf(at, PRINTF_BYTES, format, args);
	va_end(args);
	if (len > 0)
		buffer->len += len < PRINTF_BYTES ? (size_t)len : PRINTF_BYTES - 1;
}
