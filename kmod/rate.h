/* SPDX-License-Identifier: GPL-2.0-only */
/* So many of something in each window of time, and no more. Pure. */
#ifndef YGR_RATE_H
#define YGR_RATE_H

#include "pure.h"

/* Zero: nothing so far. One user at a time. */
struct ygr_rate {
	__u64 begin_ns;
	__u32 nr;
};

/*
 * @now_ns: of a clock that does not go back
 * Return: whether this one is among the first @nr_max of its window; it counts if so.
 */
static inline bool ygr_rate_allows(struct ygr_rate *rate, __u64 now_ns, __u64 window_ns, __u32 nr_max)
{
	if (now_ns - rate->begin_ns >= window_ns) {
		rate->begin_ns = now_ns;
		rate->nr = 0;
	}
	if (rate->nr >= nr_max)
		return false;
	rate->nr++;
	return true;
}

#endif
