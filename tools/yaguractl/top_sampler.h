/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where `top` has its numbers from: counters from the device, as `status` reads them, and
 * events from the daemon's spool, as `watch` reads them. Both only look: the ring and its
 * events stay the daemon's.
 *
 * Memory: one batch of the spool and two tables of fixed size, however many events come.
 */
#ifndef YGR_TOP_SAMPLER_H
#define YGR_TOP_SAMPLER_H

#include "event_batch.h"
#include "spool_scan.h"
#include "top_report.h"

struct ygr_top_sources {
	const char *spool;		/* directory, or a segment */
	const char *runtime_dir;	/* of reader.json and sender.json */
	const char *status;		/* a file of what `status --json` printed, time after time; NULL: the device */
	bool	 from_start;		/* with what is in the spool already */
	uint64_t interval_ns;		/* between two of what is in that file */
};

struct ygr_top_sampler {
	struct ygr_top_sources sources;
	FILE	 *status_file;
	struct ygr_spool_scan *scan;	/* NULL: not there yet */
	int	 spool_err;
	struct ygr_event_batch batch;
	struct ygr_top_tally tally;
	struct ygr_top_look look;	/* the last one */
	uint64_t looked_ns;		/* CLOCK_MONOTONIC; 0: never */
	uint64_t fault_nr, missing_nr;
	bool	 is_behind;
	int	 device_err;		/* of the last look */
};

/* Return: 0; else an exit code, and why was told on stderr. */
int ygr_top_sampler_open(struct ygr_top_sampler *sampler, const struct ygr_top_sources *sources);
void ygr_top_sampler_close(struct ygr_top_sampler *sampler);

/* Reads some of what is new in the spool. Return: whether there may be more. */
bool ygr_top_sampler_read(struct ygr_top_sampler *sampler);

/*
 * Ends an interval: the report is of the time since the last take, and the next one's counts
 * start at 0. Return: 0; 1: the status file has no more, *report is untouched; -EINVAL: what
 * is in it is no status.
 */
int ygr_top_sampler_take(struct ygr_top_sampler *sampler, struct ygr_top_report *report);

#endif
