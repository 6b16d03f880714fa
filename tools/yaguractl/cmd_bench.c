// SPDX-License-Identifier: GPL-2.0-only
/* bench: a load of one's own choice, and what the sensor adds to each call of it. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench_baseline.h"
#include "bench_meter.h"
#include "bench_report.h"
#include "bench_run.h"
#include "bench_text.h"
#include "cli.h"
#include "commands.h"
#include "device.h"
#include "status_gather.h"
#include "yaml_tree.h"

struct settings {
	struct ygr_bench_plan plan;
	const char *directory;		/* of the daemon's files */
	const char *baseline_path;	/* NULL: none */
	bool json;
};

/* What is measured with: closed in reverse, whatever there is of it. */
struct bench {
	const struct settings *settings;
	int fd;				/* -1: no module */
	json_t *report;
	json_t *baseline;		/* NULL: none */
	struct ygr_bench_place place;
	struct ygr_bench_run *run;
	int signal;
};

/* ---- what is asked ---- */

static int take_number(const char *what, const char *text, unsigned int max, unsigned int *number)
{
	uint64_t value;

	if (!ygr_yaml_tree_parse_u64(text, strlen(text), &value) || !value || value > max)
		return ygr_cli_usage("--%s: \"%s\" is no number from 1 to %u", what, text, max);
	*number = (unsigned int)value;
	return 0;
}

static int take_rate(const char *text, unsigned int *rate)
{
	if (strcmp(text, "max"))
		return take_number("rate", text, YGR_BENCH_RATE_MAX, rate);
	*rate = 0;
	return 0;
}

static int take_mix(const char *text, struct ygr_bench_mix *mix)
{
	char error[YGR_BENCH_MIX_ERROR_BYTES];

	return ygr_bench_mix_parse(text, mix, error) ? ygr_cli_usage("--mix: %s", error) : 0;
}

static int take_option(struct settings *settings, int option)
{
	struct ygr_bench_plan *plan = &settings->plan;

	switch (option) {
	case 'm':
		return take_mix(optarg, &plan->mix);
	case 'd':
		return take_number("duration", optarg, YGR_BENCH_SECONDS_MAX, &plan->seconds);
	case 't':
		return take_number("threads", optarg, YGR_BENCH_THREADS_MAX, &plan->thread_nr);
	case 'o':
		return take_number("objects", optarg, YGR_BENCH_OBJECTS_MAX, &plan->object_nr);
	case 'r':
		return take_rate(optarg, &plan->rate);
	case 'R':
		settings->directory = optarg;
		return 0;
	case 'b':
		settings->baseline_path = optarg;
		return 0;
	case 'j':
		settings->json = true;
		return 0;
	default:
		return YGR_EXIT_USAGE;
	}
}

static int take_arguments(int argc, char **argv, struct settings *settings)
{
	static const struct option options[] = {
		{ "mix", required_argument, NULL, 'm' },
		{ "duration", required_argument, NULL, 'd' },
		{ "threads", required_argument, NULL, 't' },
		{ "rate", required_argument, NULL, 'r' },
		{ "objects", required_argument, NULL, 'o' },
		{ "baseline", required_argument, NULL, 'b' },
		{ "run", required_argument, NULL, 'R' },
		{ "json", no_argument, NULL, 'j' },
		{ 0 },
	};
	int option, code;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		code = take_option(settings, option);
		if (code)
			return code;
	}
	if (optind != argc)
		return ygr_cli_usage("bench takes no argument \"%s\"", argv[optind]);
	return 0;
}

/* ---- before, meanwhile, after ---- */

/* That there is no module is what a baseline is made of; that it may not be asked is a failure. */
static int open_device(int *fd)
{
	struct ygr_info info;

	*fd = ygr_device_open(&info);
	if (*fd >= 0 || *fd == -ENOENT || *fd == -ENXIO || *fd == -ENODEV)
		return 0;
	return ygr_cli_fail(YGR_EXIT_DEVICE, "%s: %s", YGR_DEVICE_PATH, ygr_device_explain(*fd));
}

static int open_baseline(struct bench *bench)
{
	const char *path = bench->settings->baseline_path;
	char reason[YGR_BENCH_REASON_BYTES];

	if (!path)
		return 0;
	bench->baseline = ygr_bench_baseline_read(path, reason);
	if (bench->baseline && !ygr_bench_baseline_check(bench->baseline, bench->report, reason))
		return 0;
	return ygr_cli_fail(YGR_EXIT_FAULT, "%s: %s", path, reason);
}

