// SPDX-License-Identifier: GPL-2.0-only
#include "bench_histogram.h"

/* Of the longest that has a bucket; there, and up to twice PART_NR, a bucket is one number. */
#define NS_MAX		((UINT64_C(1) << YGR_BENCH_NS_BITS) - 1)
#define LINEAR_BITS	10

_Static_assert(2 * YGR_BENCH_PART_NR == 1u << LINEAR_BITS, "the first power of two with parts");

static unsigned int index_of(uint64_t ns)
{
	unsigned int shift = 0;

	if (ns > NS_MAX)
		ns = NS_MAX;
	if (ns >> LINEAR_BITS)
		shift = 64 - __builtin_clzll(ns) - LINEAR_BITS;
	return shift * YGR_BENCH_PART_NR + (unsigned int)(ns >> shift);
}

/* The longest that is in this bucket. */
static uint64_t upper_end_of(unsigned int index)
{
	unsigned int shift;

	if (index < 2 * YGR_BENCH_PART_NR)
		return index;
	shift = index / YGR_BENCH_PART_NR - 1;
	return ((uint64_t)(index - shift * YGR_BENCH_PART_NR + 1) << shift) - 1;
}

void ygr_bench_histogram_add(struct ygr_bench_histogram *histogram, uint64_t ns)
{
	histogram->nr++;
	histogram->sum_ns += ns;
	if (histogram->max_ns < ns)
		histogram->max_ns = ns;
	histogram->bucket_nr[index_of(ns)]++;
}

void ygr_bench_histogram_merge(struct ygr_bench_histogram *to,
			       const struct ygr_bench_histogram *from)
{
	to->nr += from->nr;
	to->sum_ns += from->sum_ns;
	if (to->max_ns < from->max_ns)
		to->max_ns = from->max_ns;
	for (unsigned int i = 0; i < YGR_BENCH_BUCKET_NR; i++)
		to->bucket_nr[i] += from->bucket_nr[i];
}

/* How many of @nr that is, rounded up; in two steps, since @nr may be any. */
static uint64_t rank_of(uint64_t nr, unsigned int per_mille)
{
	return nr / 1000 * per_mille + (nr % 1000 * per_mille + 999) / 1000;
}

uint64_t ygr_bench_histogram_quantile(const struct ygr_bench_histogram *histogram,
				      unsigned int per_mille)
{
	uint64_t rank = rank_of(histogram->nr, per_mille), below = 0, end;
	unsigned int i;

	for (i = 0; i < YGR_BENCH_BUCKET_NR - 1; i++) {
		below += histogram->bucket_nr[i];
		if (below >= rank)
			break;
	}
	/* The last one is of all that is longer, too. */
	end = upper_end_of(i);
	return i == YGR_BENCH_BUCKET_NR - 1 || end > histogram->max_ns ? histogram->max_ns : end;
}

uint64_t ygr_bench_histogram_mean(const struct ygr_bench_histogram *histogram)
{
	return histogram->nr ? histogram->sum_ns / histogram->nr : 0;
}
