// SPDX-License-Identifier: GPL-2.0-only
#include "breaker.h"

/* 2^26 ns: 32 bits of ticks last nine years, and then begin again. */
#define TICK_SHIFT	26

static __u32 ticks_of(__u32 seconds)
{
	__u64 ticks = (__u64)seconds * 1000000000u >> TICK_SHIFT;

	return ticks < 0xffffffffu ? (__u32)ticks : 0xffffffffu;
}

__u64 ygr_breaker_count(__u64 state, struct ygr_breaker_limit limit, __u64 now_ns)
{
	__u32 now = (__u32)(now_ns >> TICK_SHIFT);
	__u32 opened = (__u32)(state >> 32);
	__u32 count = (__u32)state;

	if (!limit.nr || state == YGR_BREAKER_TRIPPED)
		return state;
	if (!count || now - opened >= ticks_of(limit.seconds)) {
		opened = now;
		count = 0;
	}
	count++;
	return count >= limit.nr ? YGR_BREAKER_TRIPPED : (__u64)opened << 32 | count;
}
