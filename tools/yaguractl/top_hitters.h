/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The keys that come most often in a stream of unknown length, in memory of a known size.
 *
 * Space-Saving: A. Metwally, D. Agrawal, A. El Abbadi, "Efficient Computation of Frequent
 * and Top-k Elements in Data Streams", ICDT 2005. A key that finds the table full takes the
 * place, and the count, of the one that was counted least: so a count is never too small, is
 * too large by at most its `error`, and whoever has more than total / cap is in the table.
 *
 * Pure but for the table's memory. Any keys and weights are safe; sums stop at 2^64 - 1.
 */
#ifndef YGR_TOP_HITTERS_H
#define YGR_TOP_HITTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define YGR_TOP_KEY_BYTES	64
#define YGR_TOP_COMM_BYTES	16
#define YGR_TOP_EXE_BYTES	64

/* Sums are since the key came into the table; names are not NUL-terminated. */
struct ygr_top_hitter {
	uint8_t	 key[YGR_TOP_KEY_BYTES];
	uint8_t	 key_len;
	uint8_t	 comm_len;
	uint8_t	 exe_len;
	bool	 exe_is_cut;			/* it is the end of a longer one */
	char	 comm[YGR_TOP_COMM_BYTES];
	char	 exe[YGR_TOP_EXE_BYTES];
	uint32_t pid;
	uint64_t start_ns;
	uint64_t count;
	uint64_t error;		/* of `count`, which may be another key's */
	uint64_t suppressed;	/* of these: counted by the sensor in place of a record */
	uint64_t denied;
	uint64_t would_deny;
};

struct ygr_top_hitters;

/* @cap: keys, 1 to 65536. NULL: out of memory. */
struct ygr_top_hitters *ygr_top_hitters_create(unsigned int cap);
void ygr_top_hitters_destroy(struct ygr_top_hitters *hitters);	/* NULL is fine */

/* Empty again. */
void ygr_top_hitters_clear(struct ygr_top_hitters *hitters);

/*
 * @key_len: up to YGR_TOP_KEY_BYTES
 *
 * Return: the key's entry, `count` raised; of a key that is new, zero but for key, count
 * and error. Good until the next add; its other fields are the caller's to fill.
 */
struct ygr_top_hitter *ygr_top_hitters_add(struct ygr_top_hitters *hitters, const void *key,
					   size_t key_len, uint64_t weight);

/* In no order. *nr: how many. */
const struct ygr_top_hitter *ygr_top_hitters_all(const struct ygr_top_hitters *hitters,
						 unsigned int *nr);

/* Of all keys, also those that are no longer in the table. */
uint64_t ygr_top_hitters_total(const struct ygr_top_hitters *hitters);

/* Whether a key had to make room: then counts may be too large, and there were more keys. */
bool ygr_top_hitters_is_full(const struct ygr_top_hitters *hitters);

/* a + b, or 2^64 - 1. */
static inline uint64_t ygr_top_sum(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

#endif
