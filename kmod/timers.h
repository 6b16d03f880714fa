/* SPDX-License-Identifier: GPL-2.0-only */
/* The two timers of the rings: accounting records, and waking for what is old. */
#ifndef YGR_TIMERS_H
#define YGR_TIMERS_H

/*
 * @interval_ms: between accounting records of a CPU that is not idle
 * @flush_ms: the longest that a record below the watermark waits for the consumer
 */
void ygr_timers_init(unsigned int interval_ms, unsigned int flush_ms);
void ygr_timers_exit(void);

/* Now, on every CPU; the consumer is told, whatever the watermark. Context: process, may sleep. */
void ygr_timers_account(void);

/* The flush timer runs only while there is a consumer. */
void ygr_timers_consumer_opened(void);
void ygr_timers_consumer_closed(void);

#endif
