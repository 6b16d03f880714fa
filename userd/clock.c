// SPDX-License-Identifier: GPL-2.0-only
#include <time.h>

#include "clock.h"

static uint64_t read_ns(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * YGR_NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t ygr_clock_boot_ns(void)
{
	return read_ns(CLOCK_BOOTTIME);
}

uint64_t ygr_clock_awake_ns(void)
{
	return read_ns(CLOCK_MONOTONIC);
}

int64_t ygr_clock_realtime_offset_ns(void)
{
	uint64_t best_ns = UINT64_MAX;
	int64_t offset_ns = 0;

	/* Of three readings, the one that was least disturbed between its clocks. */
	for (int i = 0; i < 3; i++) {
		uint64_t before = read_ns(CLOCK_BOOTTIME);
		uint64_t real = read_ns(CLOCK_REALTIME);
		uint64_t after = read_ns(CLOCK_BOOTTIME);

		if (after - before >= best_ns)
			continue;
		best_ns = after - before;
		offset_ns = (int64_t)(real - before - best_ns / 2);
	}
	return offset_ns;
}
