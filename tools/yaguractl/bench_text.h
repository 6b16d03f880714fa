/* SPDX-License-Identifier: GPL-2.0-only */
/* A benchmark's report as people read it. */
#ifndef YGR_BENCH_TEXT_H
#define YGR_BENCH_TEXT_H

#include <jansson.h>
#include <stdio.h>

/* @report: as bench_report.h has it */
void ygr_bench_text_print(FILE *out, const json_t *report);

#endif
