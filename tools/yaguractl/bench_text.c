// SPDX-License-Identifier: GPL-2.0-only
#include "bench_text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "json_field.h"
#include "utf8.h"

/* Values stand in this column. */
#define LABEL		"%-10s "
#define NO_LABEL	"           "

static const char *const durations[] = { "p50_ns", "p99_ns", "p99_9_ns", "mean_ns", "max_ns" };
#define DURATION_NR	(sizeof(durations) / sizeof(durations[0]))

/* Names come from elsewhere: none may steer the terminal. */
static void put_text(FILE *out, const char *text)
{
	ygr_utf8_put(out, text, strlen(text));
}

static const char *plural(int64_t nr)
{
	return nr == 1 ? "" : "s";
}

static void print_run(FILE *out, const json_t *asked, const json_t *run, const json_t *host)
{
	fprintf(out, LABEL "%s, %" PRId64 " thread%s, %" PRId64 " file%s, on ", "bench",
		ygr_json_text(asked, "mix", "?"), ygr_json_number(asked, "threads"),
		plural(ygr_json_number(asked, "threads")), ygr_json_number(asked, "objects"),
		plural(ygr_json_number(asked, "objects")));
	put_text(out, ygr_json_text(host, "name", "?"));
	fputs(", Linux ", out);
	put_text(out, ygr_json_text(host, "kernel", "?"));
	fprintf(out, ", %" PRId64 " CPU%s\n", ygr_json_number(host, "cpus"),
		plural(ygr_json_number(host, "cpus")));
	fprintf(out, NO_LABEL "%.1f of %" PRId64 " s, %" PRId64 " calls, %.0f a second ",
		(double)ygr_json_number(run, "elapsed_ns") / 1e9, ygr_json_number(asked, "seconds"),
		ygr_json_number(run, "calls"), json_number_value(json_object_get(run, "calls_per_s")));
	if (ygr_json_number(asked, "rate"))
		fprintf(out, "of %" PRId64 " asked for\n", ygr_json_number(asked, "rate"));
	else
		fputs("(as fast as possible)\n", out);
	if (ygr_json_is_set(run, "interrupted"))
		fputs(NO_LABEL "INTERRUPTED: this is what was done until then\n", out);
}

static void print_sensor(FILE *out, const json_t *sensor)
{
	const char *state = ygr_json_text(sensor, "state", "?");

	fprintf(out, LABEL, "sensor");
	if (!strcmp(state, "absent")) {
		fputs("THE MODULE IS NOT LOADED: these are the figures without it\n", out);
		return;
	}
	if (!strcmp(state, "off")) {
		fputs("OFF, no hook is attached: these are the figures without it\n", out);
		return;
	}
	fputs("on, yagura ", out);
	put_text(out, ygr_json_text(sensor, "version", "?"));
	fprintf(out, ", %" PRId64 " hooks, policy generation %" PRId64 "\n",
		ygr_json_number(sensor, "hooks"), ygr_json_number(sensor, "generation"));
}

static void print_method(FILE *out, const json_t *report)
{
	fprintf(out, LABEL "each call and a twin that meets no hook where they differ, by turns in slices of 50 ms\n",
		"method");
	if (!strcmp(ygr_json_text(report, "method", "?"), "twin-and-baseline"))
		fputs(NO_LABEL "added: the difference less that of the baseline, made without the sensor\n", out);
	else if (!strcmp(ygr_json_text(json_object_get(report, "sensor"), "state", "?"), "on"))
		fputs(NO_LABEL "the difference has the kernel's own work in it, too, and is only a bound of what the\n"
		      NO_LABEL "sensor adds: --baseline FILE, of a run without the sensor, takes that out\n", out);
}

static void print_durations(FILE *out, const json_t *side)
{
	const json_t *value;

	for (size_t i = 0; i < DURATION_NR; i++) {
		value = json_object_get(side, durations[i]);
		if (value)
			fprintf(out, " %10.2f", (double)json_integer_value(value) / 1e3);
		else
			fprintf(out, " %10s", "-");
	}
	putc('\n', out);
}

