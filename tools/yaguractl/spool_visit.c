// SPDX-License-Identifier: GPL-2.0-only
#include "spool_visit.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "event_show.h"

/* How often, and for how long each time, to wait for a batch that is being written. */
#define MOMENT_NR	5
#define MOMENT_NS	(50 * 1000 * 1000)

static void tell_fault(const struct ygr_scan_item *item)
{
	fprintf(stderr, "%s:%" PRIu64 ": %" PRIu64 " bytes are no batch: %s\n",
		item->segment, item->offset, item->fault_bytes, item->reason);
}

static int visit_batches(struct ygr_spool_scan *scan, struct ygr_spool_visitor *visitor)
{
	struct ygr_scan_item item;
	int result, err;

	while ((result = ygr_spool_scan_next(scan, &item)) > 0) {
		if (result == YGR_SCAN_FAULT) {
			tell_fault(&item);
			visitor->fault_nr++;
			continue;
		}
		err = visitor->batch(visitor->context, &item);
		if (err)
			return err;
	}
	return result;
}

/*
 * A torn batch at the end is a fault; one that the daemon is writing right now
 * only looks like that, and is whole a moment later.
 */
static int visit_all(struct ygr_spool_scan *scan, struct ygr_spool_visitor *visitor)
{
	const struct timespec moment = { .tv_nsec = MOMENT_NS };
	struct ygr_scan_item item;
	unsigned int i;
	int result;

	for (i = 0; i < MOMENT_NR; i++) {
		result = visit_batches(scan, visitor);
		if (!result)
			result = ygr_spool_scan_tail(scan, &item);
		if (result != YGR_SCAN_FAULT)
			return result;
		nanosleep(&moment, NULL);
	}
	tell_fault(&item);
	visitor->fault_nr++;
	return 0;
}

int ygr_spool_visit_refuse(const char *path, int err)
{
	const char *hint = "";

	/* Who named another place knows what should be there. */
	if (err == -ENOENT && !strcmp(path, YGR_SPOOL_DIR))
		hint = " (has yagurad run? systemctl start yagurad)";
	else if (err == -EACCES && geteuid())
		hint = " (this needs root)";
	return ygr_cli_fail(YGR_EXIT_FAULT, "%s: %s%s", path, strerror(-err), hint);
}

static int visit_path(const char *path, unsigned int flags, struct ygr_spool_visitor *visitor)
{
	struct ygr_spool_scan *scan;
	int err;

	err = ygr_spool_scan_open(&scan, path, flags);
	if (err)
		return ygr_spool_visit_refuse(path, err);
	err = visit_all(scan, visitor);
	ygr_spool_scan_close(scan);
	if (err)
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: %s", path, strerror(-err));
	return YGR_EXIT_OK;
}

int ygr_spool_visit_all(const struct ygr_spool_sources *sources, unsigned int flags,
			struct ygr_spool_visitor *visitor)
{
	int i, code = YGR_EXIT_OK;

	if (!sources->nr)
		code = visit_path(sources->directory ?: YGR_SPOOL_DIR, flags, visitor);
	for (i = 0; i < sources->nr && !code; i++)
		code = visit_path(sources->file[i], flags, visitor);
	return code;
}

struct ygr_spool_sources ygr_spool_visit_sources(const char *directory, int argc, char **argv)
{
	return (struct ygr_spool_sources) {
		.directory = directory,
		.nr = argc - optind,
		.file = argv + optind,
	};
}
