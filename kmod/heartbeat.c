// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cpumask.h>
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "attach.h"
#include "heartbeat.h"
#include "pipeline.h"
#include "reader.h"
#include "ring.h"
#include "sensor.h"

/* Some sixty hooks, each with its name and eighteen numbers. */
#define HOOKS_ROOM	(16u << 10)
#define CLOCK_MS	1000

static u64 this_load_id;
static unsigned long interval_jiffies;
static u64 interval_ns;

static void sum_classes(struct ygr_body_heartbeat *body, const struct ygr_stats *stats)
{
	unsigned int class;

	for (class = 0; class < YGR_CLASS_NR; class++) {
		body->produced += stats->produced[class];
		body->dropped += stats->dropped[class];
	}
	body->denied = stats->denied;
	body->process_nr = stats->process_begun - stats->process_ended;
}

static void fill_counts(struct ygr_body_heartbeat *body)
{
	struct ygr_stats stats = { 0 };
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		ygr_ring_stats(cpu, &stats);
		ygr_pipeline_stats(cpu, &stats);
	}
	sum_classes(body, &stats);
}

/* Return: length; hooks that were never called are left out, as is what does not fit. */
static size_t print_measures(char *text, size_t room)
{
	const struct ygr_hook *hook;
	struct ygr_measure sum;
	size_t len = 0;
	unsigned int i;

	for (i = 0; (hook = ygr_attach_hook(i)); i++) {
		if (!hook->measure)
			continue;
		ygr_measure_sum(hook->measure, &sum);
		if (sum.call_nr)
			len += ygr_measure_print(text + len, room - len, !len, hook->symbol, &sum);
	}
	return len;
}

static void beat(struct work_struct *work)
{
	struct ygr_body_heartbeat body = {
		.load_id = this_load_id,
		.interval_ns = interval_ns,
		.flags = ygr_reader_is_missing(1) ? 0 : YGR_BEAT_READER,
	};
	char *measures = ygr_attach_is_measured() ? kmalloc(HOOKS_ROOM, GFP_KERNEL) : NULL;
	size_t len = 0;

	fill_counts(&body);
	body.hook_nr = ygr_attach_hook_nr();
	body.attached_nr = ygr_attach_attached_nr();
	if (measures) {
		body.flags |= YGR_BEAT_MEASURED;
		len = print_measures(measures, HOOKS_ROOM);
	}
	ygr_sensor_tell_heartbeat(&body, measures, len);
	kfree(measures);
	schedule_delayed_work(to_delayed_work(work), interval_jiffies);
}

static DECLARE_DELAYED_WORK(beat_timer, beat);

/*
 * Both change by leaps only: the wall clock's slewing goes through CLOCK_MONOTONIC, which
 * these are offsets from.
 */
struct clocks {
	s64 realtime_ns;	/* - CLOCK_BOOTTIME */
	s64 slept_ns;		/* CLOCK_BOOTTIME - CLOCK_MONOTONIC */
};

static struct clocks told;

static struct clocks read_clocks(void)
{
	s64 boot_ns = ktime_mono_to_any(0, TK_OFFS_BOOT);

	return (struct clocks){
		.realtime_ns = ktime_mono_to_any(0, TK_OFFS_REAL) - boot_ns,
		.slept_ns = boot_ns,
	};
}

static void look_at_clocks(struct work_struct *work)
{
	struct clocks now = read_clocks();

	if (now.realtime_ns != told.realtime_ns || now.slept_ns != told.slept_ns) {
		ygr_sensor_tell_clock(&(struct ygr_body_clock){
			.step_ns = now.realtime_ns - told.realtime_ns,
			.slept_ns = now.slept_ns - told.slept_ns,
			.offset_ns = now.realtime_ns,
		});
		told = now;
	}
	schedule_delayed_work(to_delayed_work(work), msecs_to_jiffies(CLOCK_MS));
}

static DECLARE_DELAYED_WORK(clock_timer, look_at_clocks);

void ygr_heartbeat_init(u64 load_id, unsigned int interval_ms)
{
	this_load_id = load_id;
	interval_jiffies = max(1ul, msecs_to_jiffies(interval_ms));
	interval_ns = (u64)interval_ms * NSEC_PER_MSEC;
	told = read_clocks();
	schedule_delayed_work(&clock_timer, msecs_to_jiffies(CLOCK_MS));
	if (interval_ms)
		schedule_delayed_work(&beat_timer, interval_jiffies);
}

void ygr_heartbeat_exit(void)
{
	cancel_delayed_work_sync(&beat_timer);
	cancel_delayed_work_sync(&clock_timer);
}
