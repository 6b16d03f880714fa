// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "account.h"
#include "batch_check.h"
#include "cli.h"
#include "commands.h"
#include "event_map.h"
#include "event_name.h"
#include "event_show.h"

#define WHY_BYTES	4096

/* The files named on the command line, or the spool directory. */
struct sources {
	const char *directory;
	int nr;
	char **file;
};

/* What to do with each batch and each fault of a scan. */
struct visitor {
	int (*batch)(void *context, const struct ygr_scan_item *item);	/* 0 or -errno */
	void *context;
	uint64_t fault_nr;	/* bad stretches that the scan reported */
};

static void tell_fault(const struct ygr_scan_item *item)
{
	fprintf(stderr, "%s:%" PRIu64 ": %" PRIu64 " bytes are no batch: %s\n",
		item->segment, item->offset, item->fault_bytes, item->reason);
}

static int visit_path(const char *path, unsigned int flags, struct visitor *visitor)
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

/* Return: an exit code; a fault is one, after all that is readable was read. */
static int visit(const struct sources *sources, unsigned int flags, struct visitor *visitor)
{
	int i, code = YGR_EXIT_OK;

	if (!sources->nr)
		code = visit_path(sources->directory, flags, visitor);
	for (i = 0; i < sources->nr && !code; i++)
		code = visit_path(sources->file[i], flags, visitor);
	return code ?: visitor->fault_nr ? YGR_EXIT_FAULT : YGR_EXIT_OK;
}

static struct sources get_sources(const char *directory, int argc, char **argv)
{
	return (struct sources) {
		.directory = directory ?: YGR_SPOOL_DIR,
		.nr = argc - optind,
		.file = argv + optind,
	};
}

/* ---- list ------------------------------------------------------------------ */

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
		strftime(text, sizeof(text), "%F %T", &tm);
	printf("  %-19s", text);
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
	if (!segment->name[0])
		return 0;
	if (segment->json)
		return print_segment_json(segment);
	printf("%-24s %10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %12" PRIu64,
	       segment->name, segment->first_id, segment->batch_nr, segment->event_nr,
	       segment->bytes);
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

static int list(int argc, char **argv)
{
	static const struct option options[] = {
		{ "spool", required_argument, NULL, 's' },
		{ "json", no_argument, NULL, 'j' },
		{ 0 },
	};
	struct segment segment = { 0 };
	struct visitor visitor = { .batch = list_batch, .context = &segment };
	const char *directory = NULL;
	struct sources sources;
	int option, code;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 's')
			directory = optarg;
		else if (option == 'j')
			segment.json = true;
		else
			return YGR_EXIT_USAGE;
	}
	sources = get_sources(directory, argc, argv);
	if (!segment.json)
		printf("%-24s %10s %10s %10s %12s  %-19s  %s\n", "segment", "from batch",
		       "batches", "events", "bytes", "first", "last");
	code = visit(&sources, YGR_SCAN_RAW, &visitor);
	print_segment(&segment);
	return ygr_cli_finish_output(code);
}

/* ---- cat ------------------------------------------------------------------- */

/* One run of the module: sequence numbers start anew with each. */
struct totals {
	bool has_run;
	struct ygr_batch_header run;
	struct ygr_account account;
	bool is_balanced;	/* all runs before this one */
};

static void print_class_totals(const struct ygr_account *account)
{
	uint64_t recorded, dropped, all_recorded = 0, all_dropped = 0;
	char room[YGR_EVENT_NAME_BYTES];
	unsigned int class;
	uint32_t i;

	printf("%-10s %12s %12s %12s\n", "class", "produced", "recorded", "dropped");
	for (class = 0; class < YGR_CLASS_MAX; class++) {
		recorded = 0;
		dropped = 0;
		for (i = 0; i < account->cpu_nr; i++) {
			recorded += account->cpu[i].recorded[class];
			dropped += account->cpu[i].dropped[class];
		}
		if (class >= YGR_CLASS_NR && !recorded && !dropped)
			continue;
		printf("%-10s %12" PRIu64 " %12" PRIu64 " %12" PRIu64 "\n",
		       ygr_event_name_class(class, room), recorded + dropped, recorded, dropped);
		all_recorded += recorded;
		all_dropped += dropped;
	}
	printf("%-10s %12" PRIu64 " %12" PRIu64 " %12" PRIu64 "\n", "all",
	       all_recorded + all_dropped, all_recorded, all_dropped);
}

static void print_cpu(uint32_t index, const struct ygr_account_cpu *cpu)
{
	printf("cpu %" PRIu32 ": numbers %" PRIu64 " to %" PRIu64 ", %" PRIu64 " unexplained",
	       index, cpu->first_seq, cpu->next_seq - 1, ygr_account_unexplained(cpu));
	if (cpu->repeated)
		printf(", %" PRIu64 " repeated", cpu->repeated);
	if (cpu->totals_differ)
		printf(", the module counted otherwise");
	putchar('\n');
}

