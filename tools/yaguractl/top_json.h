/* SPDX-License-Identifier: GPL-2.0-only */
/* `top --json`: one interval as one object. Pure. */
#ifndef YGR_TOP_JSON_H
#define YGR_TOP_JSON_H

#include "top_report.h"

/*
 * Counts are of the interval, "total" since the module was loaded; the first @row_nr of each
 * list. The caller drops the reference.
 */
json_t *ygr_top_json_make(const struct ygr_top_report *report, unsigned int row_nr);

#endif
