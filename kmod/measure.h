/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a hook costs, by the machine's own clock: how many calls, how long in all, and
 * how they spread. Only where the module was loaded to measure, since asking the clock
 * twice costs more than most hooks do.
 */
#ifndef YGR_MEASURE_H
#define YGR_MEASURE_H

#include <linux/types.h>

#include <yagura/ygr_event.h>

/* Of one hook on one CPU, or the sum over all. */
struct ygr_measure {
	u64 call_nr;
	u64 total_ns;
	u32 bucket_nr[YGR_BEAT_BUCKET_NR];
};

/* Context: any. Return: the bucket of a call that took @ns. */
static inline unsigned int ygr_measure_bucket(u64 ns)
{
	unsigned int bucket = ns < YGR_BEAT_NS(0) ? 0 : fls64(ns / YGR_BEAT_NS(0));

	return min(bucket, YGR_BEAT_BUCKET_NR - 1u);
}

/* @measure: one for each CPU. Context: any. */
void ygr_measure_add(struct ygr_measure __percpu *measure, u64 ns);

/* Over all CPUs; counts that change meanwhile may be a call apart. */
void ygr_measure_sum(const struct ygr_measure __percpu *measure, struct ygr_measure *sum);

/*
 * "symbol=calls,ns,b0,...,b15", with a space before it unless it is the first of @text.
 * Return: its length; 0: it does not fit into @room, and nothing is written.
 */
size_t ygr_measure_print(char *text, size_t room, bool is_first, const char *symbol,
			 const struct ygr_measure *sum);

#endif
