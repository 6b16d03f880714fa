// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "commands.h"
#include "device.h"
#include "policy_explain.h"
#include "policy_file.h"

/* The policy in force. */
static int open_in_force(struct ygr_policy_file *file)
{
	int fd = ygr_cli_open_device();
	uint64_t generation;
	size_t bytes;
	void *blob;
	int err;

	if (fd < 0)
		return YGR_EXIT_DEVICE;
	err = ygr_device_show(fd, &blob, &bytes, &generation);
	close(fd);
	if (err == -ENODATA)
		return ygr_cli_fail(YGR_EXIT_FAULT, "there is no policy (generation %" PRIu64 "); --policy FILE explains one that is not in force",
				    generation);
	if (err)
		return ygr_cli_fail(YGR_EXIT_FAULT, "reading the policy: %s", strerror(-err));
	return ygr_policy_file_adopt(file, "policy in force", blob, bytes);
}

static int explain(const char *path, struct ygr_policy_event *event,
		   const struct ygr_policy_explain_options *options)
{
	struct ygr_policy_file file;
	int code = path ? ygr_policy_file_open(&file, path, false) : open_in_force(&file);

	if (code)
		return code;
	if (ygr_policy_explain_print(stdout, &file.index, event, options))
		code = YGR_EXIT_FAULT;
	ygr_policy_file_close(&file);
	return ygr_cli_finish_output(code);
}

int ygr_cmd_policy_explain(int argc, char **argv)
{
	/* "+": what follows the event's name is not ours. */
	static const struct option options[] = {
		{ "policy", required_argument, NULL, 'p' },
		{ "all", no_argument, NULL, 'a' },
		{ 0 },
	};
	struct ygr_policy_explain_options chosen = { 0 };
	struct ygr_policy_event *event;
	const char *path = NULL;
	int option, code;
	char why[256];

	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (option == 'p')
			path = optarg;
		else if (option == 'a')
			chosen.all = true;
		else
			return YGR_EXIT_USAGE;
	}
	event = malloc(sizeof(*event));
	if (!event)
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s", strerror(ENOMEM));
	if (ygr_policy_event_parse(event, argc - optind, argv + optind, why, sizeof(why))) {
		code = ygr_cli_usage("policy explain: %s", why);
	} else {
		event->match.now_s = (__u64)time(NULL);
		code = explain(path, event, &chosen);
	}
	free(event);
	return code;
}
