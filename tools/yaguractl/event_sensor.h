/* SPDX-License-Identifier: GPL-2.0-only */
/* What the sensor says of itself, and the daemon of it, as a person reads it. */
#ifndef YGR_EVENT_SENSOR_H
#define YGR_EVENT_SENSOR_H

#include "event_line.h"

void ygr_event_sensor_put_stop(struct ygr_event_line *line);
void ygr_event_sensor_put_heartbeat(struct ygr_event_line *line);
void ygr_event_sensor_put_clock(struct ygr_event_line *line);
void ygr_event_sensor_put_outage(struct ygr_event_line *line);

#endif
