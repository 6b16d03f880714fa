/* SPDX-License-Identifier: GPL-2.0-only */
/* What sensor and daemon count, at one moment: two of these tell what happened in between. */
#ifndef YGR_BENCH_METER_H
#define YGR_BENCH_METER_H

#include <stdbool.h>

#include <yagura/ygr_abi.h>

#include "bench_process.h"

enum ygr_bench_daemon {
	YGR_BENCH_SUPERVISOR,
	YGR_BENCH_READER,
	YGR_BENCH_SENDER,
	YGR_BENCH_DAEMON_NR
};

struct ygr_bench_meter {
	bool has_stats;			/* there is a module; else its figures are 0 */
	struct ygr_stats stats;
	struct ygr_noise_stats noise;
	uint64_t generation;
	uint64_t code_bytes;		/* of the module's text and data; 0: not told */
	uint64_t policy_bytes;		/* of the one in force */
	uint64_t ring_bytes;		/* of all rings */
	uint64_t unread_bytes;		/* in them */
	struct ygr_bench_process daemon[YGR_BENCH_DAEMON_NR];
};

/* @fd: a status handle, or -1. @directory: where reader.json and sender.json are. */
void ygr_bench_meter_read(int fd, const char *directory, struct ygr_bench_meter *meter);

#endif
