// SPDX-License-Identifier: GPL-2.0-only
/* stop: the sensor lets go of its hooks, before the module is unloaded or replaced. */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "commands.h"
#include "device.h"

static int refuse(int err)
{
	switch (err) {
	case -EALREADY:
		return ygr_cli_fail(YGR_EXIT_FAULT, "the sensor is stopped already: unload the module");
	case -EPERM:
		return ygr_cli_fail(YGR_EXIT_FAULT, "not stopped: the policy is locked until the next boot");
	case -ENOTTY:
		return ygr_cli_fail(YGR_EXIT_DEVICE, "not stopped: the loaded module is of an ABI version before 3, and stops when it is unloaded");
	default:
		return ygr_cli_fail(YGR_EXIT_FAULT, "not stopped: %s", strerror(-err));
	}
}

static int stop(void)
{
	uint32_t detached_nr;
	int fd = ygr_cli_open_any_device();
	int err;

	if (fd < 0)
		return YGR_EXIT_DEVICE;
	err = ygr_device_stop(fd, &detached_nr);
	close(fd);
	if (err)
		return refuse(err);
	printf("stopped: %u hooks detached, nothing is seen or denied any more\n"
	       "what was seen waits in the rings: stop the daemon, which stores it; then modprobe -r yagura\n",
	       detached_nr);
	return ygr_cli_finish_output(YGR_EXIT_OK);
}

int ygr_cmd_stop(int argc, char **argv)
{
	static const struct option options[] = {
		{ "yes", no_argument, NULL, 'y' },
		{ 0 },
	};
	bool sure = false;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'y')
			return YGR_EXIT_USAGE;
		sure = true;
	}
	if (optind != argc)
		return ygr_cli_usage("stop takes no arguments");
	if (!sure)
		return ygr_cli_usage("stop cannot be undone but by loading the module again: say --yes");
	return stop();
}
