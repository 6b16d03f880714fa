// SPDX-License-Identifier: GPL-2.0-only
#include "event_sensor.h"

#include <inttypes.h>

static uint64_t get_u64(const struct ygr_event_line *line, const char *key)
{
	uint64_t number = 0;

	ygr_event_map_get_u64(line->event, key, &number);
	return number;
}

static double seconds(uint64_t ns)
{
	return (double)ns / 1e9;
}

void ygr_event_sensor_put_stop(struct ygr_event_line *line)
{
	ygr_event_line_color(line, YGR_COLOR_YELLOW);
	ygr_event_line_put(line, "yagura stopped: nothing is seen until it is loaded again");
	ygr_event_line_color(line, YGR_COLOR_PLAIN);
}

void ygr_event_sensor_put_heartbeat(struct ygr_event_line *line)
{
	ygr_event_line_put(line, "%" PRIu64 " of %" PRIu64 " hooks attached, %" PRIu64 " processes, %" PRIu64
			   " events produced, %" PRIu64 " dropped, %" PRIu64 " denied", get_u64(line, "attached_nr"),
			   get_u64(line, "hook_nr"), get_u64(line, "process_nr"), get_u64(line, "produced_nr"),
			   get_u64(line, "dropped_nr"), get_u64(line, "denied_nr"));
}

/* One that was set back is negative, which is a kind of its own. */
static void put_step(struct ygr_event_line *line)
{
	const struct ygr_event_value *step = ygr_event_map_find(line->event, "step_ns");

	if (!step || step->kind == YGR_EVENT_UNSIGNED)
		ygr_event_line_put(line, "set forward by %.3f s", step ? seconds(step->number) : 0.0);
	else
		ygr_event_line_put(line, "set back by %.3f s", seconds(-step->number));
}

void ygr_event_sensor_put_clock(struct ygr_event_line *line)
{
	const struct ygr_event_value *step = ygr_event_map_find(line->event, "step_ns");
	uint64_t slept_ns = get_u64(line, "slept_ns");

	ygr_event_line_color(line, YGR_COLOR_YELLOW);
	if (slept_ns)
		ygr_event_line_put(line, "the machine slept for %.3f s", seconds(slept_ns));
	if (step && step->number) {
		ygr_event_line_put(line, slept_ns ? "; the clock was " : "the clock was ");
		put_step(line);
	}
	ygr_event_line_color(line, YGR_COLOR_PLAIN);
}

void ygr_event_sensor_put_outage(struct ygr_event_line *line)
{
	uint64_t rebooted = get_u64(line, "rebooted");

	ygr_event_line_color(line, YGR_COLOR_YELLOW);
	ygr_event_line_put(line, "nothing was seen for %.3f s before yagura was loaded%s",
			   seconds(get_u64(line, "end_time_ns") - get_u64(line, "begin_time_ns")),
			   rebooted ? ": the machine was started anew" : "");
	ygr_event_line_color(line, YGR_COLOR_PLAIN);
}
