// SPDX-License-Identifier: GPL-2.0-only
#include "bench_report.h"

#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "device.h"
#include "event_name.h"

static json_t *number(uint64_t value)
{
	return json_integer((json_int_t)value);
}

/* ---- before the first call ---- */

static json_t *get_asked(const struct ygr_bench_plan *plan)
{
	char mix[YGR_BENCH_MIX_TEXT_BYTES];

	ygr_bench_mix_print(&plan->mix, mix);
	return json_pack("{s:s, s:i, s:i, s:i, s:i}", "mix", mix, "seconds", plan->seconds,
			 "threads", plan->thread_nr, "rate", plan->rate,
			 "objects", plan->object_nr);
}

static json_t *get_host(void)
{
	struct utsname host;

	uname(&host);
	/* "?": of a name that is not UTF-8 */
	return json_pack("{s:o, s:o, s:i}", "name", json_string(host.nodename) ?: json_string("?"),
			 "kernel", json_string(host.release) ?: json_string("?"),
			 "cpus", (int)sysconf(_SC_NPROCESSORS_ONLN));
}

static json_t *get_sensor(int fd)
{
	struct ygr_hook_info hook;
	struct ygr_info info;
	int attached_nr = 0;

	if (fd < 0 || ygr_device_get_info(fd, &info))
		return json_pack("{s:s}", "state", "absent");
	for (uint32_t i = 0; i < info.hook_nr; i++)
		attached_nr += !ygr_device_get_hook(fd, i, &hook) &&
			       hook.state == YGR_HOOK_ATTACHED;
	return json_pack("{s:s, s:s, s:i, s:I}", "state", attached_nr ? "on" : "off",
			 "version", info.version, "hooks", attached_nr,
			 "generation", (json_int_t)info.generation);
}

json_t *ygr_bench_report_begin(const struct ygr_bench_plan *plan, int fd)
{
	return json_pack("{s:i, s:o, s:o, s:o}", "format", YGR_BENCH_FORMAT,
			 "asked", get_asked(plan), "host", get_host(), "sensor", get_sensor(fd));
}

/* ---- the calls ---- */

/* Of fewer calls the last two would be the maximum, and say so of chance. */
static const struct {
	const char *key;
	unsigned int per_mille;
	unsigned int least_nr;
} quantiles[] = {
	{ "p50_ns", 500, 1 }, { "p99_ns", 990, 100 }, { "p99_9_ns", 999, 1000 },
};

static json_t *get_side(const struct ygr_bench_tally *tally)
{
	const struct ygr_bench_histogram *took = &tally->took;
	json_t *side = json_pack("{s:I, s:I}", "made", (json_int_t)(took->nr + tally->failed_nr),
				 "failed", (json_int_t)tally->failed_nr);

	if (tally->failed_nr)
		json_object_set_new(side, "error",
				    json_string(strerrorname_np(-tally->error) ?: "?"));
	if (!took->nr)
		return side;
	json_object_set_new(side, "mean_ns", number(ygr_bench_histogram_mean(took)));
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++)
		if (took->nr >= quantiles[i].least_nr)
			json_object_set_new(side, quantiles[i].key, number(
				ygr_bench_histogram_quantile(took, quantiles[i].per_mille)));
	json_object_set_new(side, "max_ns", number(took->max_ns));
	return side;
}

static json_int_t get_ns(const json_t *side, const char *key)
{
	return json_integer_value(json_object_get(side, key));
}

/* Of what both sides have. */
static void add_difference(json_t *kind, const json_t *call, const json_t *twin)
{
	static const char *const keys[] = { "mean_ns", "p50_ns", "p99_ns", "p99_9_ns" };
	json_t *difference = json_object();

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (json_object_get(call, keys[i]) && json_object_get(twin, keys[i]))
			json_object_set_new(difference, keys[i], json_integer(
				get_ns(call, keys[i]) - get_ns(twin, keys[i])));
	json_object_set_new(kind, "difference", difference);
}

static void add_kind(json_t *calls, const struct ygr_bench_run *run, enum ygr_bench_kind kind)
{
	const struct ygr_bench_tally *call = ygr_bench_run_tally(run, kind, YGR_BENCH_CALL);
	const struct ygr_bench_tally *twin = ygr_bench_run_tally(run, kind, YGR_BENCH_TWIN);
	json_t *object;

	if (!call || !twin)
		return;
	object = json_pack("{s:o, s:o}", "call", get_side(call), "twin", get_side(twin));
	add_difference(object, json_object_get(object, "call"), json_object_get(object, "twin"));
	json_object_set_new(calls, ygr_bench_mix_name(kind), object);
}

static json_int_t sum_of(const json_t *calls, const char *key)
{
	const json_t *kind;
	const char *name;
	json_int_t sum = 0;

	json_object_foreach((json_t *)calls, name, kind)
		sum += get_ns(json_object_get(kind, "call"), key) +
		       get_ns(json_object_get(kind, "twin"), key);
	return sum;
}

