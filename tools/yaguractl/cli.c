// SPDX-License-Identifier: GPL-2.0-only
#include "cli.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "device.h"
#include "text_error.h"

#define VERBS_MAX	16

static void print_verb(FILE *out, const char *command, const struct ygr_verb *verb)
{
	fprintf(out, "  %s %s%s%s\n        %s\n", command, verb->name,
		*verb->arguments ? " " : "", verb->arguments, verb->help);
}

static void print_verbs(FILE *out, const char *command, const struct ygr_verb *verbs)
{
	const struct ygr_verb *verb;

	fputs("Usage:\n", out);
	for (verb = verbs; verb->name; verb++)
		print_verb(out, command, verb);
}

static int is_help(const char *word)
{
	return !strcmp(word, "--help") || !strcmp(word, "-h");
}

static int run_verb(const char *command, const struct ygr_verb *verb, int argc, char **argv)
{
	if (argc == 2 && !verb->is_group && is_help(argv[1])) {
		fputs("Usage:\n", stdout);
		print_verb(stdout, command, verb);
		return ygr_cli_finish_output(YGR_EXIT_OK);
	}
	optind = 0;	/* GNU: start over, with this verb's options */
	return verb->run(argc, argv);
}

static int refuse_verb(const char *command, const struct ygr_verb *verbs, const char *word)
{
	const char *names[VERBS_MAX];
	const char *near;
	size_t nr;

	for (nr = 0; nr < VERBS_MAX && verbs[nr].name; nr++)
		names[nr] = verbs[nr].name;
	near = ygr_text_error_suggest(word, names, nr);
	return ygr_cli_usage("unknown command \"%s %s\"%s%s%s", command, word,
			     near ? " (did you mean \"" : "", near ?: "",
			     near ? "\"?)" : "");
}

int ygr_cli_run(const char *command, const struct ygr_verb *verbs, int argc, char **argv)
{
	const struct ygr_verb *verb;

	if (argc < 2) {
		print_verbs(stderr, command, verbs);
		return YGR_EXIT_USAGE;
	}
	if (!strcmp(argv[1], "help") || is_help(argv[1])) {
		print_verbs(stdout, command, verbs);
		return ygr_cli_finish_output(YGR_EXIT_OK);
	}
	for (verb = verbs; verb->name; verb++)
		if (!strcmp(verb->name, argv[1]))
			return run_verb(command, verb, argc - 1, argv + 1);
	return refuse_verb(command, verbs, argv[1]);
}

static void print_message(const char *fmt, va_list args)
{
	fputs("yaguractl: ", stderr);
	vfprintf(stderr, fmt, args);
	putc('\n', stderr);
}

int ygr_cli_fail(enum ygr_cli_exit code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print_message(fmt, args);
	va_end(args);
	return code;
}

int ygr_cli_usage(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print_message(fmt, args);
	va_end(args);
	fputs("Try \"yaguractl --help\".\n", stderr);
	return YGR_EXIT_USAGE;
}

static int explain_open(int fd)
{
	if (fd >= 0)
		return fd;
	ygr_cli_fail(YGR_EXIT_DEVICE, "%s: %s", YGR_DEVICE_PATH, ygr_device_explain(fd));
	return -1;
}

int ygr_cli_open_device(void)
{
	struct ygr_info info;

	return explain_open(ygr_device_open(&info));
}

int ygr_cli_open_any_device(void)
{
	struct ygr_info info;

	return explain_open(ygr_device_open_any(&info));
}

int ygr_cli_finish_output(int code)
{
	if (!fflush(stdout) && !ferror(stdout))
		return code;
	return ygr_cli_fail(YGR_EXIT_FAULT, "writing the output: %s", strerror(errno));
}
