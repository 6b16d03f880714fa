/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events as CSV (RFC 4180, but for the newlines, which are the caller's): the same columns for every type.
 * A cell that a spreadsheet would take for a formula gets a leading apostrophe,
 * since names and arguments are an attacker's to choose. Pure.
 */
#ifndef YGR_EVENT_CSV_H
#define YGR_EVENT_CSV_H

#include "event_mapping.h"

/* The names of the columns. */
void ygr_event_csv_put_head(struct ygr_text_buffer *out);

void ygr_event_csv_put(struct ygr_text_buffer *out, const struct ygr_event_value *event,
		       const struct ygr_event_origin *origin);

#endif
