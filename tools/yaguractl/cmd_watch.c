// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "commands.h"
#include "event_show.h"

/* How often to look for what the daemon has added; it writes every 200 ms. */
#define POLL_NS		(100 * 1000 * 1000)

/* What follows from the events not being there, said between the lines. */
static void tell_item(const struct ygr_scan_item *item, int result)
{
	if (result == YGR_SCAN_FAULT)
		ygr_cli_fail(YGR_EXIT_FAULT, "%s:%" PRIu64 ": %" PRIu64 " bytes are no batch: %s",
			     item->segment, item->offset, item->fault_bytes, item->reason);
	else if (item->chain == YGR_CHAIN_MISSING)
		ygr_cli_fail(YGR_EXIT_FAULT, "%s:%" PRIu64 ": %" PRIu64 " batches before this one are gone",
			     item->segment, item->offset, item->missing_nr);
}

static int show_item(const struct ygr_event_show *show, const struct ygr_scan_item *item,
		     int result)
{
	int err;

	tell_item(item, result);
	if (result == YGR_SCAN_FAULT)
		return 0;
	err = ygr_event_show_batch(show, item);
	if (err == -EBADMSG)
		ygr_cli_fail(YGR_EXIT_FAULT, "%s:%" PRIu64 ": the batch holds what is no event",
			     item->segment, item->offset);
	return err == -EBADMSG ? 0 : err;
}

/* Until output fails (the reader of a pipe left) or an error; signals end us. */
static int follow(const struct ygr_event_show *show, struct ygr_spool_scan *scan)
{
	const struct timespec pause = { .tv_nsec = POLL_NS };
	struct ygr_scan_item item;
	int result, err;

	for (;;) {
		result = ygr_spool_scan_next(scan, &item);
		if (result < 0)
			return ygr_cli_fail(YGR_EXIT_FAULT, "reading the spool: %s",
					    strerror(-result));
		if (result == YGR_SCAN_END) {
			if (ygr_cli_finish_output(YGR_EXIT_OK))
				return YGR_EXIT_FAULT;
			nanosleep(&pause, NULL);
			continue;
		}
		err = show_item(show, &item, result);
		if (err)
			return ygr_cli_fail(YGR_EXIT_FAULT, "%s", strerror(-err));
	}
}

int ygr_cmd_watch(int argc, char **argv)
{
	static const struct option options[] = {
		YGR_EVENT_SHOW_OPTIONS,
		{ "spool", required_argument, NULL, 's' },
		{ "all", no_argument, NULL, 'a' },
		{ 0 },
	};
	const char *path = YGR_SPOOL_DIR;
	struct ygr_spool_scan *scan;
	struct ygr_event_show show;
	bool all = false;
	int option, err, code;

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

	err = ygr_spool_scan_open(&scan, path, 0);
	if (err)
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: %s", path, strerror(-err));
	err = all ? 0 : ygr_spool_scan_seek_end(scan);
	if (err)
		code = ygr_cli_fail(YGR_EXIT_FAULT, "%s: %s", path, strerror(-err));
	else
		code = follow(&show, scan);
	ygr_spool_scan_close(scan);
	return code;
}
