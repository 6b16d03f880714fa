// SPDX-License-Identifier: GPL-2.0-only
#include "spool_follow.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "spool_visit.h"

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

static int show_item(struct ygr_event_show *show, const struct ygr_scan_item *item, int result)
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

/*
 * Nothing may come for long: said at once, so that the wait is understood. What happens after this
 * is shown, and perhaps some of what was just before. Lines have no room for the zone of their times.
 */
static void tell_start(const struct ygr_event_show *show)
{
	const time_t now = time(NULL);
	char zone[60] = "";
	struct tm tm;

	if (show->is_text && localtime_r(&now, &tm))
		strftime(zone, sizeof(zone), ", times in %Z (%z)", &tm);
	fprintf(stderr, "yaguractl: waiting for events%s; Ctrl-C ends this\n", zone);
}

static int follow(struct ygr_event_show *show, struct ygr_spool_scan *scan)
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

int ygr_spool_follow(struct ygr_event_show *show, const char *path, bool from_end)
{
	struct ygr_spool_scan *scan;
	int err, code;

	err = ygr_spool_scan_open(&scan, path, YGR_SCAN_RAW);
	if (err)
		return ygr_spool_visit_refuse(path, err);
	err = from_end ? ygr_spool_scan_seek_end(scan) : 0;
	if (err) {
		code = ygr_cli_fail(YGR_EXIT_FAULT, "%s: %s", path, strerror(-err));
	} else {
		if (from_end)
			tell_start(show);
		ygr_event_show_start(show);
		code = follow(show, scan);
	}
	ygr_spool_scan_close(scan);
	return code;
}
