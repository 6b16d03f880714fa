/* SPDX-License-Identifier: GPL-2.0-only */
/* One rule of a policy text -> the model. Pure. */
#ifndef YGR_POLICY_RULE_H
#define YGR_POLICY_RULE_H

#include "policy_parser.h"

/*
 * Reads it into the model, as its last rule, and reports every mistake in it.
 * p->err says when memory ran out.
 */
void ygr_policy_rule_read(struct ygr_policy_parser *p, const struct ygr_yaml_node *node);

#endif
