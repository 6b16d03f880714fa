/* SPDX-License-Identifier: GPL-2.0-only */
/* Where something stands in the files that a policy is made of. */
#ifndef YGR_POLICY_PLACE_H
#define YGR_POLICY_PLACE_H

#include <stdint.h>

struct ygr_policy_place {
	uint32_t source;	/* 0: the file that was asked for; else one that it brought in */
	uint32_t line;		/* from 1 */
	uint32_t column;	/* from 1 */
};

#endif
