/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of text that know how many columns they take, for a screen or a pipe. Pure, save that
 * the locale says how wide a character is. Out of memory is told once, by finish().
 */
#ifndef YGR_TOP_SHEET_H
#define YGR_TOP_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define YGR_TOP_LINES_MAX	512	/* what would be below is left out */

enum ygr_top_style {
	YGR_TOP_PLAIN,
	YGR_TOP_BOLD,
	YGR_TOP_HEADING,
	YGR_TOP_RED,
	YGR_TOP_YELLOW,
};

struct ygr_top_line {
	size_t off, len;	/* in bytes; no newline */
	enum ygr_top_style style;
};

/* { 0 } is an empty one. */
struct ygr_top_sheet {
	FILE *out;		/* of the line that is being written; text of our own only */
	char *bytes;
	size_t bytes_len;
	unsigned int line_nr;
	struct ygr_top_line line[YGR_TOP_LINES_MAX];
};

/* In place of what was there. Return: 0 or -ENOMEM. */
int ygr_top_sheet_begin(struct ygr_top_sheet *sheet);

/* What others can name: escaped as ygr_utf8_put() does it. */
void ygr_top_sheet_put(struct ygr_top_sheet *sheet, const char *bytes, size_t len);
void ygr_top_sheet_put_text(struct ygr_top_sheet *sheet, const char *text);

/* Where the next character comes. */
unsigned int ygr_top_sheet_column(struct ygr_top_sheet *sheet);

/* Blanks up to there, at least one. */
void ygr_top_sheet_pad_to(struct ygr_top_sheet *sheet, unsigned int column);

void ygr_top_sheet_end_line(struct ygr_top_sheet *sheet, enum ygr_top_style style);

/*
 * Cuts all lines to @cols columns; @is_ascii: '?' stands for each other character.
 * Return: 0; -ENOMEM: it is empty.
 */
int ygr_top_sheet_finish(struct ygr_top_sheet *sheet, unsigned int cols, bool is_ascii);

void ygr_top_sheet_exit(struct ygr_top_sheet *sheet);

/* A rate in at most 6 characters: 0, <0.1, 12.3, 1234, 12.3k, 4.2M. Return: @room, or a literal. */
#define YGR_TOP_RATE_BYTES	16
const char *ygr_top_sheet_rate(double rate, char room[YGR_TOP_RATE_BYTES]);

#endif
