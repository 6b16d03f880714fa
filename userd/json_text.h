/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON, written straight into a buffer, ASCII only: a line of it is a line
 * whatever the strings hold, on a terminal as well. Pure.
 */
#ifndef YGR_JSON_TEXT_H
#define YGR_JSON_TEXT_H

#include "text_buffer.h"

/* The characters of a string, without its quotes. Bytes that are no UTF-8 stand there as \xNN. */
void ygr_json_text_put_escaped(struct ygr_text_buffer *out, const char *bytes, size_t len);

/* How many bytes from the start stand in a string as they are. */
size_t ygr_json_text_plain_len(const char *bytes, size_t len);

/* With its quotes. */
void ygr_json_text_put_string(struct ygr_text_buffer *out, const char *bytes, size_t len);

/* A number; above 2^63 - 1, which many readers cannot hold, a string. */
void ygr_json_text_put_u64(struct ygr_text_buffer *out, uint64_t number);

/* NaN and the infinities, which JSON has not, are null. */
void ygr_json_text_put_real(struct ygr_text_buffer *out, double number);

#endif
