// SPDX-License-Identifier: GPL-2.0-only
#include "recent.h"

#define SECOND_BITS	24
#define SECOND_MASK	((1u << SECOND_BITS) - 1)

#ifdef __KERNEL__
#include <linux/compiler.h>
#else
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value)	(*(volatile __typeof__(x) *)&(x) = (value))
#endif

/* The bits that do not choose the place; never 0, which is nobody's. */
static __u64 print_of(__u64 key)
{
	return key >> SECOND_BITS | 1;
}

/* Seconds since the key at @place was told; a second from the future is an old one. */
static __u32 age_of(__u64 place, __u32 now_s)
{
	return (now_s - (__u32)place) & SECOND_MASK;
}

bool ygr_recent_is_new(struct ygr_recent *recent, __u64 key, __u32 now_s, __u32 window_s)
{
	__u64 *places = &recent->places[key & (YGR_RECENT_NR - 2)];
	__u64 print = print_of(key), seen[2];
	unsigned int i, oldest;

	for (i = 0; i < 2; i++) {
		seen[i] = READ_ONCE(places[i]);
		if (seen[i] >> SECOND_BITS != print)
			continue;
		if (age_of(seen[i], now_s) < window_s)
			return false;
		break;
	}
	oldest = !seen[0] || (seen[1] && age_of(seen[0], now_s) >= age_of(seen[1], now_s)) ? 0 : 1;
	if (i < 2)
		oldest = i;
	WRITE_ONCE(places[oldest], print << SECOND_BITS | (now_s & SECOND_MASK));
	return true;
}
