/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Durations, counted so that their percentiles can be told (log-linear, as HdrHistogram does
 * it): up to 1023 ns each number has a bucket, and from there on each power of two has 512
 * buckets of equal width. What a percentile is told as is the upper end of its bucket: never
 * less than the duration that it stands for, and more by less than a 512th of it (0.2 %).
 *
 *	0 1 2 ... 1023 | 1024-1025 1026-1027 ... 2046-2047 | 2048-2051 ... | ... 2^36 - 1
 *
 * Longer ones, of 69 s and more, are in the last bucket; count, sum and maximum are exact. Pure.
 */
#ifndef YGR_BENCH_HISTOGRAM_H
#define YGR_BENCH_HISTOGRAM_H

#include <stdint.h>

#define YGR_BENCH_PART_NR	512u	/* buckets in a power of two */
#define YGR_BENCH_NS_BITS	36	/* of what has a bucket of its own */
#define YGR_BENCH_BUCKET_NR	((YGR_BENCH_NS_BITS - 10 + 2) * YGR_BENCH_PART_NR)

/* All zero is an empty one. */
struct ygr_bench_histogram {
	uint64_t nr;
	uint64_t sum_ns;
	uint64_t max_ns;
	uint64_t bucket_nr[YGR_BENCH_BUCKET_NR];
};

void ygr_bench_histogram_add(struct ygr_bench_histogram *histogram, uint64_t ns);

void ygr_bench_histogram_merge(struct ygr_bench_histogram *to,
			       const struct ygr_bench_histogram *from);

/*
 * The duration that so many of a thousand do not exceed: the smallest of which there are
 * at least that many.
 * @per_mille: 1 .. 1000
 *
 * Return: ns; 0 if there is none.
 */
uint64_t ygr_bench_histogram_quantile(const struct ygr_bench_histogram *histogram,
				      unsigned int per_mille);

/* Return: ns, rounded down; 0 if there is none. */
uint64_t ygr_bench_histogram_mean(const struct ygr_bench_histogram *histogram);

#endif
