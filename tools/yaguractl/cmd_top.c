// SPDX-License-Identifier: GPL-2.0-only
/* top: rates, and who makes them, on a screen or line by line. */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "clock.h"
#include "commands.h"
#include "device.h"
#include "event_show.h"
#include "status_gather.h"
#include "text_error.h"
#include "top_json.h"
#include "top_sampler.h"
#include "top_screen.h"
#include "top_terminal.h"
#include "yaml_tree.h"

#define INTERVAL_MIN_S	0.1
#define INTERVAL_MAX_S	3600.0

/* How long to leave the spool and the keys alone; the daemon writes every 200 ms. */
#define LOOK_NS		(100 * YGR_NS_PER_MS)

struct settings {
	struct ygr_top_sources sources;
	enum ygr_top_sort sort;
	uint64_t count;		/* of intervals; 0: without end */
	bool	 batch, json;
};

/* Some 800 KiB: not for the stack. */
struct top {
	const struct settings *settings;
	struct ygr_top_sampler sampler;
	struct ygr_top_view view;
	struct ygr_top_report fresh;	/* of the last interval */
	struct ygr_top_report shown;	/* the same; while the screen is paused, an older one */
	struct ygr_top_sheet sheet;
	uint64_t due_ns;		/* CLOCK_MONOTONIC: end of the interval */
};

/* ---- what is asked ---- */

static int take_interval(const char *text, uint64_t *interval_ns)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end || !(seconds >= INTERVAL_MIN_S && seconds <= INTERVAL_MAX_S))
		return ygr_cli_usage("--interval: \"%s\" is no number of seconds from %.1f to %.0f", text,
				     INTERVAL_MIN_S, INTERVAL_MAX_S);
	*interval_ns = (uint64_t)(seconds * 1e9 + 0.5);
	return 0;
}

static int take_count(const char *text, uint64_t *count)
{
	if (ygr_yaml_tree_parse_u64(text, strlen(text), count) && *count)
		return 0;
	return ygr_cli_usage("--count: \"%s\" is no number from 1 on", text);
}

static int take_sort(const char *text, enum ygr_top_sort *sort)
{
	const char *near;

	if (ygr_top_sort_find(text, sort))
		return 0;
	near = ygr_text_error_suggest(text, ygr_top_sort_names, YGR_TOP_SORT_NR);
	return ygr_cli_usage("--sort: \"%s\" is no order (events, denied, name)%s%s%s", text,
			     near ? " (did you mean \"" : "", near ?: "", near ? "\"?)" : "");
}

static int take_option(struct settings *settings, int option)
{
	switch (option) {
	case 'i':
		return take_interval(optarg, &settings->sources.interval_ns);
	case 'n':
		return take_count(optarg, &settings->count);
	case 'o':
		return take_sort(optarg, &settings->sort);
	case 'b':
		settings->batch = true;
		return 0;
	case 'j':
		settings->batch = settings->json = true;
		return 0;
	case 's':
		settings->sources.spool = optarg;
		return 0;
	case 'a':
		settings->sources.from_start = true;
		return 0;
	case 't':
		settings->sources.status = optarg;
		return 0;
	case 'r':
		settings->sources.runtime_dir = optarg;
		return 0;
	default:
		return YGR_EXIT_USAGE;
	}
}

static int take_arguments(int argc, char **argv, struct settings *settings)
{
	static const struct option options[] = {
		{ "interval", required_argument, NULL, 'i' },
		{ "count", required_argument, NULL, 'n' },
		{ "sort", required_argument, NULL, 'o' },
		{ "batch", no_argument, NULL, 'b' },
		{ "json", no_argument, NULL, 'j' },
		{ "spool", required_argument, NULL, 's' },
		{ "all", no_argument, NULL, 'a' },
		{ "status", required_argument, NULL, 't' },
		{ "run", required_argument, NULL, 'r' },
		{ 0 },
	};
	int option, code;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		code = take_option(settings, option);
		if (code)
			return code;
	}
	if (optind != argc)
		return ygr_cli_usage("top takes no argument \"%s\"", argv[optind]);
	settings->batch |= !isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO);
	if (settings->count && !settings->batch)
		return ygr_cli_usage("--count is for --batch");
	return 0;
}

/* ---- intervals ---- */

static int tell_bad_status(const struct top *top)
{
	return ygr_cli_usage("%s is not what status --json prints", top->settings->sources.status);
}

/* The first look, with which the first interval begins. */
static int begin(struct top *top)
{
	if (ygr_top_sampler_take(&top->sampler, &top->fresh))
		return tell_bad_status(top);
	if (top->sampler.device_err)
		return ygr_cli_fail(YGR_EXIT_DEVICE, "%s: %s", YGR_DEVICE_PATH,
				    ygr_device_explain(top->sampler.device_err));
	top->due_ns = ygr_clock_awake_ns() + top->view.interval_ns;
	return 0;
}

/* Return: how long until there is something to do. */
static uint64_t read_events(struct top *top)
{
	uint64_t now_ns;
	bool has_more = ygr_top_sampler_read(&top->sampler);

	now_ns = ygr_clock_awake_ns();
	if (has_more || now_ns >= top->due_ns)
		return 0;
	return top->due_ns - now_ns < LOOK_NS ? top->due_ns - now_ns : LOOK_NS;
}

static bool is_due(const struct top *top)
{
	return ygr_clock_awake_ns() >= top->due_ns;
}

/* Return: as ygr_top_sampler_take(). Who was late, or stopped, does not make up for it. */
static int end_interval(struct top *top)
{
	uint64_t now_ns = ygr_clock_awake_ns();

	top->due_ns += top->view.interval_ns;
	if (top->due_ns <= now_ns)
		top->due_ns = now_ns + top->view.interval_ns;
	return ygr_top_sampler_take(&top->sampler, &top->fresh);
}

