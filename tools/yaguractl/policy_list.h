/* SPDX-License-Identifier: GPL-2.0-only */
/* Named lists: `lists:` of a policy, and the text files that these name. */
#ifndef YGR_POLICY_LIST_H
#define YGR_POLICY_LIST_H

#include "policy_parser.h"

/* Read a `lists:`; every mistake is told. */
void ygr_policy_list_read(struct ygr_policy_parser *p, const struct ygr_yaml_node *lists);

/*
 * The values of a list, by its name without the "$", for a field whose values are written
 * alike. Return: NULL, and the error was added; or the list itself had mistakes.
 */
struct ygr_policy_values *ygr_policy_list_use(struct ygr_policy_parser *p, const char *name,
					      const struct ygr_yaml_node *at, enum ygr_field field,
					      const char *what);

/* A warning for each list that no rule uses, if there are no mistakes; then frees them. */
void ygr_policy_list_finish(struct ygr_policy_parser *p);

#endif