static void print_side(FILE *out, const char *name, const char *role, const json_t *side)
{
	fprintf(out, NO_LABEL "%-8s%-11s %10" PRId64, name, role, ygr_json_number(side, "made"));
	print_durations(out, side);
	if (ygr_json_number(side, "failed"))
		fprintf(out, NO_LABEL "        %" PRId64 " FAILED (%s)\n", ygr_json_number(side, "failed"),
			ygr_json_text(side, "error", "?"));
}

static void print_comparison(FILE *out, const char *role, const json_t *side)
{
	if (!side)
		return;
	fprintf(out, NO_LABEL "%-8s%-11s %10s", "", role, "");
	print_durations(out, side);
}

static void print_calls(FILE *out, const json_t *calls)
{
	const char *name;
	json_t *kind;

	fprintf(out, LABEL "%-19s %10s %10s %10s %10s %10s %10s\n", "time, us", "", "calls", "p50",
		"p99", "p99.9", "mean", "max");
	json_object_foreach((json_t *)calls, name, kind) {
		print_side(out, name, "call", json_object_get(kind, "call"));
		print_side(out, "", "twin", json_object_get(kind, "twin"));
		print_comparison(out, "difference", json_object_get(kind, "difference"));
		print_comparison(out, "ADDED", json_object_get(kind, "added"));
	}
}

static void print_events(FILE *out, const json_t *events, const json_t *counters)
{
	const char *name;
	json_t *class;

	if (!events)
		return;
	fprintf(out, LABEL "%-9s %13s %14s %14s %14s   (of the whole host)\n", "events", "class",
		"produced", "dropped", "repeats", "suppressed");
	json_object_foreach((json_t *)events, name, class)
		fprintf(out, NO_LABEL "%-9s %13" PRId64 " %14" PRId64 " %14" PRId64 " %14" PRId64 "\n",
			name, ygr_json_number(class, "produced"), ygr_json_number(class, "dropped"),
			ygr_json_number(class, "repeats"), ygr_json_number(class, "suppressed"));
	fprintf(out, NO_LABEL "denied %" PRId64 ", ignored %" PRId64 "\n",
		ygr_json_number(counters, "denied"), ygr_json_number(counters, "ignored"));
	if (ygr_json_is_set(counters, "policy_changed"))
		fputs(NO_LABEL "THE POLICY CHANGED meanwhile: these are figures of two\n", out);
}

static void print_daemon(FILE *out, const json_t *daemon)
{
	const char *name, *label = "daemon";
	json_t *process;

	if (!json_object_size(daemon)) {
		fprintf(out, LABEL "none runs\n", label);
		return;
	}
	json_object_foreach((json_t *)daemon, name, process) {
		fprintf(out, LABEL "%-10s pid %" PRId64 ": %.1f ms of a CPU, %.1f %%; %.1f MiB of memory, at most %.1f%s\n",
			label, name, ygr_json_number(process, "pid"),
			(double)ygr_json_number(process, "cpu_ns") / 1e6,
			json_number_value(json_object_get(process, "cpu_percent")),
			(double)ygr_json_number(process, "rss_bytes") / (1 << 20),
			(double)ygr_json_number(process, "peak_bytes") / (1 << 20),
			ygr_json_is_set(process, "restarted") ? "; it was STARTED meanwhile" : "");
		label = "";
	}
}

static void print_memory(FILE *out, const json_t *memory)
{
	if (!memory)
		return;
	fprintf(out, LABEL "rings %" PRId64 " KiB, of which %" PRId64 " wait to be read; ", "memory",
		ygr_json_number(memory, "ring_bytes") >> 10, ygr_json_number(memory, "unread_bytes") >> 10);
	if (json_object_get(memory, "code_bytes"))
		fprintf(out, "module %" PRId64 " KiB, ", ygr_json_number(memory, "code_bytes") >> 10);
	fprintf(out, "policy %" PRId64 " KiB\n", ygr_json_number(memory, "policy_bytes") >> 10);
}

void ygr_bench_text_print(FILE *out, const json_t *report)
{
	print_run(out, json_object_get(report, "asked"), json_object_get(report, "run"),
		  json_object_get(report, "host"));
	print_sensor(out, json_object_get(report, "sensor"));
	print_method(out, report);
	print_calls(out, json_object_get(report, "calls"));
	print_events(out, json_object_get(report, "events"), json_object_get(report, "counters"));
	print_daemon(out, json_object_get(report, "daemon"));
	print_memory(out, json_object_get(report, "memory"));
}
