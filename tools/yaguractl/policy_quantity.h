/* SPDX-License-Identifier: GPL-2.0-only */
/* Durations, rates, sizes and points in time, as text and as numbers. Pure. */
#ifndef YGR_POLICY_QUANTITY_H
#define YGR_POLICY_QUANTITY_H

#include <stddef.h>
#include <stdint.h>

#include "policy_reason.h"

/* Room for the text of any of them. */
#define YGR_POLICY_QUANTITY_TEXT	40

/* Each parser returns 0, or -EINVAL and *why. */

/* "90s", "5m", "2h", "1d": at least one second. */
int ygr_policy_quantity_duration(const char *text, uint32_t *seconds, struct ygr_policy_reason *why);

/* A duration, or "500ms", up to @max_ms; "off" is 0. */
int ygr_policy_quantity_window(const char *text, uint32_t max_ms, uint32_t *ms,
			       struct ygr_policy_reason *why);

/* A number of events in a second, at least one; "off" is 0. */
int ygr_policy_quantity_budget(const char *text, uint32_t *nr, struct ygr_policy_reason *why);

/* "20/60s": at least one, within a duration. */
int ygr_policy_quantity_rate(const char *text, uint32_t *nr, uint32_t *seconds,
			     struct ygr_policy_reason *why);

/* "4096", "64K", "64M", "1G"; also "64MiB". */
int ygr_policy_quantity_bytes(const char *text, uint64_t *bytes, struct ygr_policy_reason *why);

/* "2026-12-31" (its first moment) or "2026-12-31T23:59:59Z": seconds since 1970. */
int ygr_policy_quantity_time(const char *text, uint64_t *seconds, struct ygr_policy_reason *why);

/* The texts that give these numbers again. */
void ygr_policy_quantity_put_duration(char text[YGR_POLICY_QUANTITY_TEXT], uint32_t seconds);
void ygr_policy_quantity_put_window(char text[YGR_POLICY_QUANTITY_TEXT], uint32_t ms);
void ygr_policy_quantity_put_budget(char text[YGR_POLICY_QUANTITY_TEXT], uint32_t nr);
void ygr_policy_quantity_put_rate(char text[YGR_POLICY_QUANTITY_TEXT], uint32_t nr, uint32_t seconds);
void ygr_policy_quantity_put_bytes(char text[YGR_POLICY_QUANTITY_TEXT], uint64_t bytes);
void ygr_policy_quantity_put_time(char text[YGR_POLICY_QUANTITY_TEXT], uint64_t seconds);

#endif
