/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a benchmark found, as the JSON object that --json prints, that the text is printed of,
 * and that a later one takes for its --baseline. Times in it are ns, and 63 bits suffice.
 *
 *	format		1
 *	asked		mix, seconds, threads, rate (0: as fast as possible), objects
 *	host		name, kernel, cpus
 *	sensor		state: on, off (a module without a hook), absent; version, hooks, generation
 *	run		begun_s, elapsed_ns, calls, failed, calls_per_s, interrupted
 *	method		"twin", or "twin-and-baseline"
 *	calls		KIND: call, twin: made, failed, error, mean_ns, p50_ns, p99_ns (of 100 and
 *			more), p99_9_ns (of 1000 and more), max_ns; difference, added (with a
 *			baseline)
 *	events		by class, of the whole host: produced, dropped, merged (of the produced: those
 *			that tell repeats), repeats, suppressed. There were produced - merged +
 *			repeats + suppressed events. With a module
 *	counters	denied, ignored, of the whole host; policy_changed; likewise
 *	memory		code_bytes (where it is known), policy_bytes, ring_bytes, unread_bytes; likewise
 *	daemon		supervisor, reader, sender: pid, cpu_ns, cpu_percent, rss_bytes,
 *			peak_bytes, restarted; those that run
 */
#ifndef YGR_BENCH_REPORT_H
#define YGR_BENCH_REPORT_H

#include <jansson.h>

#include "bench_meter.h"
#include "bench_run.h"

#define YGR_BENCH_FORMAT	1

/* What is known before the first call: asked, host, sensor. @fd: a status handle, or -1. */
json_t *ygr_bench_report_begin(const struct ygr_bench_plan *plan, int fd);

/* @interrupted: the signal that ended it; 0: none */
void ygr_bench_report_add_run(json_t *report, const struct ygr_bench_run *run, int interrupted);

void ygr_bench_report_add_meters(json_t *report, const struct ygr_bench_meter *before,
				 const struct ygr_bench_meter *after, uint64_t elapsed_ns);

/* Return: whether there is a kind of which calls were made, and none was a success. */
bool ygr_bench_report_has_failed(const json_t *report);

#endif
