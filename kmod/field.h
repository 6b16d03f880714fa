/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the fields of a policy are: which events have them, and what a test of
 * one consists of. Pure.
 */
#ifndef YGR_FIELD_H
#define YGR_FIELD_H

#include <yagura/ygr_policy.h>

#include "pure.h"

struct ygr_field_shape {
	__u64 on;		/* YGR_ON_BIT()s of the events that a rule may look at it of */
	__u32 section;		/* of its items; 0: it has bits */
	__u32 number_max;	/* RANGES */
	__u64 bits;		/* all that it knows; of LABEL the policy has perhaps fewer */
};

/* By enum ygr_field. */
extern const struct ygr_field_shape ygr_field_shapes[YGR_FIELD_NR];

#endif
