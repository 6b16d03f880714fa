// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "batch_check.h"
#include "cli.h"
#include "commands.h"
#include "spool_visit.h"

/* Room for what one batch can do wrong; more is counted, not told. */
#define WHY_BYTES	4096

struct verifier {
	struct ygr_batch_check check;
	uint64_t batch_nr;
	uint64_t event_nr;
	uint64_t fault_nr;
};

static void print_faults(const struct ygr_scan_item *item, char *why)
{
	char *line, *rest = why;

	while ((line = strsep(&rest, "\n")))
		if (*line)
			fprintf(stderr, "%s:%" PRIu64 ": batch %" PRIu64 ": %s\n",
				item->segment, item->offset, item->header.batch_id, line);
}

static int verify_batch(void *context, const struct ygr_scan_item *item)
{
	struct verifier *verifier = context;
	char why[WHY_BYTES];
	int faults = ygr_batch_check_add(&verifier->check, item, why, sizeof(why));

	if (faults < 0)
		return faults;
	print_faults(item, why);
	verifier->batch_nr++;
	verifier->event_nr += item->header.event_nr;
	verifier->fault_nr += faults;
	return 0;
}

int ygr_cmd_spool_verify(int argc, char **argv)
{
	static const struct option options[] = {
		{ "spool", required_argument, NULL, 's' },
		{ 0 },
	};
	struct verifier verifier = { .batch_nr = 0 };
	struct ygr_spool_visitor visitor = { .batch = verify_batch, .context = &verifier };
	const char *directory = NULL;
	struct ygr_spool_sources sources;
	int option, code;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 's')
			return YGR_EXIT_USAGE;
		directory = optarg;
	}
	sources = ygr_spool_visit_sources(directory, argc, argv);
	ygr_batch_check_init(&verifier.check);
	code = ygr_spool_visit_all(&sources, 0, &visitor);
	ygr_batch_check_exit(&verifier.check);
	verifier.fault_nr += visitor.fault_nr;
	if (code)
		return code;
	printf("%" PRIu64 " batches, %" PRIu64 " events, %" PRIu64 " faults\n",
	       verifier.batch_nr, verifier.event_nr, verifier.fault_nr);
	return ygr_cli_finish_output(verifier.fault_nr ? YGR_EXIT_FAULT : YGR_EXIT_OK);
}
