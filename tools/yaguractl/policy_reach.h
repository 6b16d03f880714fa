/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What earlier rules leave of its events to a later one: rules that decide
 * nothing, and rules that contradict one another, are told as warnings. Pure.
 *
 * Every warning is true, but not all that is unreachable is found: an
 * alternative is known to be decided when an earlier rule asks for some of its
 * tests and no others, or, of one field only, for what is around its values.
 */
#ifndef YGR_POLICY_REACH_H
#define YGR_POLICY_REACH_H

#include "policy_parser.h"

/* All rules of the model, which has no mistakes. p->err says when memory ran out. */
void ygr_policy_reach_check(struct ygr_policy_parser *p);

#endif
