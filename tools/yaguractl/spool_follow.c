// SPDX-License-Identifier: GPL-2.0-only
#include "spool_follow.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "cli.h"

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
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: %s", path, strerror(-err));
	err = from_end ? ygr_spool_scan_seek_end(scan) : 0;
	if (err) {
		code = ygr_cli_fail(YGR_EXIT_FAULT, "%s: %s", path, strerror(-err));
	} else {
		ygr_event_show_start(show);
		code = follow(show, scan);
	}
	ygr_spool_scan_close(scan);
	return code;
}
