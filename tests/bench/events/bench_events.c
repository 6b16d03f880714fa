// SPDX-License-Identifier: GPL-2.0-only
/*
 * What reading a spool costs: bench_events SEGMENT...
 *
 * Each step includes those before it that it needs; each is run over the same
 * batches in memory, and the fastest of several rounds counts. Prints a table in
 * Markdown.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "event_batch.h"
#include "event_filter.h"
#include "event_format.h"

#define ROUNDS	5
#define BATCHES_MAX 4096

struct piece {
	const uint8_t *bytes;
	struct ygr_batch_header header;
};

struct load {
	struct piece batches[BATCHES_MAX];
	size_t nr;
	uint64_t event_nr;
	uint64_t event_bytes;
};

struct step {
	const char *name;
	enum { EXPAND, WALK, DECODE, FILTER, FORMAT } kind;
	const char *where;
	enum ygr_event_format format;
};

static struct load load;
static volatile uint64_t sink;	/* so that nothing is left out as of no use */

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void add_file(const char *path)
{
	FILE *file = fopen(path, "re");
	struct ygr_batch_header header;
	struct stat info;
	uint8_t *bytes;
	size_t at = 0, len;

	if (!file || fstat(fileno(file), &info))
		die(path);
	len = (size_t)info.st_size;
	bytes = malloc(len);
	if (!bytes || fread(bytes, 1, len, file) != len)
		die(path);
	fclose(file);
	while (load.nr < BATCHES_MAX &&
	       ygr_spool_format_parse(bytes + at, len - at, &header, NULL, NULL) == YGR_BATCH_WHOLE) {
		load.batches[load.nr++] = (struct piece) { bytes + at, header };
		load.event_nr += header.event_nr;
		load.event_bytes += header.events_bytes;
		at += ygr_batch_total_bytes(&header);
	}
}

static uint64_t cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* All of msgpack is gone through, and nothing made of it: what any reader has to do. */
static void walk(const struct ygr_event_batch *batch)
{
	const uint8_t *at = batch->events, *end = at + batch->header.events_bytes;
	struct ygr_event_value values[1024];
	size_t nr;

	for (; at < end; at = ygr_event_value_read(at, end, values)) {
		nr = ygr_event_value_count(at, end);
		if (!nr || nr > sizeof(values) / sizeof(values[0]))
			die("an item is not as expected");
		sink += nr;
	}
}

static void run_batch(const struct step *step, const struct ygr_event_filter *filter,
		      struct ygr_event_batch *batch, struct ygr_text_buffer *out)
{
	const struct ygr_event_value *event;

	if (step->kind == WALK)
		walk(batch);
	if (step->kind <= WALK)
		return;
	while ((event = ygr_event_batch_next(batch))) {
		if (step->kind == FILTER)
			sink += ygr_event_filter_passes(filter, event);
		else if (step->kind == FORMAT)
			ygr_event_format_put(out, step->format, event, &batch->origin);
		else
			sink += event->nr;
	}
	sink += out->len;
	ygr_text_buffer_clear(out);
}

static uint64_t run(const struct step *step)
{
	static struct ygr_event_filter filter;
	struct ygr_event_batch batch = { 0 };
	struct ygr_text_buffer out = { 0 };
	struct ygr_filter_error error;
	uint64_t start;
	size_t i;

	if (step->where && ygr_event_filter_parse(&filter, step->where, &error))
		die(step->where);
	start = cpu_ns();
	for (i = 0; i < load.nr; i++) {
		const struct piece *piece = &load.batches[i];

		if (ygr_event_batch_expand(&batch, &piece->header,
					   ygr_spool_format_frame(piece->bytes, &piece->header), "host"))
			die("a batch does not expand");
		run_batch(step, &filter, &batch, &out);
	}
	start = cpu_ns() - start;
	ygr_event_batch_exit(&batch);
	ygr_text_buffer_exit(&out);
	return start;
}

static void report(const struct step *step)
{
	uint64_t best_ns = UINT64_MAX, ns;

	for (int i = 0; i < ROUNDS; i++) {
		ns = run(step);
		if (ns < best_ns)
			best_ns = ns;
	}
	printf("| %s | %.0f | %.0f |\n", step->name, (double)best_ns / (double)load.event_nr,
	       (double)load.event_nr * 1e9 / (double)best_ns);
}

int main(int argc, char **argv)
{
	static const struct step steps[] = {
		{ "expand LZ4", EXPAND, NULL, 0 },
		{ "and walk through its msgpack", WALK, NULL, 0 },
		{ "and decode", DECODE, NULL, 0 },
		{ "and filter: `type=exec and exe~/tmp/`", FILTER, "type=exec and exe~/tmp/", 0 },
		{ "and filter: `not uid=0 and (path~*.so* or remote.addr in 10.0.0.0/8)`", FILTER,
		  "not uid=0 and (path~*.so* or remote.addr in 10.0.0.0/8)", 0 },
		{ "decode, all as json", FORMAT, NULL, YGR_FORMAT_JSON },
		{ "decode, all as ecs", FORMAT, NULL, YGR_FORMAT_ECS },
		{ "decode, all as ocsf", FORMAT, NULL, YGR_FORMAT_OCSF },
		{ "decode, all as sigma", FORMAT, NULL, YGR_FORMAT_SIGMA },
		{ "decode, all as csv", FORMAT, NULL, YGR_FORMAT_CSV },
	};

	for (int i = 1; i < argc; i++)
		add_file(argv[i]);
	if (!load.event_nr) {
		fprintf(stderr, "usage: bench_events SEGMENT...\n");
		return 64;
	}
	printf("%" PRIu64 " events in %zu batches, %.1f bytes each before compression.\n\n",
	       load.event_nr, load.nr, (double)load.event_bytes / (double)load.event_nr);
	printf("| step | ns per event | events per second of a core |\n|---|---:|---:|\n");
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		report(&steps[i]);
	return 0;
}