/* ---- line by line ---- */

static int print_json(struct top *top)
{
	json_t *object = ygr_top_json_make(&top->fresh, YGR_TOP_BATCH_ROWS);

	if (!object)
		return ygr_cli_fail(YGR_EXIT_FAULT, "out of memory");
	json_dumpf(object, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	putchar('\n');
	json_decref(object);
	return ygr_cli_finish_output(YGR_EXIT_OK);
}

static int print_text(struct top *top)
{
	const struct ygr_top_sheet *sheet = &top->sheet;

	if (ygr_top_screen_build(&top->sheet, &top->fresh, &top->view))
		return ygr_cli_fail(YGR_EXIT_FAULT, "out of memory");
	for (unsigned int i = 0; i < sheet->line_nr; i++) {
		fwrite(sheet->bytes + sheet->line[i].off, 1, sheet->line[i].len, stdout);
		putchar('\n');
	}
	putchar('\n');
	return ygr_cli_finish_output(YGR_EXIT_OK);
}

static int print_report(struct top *top)
{
	ygr_top_report_sort(&top->fresh, top->view.sort);
	return top->settings->json ? print_json(top) : print_text(top);
}

static int run_batch(struct top *top)
{
	struct timespec pause = { 0 };
	int ret, code = 0;

	for (uint64_t nr = 0; !code && (!top->settings->count || nr < top->settings->count); nr++) {
		while (!is_due(top)) {
			pause.tv_nsec = (long)read_events(top);
			nanosleep(&pause, NULL);
		}
		ret = end_interval(top);
		if (ret)
			return ret > 0 ? 0 : tell_bad_status(top);
		code = print_report(top);
	}
	return code;
}

/* ---- on a screen ---- */

static int draw(struct top *top, struct ygr_top_terminal *terminal)
{
	ygr_top_terminal_measure(terminal, &top->view);
	ygr_top_view_clamp(&top->view, &top->shown);
	if (ygr_top_screen_build(&top->sheet, &top->shown, &top->view))
		return -ENOMEM;
	ygr_top_terminal_draw(terminal, &top->sheet);
	return 0;
}

/* What is fresh is shown, in the order that is asked for. */
static void show_fresh(struct top *top)
{
	top->shown = top->fresh;
	ygr_top_report_sort(&top->shown, top->view.sort);
}

static void press(struct top *top, enum ygr_top_key key)
{
	bool was_paused = top->view.is_paused;

	ygr_top_view_press(&top->view, &top->shown, key);
	if (was_paused && !top->view.is_paused)
		show_fresh(top);
	else
		ygr_top_report_sort(&top->shown, top->view.sort);
}

/* Return: whether there is something new to draw; -EINVAL: a bad status. */
static int follow(struct top *top)
{
	int ret;

	if (!is_due(top))
		return 0;
	ret = end_interval(top);
	if (ret > 0) {
		top->view.has_ended = true;
		top->due_ns = UINT64_MAX;
	} else if (!ret && !top->view.is_paused) {
		show_fresh(top);
	}
	return ret < 0 ? ret : 1;
}

/* Return: 0: the user has had enough; a signal's number; -ENOMEM, -EINVAL. */
static int run_screen(struct top *top, struct ygr_top_terminal *terminal)
{
	int is_new = 1, number = 0;
	enum ygr_top_key key;

	for (;;) {
		if (is_new < 0)
			return is_new;
		if (is_new && draw(top, terminal))
			return -ENOMEM;
		key = ygr_top_terminal_wait(terminal, (int)(read_events(top) / YGR_NS_PER_MS),
					    &number);
		if (number || (key == YGR_TOP_KEY_QUIT && !top->view.shows_help))
			return number;
		if (key != YGR_TOP_KEY_NONE)
			press(top, key);
		is_new = follow(top) ?: key != YGR_TOP_KEY_NONE;
	}
}

static int show_screen(struct top *top)
{
	struct ygr_top_terminal *terminal;
	int ret, code;

	code = ygr_top_terminal_open(&terminal);
	if (code)
		return code;
	show_fresh(top);
	ret = run_screen(top, terminal);
	ygr_top_terminal_close(terminal);
	if (ret > 0)
		ygr_top_terminal_die_of(ret);
	if (ret == -EINVAL)
		return tell_bad_status(top);
	return ret ? ygr_cli_fail(YGR_EXIT_FAULT, "%s", strerror(-ret)) : 0;
}

int ygr_cmd_top(int argc, char **argv)
{
	struct settings settings = {
		.sources = {
			.spool = YGR_SPOOL_DIR,
			.runtime_dir = YGR_RUNTIME_DIR,
			.interval_ns = 2 * YGR_NS_PER_S,
		},
	};
	int code = take_arguments(argc, argv, &settings);
	struct top *top;

	if (code)
		return code;
	top = calloc(1, sizeof(*top));
	if (!top)
		return ygr_cli_fail(YGR_EXIT_FAULT, "out of memory");
	top->settings = &settings;
	top->view = (struct ygr_top_view) {
		.is_batch = settings.batch,
		.interval_ns = settings.sources.interval_ns,
		.sort = settings.sort,
	};
	code = ygr_top_sampler_open(&top->sampler, &settings.sources);
	if (!code) {
		code = begin(top);
		if (!code)
			code = settings.batch ? run_batch(top) : show_screen(top);
		ygr_top_sampler_close(&top->sampler);
	}
	ygr_top_sheet_exit(&top->sheet);
	free(top);
	return code;
}
