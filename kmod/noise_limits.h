/* SPDX-License-Identifier: GPL-2.0-only */
/* What a policy says of repeats and budgets, as the hooks want it. */
#ifndef YGR_NOISE_LIMITS_H
#define YGR_NOISE_LIMITS_H

#include "policy_image.h"

struct ygr_noise_limits {
	__u64 coalesce_on;	/* YGR_ON_BIT()s; 0 if there is no window */
	__u64 window_ticks;
	__u32 process_budget;	/* in a second; 0: none */
	__u32 cgroup_budget;
	__u32 pass_nr;		/* so many events of a task in a row need not ask them */
};

/* @image: of the policy; one without header is none. Context: any, after ygr_noise_init(). */
void ygr_noise_limits_fill(struct ygr_noise_limits *limits, const struct ygr_policy_image *image);

#endif
