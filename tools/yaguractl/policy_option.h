/* SPDX-License-Identifier: GPL-2.0-only */
/* What a policy says of itself: `serial` and `options` -> the model. Pure. */
#ifndef YGR_POLICY_OPTION_H
#define YGR_POLICY_OPTION_H

#include "policy_parser.h"

/* @root: the policy's map, whose keys need not be there. Every mistake is told. */
void ygr_policy_option_read(struct ygr_policy_parser *p, const struct ygr_yaml_node *root);

#endif
