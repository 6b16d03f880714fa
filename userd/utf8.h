/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes that may or may not be UTF-8: read, judged, shown. Pure. */
#ifndef YGR_UTF8_H
#define YGR_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * The character that starts at bytes[0]; len > 0.
 * Return: how many bytes it takes and *code; 0 when these bytes are no UTF-8
 * (overlong forms, surrogates and numbers above U+10FFFF included).
 */
size_t ygr_utf8_next(const char *bytes, size_t len, uint32_t *code);

bool ygr_utf8_is_valid(const char *bytes, size_t len);

/*
 * Whether a terminal shows it as a mark and does nothing else: no control
 * character, no line or paragraph separator, nothing that changes the
 * direction of the text around it or is not seen at all.
 */
bool ygr_utf8_is_plain(uint32_t code);

/*
 * Bytes of unknown origin, escaped; in quotes when they are empty or hold a
 * space, a quote or '>'. Return: columns taken.
 */
unsigned int ygr_utf8_put(FILE *out, const char *bytes, size_t len);

#endif
