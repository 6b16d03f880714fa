/* SPDX-License-Identifier: GPL-2.0-only */
/* The status, gathered as JSON, as metrics. Pure. */
#ifndef YGR_METRICS_TEXT_H
#define YGR_METRICS_TEXT_H

#include <jansson.h>
#include <stdbool.h>

#include "text_buffer.h"

/*
 * OpenMetrics 1.0, or, if @is_classic, the older text format of Prometheus, which
 * node_exporter's textfile collector reads. What the status does not have has no
 * sample, and no family without a sample is told of.
 */
void ygr_metrics_text_put(struct ygr_text_buffer *out, const json_t *status, bool is_classic);

#endif
