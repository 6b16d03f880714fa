/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known while a policy is read, and how its mistakes are told: shared
 * by policy_text (the files), policy_rule (one rule) and what they are made of.
 */
#ifndef YGR_POLICY_PARSER_H
#define YGR_POLICY_PARSER_H

#include <stdbool.h>
#include <stdint.h>

#include "policy_host.h"
#include "policy_model.h"
#include "policy_reason.h"
#include "text_error.h"
#include "yaml_tree.h"

/* "rule \"<63 bytes>\"" and what may follow, for messages. */
#define YGR_POLICY_WHAT_BYTES	192

struct ygr_policy_named_list;

struct ygr_policy_parser {
	const struct ygr_policy_host *host;
	struct ygr_policy_model *model;
	struct ygr_text_errors *errors;
	enum ygr_mode mode;		/* of rules that do not say */
	bool monitor_all;		/* the policy's mode is monitor */
	bool too_much;			/* some limit of size is passed, and that was said */
	void *rule_names;		/* of the rules read, for tsearch(3) */
	struct ygr_policy_named_list *lists;
	struct ygr_policy_draft draft;	/* of the list that is being read */
	uint32_t draft_item_nr;		/* of all lists so far */
	uint64_t work;			/* of multiplying out, so far */
	int err;			/* -ENOMEM, or 0 */
};

/* "what: key", cut to fit. */
void ygr_policy_parser_join(char to[YGR_POLICY_WHAT_BYTES], const char *what, const char *key);

/* An error, or a warning, at the place of a node. */
void ygr_policy_parser_error(struct ygr_policy_parser *p, const struct ygr_yaml_node *at,
			     const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void ygr_policy_parser_warn(struct ygr_policy_parser *p, const struct ygr_yaml_node *at,
			    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* The same at a place in any of the policy's files. */
void ygr_policy_parser_error_at(struct ygr_policy_parser *p, const struct ygr_policy_place *at,
				const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void ygr_policy_parser_warn_at(struct ygr_policy_parser *p, const struct ygr_policy_place *at,
			       const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* An error about what stands already at @first, which may be in another file. */
void ygr_policy_parser_same(struct ygr_policy_parser *p, const struct ygr_policy_place *at,
			    const struct ygr_policy_place *first, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Where a node stands; where the key stands that leads to it. */
struct ygr_policy_place ygr_policy_parser_place(const struct ygr_policy_parser *p,
						const struct ygr_yaml_node *node);
struct ygr_policy_place ygr_policy_parser_key(const struct ygr_policy_parser *p,
					      const struct ygr_yaml_node *node);

/* The value of a key that must be there; NULL, and the error was added: it is not. */
const struct ygr_yaml_node *ygr_policy_parser_require(struct ygr_policy_parser *p,
						      const struct ygr_yaml_node *map,
						      const char *what, const char *key);

/* Return: whether the map has a good "mode"; *mode is untouched else. */
bool ygr_policy_parser_mode(struct ygr_policy_parser *p, const struct ygr_yaml_node *map,
			    const char *what, enum ygr_mode *mode);

/*
 * The text of a key that need not be there. Return: NULL: it is not, or is no text, of which
 * the error was added.
 */
const char *ygr_policy_parser_text(struct ygr_policy_parser *p, const struct ygr_yaml_node *map,
				   const char *what, const char *key);

/*
 * The first value of a node that is one value or a list of them; NULL, and the
 * error was added: the list is empty.
 */
const struct ygr_yaml_node *ygr_policy_parser_first(struct ygr_policy_parser *p,
						    const struct ygr_yaml_node *node,
						    const char *what);

/* for (child = each of these values) */
#define ygr_policy_parser_for_each(child, p, node, what)			\
	for ((child) = ygr_policy_parser_first(p, node, what); (child);		\
	     (child) = (node)->kind == YGR_YAML_LIST ? (child)->next : NULL)

/*
 * Read a file that the input being read names at this node. Return: its number, or -1, and
 * the error was added.
 */
int ygr_policy_parser_input(struct ygr_policy_parser *p, const struct ygr_yaml_node *at,
			    const char *name);

/* The bit of a label, which is new if it is not there yet. Return: false, and the error was added. */
bool ygr_policy_parser_label(struct ygr_policy_parser *p, const struct ygr_yaml_node *at,
			     const char *name, const char *what, uint64_t *bit);

/* The arena's copy of a text; "" and p->err when there is no memory. */
const char *ygr_policy_parser_copy(struct ygr_policy_parser *p, const char *text);

#endif
