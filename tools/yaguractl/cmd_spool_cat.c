// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

#include "cli.h"
#include "commands.h"
#include "event_show.h"
#include "spool_follow.h"
#include "spool_totals.h"
#include "spool_visit.h"

/* A batch that holds more than events was told, and its events were shown. */
struct shower {
	struct ygr_event_show show;
	uint64_t fault_nr;
};

static int show_batch(void *context, const struct ygr_scan_item *item)
{
	struct shower *shower = context;
	int err = ygr_event_show_batch(&shower->show, item);

	if (err != -EBADMSG)
		return err;
	fprintf(stderr, "%s:%" PRIu64 ": the batch holds what is no event\n",
		item->segment, item->offset);
	shower->fault_nr++;
	return 0;
}

static int follow(struct shower *shower, const struct ygr_spool_sources *sources)
{
	if (sources->nr > 1)
		return ygr_cli_usage("--follow takes one file, or the spool");
	return ygr_spool_follow(&shower->show, sources->nr ? sources->file[0] :
				sources->directory ?: YGR_SPOOL_DIR, false);
}

static int show_all(struct shower *shower, const struct ygr_spool_sources *sources)
{
	struct ygr_spool_visitor visitor = { .batch = show_batch, .context = shower };
	int code;

	ygr_event_show_start(&shower->show);
	code = ygr_spool_visit_all(sources, YGR_SCAN_RAW, &visitor);
	if (visitor.fault_nr || shower->fault_nr)
		code = YGR_EXIT_FAULT;
	return ygr_cli_finish_output(code);
}

int ygr_cmd_spool_cat(int argc, char **argv)
{
	static const struct option options[] = {
		YGR_EVENT_SHOW_OPTIONS,
		{ "spool", required_argument, NULL, 's' },
		{ "totals", no_argument, NULL, 'T' },
		{ "follow", no_argument, NULL, 'F' },
		{ 0 },
	};
	struct shower shower = { .fault_nr = 0 };
	bool totals = false, follows = false;
	const char *directory = NULL;
	struct ygr_spool_sources sources;
	int option, code;

	ygr_event_show_init(&shower.show, true);
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 's')
			directory = optarg;
		else if (option == 'T')
			totals = true;
		else if (option == 'F')
			follows = true;
		else if (ygr_event_show_option(&shower.show, option))
			return YGR_EXIT_USAGE;
	}
	sources = ygr_spool_visit_sources(directory, argc, argv);
	if (totals)
		return ygr_spool_totals(&sources);
	code = follows ? follow(&shower, &sources) : show_all(&shower, &sources);
	ygr_event_show_exit(&shower.show);
	return code;
}
