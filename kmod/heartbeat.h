/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the sensor tells by the clock: that it is alive, so that silence can be told
 * from a quiet machine, and that the clocks by which others read its times have moved.
 */
#ifndef YGR_HEARTBEAT_H
#define YGR_HEARTBEAT_H

#include <linux/types.h>

/* @interval_ms: between heartbeats; 0: none. The clocks are looked at once a second. */
void ygr_heartbeat_init(u64 load_id, unsigned int interval_ms);
void ygr_heartbeat_exit(void);

#endif
