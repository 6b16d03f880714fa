/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings by table: a row says which key, what it may hold, and where in a
 * struct its value goes.
 *
 *	static const struct ygr_option options[] = {
 *		{ "host", YGR_OPTION_TEXT, .at = offsetof(struct settings, host), .is_required = true },
 *		{ "port", YGR_OPTION_NUMBER, .at = offsetof(struct settings, port), .low = 1, .high = 65535 },
 *		{ 0 }
 *	};
 *
 * Defaults are what the struct holds before. Texts point into the tree that was
 * read, or to whatever the default pointed to: nothing here owns memory.
 * Pure; each mistake is added with its place, and the value it stands for is
 * untouched.
 */
#ifndef YGR_OPTION_H
#define YGR_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text_error.h"
#include "yaml_tree.h"

enum ygr_option_kind {
	YGR_OPTION_TEXT,	/* const char *: not empty */
	YGR_OPTION_PATH,	/* const char *: absolute, at most PATH_MAX */
	YGR_OPTION_NUMBER,	/* uint64_t from low to high, times unit */
	YGR_OPTION_BYTES,	/* uint64_t from low to high: 65536, 64KiB ... */
	YGR_OPTION_BOOL,	/* bool */
	YGR_OPTION_WORD,	/* int: low, plus the index of one of words */
	YGR_OPTION_SECTION,	/* a mapping whose members belong to the same struct */
	YGR_OPTION_STRUCT,	/* a mapping whose members belong to the struct at `at`; */
				/* that one begins with `bool is_set` */
};

/* What the process will do with a PATH: its sandbox is cut by it. */
enum ygr_option_access {
	YGR_OPTION_UNTOUCHED,
	YGR_OPTION_READS,	/* open it for reading */
	YGR_OPTION_MAKES,	/* make and write files in the directory that it is in */
};

struct ygr_option {
	const char *key;			/* NULL: the end of the table */
	enum ygr_option_kind kind;
	size_t	 at;				/* offset in the struct */
	bool	 is_required;
	uint64_t low, high;			/* NUMBER, BYTES; WORD: low */
	uint64_t unit;				/* NUMBER; 0 is 1 */
	const char *const *words;		/* WORD: up to a NULL */
	const struct ygr_option *members;	/* SECTION, STRUCT */
	enum ygr_option_access access;		/* PATH */
};

/*
 * The whole of mapping @node (NULL or empty: nothing happens): unknown and missing
 * keys, then the values. @what names it in messages.
 */
void ygr_option_read(const struct ygr_option *options, const struct ygr_yaml_node *node,
		     const char *what, void *settings, struct ygr_text_errors *errors);

/*
 * The same in two steps, for a mapping that two tables share. @more may be NULL.
 * Return: false if it is no mapping at all, and then there is nothing to read.
 */
bool ygr_option_check_keys(const struct ygr_option *options, const struct ygr_option *more,
			   const struct ygr_yaml_node *node, const char *what,
			   struct ygr_text_errors *errors);
void ygr_option_read_values(const struct ygr_option *options, const struct ygr_yaml_node *node,
			    const char *what, void *settings, struct ygr_text_errors *errors);

/* Calls @fn for each PATH of @settings that is set and has an access. */
void ygr_option_for_each_path(const struct ygr_option *options, const void *settings,
			      void (*fn)(void *arg, const char *path, enum ygr_option_access access),
			      void *arg);

#endif
