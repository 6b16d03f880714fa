/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Values of a condition, and the named lists that they may come from: `lists:`
 * of a policy, the text files that those name, and "$name" where it is used.
 */
#ifndef YGR_POLICY_LIST_H
#define YGR_POLICY_LIST_H

#include "policy_parser.h"

/* Values of all lists of a policy, named and used or not, each time one is put together. */
#define YGR_POLICY_LIST_ITEMS_MAX	(2 * YGR_POLICY_SPAN_ITEMS_MAX)

/*
 * The values of a node, which is one value or a list of them, for a field that has no bits.
 *
 * @what: "rule \"r\"", for messages
 * Return: NULL: every mistake was told, or p->err is set.
 */
struct ygr_policy_values *ygr_policy_list_values(struct ygr_policy_parser *p,
						 const struct ygr_yaml_node *node,
						 enum ygr_field field, const char *what);

/* The files of these names, as they are now: values of YGR_FIELD_FILE_ID. Return: as above. */
struct ygr_policy_values *ygr_policy_list_files(struct ygr_policy_parser *p,
						const struct ygr_yaml_node *node, const char *what);

/* Read a `lists:`; every mistake is told. */
void ygr_policy_list_read(struct ygr_policy_parser *p, const struct ygr_yaml_node *lists);

/* A warning for each list that no rule uses, if there are no mistakes; then frees them. */
void ygr_policy_list_finish(struct ygr_policy_parser *p);

#endif
