/* SPDX-License-Identifier: GPL-2.0-only */
/* Conditions that can never hold: each is told as a warning. Pure. */
#ifndef YGR_POLICY_SENSE_H
#define YGR_POLICY_SENSE_H

#include "policy_parser.h"

/* All rules of the model, which has no mistakes. */
void ygr_policy_sense_check(struct ygr_policy_parser *p);

#endif
