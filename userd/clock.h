/* SPDX-License-Identifier: GPL-2.0-only */
/* The daemon's clocks, in nanoseconds. */
#ifndef YGR_CLOCK_H
#define YGR_CLOCK_H

#include <stdint.h>

#define YGR_NS_PER_MS	1000000ull
#define YGR_NS_PER_S	1000000000ull

uint64_t ygr_clock_boot_ns(void);	/* CLOCK_BOOTTIME: what events carry */

uint64_t ygr_clock_awake_ns(void);	/* CLOCK_MONOTONIC: stands still while the machine sleeps */

/* CLOCK_REALTIME - CLOCK_BOOTTIME, to within the time of a system call. */
int64_t ygr_clock_realtime_offset_ns(void);

#endif
