/* SPDX-License-Identifier: GPL-2.0-only */
/* Which lists of values several tests of an image have in common. Pure. */
#ifndef YGR_POLICY_SHARED_H
#define YGR_POLICY_SHARED_H

#include <stdint.h>

#include "policy_image.h"

/* Shorter lists are not worth a name. */
#define YGR_POLICY_SHARED_MIN	8

struct ygr_policy_shared {
	const struct ygr_test **item;	/* one test of each such list, in order of syntax and place */
	uint32_t nr;
};

/* Return: 0 or -ENOMEM; @shared is empty then. The caller exits it in any case. */
int ygr_policy_shared_init(struct ygr_policy_shared *shared, const struct ygr_policy_image *image);

/* 1 + the index of the list that a test has; 0: it is not shared. */
uint32_t ygr_policy_shared_find(const struct ygr_policy_shared *shared, const struct ygr_test *test);

void ygr_policy_shared_exit(struct ygr_policy_shared *shared);

#endif
