// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "cli.h"
#include "commands.h"
#include "device.h"
#include "status_gather.h"
#include "status_text.h"

static void print_status(const json_t *status, bool json)
{
	if (!json) {
		ygr_status_text_print(stdout, status);
		return;
	}
	json_dumpf(status, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
	putchar('\n');
}

int ygr_cmd_status(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "run", required_argument, NULL, 'r' },
		{ 0 },
	};
	const char *directory = YGR_RUNTIME_DIR;
	int option, device_err, code = YGR_EXIT_OK;
	json_t *status;
	bool json = false;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'j')
			json = true;
		else if (option == 'r')
			directory = optarg;
		else
			return YGR_EXIT_USAGE;
	}
	if (optind != argc)
		return ygr_cli_usage("status takes no argument \"%s\"", argv[optind]);

	status = ygr_status_gather(directory, &device_err);
	if (device_err)
		code = ygr_cli_fail(YGR_EXIT_DEVICE, "%s: %s", YGR_DEVICE_PATH,
				    ygr_device_explain(device_err));
	print_status(status, json);
	json_decref(status);
	return ygr_cli_finish_output(code);
}
