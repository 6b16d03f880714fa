/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The report of an earlier run without the sensor, beside which one with it says what the
 * sensor adds: that by which a call is now longer than its twin, less that by which it was then.
 * Whatever makes both longer or shorter, as another load or clock frequency, cancels.
 */
#ifndef YGR_BENCH_BASELINE_H
#define YGR_BENCH_BASELINE_H

#include <jansson.h>

#define YGR_BENCH_BASELINE_BYTES_MAX	(1u << 20)
#define YGR_BENCH_REASON_BYTES		256

/* Return: NULL and why. @reason has what is wrong, and nothing that steers a terminal. */
json_t *ygr_bench_baseline_read(const char *path, char reason[YGR_BENCH_REASON_BYTES]);

/*
 * Whether @report, as begun, can be compared: the same kernel, processors, mix, threads, rate
 * and files; the sensor off or absent then, and on now; and @baseline not interrupted, and none
 * of its calls failed. Pure; @baseline may be any JSON.
 *
 * Return: 0, or -EINVAL and why in @reason, likewise.
 */
int ygr_bench_baseline_check(const json_t *baseline, const json_t *report,
			     char reason[YGR_BENCH_REASON_BYTES]);

/* Adds "added" to each kind that both have, and says so in "method". Pure. */
void ygr_bench_baseline_compare(const json_t *baseline, json_t *report);

#endif
