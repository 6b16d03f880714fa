/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known while a policy is read, and how its mistakes are told: shared
 * by policy_text (the document) and policy_rule (one rule). Pure.
 */
#ifndef YGR_POLICY_PARSER_H
#define YGR_POLICY_PARSER_H

#include <stdbool.h>
#include <stdint.h>

#include "policy_model.h"
#include "policy_value.h"
#include "text_error.h"
#include "yaml_tree.h"

struct ygr_policy_parser {
	const struct ygr_policy_users *users;
	struct ygr_policy_model *model;
	struct ygr_text_errors *errors;
	enum ygr_mode mode;		/* of rules that do not say */
	bool monitor_all;		/* the policy's mode is monitor */
	uint64_t covered;		/* events that an earlier rule decides for good */
	bool too_many_items;		/* said once */
	void *rule_names;		/* of the rules read, for tsearch(3) */
	int err;			/* -ENOMEM, or 0 */
};

/* An error at the place of a node. */
void ygr_policy_parser_error(struct ygr_policy_parser *p, const struct ygr_yaml_node *at,
			     const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* The value of a key that must be there; NULL, and the error was added: it is not. */
const struct ygr_yaml_node *ygr_policy_parser_require(struct ygr_policy_parser *p,
						      const struct ygr_yaml_node *map,
						      const char *what, const char *key);

/* Return: whether the map has a good "mode"; *mode is untouched else. */
bool ygr_policy_parser_mode(struct ygr_policy_parser *p, const struct ygr_yaml_node *map,
			    const char *what, enum ygr_mode *mode);

#endif
