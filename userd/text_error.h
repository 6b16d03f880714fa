/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mistakes in a text file, each with its place.
 *
 * A reader of a file (configuration, policy) adds what it finds and goes on,
 * so that one run shows the user every mistake:
 *
 *	web.yaml:9:14: error: unknown key "wher" in rule "x" (did you mean "where"?)
 *
 * The list keeps the first YGR_TEXT_ERRORS_MAX, errors before warnings, and counts the rest. It owns no
 * memory and does no I/O, save ygr_text_error_print().
 */
#ifndef YGR_TEXT_ERROR_H
#define YGR_TEXT_ERROR_H

#include <stddef.h>
#include <stdio.h>

#define YGR_TEXT_ERRORS_MAX	20
#define YGR_TEXT_MESSAGE_BYTES	320
#define YGR_TEXT_FILE_BYTES	256

enum ygr_text_severity {
	YGR_TEXT_ERROR,		/* the file cannot be used */
	YGR_TEXT_WARNING,	/* it can, but hardly as its author meant */
};

struct ygr_text_error {
	enum ygr_text_severity severity;
	unsigned int line;	/* from 1; 0: the file as a whole */
	unsigned int column;	/* from 1, in characters */
	unsigned int source;	/* which file: 0 is the one that was asked for */
	char file[YGR_TEXT_FILE_BYTES]; /* its name, if it is another; cut at its end */
	char message[YGR_TEXT_MESSAGE_BYTES]; /* printable; cut with "..." */
};

struct ygr_text_errors {
	unsigned int nr;	/* kept in item[] */
	unsigned int error_nr;	/* found, kept or not */
	unsigned int warning_nr;
	unsigned int source;	/* set by who reads several files: the number ... */
	const char *file;	/* ... and name of the one being read; 0 and NULL else */
	struct ygr_text_error item[YGR_TEXT_ERRORS_MAX];
};

void ygr_text_error_init(struct ygr_text_errors *errors);

/*
 * Add one mistake. Control characters in the message, C1 in UTF-8 included,
 * are shown as \xNN: what is quoted from the file cannot steer a terminal.
 */
void ygr_text_error_add(struct ygr_text_errors *errors,
			enum ygr_text_severity severity, unsigned int line,
			unsigned int column, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* One sentence of the same kind, into cap bytes (at least 8), for who reports one mistake. Return: -EINVAL. */
int ygr_text_error_refuse(char *sentence, size_t cap, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * "FILE:LINE:COLUMN: error: MESSAGE" without a newline, as snprintf does it.
 * Return: the length it has, even when that does not fit into cap.
 */
int ygr_text_error_format(const struct ygr_text_error *error, const char *file,
			  char *buf, size_t cap);

/*
 * All of them in order of file and place, a line each; then how many were not
 * kept. file: the name of the one that was asked for.
 */
void ygr_text_error_print(FILE *out, const char *file,
			  const struct ygr_text_errors *errors);

/*
 * The word of known[0 .. nr - 1] that a typist of `word` most likely meant:
 * the one with the fewest inserted, deleted, changed or swapped letters, if
 * that is one, or at most a third of its length.
 * Return: that word, or NULL.
 */
const char *ygr_text_error_suggest(const char *word, const char *const *known,
				   size_t nr);

#endif
