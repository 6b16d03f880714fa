// SPDX-License-Identifier: GPL-2.0-only
#include "top_sheet.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "utf8.h"

static unsigned int width_of(uint32_t code)
{
	int width = wcwidth((wchar_t)code);

	return width < 0 ? 1 : (unsigned int)width;
}

/* Return: how many bytes the first @cols columns take; *taken: columns. All of it is UTF-8. */
static size_t cut(const char *bytes, size_t len, unsigned int cols, unsigned int *taken)
{
	size_t at = 0, nr;
	uint32_t code;

	for (*taken = 0; at < len; at += nr) {
		nr = ygr_utf8_next(bytes + at, len - at, &code);
		if (!nr || width_of(code) > cols - *taken)
			break;
		*taken += width_of(code);
	}
	return at;
}

/* Return: the new length. */
static size_t make_ascii(char *bytes, size_t len)
{
	size_t to = 0;

	for (size_t i = 0; i < len; i++)
		if ((bytes[i] & 0xc0) != 0x80)
			bytes[to++] = bytes[i] & 0x80 ? '?' : bytes[i];
	return to;
}

static size_t line_start(const struct ygr_top_sheet *sheet)
{
	const struct ygr_top_line *last;

	if (!sheet->line_nr)
		return 0;
	last = &sheet->line[sheet->line_nr - 1];
	return last->off + last->len;
}

int ygr_top_sheet_begin(struct ygr_top_sheet *sheet)
{
	ygr_top_sheet_exit(sheet);
	sheet->out = open_memstream(&sheet->bytes, &sheet->bytes_len);
	return sheet->out ? 0 : -ENOMEM;
}

void ygr_top_sheet_put(struct ygr_top_sheet *sheet, const char *bytes, size_t len)
{
	ygr_utf8_put(sheet->out, bytes, len);
}

void ygr_top_sheet_put_text(struct ygr_top_sheet *sheet, const char *text)
{
	ygr_top_sheet_put(sheet, text, strlen(text));
}

unsigned int ygr_top_sheet_column(struct ygr_top_sheet *sheet)
{
	size_t start = line_start(sheet);
	unsigned int column;

	if (fflush(sheet->out))
		return 0;
	cut(sheet->bytes + start, sheet->bytes_len - start, UINT32_MAX, &column);
	return column;
}

void ygr_top_sheet_pad_to(struct ygr_top_sheet *sheet, unsigned int column)
{
	unsigned int at = ygr_top_sheet_column(sheet);

	fprintf(sheet->out, "%*s", at < column ? (int)(column - at) : 1, "");
}

/* Whole for now: where a line begins is known by the one before. */
void ygr_top_sheet_end_line(struct ygr_top_sheet *sheet, enum ygr_top_style style)
{
	size_t start = line_start(sheet);

	if (fflush(sheet->out) || sheet->line_nr == YGR_TOP_LINES_MAX)
		return;
	sheet->line[sheet->line_nr++] = (struct ygr_top_line) {
		.off = start, .len = sheet->bytes_len - start, .style = style,
	};
}

int ygr_top_sheet_finish(struct ygr_top_sheet *sheet, unsigned int cols, bool is_ascii)
{
	bool has_failed = ferror(sheet->out);
	unsigned int taken;

	has_failed |= fclose(sheet->out) != 0;
	sheet->out = NULL;
	if (has_failed) {
		ygr_top_sheet_exit(sheet);
		return -ENOMEM;
	}
	for (unsigned int i = 0; i < sheet->line_nr; i++) {
		struct ygr_top_line *line = &sheet->line[i];

		if (is_ascii)
			line->len = make_ascii(sheet->bytes + line->off, line->len);
		line->len = cut(sheet->bytes + line->off, line->len, cols, &taken);
	}
	return 0;
}

void ygr_top_sheet_exit(struct ygr_top_sheet *sheet)
{
	if (sheet->out)
		fclose(sheet->out);
	sheet->out = NULL;
	free(sheet->bytes);
	sheet->bytes = NULL;
	sheet->bytes_len = 0;
	sheet->line_nr = 0;
}

const char *ygr_top_sheet_rate(double rate, char room[YGR_TOP_RATE_BYTES])
{
	static const char units[] = "kMGTPE";
	unsigned int unit = 0;

	if (rate <= 0)
		return "0";
	if (rate < 0.05)
		return "<0.1";
	if (rate < 9999.5) {
		snprintf(room, YGR_TOP_RATE_BYTES, "%.*f", rate < 99.95, rate);
		return room;
	}
	for (rate /= 1000; rate >= 999.5 && units[unit + 1]; unit++)
		rate /= 1000;
	snprintf(room, YGR_TOP_RATE_BYTES, "%.*f%c", rate < 99.95, rate, units[unit]);
	return room;
}
