/* SPDX-License-Identifier: GPL-2.0-only */
/* The closing account of a spool, on stdout: `spool cat --totals`. */
#ifndef YGR_SPOOL_TOTALS_H
#define YGR_SPOOL_TOTALS_H

#include "spool_visit.h"

/*
 * One account per run of the module: sequence numbers start anew with each.
 * Return: an exit code; anything missing without a record that says so is
 * YGR_EXIT_FAULT.
 */
int ygr_spool_totals(const struct ygr_spool_sources *sources);

#endif