static void print_totals(struct totals *totals)
{
	const struct ygr_account *account = &totals->account;
	char boot[33];
	uint32_t i;

	if (!totals->has_run)
		return;
	ygr_spool_format_id_text(totals->run.boot_id, boot);
	printf("boot %s, module loaded at %" PRIu64 " ns\n", boot, totals->run.load_id);
	print_class_totals(account);
	for (i = 0; i < account->cpu_nr; i++)
		if (account->cpu[i].seen)
			print_cpu(i, &account->cpu[i]);
	if (account->foreign)
		printf("%" PRIu64 " events could not be attributed\n", account->foreign);
	if (ygr_account_is_balanced(account))
		printf("balanced: produced = recorded + dropped, %" PRIu64 " of the module's own totals agree\n",
		       account->totals_nr);
	else
		printf("NOT balanced\n");
}

static bool is_same_run(const struct ygr_batch_header *a, const struct ygr_batch_header *b)
{
	return a->load_id == b->load_id && !memcmp(a->boot_id, b->boot_id, sizeof(a->boot_id));
}

static void close_run(struct totals *totals)
{
	print_totals(totals);
	totals->is_balanced &= ygr_account_is_balanced(&totals->account);
	ygr_account_exit(&totals->account);
}

static int total_batch(void *context, const struct ygr_scan_item *item)
{
	struct totals *totals = context;
	struct ygr_event_stream stream;
	const msgpack_object *event;
	int err = 0;

	if (totals->has_run && !is_same_run(&totals->run, &item->header))
		close_run(totals);
	totals->has_run = true;
	totals->run = item->header;

	ygr_event_map_open(&stream, (const char *)item->events, item->events_bytes);
	while (!err && (event = ygr_event_map_next(&stream)))
		err = ygr_account_add(&totals->account, event);
	totals->account.foreign += !err && stream.off < stream.len;
	ygr_event_map_close(&stream);
	return err;
}

static int cat_totals(const struct sources *sources)
{
	struct totals totals = { .is_balanced = true };
	struct visitor visitor = { .batch = total_batch, .context = &totals };
	int code;

	ygr_account_init(&totals.account);
	code = visit(sources, 0, &visitor);
	close_run(&totals);
	if (!code && !totals.is_balanced)
		code = YGR_EXIT_FAULT;
	return ygr_cli_finish_output(code);
}

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

static int cat(int argc, char **argv)
{
	static const struct option options[] = {
		YGR_EVENT_SHOW_OPTIONS,
		{ "spool", required_argument, NULL, 's' },
		{ "totals", no_argument, NULL, 'T' },
		{ 0 },
	};
	struct shower shower = { .fault_nr = 0 };
	struct visitor visitor = { .batch = show_batch, .context = &shower };
	const char *directory = NULL;
	struct sources sources;
	bool totals = false;
	int option, code;

	ygr_event_show_init(&shower.show, true);
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 's')
			directory = optarg;
		else if (option == 'T')
			totals = true;
		else if (ygr_event_show_option(&shower.show, option))
			return YGR_EXIT_USAGE;
	}
	sources = get_sources(directory, argc, argv);
	if (totals)
		return cat_totals(&sources);
	code = visit(&sources, 0, &visitor);
	if (!code && shower.fault_nr)
		code = YGR_EXIT_FAULT;
	return ygr_cli_finish_output(code);
}

/* ---- verify ---------------------------------------------------------------- */

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

static int verify(int argc, char **argv)
{
	static const struct option options[] = {
		{ "spool", required_argument, NULL, 's' },
		{ 0 },
	};
	struct verifier verifier = { .batch_nr = 0 };
	struct visitor visitor = { .batch = verify_batch, .context = &verifier };
	const char *directory = NULL;
	struct sources sources;
	int option, code;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 's')
			return YGR_EXIT_USAGE;
		directory = optarg;
	}
	sources = get_sources(directory, argc, argv);
	ygr_batch_check_init(&verifier.check);
	code = visit(&sources, 0, &visitor);
	ygr_batch_check_exit(&verifier.check);
	verifier.fault_nr += visitor.fault_nr;
	printf("%" PRIu64 " batches, %" PRIu64 " events, %" PRIu64 " faults\n",
	       verifier.batch_nr, verifier.event_nr, verifier.fault_nr);
	return ygr_cli_finish_output(code ?: verifier.fault_nr ? YGR_EXIT_FAULT : YGR_EXIT_OK);
}

int ygr_cmd_spool(int argc, char **argv)
{
	static const struct ygr_verb verbs[] = {
		{ "list", list, "[--spool DIR | FILE...] [--json]",
		  "a line per segment: batches, events, bytes, times" },
		{ "cat", cat, "[--spool DIR | FILE...] [--json] [--type T[,T]] [--denied] | --totals",
		  "print the events, or add them up: produced = recorded + dropped" },
		{ "verify", verify, "[--spool DIR | FILE...]",
		  "check every byte, the chain of batches and their counts" },
		{ NULL, NULL, NULL, NULL },
	};

	return ygr_cli_run("yaguractl spool", verbs, argc, argv);
}
