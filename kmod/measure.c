// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/string.h>

#include "measure.h"

void ygr_measure_add(struct ygr_measure __percpu *measure, u64 ns)
{
	this_cpu_inc(measure->call_nr);
	this_cpu_add(measure->total_ns, ns);
	this_cpu_inc(measure->bucket_nr[ygr_measure_bucket(ns)]);
}

void ygr_measure_sum(const struct ygr_measure __percpu *measure, struct ygr_measure *sum)
{
	unsigned int cpu, bucket;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct ygr_measure *one = per_cpu_ptr(measure, cpu);

		sum->call_nr += READ_ONCE(one->call_nr);
		sum->total_ns += READ_ONCE(one->total_ns);
		for (bucket = 0; bucket < YGR_BEAT_BUCKET_NR; bucket++)
			sum->bucket_nr[bucket] += READ_ONCE(one->bucket_nr[bucket]);
	}
}

size_t ygr_measure_print(char *text, size_t room, bool is_first, const char *symbol,
			 const struct ygr_measure *sum)
{
	size_t len = snprintf(text, room, "%s%s=%llu,%llu", is_first ? "" : " ", symbol,
			      sum->call_nr, sum->total_ns);
	unsigned int bucket;

	for (bucket = 0; bucket < YGR_BEAT_BUCKET_NR && len < room; bucket++)
		len += snprintf(text + len, room - len, ",%u", sum->bucket_nr[bucket]);
	return len < room ? len : 0;
}
