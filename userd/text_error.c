// SPDX-License-Identifier: GPL-2.0-only
#include "text_error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

/* Words longer than this are not compared: no key of ours comes near. */
#define WORD_MAX	40

void ygr_text_error_init(struct ygr_text_errors *errors)
{
	errors->nr = 0;
	errors->error_nr = 0;
	errors->warning_nr = 0;
	errors->source = 0;
	errors->file = NULL;
}

/*
 * How many bytes at `at` are one control character: C0, DEL or, in UTF-8, C1
 * (0xc2 0x80 .. 0xc2 0x9f). 0: none.
 */
static unsigned int control_bytes(const unsigned char *at)
{
	if (at[0] < 0x20 || at[0] == 0x7f)
		return 1;
	return at[0] == 0xc2 && at[1] >= 0x80 && at[1] <= 0x9f ? 2 : 0;
}

static void copy_printable(char *to, size_t cap, const char *from)
{
	const unsigned char *at = (const unsigned char *)from;
	unsigned int hex = 0;
	size_t used = 0;

	for (; *at; at++) {
		/* Room for the longest step, "..." and NUL. */
		if (used + 4 + 4 > cap) {
			memcpy(to + used, "...", 3);
			used += 3;
			break;
		}
		if (!hex)
			hex = control_bytes(at);
		if (!hex) {
			to[used++] = *at;
			continue;
		}
		used += sprintf(to + used, "\\x%02x", *at);
		hex--;
	}
	to[used] = '\0';
}

/* Room for one more; an error takes that of the last warning. Return: NULL: there is none. */
static struct ygr_text_error *make_room(struct ygr_text_errors *errors, enum ygr_text_severity severity)
{
	unsigned int i;

	if (errors->nr < YGR_TEXT_ERRORS_MAX)
		return &errors->item[errors->nr++];
	if (severity != YGR_TEXT_ERROR)
		return NULL;
	for (i = errors->nr; i--; )
		if (errors->item[i].severity == YGR_TEXT_WARNING)
			return &errors->item[i];
	return NULL;
}

void ygr_text_error_add(struct ygr_text_errors *errors,
			enum ygr_text_severity severity, unsigned int line,
			unsigned int column, const char *fmt, ...)
{
	char raw[2 * YGR_TEXT_MESSAGE_BYTES];
	struct ygr_text_error *error;
	va_list args;

	if (severity == YGR_TEXT_ERROR)
		errors->error_nr++;
	else
		errors->warning_nr++;
	error = make_room(errors, severity);
	if (!error)
		return;

	va_start(args, fmt);
	vsnprintf(raw, sizeof(raw), fmt, args);
	va_end(args);

	error->severity = severity;
	error->line = line;
	error->column = column;
	error->source = errors->source;
	copy_printable(error->file, sizeof(error->file), errors->file ?: "");
	copy_printable(error->message, sizeof(error->message), raw);
}

int ygr_text_error_refuse(char *sentence, size_t cap, const char *fmt, ...)
{
	char raw[2 * YGR_TEXT_MESSAGE_BYTES];
	va_list args;

	va_start(args, fmt);
	vsnprintf(raw, sizeof(raw), fmt, args);
	va_end(args);
	copy_printable(sentence, cap, raw);
	return -EINVAL;
}

int ygr_text_error_format(const struct ygr_text_error *error, const char *file,
			  char *buf, size_t cap)
{
	const char *kind = error->severity == YGR_TEXT_ERROR ? "error" : "warning";

	if (error->source)
		file = error->file;
	if (!error->line)
		return snprintf(buf, cap, "%s: %s: %s", file, kind, error->message);
	return snprintf(buf, cap, "%s:%u:%u: %s: %s", file, error->line,
			error->column, kind, error->message);
}

static bool is_before(const struct ygr_text_error *a,
		      const struct ygr_text_error *b)
{
	if (a->source != b->source)
		return a->source < b->source;
	return a->line < b->line || (a->line == b->line && a->column < b->column);
}

/* Insertion sort: stable, and there are at most twenty. */
static unsigned int sort_by_place(const struct ygr_text_errors *errors,
				  const struct ygr_text_error **sorted)
{
	unsigned int i, at;

	for (i = 0; i < errors->nr; i++) {
		for (at = i; at && is_before(&errors->item[i], sorted[at - 1]); at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = &errors->item[i];
	}
	return errors->nr;
}

void ygr_text_error_print(FILE *out, const char *file,
			  const struct ygr_text_errors *errors)
{
	const struct ygr_text_error *sorted[YGR_TEXT_ERRORS_MAX];
	unsigned int nr = sort_by_place(errors, sorted);
	char line[YGR_TEXT_MESSAGE_BYTES + 4200];
	unsigned int i, more;

	for (i = 0; i < nr; i++) {
		ygr_text_error_format(sorted[i], file, line, sizeof(line));
		fprintf(out, "%s\n", line);
	}
	more = errors->error_nr + errors->warning_nr - nr;
	if (more)
		fprintf(out, "%s: %u more not shown\n", file, more);
}

static size_t least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/*
 * Optimal string alignment distance (Damerau-Levenshtein without edits inside
 * a swapped pair), three rows at a time.
 */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][WORD_MAX + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2], *spare;
	size_t i, j;

	for (j = 0; j <= b_len; j++)
		above[j] = j;
	for (i = 1; i <= a_len; i++) {
		row[0] = i;
		for (j = 1; j <= b_len; j++) {
			row[j] = least(above[j] + 1, row[j - 1] + 1,
				       above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		spare = before;
		before = above;
		above = row;
		row = spare;
	}
	return above[b_len];
}

const char *ygr_text_error_suggest(const char *word, const char *const *known,
				   size_t nr)
{
	size_t len = strlen(word), best_distance = WORD_MAX;
	const char *best = NULL;
	size_t i, known_len, d;

	if (!len || len > WORD_MAX)
		return NULL;
	for (i = 0; i < nr; i++) {
		known_len = strlen(known[i]);
		if (known_len > WORD_MAX)
			continue;
		d = distance(word, len, known[i], known_len);
		if (d < best_distance && (d <= 1 || d <= known_len / 3)) {
			best_distance = d;
			best = known[i];
		}
	}
	return best;
}