void ygr_bench_report_add_run(json_t *report, const struct ygr_bench_run *run, int interrupted)
{
	uint64_t elapsed_ns = ygr_bench_run_elapsed_ns(run);
	json_t *calls = json_object();
	json_int_t made;

	for (int kind = 0; kind < YGR_BENCH_KIND_NR; kind++)
		add_kind(calls, run, (enum ygr_bench_kind)kind);
	made = sum_of(calls, "made");
	json_object_set_new(report, "run", json_pack("{s:I, s:I, s:I, s:I, s:f, s:b}",
		"begun_s", (json_int_t)(time(NULL) - (time_t)(elapsed_ns / 1000000000)),
		"elapsed_ns", (json_int_t)elapsed_ns, "calls", made,
		"failed", sum_of(calls, "failed"),
		"calls_per_s", elapsed_ns ? (double)made * 1e9 / (double)elapsed_ns : 0.0,
		"interrupted", interrupted != 0));
	json_object_set_new(report, "method", json_string("twin"));
	json_object_set_new(report, "calls", calls);
}

/* ---- sensor and daemon ---- */

static json_t *get_class(const struct ygr_bench_meter *before, const struct ygr_bench_meter *after,
			 unsigned int class)
{
	const struct ygr_noise_stats *noise = &after->noise, *noise_then = &before->noise;
	const struct ygr_stats *stats = &after->stats, *then = &before->stats;

	return json_pack("{s:I, s:I, s:I, s:I, s:I}",
		"produced", (json_int_t)(stats->produced[class] - then->produced[class]),
		"dropped", (json_int_t)(stats->dropped[class] - then->dropped[class]),
		"merged", (json_int_t)(noise->merged[class] - noise_then->merged[class]),
		"repeats", (json_int_t)(noise->coalesced[class] - noise_then->coalesced[class]),
		"suppressed", (json_int_t)(noise->suppressed[class] - noise_then->suppressed[class]));
}

static json_t *get_events(const struct ygr_bench_meter *before, const struct ygr_bench_meter *after)
{
	char room[YGR_EVENT_NAME_BYTES];
	json_t *events = json_object();

	for (unsigned int i = 0; i < YGR_CLASS_NR; i++)
		json_object_set_new(events, ygr_event_name_class((uint8_t)i, room),
				    get_class(before, after, i));
	return events;
}

/* Return: NULL if it does not run; what it used before it was started anew is not known. */
static json_t *get_process(const struct ygr_bench_process *before,
			   const struct ygr_bench_process *after, uint64_t elapsed_ns)
{
	const bool is_same = before->pid == after->pid && before->start_ticks == after->start_ticks;
	uint64_t ticks = after->cpu_ticks - (is_same ? before->cpu_ticks : 0);
	uint64_t cpu_ns = ticks * (1000000000 / (uint64_t)sysconf(_SC_CLK_TCK));

	if (!after->pid)
		return NULL;
	return json_pack("{s:i, s:I, s:f, s:I, s:I, s:b}", "pid", (int)after->pid,
			 "cpu_ns", (json_int_t)cpu_ns, "cpu_percent",
			 elapsed_ns ? 100.0 * (double)cpu_ns / (double)elapsed_ns : 0.0,
			 "rss_bytes", (json_int_t)after->rss_bytes,
			 "peak_bytes", (json_int_t)after->peak_bytes, "restarted", !is_same);
}

static json_t *get_daemon(const struct ygr_bench_meter *before, const struct ygr_bench_meter *after,
			  uint64_t elapsed_ns)
{
	static const char *const names[YGR_BENCH_DAEMON_NR] = { "supervisor", "reader", "sender" };
	json_t *daemon = json_object(), *process;

	for (int i = 0; i < YGR_BENCH_DAEMON_NR; i++) {
		process = get_process(&before->daemon[i], &after->daemon[i], elapsed_ns);
		if (process)
			json_object_set_new(daemon, names[i], process);
	}
	return daemon;
}

void ygr_bench_report_add_meters(json_t *report, const struct ygr_bench_meter *before,
				 const struct ygr_bench_meter *after, uint64_t elapsed_ns)
{
	if (before->has_stats && after->has_stats) {
		json_object_set_new(report, "events", get_events(before, after));
		json_object_set_new(report, "counters", json_pack("{s:I, s:I, s:b}",
			"denied", (json_int_t)(after->stats.denied - before->stats.denied),
			"ignored", (json_int_t)(after->stats.ignored - before->stats.ignored),
			"policy_changed", before->generation != after->generation));
		json_object_set_new(report, "memory", json_pack("{s:o*, s:I, s:I, s:I}",
			"code_bytes", after->code_bytes ? number(after->code_bytes) : NULL,
			"policy_bytes", (json_int_t)after->policy_bytes,
			"ring_bytes", (json_int_t)after->ring_bytes,
			"unread_bytes", (json_int_t)after->unread_bytes));
	}
	json_object_set_new(report, "daemon", get_daemon(before, after, elapsed_ns));
}

bool ygr_bench_report_has_failed(const json_t *report)
{
	const json_t *kind, *call;
	const char *name;

	json_object_foreach(json_object_get(report, "calls"), name, kind) {
		call = json_object_get(kind, "call");
		if (get_ns(call, "made") && get_ns(call, "made") == get_ns(call, "failed"))
			return true;
	}
	return false;
}
