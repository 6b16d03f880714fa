/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * So many denials within so many seconds are more than was meant: a breaker
 * counts them and says when that happens. Pure.
 *
 * It is one word, so that its owner changes it by compare and exchange and needs no
 * lock. A window opens with the first denial and lasts `seconds`, to 67 ms; the next
 * denial after it opens the next one. The denial that makes `nr` of them in a
 * window trips the breaker, which stays so. Two windows next to each other may
 * hold up to 2 * nr - 2 denials without tripping it, nr - 1 in each.
 */
#ifndef YGR_BREAKER_H
#define YGR_BREAKER_H

#include "pure.h"

/* Else: tick at which the window opened << 32 | denials in it; 0: none yet. */
#define YGR_BREAKER_TRIPPED	(~0ull)

struct ygr_breaker_limit {
	__u32 nr;		/* 0: never trips */
	__u32 seconds;
};

/*
 * @state: before this denial
 * @now_ns: of a clock that never goes back
 *
 * Context: any. Return: the state after it.
 */
__u64 ygr_breaker_count(__u64 state, struct ygr_breaker_limit limit, __u64 now_ns);

#endif