/* Leaves nothing to clean up; it may wait for whoever writes the baseline. */
static int look_first(struct bench *bench)
{
	int code = open_device(&bench->fd);

	if (code)
		return code;
	bench->report = ygr_bench_report_begin(&bench->settings->plan, bench->fd);
	return open_baseline(bench);
}

static int prepare(struct bench *bench)
{
	const struct ygr_bench_plan *plan = &bench->settings->plan;
	int err;

	err = ygr_bench_place_create(&bench->place, plan->object_nr);
	if (err)
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: %s", bench->place.path, strerror(-err));
	err = ygr_bench_run_create(plan, &bench->place, &bench->run);
	if (err)
		return ygr_cli_fail(YGR_EXIT_FAULT, "not begun: %s", strerror(-err));
	return 0;
}

static void tell_progress(void *arg, uint64_t elapsed_ns, uint64_t call_nr)
{
	const struct ygr_bench_plan *plan = arg;

	fprintf(stderr, "\r%5.1f of %u s, %" PRIu64 " calls ", (double)elapsed_ns / 1e9,
		plan->seconds, call_nr);
}

static int measure(struct bench *bench)
{
	const struct settings *settings = bench->settings;
	const bool tells = isatty(STDERR_FILENO);
	struct ygr_bench_meter before, after;
	int ret;

	ygr_bench_meter_read(bench->fd, settings->directory, &before);
	ret = ygr_bench_run_go(bench->run, tells ? tell_progress : NULL, (void *)&settings->plan);
	ygr_bench_meter_read(bench->fd, settings->directory, &after);
	if (tells)
		fputs("\r\033[K", stderr);
	if (ret < 0)
		return ygr_cli_fail(YGR_EXIT_FAULT, "not begun: %s", strerror(-ret));
	bench->signal = ret;
	ygr_bench_report_add_run(bench->report, bench->run, bench->signal);
	ygr_bench_report_add_meters(bench->report, &before, &after,
				    ygr_bench_run_elapsed_ns(bench->run));
	if (bench->baseline)
		ygr_bench_baseline_compare(bench->baseline, bench->report);
	return 0;
}

/* Before the report, which may be waited for: nothing of it is there by then. */
static int clean_up(struct bench *bench, int code)
{
	int err;

	ygr_bench_run_destroy(bench->run);
	err = ygr_bench_place_destroy(&bench->place);
	if (bench->fd >= 0)
		close(bench->fd);
	json_decref(bench->baseline);
	if (err)
		code = ygr_cli_fail(YGR_EXIT_FAULT, "%s is left behind: %s", bench->place.path,
				    strerror(-err));
	return code;
}

static void print_report(const struct bench *bench)
{
	if (!bench->settings->json) {
		ygr_bench_text_print(stdout, bench->report);
		return;
	}
	json_dumpf(bench->report, stdout,
		   JSON_INDENT(2) | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(6));
	putchar('\n');
}

static int finish(struct bench *bench, int code)
{
	if (!code && bench->signal)
		code = ygr_cli_fail(YGR_EXIT_INTERRUPTED, "interrupted (%s)",
				    strsignal(bench->signal));
	else if (!code && ygr_bench_report_has_failed(bench->report))
		code = ygr_cli_fail(YGR_EXIT_FAULT, "of some kind every call failed");
	if (json_object_get(bench->report, "run"))
		print_report(bench);
	json_decref(bench->report);
	return ygr_cli_finish_output(code);
}

int ygr_cmd_bench(int argc, char **argv)
{
	struct settings settings = {
		.plan = {
			.mix.share = {
				[YGR_BENCH_EXEC] = 1, [YGR_BENCH_OPEN] = 10, [YGR_BENCH_CONNECT] = 5,
			},
			.seconds = 10, .thread_nr = 1, .rate = 1000, .object_nr = 256,
		},
		.directory = YGR_RUNTIME_DIR,
	};
	struct bench bench = { .settings = &settings, .fd = -1, .place = { .fd = -1 } };
	int code = take_arguments(argc, argv, &settings);

	if (code)
		return code;
	code = look_first(&bench);
	ygr_bench_run_block_signals();
	if (!code)
		code = prepare(&bench);
	if (!code)
		code = measure(&bench);
	code = clean_up(&bench, code);
	ygr_bench_run_unblock_signals();
	return finish(&bench, code);
}
