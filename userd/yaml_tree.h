/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A strict YAML file as a tree whose every node knows its place.
 *
 * What people write by hand and a program must not misread: one document of
 * mappings, lists and scalars. Refused, with line and column: anchors, aliases
 * and tags (one text, one meaning), keys that are not scalars, the same key
 * twice, NUL bytes, a second document, more depth or size than below.
 * Scalars stay text: "no" is "no", and what it means is for the reader of the
 * key to say.
 *
 * Pure: no I/O, no clock. The tree owns all its memory; nodes and strings live
 * until ygr_yaml_tree_destroy().
 */
#ifndef YGR_YAML_TREE_H
#define YGR_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text_error.h"

#define YGR_YAML_BYTES_MAX	(128u << 20)
#define YGR_YAML_DEPTH_MAX	16
#define YGR_YAML_NODES_MAX	4000000u
#define YGR_YAML_KEYS_MAX	256u	/* of one mapping: comparing is quadratic */

enum ygr_yaml_kind {
	YGR_YAML_SCALAR,
	YGR_YAML_LIST,
	YGR_YAML_MAP,
};

struct ygr_yaml_node {
	enum ygr_yaml_kind kind;
	unsigned int line;		/* of the value; from 1 */
	unsigned int column;		/* from 1 */
	bool quoted;			/* SCALAR: '...', "...", | or > */
	const char *text;		/* SCALAR: NUL-terminated, no NUL within */
	size_t len;			/* SCALAR: bytes of text */
	const char *key;		/* member of a MAP: its key, else NULL */
	unsigned int key_line;
	unsigned int key_column;
	size_t child_nr;		/* LIST, MAP */
	struct ygr_yaml_node *child;	/* LIST, MAP: the first, in file order */
	struct ygr_yaml_node *next;	/* the next child of the same parent */
};

struct ygr_yaml_tree;

/*
 * Parse text[0 .. bytes - 1].
 * Return: 0 and *tree; a key that stands twice is added to `errors` and its
 * first value kept, so that the caller can go on to look for more mistakes
 * before it refuses (test errors->error_nr). -EBADMSG: not readable as a tree,
 * at least one error was added. -ENOMEM. *tree is untouched on failure.
 */
int ygr_yaml_tree_parse(const char *text, size_t bytes,
			struct ygr_yaml_tree **tree,
			struct ygr_text_errors *errors);

/* May be NULL. */
void ygr_yaml_tree_destroy(struct ygr_yaml_tree *tree);

const struct ygr_yaml_node *ygr_yaml_tree_root(const struct ygr_yaml_tree *tree);

/* The value of a key. Return: NULL when absent, or when node is not a MAP. */
const struct ygr_yaml_node *ygr_yaml_tree_find(const struct ygr_yaml_node *node,
					       const char *key);

/* "a mapping", "a list", "a number" ...: for messages about wrong types. */
const char *ygr_yaml_tree_describe(const struct ygr_yaml_node *node);

/* for (child = first; child; child = next) over NULL as well. */
#define ygr_yaml_tree_for_each(child, node) \
	for ((child) = (node) ? (node)->child : NULL; (child); (child) = (child)->next)

/*
 * The checkers below add an error at the node's place and return false when
 * the node is not as wanted; `what` names the thing in messages ("port",
 * "rule \"x\""). Outputs are untouched then.
 */

/* node is a MAP with no key outside known[0 .. nr - 1]; suggests a near one. */
bool ygr_yaml_tree_check_map(const struct ygr_yaml_node *node, const char *what,
			     const char *const *known, size_t nr,
			     struct ygr_text_errors *errors);

/* A scalar that is not empty. *text lives as long as the tree. */
bool ygr_yaml_tree_get_string(const struct ygr_yaml_node *node, const char *what,
			      const char **text, struct ygr_text_errors *errors);

/* A decimal number without sign in [low, high]. */
bool ygr_yaml_tree_get_u64(const struct ygr_yaml_node *node, const char *what,
			   uint64_t low, uint64_t high, uint64_t *value,
			   struct ygr_text_errors *errors);

/* true or false, in these spellings only. */
bool ygr_yaml_tree_get_bool(const struct ygr_yaml_node *node, const char *what,
			    bool *value, struct ygr_text_errors *errors);

/* One of words[0 .. nr - 1]; *index says which. Suggests a near one. */
bool ygr_yaml_tree_get_word(const struct ygr_yaml_node *node, const char *what,
			    const char *const *words, size_t nr, size_t *index,
			    struct ygr_text_errors *errors);

/* Decimal digits only, no sign, no overflow. Return: whether it is one. */
bool ygr_yaml_tree_parse_u64(const char *text, size_t len, uint64_t *value);

#endif
