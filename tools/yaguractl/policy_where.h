/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The `where` of a rule -> alternatives of tests. A map's keys must all hold, a
 * key's values are alternatives; `all` and `any` hold lists of such maps; each
 * key of a `not` must not hold.
 */
#ifndef YGR_POLICY_WHERE_H
#define YGR_POLICY_WHERE_H

#include "policy_dnf.h"
#include "policy_parser.h"

/*
 * @node: the map
 * @on: the rule's events, which must all have what is asked for
 * @what: "rule \"r\"", for messages
 * @dnf: empty; what the condition says, if no mistake was told. The caller frees it in any case.
 */
void ygr_policy_where_read(struct ygr_policy_parser *p, const struct ygr_yaml_node *node,
			   uint64_t on, const char *what, struct ygr_policy_dnf *dnf);

#endif
