// SPDX-License-Identifier: GPL-2.0-only
#include "spool_visit.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "event_show.h"

static void tell_fault(const struct ygr_scan_item *item)
{
	fprintf(stderr, "%s:%" PRIu64 ": %" PRIu64 " bytes are no batch: %s\n",
		item->segment, item->offset, item->fault_bytes, item->reason);
}

static int visit_path(const char *path, unsigned int flags, struct ygr_spool_visitor *visitor)
{
	struct ygr_spool_scan *scan;
	struct ygr_scan_item item;
	int result, err;

	err = ygr_spool_scan_open(&scan, path, flags);
	if (err)
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: %s", path, strerror(-err));
	while ((result = ygr_spool_scan_next(scan, &item)) > 0) {
		if (result == YGR_SCAN_FAULT) {
			tell_fault(&item);
			visitor->fault_nr++;
			continue;
		}
		err = visitor->batch(visitor->context, &item);
		if (err)
			break;
	}
	ygr_spool_scan_close(scan);
	if (!err && result < 0)
		err = result;
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
