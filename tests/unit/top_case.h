/* SPDX-License-Identifier: GPL-2.0-only */
/* Events and a status for tests of `yaguractl top`, written as JSON with ' for ". */
#ifndef TOP_CASE_H
#define TOP_CASE_H

#include "top_report.h"

/* Onto the accounts, as if it came from the spool. */
void top_case_add(struct ygr_top_tally *tally, const char *event);

/* By its name, rule or comm; NULL: there is none. */
const struct ygr_top_hitter *top_case_find(const struct ygr_top_hitters *hitters, const char *name);

void top_case_look(struct ygr_top_look *look, const char *status);

/* Two classes, two rings, a policy and both processes. */
extern const char top_case_status[];

#endif
