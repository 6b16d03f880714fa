// SPDX-License-Identifier: GPL-2.0-only
#include "bench_run.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

#include "clock.h"

#define SLICE_NS	(YGR_BENCH_SLICE_MS * YGR_NS_PER_MS)
#define BEHIND_NS	(10 * YGR_NS_PER_MS)	/* that are made up for */
#define NAP_NS		(20 * YGR_NS_PER_MS)	/* after which a sleeper looks whether to stop */
#define LOOK_NS		(100 * YGR_NS_PER_MS)	/* between two looks of who waits for all */
#define GRACE_NS	YGR_NS_PER_S		/* for what was begun in time */

struct worker {
	struct ygr_bench_run *run;
	pthread_t thread;
	unsigned int index;
	_Atomic uint64_t call_nr;	/* begun */
	uint64_t end_ns;
	struct ygr_bench_caller caller;
	struct ygr_bench_turn turn[YGR_BENCH_SIDE_NR];
	struct ygr_bench_tally *tally[YGR_BENCH_KIND_NR][YGR_BENCH_SIDE_NR];
};

struct ygr_bench_run {
	struct ygr_bench_plan plan;
	char (*paths)[YGR_BENCH_OBJECT_BYTES];
	uint64_t begin_ns, end_ns;
	uint64_t interval_ns;		/* between two calls of one thread; 0: none */
	atomic_bool stop;
	atomic_uint running_nr;
	unsigned int opened_nr;		/* workers that have what they need */
	struct worker *workers;
};

/* ---- a thread ---- */

