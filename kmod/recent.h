/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which keys were seen within the last while: for what is told once for many.
 *
 * Bounded and without a lock: a key has two places, and takes the one that was used longer ago.
 * So a key may be forgotten too early and be told twice, when others crowd it out or two CPUs meet; that
 * it passes for one that was seen takes two keys alike in 39 bits within the same window. Pure.
 */
#ifndef YGR_RECENT_H
#define YGR_RECENT_H

#include "pure.h"

#define YGR_RECENT_BITS		12
#define YGR_RECENT_NR		(1u << YGR_RECENT_BITS)

/* Zero: nothing was seen. Each: 39 bits of the key and a 1, 24 of the second in which it was told. */
struct ygr_recent {
	__u64 places[YGR_RECENT_NR];
};

/*
 * @key: a good hash. @now_s: seconds since some start, at least @window_s then.
 * @window_s: less than half of 2^24
 *
 * Return: whether it was not seen in the last @window_s seconds; it was now.
 */
bool ygr_recent_is_new(struct ygr_recent *recent, __u64 key, __u32 now_s, __u32 window_s);

#endif
