/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The values of a key, from the text to one interned list: values that stand there,
 * those of named lists, and those of the lines of a file. The parser has one draft, which
 * is filled between start and finish.
 */
#ifndef YGR_POLICY_COLLECT_H
#define YGR_POLICY_COLLECT_H

#include "policy_parser.h"

/* Values of all lists of a policy, named and used or not, each time one is put together. */
#define YGR_POLICY_COLLECT_MAX	(2 * YGR_POLICY_SPAN_ITEMS_MAX)

/*
 * The values of a node, which is one value or a list of them, for a field that has no bits.
 *
 * @what: "rule \"r\"", for messages
 * Return: NULL: every mistake was told, or p->err is set.
 */
struct ygr_policy_values *ygr_policy_collect_values(struct ygr_policy_parser *p,
						    const struct ygr_yaml_node *node,
						    enum ygr_field field, const char *what);

/* The files of these names, as they are now: values of YGR_FIELD_FILE_ID. Return: as above. */
struct ygr_policy_values *ygr_policy_collect_files(struct ygr_policy_parser *p,
						   const struct ygr_yaml_node *node, const char *what);

void ygr_policy_collect_start(struct ygr_policy_parser *p, enum ygr_field field);

/* One value, or "$name", the values of that list; "$$text" is the text "$text". */
void ygr_policy_collect_node(struct ygr_policy_parser *p, const struct ygr_yaml_node *node,
			     enum ygr_field field, const char *what);

/* One value, whatever it starts with. */
void ygr_policy_collect_text(struct ygr_policy_parser *p, const struct ygr_policy_place *place,
			     enum ygr_field field, const char *text, const char *what);

/* What was collected, without repetitions and interned. Return: NULL: nothing, or p->err is set. */
struct ygr_policy_values *ygr_policy_collect_finish(struct ygr_policy_parser *p, const char *what);

#endif
