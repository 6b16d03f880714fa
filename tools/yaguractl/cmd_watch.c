// SPDX-License-Identifier: GPL-2.0-only
#include "cli.h"
#include "commands.h"
#include "event_show.h"
#include "spool_follow.h"

int ygr_cmd_watch(int argc, char **argv)
{
	static const struct option options[] = {
		YGR_EVENT_SHOW_OPTIONS,
		{ "spool", required_argument, NULL, 's' },
		{ "all", no_argument, NULL, 'a' },
		{ 0 },
	};
	const char *path = YGR_SPOOL_DIR;
	struct ygr_event_show show;
	bool all = false;
	int option, code;

	ygr_event_show_init(&show, false);
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 's')
			path = optarg;
		else if (option == 'a')
			all = true;
		else if (ygr_event_show_option(&show, option))
			return YGR_EXIT_USAGE;
	}
	if (optind != argc)
		return ygr_cli_usage("watch takes no argument \"%s\"", argv[optind]);

	/* Who asks for what was before means what is in the spool already. */
	code = ygr_spool_follow(&show, path, !all && !show.since_ns);
	ygr_event_show_exit(&show);
	return code;
}
