/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls and twins in turn, by threads, for a time and at a rate; and how long each took.
 *
 *	slice of 50 ms	| call | twin | twin | call | twin | call | ...
 *			'---pair------'---pair------'
 *
 * All threads are in the same slice. Each pair has one of each in an order drawn by its
 * number, so that what drifts, or comes in a rhythm, meets both alike. Calls and twins
 * each follow the mix for themselves. No more calls are begun in the first t seconds than
 * rate * t and one for each thread; what is late is made up for by 10 ms at most.
 */
#ifndef YGR_BENCH_RUN_H
#define YGR_BENCH_RUN_H

#include <stdbool.h>

#include "bench_call.h"
#include "bench_histogram.h"
#include "bench_mix.h"

#define YGR_BENCH_SLICE_MS	50
#define YGR_BENCH_SECONDS_MAX	600u
#define YGR_BENCH_THREADS_MAX	64u
#define YGR_BENCH_RATE_MAX	1000000u	/* calls in a second */

struct ygr_bench_plan {
	struct ygr_bench_mix mix;
	unsigned int seconds;		/* 1 .. YGR_BENCH_SECONDS_MAX */
	unsigned int thread_nr;		/* 1 .. YGR_BENCH_THREADS_MAX */
	unsigned int rate;		/* of all threads and both sides: 1 .. YGR_BENCH_RATE_MAX; 0: any */
	unsigned int object_nr;		/* 1 .. YGR_BENCH_OBJECTS_MAX */
};

/* Of one kind and side; those that failed are in no histogram. */
struct ygr_bench_tally {
	uint64_t failed_nr;
	int error;			/* -errno of the first that failed */
	struct ygr_bench_histogram took;
};

struct ygr_bench_run;

/* What was done so far, about every 100 ms. */
typedef void ygr_bench_tell_fn(void *arg, uint64_t elapsed_ns, uint64_t call_nr);

/*
 * The threads' memory and sockets. @place outlives it.
 * Return: 0 or -errno, and then there is none.
 */
int ygr_bench_run_create(const struct ygr_bench_plan *plan, const struct ygr_bench_place *place,
			 struct ygr_bench_run **run);
void ygr_bench_run_destroy(struct ygr_bench_run *run);	/* may be NULL */

/*
 * SIGINT, SIGTERM, SIGHUP and SIGQUIT end a run, but for those that are ignored. They are blocked
 * from here to unblock(), which forgets those that came and were not seen to; so nothing between
 * the two is cut short.
 */
void ygr_bench_run_block_signals(void);
void ygr_bench_run_unblock_signals(void);

/*
 * Returns when the time is over or a signal came, and no thread runs any more: a program that
 * still does a second later is killed. SIGCHLD is no longer ignored from then on.
 * @tell: may be NULL
 *
 * Return: 0, the signal, or -errno if it could not be started.
 */
int ygr_bench_run_go(struct ygr_bench_run *run, ygr_bench_tell_fn *tell, void *arg);

/* As long as was asked for, unless stopped, and to the end of the last call. */
uint64_t ygr_bench_run_elapsed_ns(const struct ygr_bench_run *run);

/* Of all threads; there is none of a kind without a share: NULL. */
const struct ygr_bench_tally *ygr_bench_run_tally(const struct ygr_bench_run *run,
						  enum ygr_bench_kind kind,
						  enum ygr_bench_side side);

#endif
