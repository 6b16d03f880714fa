// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "bench.h"

static FILE *report;

void bench_report_open(void)
{
	report = fopen("/out/hooks.txt", "w");
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

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
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
	qsort(samples, work->samples, sizeof(samples[0]), compare);
	fprintf(report, "%s %s %llu %llu\n", contender, work->name,
		(unsigned long long)samples[work->samples / 2],
		(unsigned long long)mean_of(samples, work->samples));
	fflush(report);
}

void bench_measure(const char *contender, unsigned int mask, const struct bench_reader *reader)
{
	for (unsigned int i = 0; i < BENCH_WORK_NR; i++)
		if (mask & BENCH_BIT(i))
			measure_work(contender, &bench_works[i], reader);
	print_message("# measured: %s\n", contender);
}