/* Any that spreads well (splitmix64). */
static uint64_t draw(uint64_t number)
{
	number += UINT64_C(0x9e3779b97f4a7c15);
	number = (number ^ number >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	number = (number ^ number >> 27) * UINT64_C(0x94d049bb133111eb);
	return number ^ number >> 31;
}

static enum ygr_bench_side side_at(const struct ygr_bench_run *run, uint64_t now_ns)
{
	uint64_t slice = (now_ns - run->begin_ns) / SLICE_NS;

	return (slice ^ draw(slice / 2)) & 1 ? YGR_BENCH_TWIN : YGR_BENCH_CALL;
}

static uint64_t earlier(uint64_t one_ns, uint64_t other_ns)
{
	return one_ns < other_ns ? one_ns : other_ns;
}

/*
 * Whoever has no more turn in time stays to the end, too: the run lasts as long as was asked,
 * and what is told per second is of that.
 *
 * Return: whether there is time for one more call, at *now_ns.
 */
static bool wait_until(const struct ygr_bench_run *run, uint64_t due_ns, uint64_t *now_ns)
{
	struct timespec until;
	uint64_t wake_ns;

	for (;;) {
		*now_ns = ygr_clock_awake_ns();
		if (*now_ns >= run->end_ns ||
		    atomic_load_explicit(&run->stop, memory_order_relaxed))
			return false;
		if (*now_ns >= due_ns)
			return true;
		wake_ns = earlier(earlier(due_ns, run->end_ns), *now_ns + NAP_NS);
		until.tv_sec = (time_t)(wake_ns / YGR_NS_PER_S);
		until.tv_nsec = (long)(wake_ns % YGR_NS_PER_S);
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
	}
}

static void make_call(struct worker *worker, uint64_t now_ns)
{
	struct ygr_bench_run *run = worker->run;
	enum ygr_bench_side side = side_at(run, now_ns);
	enum ygr_bench_kind kind = ygr_bench_mix_next(&run->plan.mix, &worker->turn[side]);
	struct ygr_bench_tally *tally = worker->tally[kind][side];
	uint64_t ns;
	int err = ygr_bench_caller_make(&worker->caller, kind, side, &ns);

	atomic_fetch_add_explicit(&worker->call_nr, 1, memory_order_relaxed);
	if (!err) {
		ygr_bench_histogram_add(&tally->took, ns);
		return;
	}
	/* What is cut short by the signal that ends the run is nobody's failure. */
	if (err == -EINTR || atomic_load(&run->stop))
		return;
	tally->error = tally->error ?: err;
	tally->failed_nr++;
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	struct ygr_bench_run *run = worker->run;
	uint64_t due_ns, now_ns;

	/* A timer may be late by 50 us otherwise, which is much between two calls. */
	prctl(PR_SET_TIMERSLACK, 1);
	due_ns = run->begin_ns + run->interval_ns / run->plan.thread_nr * worker->index;
	while (wait_until(run, due_ns, &now_ns)) {
		make_call(worker, now_ns);
		due_ns += run->interval_ns;
		if (due_ns + BEHIND_NS < now_ns)
			due_ns = now_ns - BEHIND_NS;
	}
	worker->end_ns = ygr_clock_awake_ns();
	atomic_fetch_sub(&run->running_nr, 1);
	return NULL;
}

/* ---- all of them ---- */

static int make_worker(struct ygr_bench_run *run, unsigned int index)
{
	const struct ygr_bench_plan *plan = &run->plan;
	struct worker *worker = &run->workers[index];
	unsigned int first = (unsigned int)((uint64_t)plan->object_nr * index / plan->thread_nr);
	int err;

	worker->run = run;
	worker->index = index;
	err = ygr_bench_caller_open(&worker->caller, run->paths, plan->object_nr, first,
				    &plan->mix);
	run->opened_nr++;
	for (int kind = 0; !err && kind < YGR_BENCH_KIND_NR; kind++)
		for (int side = 0; plan->mix.share[kind] && side < YGR_BENCH_SIDE_NR; side++) {
			worker->tally[kind][side] = calloc(1, sizeof(struct ygr_bench_tally));
			err = worker->tally[kind][side] ? err : -ENOMEM;
		}
	return err;
}

int ygr_bench_run_create(const struct ygr_bench_plan *plan, const struct ygr_bench_place *place,
			 struct ygr_bench_run **created)
{
	struct ygr_bench_run *run = calloc(1, sizeof(*run));
	int err = -ENOMEM;

	if (!run)
		return err;
	run->plan = *plan;
	/* Rounded up: never faster than asked. */
	if (plan->rate)
		run->interval_ns = (plan->thread_nr * YGR_NS_PER_S + plan->rate - 1) / plan->rate;
	run->paths = calloc(plan->object_nr, sizeof(*run->paths));
	run->workers = calloc(plan->thread_nr, sizeof(*run->workers));
	if (!run->paths || !run->workers)
		goto out_destroy;
	for (unsigned int i = 0; i < plan->object_nr; i++)
		ygr_bench_place_name(place, i, run->paths[i]);
	for (unsigned int i = 0; i < plan->thread_nr; i++) {
		err = make_worker(run, i);
		if (err)
			goto out_destroy;
	}
	*created = run;
	return 0;

out_destroy:
	ygr_bench_run_destroy(run);
	return err;
}

void ygr_bench_run_destroy(struct ygr_bench_run *run)
{
	if (!run)
		return;
	for (unsigned int i = 0; i < run->opened_nr; i++) {
		ygr_bench_caller_close(&run->workers[i].caller);
		for (int kind = 0; kind < YGR_BENCH_KIND_NR; kind++)
			for (int side = 0; side < YGR_BENCH_SIDE_NR; side++)
				free(run->workers[i].tally[kind][side]);
	}
	free(run->workers);
	free(run->paths);
	free(run);
}

/* Without those that are ignored, as nohup does: a blocked one would be queued all the same. */
static void fill_signals(sigset_t *set)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction action;

	sigemptyset(set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (!sigaction(signals[i], NULL, &action) && action.sa_handler != SIG_IGN)
			sigaddset(set, signals[i]);
}

void ygr_bench_run_block_signals(void)
{
	sigset_t set;

	fill_signals(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void ygr_bench_run_unblock_signals(void)
{
	const struct timespec at_once = { 0 };
	sigset_t set;

	fill_signals(&set);
	while (sigtimedwait(&set, NULL, &at_once) > 0)
		;
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static uint64_t count_calls(const struct ygr_bench_run *run)
{
	uint64_t nr = 0;

	for (unsigned int i = 0; i < run->plan.thread_nr; i++)
		nr += atomic_load_explicit(&run->workers[i].call_nr, memory_order_relaxed);
	return nr;
}

/* Return: a signal that came before the next look is due, or 0. */
static int look(const struct ygr_bench_run *run, uint64_t now_ns)
{
	uint64_t left_ns = run->end_ns > now_ns ? run->end_ns - now_ns : 0;
	struct timespec wait = { 0 };
	sigset_t set;
	int signal;

	/* At the end, often: the threads need no longer than a call. */
	wait.tv_nsec = (long)(left_ns > LOOK_NS ? LOOK_NS : left_ns + YGR_NS_PER_S / 1000);
	fill_signals(&set);
	signal = sigtimedwait(&set, NULL, &wait);
	return signal > 0 ? signal : 0;
}

static void interrupt(struct ygr_bench_run *run)
{
	for (unsigned int i = 0; i < run->plan.thread_nr; i++)
		ygr_bench_caller_interrupt(&run->workers[i].caller);
}

/* Until all threads have ended. Return: the signal that stopped them, or 0. */
static int watch(struct ygr_bench_run *run, ygr_bench_tell_fn *tell, void *arg)
{
	uint64_t now_ns = ygr_clock_awake_ns(), stop_ns = run->end_ns;
	int came, signal = 0;

	while (atomic_load(&run->running_nr)) {
		came = look(run, now_ns);
		now_ns = ygr_clock_awake_ns();
		if (came && !signal) {
			signal = came;
			stop_ns = now_ns;
			atomic_store(&run->stop, true);
		}
		if (now_ns > stop_ns + GRACE_NS)
			interrupt(run);
		if (tell)
			tell(arg, now_ns - run->begin_ns, count_calls(run));
	}
	return signal;
}

static int start(struct ygr_bench_run *run, unsigned int *started_nr)
{
	int err;

	for (*started_nr = 0; *started_nr < run->plan.thread_nr; ++*started_nr) {
		struct worker *worker = &run->workers[*started_nr];

		atomic_fetch_add(&run->running_nr, 1);
		err = pthread_create(&worker->thread, NULL, work, worker);
		if (err) {
			atomic_fetch_sub(&run->running_nr, 1);
			atomic_store(&run->stop, true);
			return -err;
		}
	}
	return 0;
}

/* Into those of the first worker. */
static void sum_up(struct ygr_bench_run *run, enum ygr_bench_kind kind, enum ygr_bench_side side)
{
	struct ygr_bench_tally *sum = run->workers[0].tally[kind][side];

	for (unsigned int i = 1; sum && i < run->plan.thread_nr; i++) {
		const struct ygr_bench_tally *tally = run->workers[i].tally[kind][side];

		sum->failed_nr += tally->failed_nr;
		sum->error = sum->error ?: tally->error;
		ygr_bench_histogram_merge(&sum->took, &tally->took);
	}
}

int ygr_bench_run_go(struct ygr_bench_run *run, ygr_bench_tell_fn *tell, void *arg)
{
	unsigned int started_nr;
	int err, came;

	/* Where it is ignored, as it may be from the start, nobody can wait for a program. */
	signal(SIGCHLD, SIG_DFL);
	run->begin_ns = ygr_clock_awake_ns();
	run->end_ns = run->begin_ns + run->plan.seconds * YGR_NS_PER_S;
	err = start(run, &started_nr);
	came = watch(run, tell, arg);
	for (unsigned int i = 0; i < started_nr; i++)
		pthread_join(run->workers[i].thread, NULL);
	for (int kind = 0; kind < YGR_BENCH_KIND_NR; kind++)
		for (int side = 0; side < YGR_BENCH_SIDE_NR; side++)
			sum_up(run, kind, side);
	return err ?: came;
}

uint64_t ygr_bench_run_elapsed_ns(const struct ygr_bench_run *run)
{
	uint64_t end_ns = run->begin_ns;

	for (unsigned int i = 0; i < run->plan.thread_nr; i++)
		if (end_ns < run->workers[i].end_ns)
			end_ns = run->workers[i].end_ns;
	return end_ns - run->begin_ns;
}

const struct ygr_bench_tally *ygr_bench_run_tally(const struct ygr_bench_run *run,
						  enum ygr_bench_kind kind,
						  enum ygr_bench_side side)
{
	return run->workers[0].tally[kind][side];
}
