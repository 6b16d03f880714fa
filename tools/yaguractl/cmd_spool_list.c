// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "amount_text.h"
#include "cli.h"
#include "commands.h"
#include "spool_visit.h"

struct segment {
	bool json;
	char name[256];		/* "": none yet */
	uint64_t first_id;
	uint64_t last_id;
	uint64_t batch_nr;
	uint64_t event_nr;
	uint64_t bytes;
	uint64_t first_ns;	/* UTC; 0: no event */
	uint64_t last_ns;
};

static void print_time(uint64_t time_ns)
{
	time_t seconds = time_ns / 1000000000;
	struct tm tm;
	char text[40] = "-";

	if (time_ns && localtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%F %T%z", &tm);
	printf("  %-24s", text);
}

static int print_segment_json(const struct segment *segment)
{
	json_t *line = json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
				 "segment", segment->name,
				 "first_batch", (json_int_t)segment->first_id,
				 "last_batch", (json_int_t)segment->last_id,
				 "batches", (json_int_t)segment->batch_nr,
				 "events", (json_int_t)segment->event_nr,
				 "bytes", (json_int_t)segment->bytes,
				 "first_ns", (json_int_t)segment->first_ns,
				 "last_ns", (json_int_t)segment->last_ns);
	int err = line ? json_dumpf(line, stdout, JSON_COMPACT | JSON_ENSURE_ASCII) : -1;

	putchar('\n');
	json_decref(line);
	return err ? -ENOMEM : 0;
}

static int print_segment(const struct segment *segment)
{
	char size[YGR_AMOUNT_TEXT_BYTES];

	if (!segment->name[0])
		return 0;
	if (segment->json)
		return print_segment_json(segment);
	printf("%-24s %10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %10s",
	       segment->name, segment->first_id, segment->batch_nr, segment->event_nr,
	       ygr_amount_text_bytes(size, segment->bytes));
	print_time(segment->first_ns);
	print_time(segment->last_ns);
	putchar('\n');
	return 0;
}

static void add_times(struct segment *segment, const struct ygr_batch_header *header)
{
	uint64_t first_ns = header->min_time_ns + header->realtime_offset_ns;
	uint64_t last_ns = header->max_time_ns + header->realtime_offset_ns;

	if (!header->event_nr)
		return;
	if (!segment->first_ns || first_ns < segment->first_ns)
		segment->first_ns = first_ns;
	if (last_ns > segment->last_ns)
		segment->last_ns = last_ns;
}

static int list_batch(void *context, const struct ygr_scan_item *item)
{
	struct segment *segment = context;
	bool json = segment->json;
	int err = 0;

	if (strcmp(segment->name, item->segment)) {
		err = print_segment(segment);
		*segment = (struct segment) { .json = json, .first_id = item->header.batch_id };
		snprintf(segment->name, sizeof(segment->name), "%s", item->segment);
	}
	segment->last_id = item->header.batch_id;
	segment->batch_nr++;
	segment->event_nr += item->header.event_nr;
	segment->bytes += item->batch_bytes;
	add_times(segment, &item->header);
	return err;
}

int ygr_cmd_spool_list(int argc, char **argv)
{
	static const struct option options[] = {
		{ "spool", required_argument, NULL, 's' },
		{ "json", no_argument, NULL, 'j' },
		{ 0 },
	};
	struct segment segment = { 0 };
	struct ygr_spool_visitor visitor = { .batch = list_batch, .context = &segment };
	const char *directory = NULL;
	struct ygr_spool_sources sources;
	int option, code;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 's')
			directory = optarg;
		else if (option == 'j')
			segment.json = true;
		else
			return YGR_EXIT_USAGE;
	}
	sources = ygr_spool_visit_sources(directory, argc, argv);
	if (!segment.json)
		printf("%-24s %10s %10s %10s %10s  %-24s  %s\n", "segment", "from batch",
		       "batches", "events", "size", "first", "last");
	code = ygr_spool_visit_all(&sources, YGR_SCAN_RAW, &visitor);
	print_segment(&segment);
	if (visitor.fault_nr)
		code = YGR_EXIT_FAULT;
	return ygr_cli_finish_output(code);
}
