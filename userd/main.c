// SPDX-License-Identifier: GPL-2.0-only
/* yagurad: options, configuration, and then the supervisor. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "config_file.h"
#include "config_show.h"
#include "log.h"
#include "supervisor.h"
#include "ygr_version.h"

const char *argp_program_version = "yagurad " YGR_VERSION;

enum { OPTION_IO = 256, OPTION_SOURCE, OPTION_SHOW };

struct options {
	const char *config_path;
	bool config_is_given;
	bool check_only;
	bool show_only;
	bool foreground;
	bool has_io;
	enum ygr_loop_kind io;
	const char *source;
};

/* Kept for SIGHUP: the command line goes over the file, each time. */
static struct options options = { .config_path = YGR_CONFIG_PATH };

static const struct argp_option option_table[] = {
	{ "config", 'c', "FILE", 0, "Configuration (default: " YGR_CONFIG_PATH ", if it is there); FILE.d/*.yaml go over it", 0 },
	{ "check", 'n', NULL, 0, "Check the configuration and end", 0 },
	{ "show-config", OPTION_SHOW, NULL, 0, "Print the settings that hold, each with the file it is from, and end", 0 },
	{ "foreground", 'f', NULL, 0, "Do not detach", 0 },
	{ "io", OPTION_IO, "KIND", 0, "auto, uring or epoll", 0 },
	{ "source", OPTION_SOURCE, "FILE", 0, "Read rings from a file, not from the device (for tests)", 0 },
	{ 0 },
};

static enum ygr_loop_kind parse_io(const char *text, struct argp_state *state)
{
	if (strcmp(text, "auto") == 0)
		return YGR_LOOP_AUTO;
	if (strcmp(text, "uring") == 0)
		return YGR_LOOP_URING;
	if (strcmp(text, "epoll") != 0)
		argp_error(state, "--io: expected auto, uring or epoll, found \"%s\"", text);
	return YGR_LOOP_EPOLL;
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	switch (key) {
	case 'c':
		options.config_path = text;
		options.config_is_given = true;
		return 0;
	case 'n':
		options.check_only = true;
		return 0;
	case OPTION_SHOW:
		options.show_only = true;
		return 0;
	case 'f':
		options.foreground = true;
		return 0;
	case OPTION_IO:
		options.io = parse_io(text, state);
		options.has_io = true;
		return 0;
	case OPTION_SOURCE:
		options.source = text;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument \"%s\"", text);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static int read_files(struct ygr_config *config)
{
	struct ygr_text_errors errors;
	int ret;

	ygr_config_init(config);
	ygr_text_error_init(&errors);
	ret = ygr_config_file_load(config, &ygr_config_access_here, options.config_path,
				   options.config_is_given, &errors);
	ygr_text_error_print(stderr, options.config_path, &errors);
	if (ret == -ENOMEM)
		ygr_error("%s: %s", options.config_path, strerror(-ret));
	return ret;
}

static int show_config(struct ygr_config *config)
{
	if (read_files(config))
		return EX_CONFIG;
	ygr_config_show(stdout, config);
	ygr_config_exit(config);
	if (!fflush(stdout))
		return 0;
	ygr_error("writing the output: %s", strerror(errno));
	return EX_IOERR;
}

static int load_config(struct ygr_config *config)
{
	int ret = read_files(config);

	if (ret)
		return ret;
	if (options.has_io)
		config->io = options.io;
	if (options.source) {
		config->device = options.source;
		config->device_is_file = true;
	}
	ygr_log_set_level(config->log_level);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = option_table,
		.parser = parse_option,
		.doc = "Ships what the yagura kernel module records: reads its rings, spools, forwards.",
	};
	static struct ygr_config config;

	argp_err_exit_status = EX_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	if (options.show_only)
		return show_config(&config);
	if (load_config(&config))
		return EX_CONFIG;
	if (options.check_only)
		return 0;
	/* Messages keep going to stderr: whoever detaches it decides where that is. */
	if (!options.foreground && daemon(0, 1)) {
		ygr_error("cannot detach: %s", strerror(errno));
		return EX_OSERR;
	}
	return ygr_supervisor_run(&config, load_config);
}
