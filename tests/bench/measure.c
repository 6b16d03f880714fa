// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "bench.h"

static FILE *report;

void bench_report_open(const char *section)
{
	char path[64];

	snprintf(path, sizeof(path), "/out/%s.txt", section);
	report = fopen(path, "w");
	assert_non_null(report);
}

void bench_report_close(void)
{
	assert_int_equal(fclose(report), 0);
}

void bench_tell(const char *contender, const char *what, uint64_t value)
{
	fprintf(report, "%s %s %llu\n", contender, what, (unsigned long long)value);
	fflush(report);
}

void bench_tell_mean(const char *contender, const char *work, uint64_t median, uint64_t mean)
{
	fprintf(report, "%s %s %llu %llu\n", contender, work, (unsigned long long)median,
		(unsigned long long)mean);
	fflush(report);
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

void bench_sort(uint64_t *values, size_t nr)
{
	qsort(values, nr, sizeof(values[0]), compare);
}

static uint64_t by_part(uint64_t ns, unsigned int parts)
{
	return (ns + parts / 2) / parts;
}

void bench_tell_runs(const char *contender, const char *work, uint64_t *ns, unsigned int nr,
		     unsigned int parts, enum bench_by by)
{
	uint64_t sum = 0, mean;
	char name[48];

	for (unsigned int i = 0; i < nr; i++)
		sum += ns[i];
	bench_sort(ns, nr);
	mean = by_part(sum / nr, parts);
	bench_tell_mean(contender, work, by == BENCH_BY_MEAN ? mean : by_part(ns[nr / 2], parts), mean);
	snprintf(name, sizeof(name), "%s-least", work);
	bench_tell(contender, name, by_part(ns[0], parts));
	snprintf(name, sizeof(name), "%s-most", work);
	bench_tell(contender, name, by_part(ns[nr - 1], parts));
}

static void drain(const struct bench_reader *reader)
{
	if (reader && reader->drain)
		reader->drain(reader->arg);
}

/* Of those that are sorted, without the dearest hundredth: what a timer's tick met is not of the call. */
static uint64_t mean_of(const uint64_t *samples, unsigned int nr)
{
	uint64_t sum = 0;

	nr -= nr / 100;
	for (unsigned int i = 0; i < nr; i++)
		sum += samples[i];
	return sum / nr;
}

static void measure_work(const char *contender, const struct bench_work_info *work,
			 const struct bench_reader *reader)
{
	static uint64_t samples[BENCH_SAMPLES_MAX];
	unsigned int every = reader && reader->every ? reader->every : BENCH_DRAIN_EVERY;

	for (unsigned int i = 0; i < work->samples; i++) {
		if (i % every == 0)
			drain(reader);
		samples[i] = work->sample();
	}
	drain(reader);
	bench_sort(samples, work->samples);
	bench_tell_mean(contender, work->name, samples[work->samples / 2],
			mean_of(samples, work->samples));
}

void bench_measure(const char *contender, unsigned int mask, const struct bench_reader *reader)
{
	for (unsigned int i = 0; i < BENCH_WORK_NR; i++)
		if (mask & BENCH_BIT(i))
			measure_work(contender, &bench_works[i], reader);
	print_message("# measured: %s\n", contender);
}
