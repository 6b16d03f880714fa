// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the far end got, against what ring_producer says there was.
 *
 * Usage: check_delivery PRODUCER.TXT STORED.ygs
 *
 * Per CPU: no sequence number twice, none unaccounted for: those delivered, and
 * those that gap records tell of, are all of them. Also: the batches form one
 * unbroken chain, each header's counts are those of its events, and its CPU
 * entries add up.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event_map.h"
#include "spool_scan.h"

#define CPUS_MAX	64

struct cpu {
	uint64_t sequence, published, dropped;	/* as the producer says */
	uint8_t	 *seen;				/* by sequence number */
	uint64_t delivered, told;		/* as the far end has it */
};

static struct cpu cpus[CPUS_MAX];
static unsigned int fault_nr;

#define complain(...) do {				\
	if (fault_nr++ < 10) {				\
		printf("# ");				\
		printf(__VA_ARGS__);			\
		printf("\n");				\
	}						\
} while (0)

static uint64_t number(const struct ygr_event_value *map, const char *key)
{
	uint64_t value = 0;

	ygr_event_map_get_u64(map, key, &value);
	return value;
}

static void check_event(const struct ygr_event_value *event)
{
	const struct ygr_event_value *gap = ygr_event_map_find(event, "dropped");
	uint64_t cpu = number(event, "cpu"), seq = number(event, "seq");

	if (ygr_event_map_is(event, "type", "backlog"))
		return;		/* the reader's own: of no CPU */
	if (cpu >= CPUS_MAX || seq >= cpus[cpu].sequence) {
		complain("cpu %" PRIu64 " sequence %" PRIu64 " never was", cpu, seq);
		return;
	}
	if (cpus[cpu].seen[seq]++)
		complain("cpu %" PRIu64 " sequence %" PRIu64 " came twice", cpu, seq);
	cpus[cpu].delivered++;
	for (uint32_t i = 0; gap && i < gap->nr; i++)
		cpus[cpu].told += gap->items[2 * i + 1].number;
}

static void check_events(const struct ygr_scan_item *item)
{
	const struct ygr_event_value *event;
	struct ygr_event_stream stream;
	uint32_t nr = 0;

	ygr_event_map_open(&stream, (const char *)item->events, item->events_bytes);
	for (; (event = ygr_event_map_next(&stream)); nr++)
		check_event(event);
	if (nr != item->header.event_nr || stream.off != stream.len)
		complain("batch %" PRIu64 " holds %u events, says %u", item->header.batch_id, nr,
			 item->header.event_nr);
	ygr_event_map_close(&stream);
}

static void check_cpus(const struct ygr_scan_item *item)
{
	for (uint32_t i = 0; i < item->header.cpu_nr; i++) {
		struct ygr_batch_cpu entry;
		const struct cpu *cpu;

		ygr_spool_format_get_cpu(item->batch, i, &entry);
		cpu = &cpus[entry.cpu];
		if (entry.lost || entry.dropped != cpu->told || entry.first_seq ||
		    entry.next_seq != cpu->delivered + entry.dropped)
			complain("batch %" PRIu64 " cpu %u: next %" PRIu64 " dropped %" PRIu64 " lost %" PRIu64
				 ", but %" PRIu64 " were delivered and %" PRIu64 " told of",
				 item->header.batch_id, entry.cpu, entry.next_seq, entry.dropped,
				 entry.lost, cpu->delivered, cpu->told);
	}
}

static void check_file(const char *path)
{
	struct ygr_spool_scan *scan;
	struct ygr_scan_item item;
	int ret = ygr_spool_scan_open(&scan, path, 0);

	if (ret) {
		complain("%s: %s", path, strerror(-ret));
		return;
	}
	while ((ret = ygr_spool_scan_next(scan, &item)) > 0) {
		if (ret == YGR_SCAN_FAULT) {
			complain("%s:%" PRIu64 ": %s", item.segment, item.offset, item.reason);
			continue;
		}
		if (item.chain != YGR_CHAIN_OK && item.chain != YGR_CHAIN_START)
			complain("batch %" PRIu64 " does not continue the chain (%d)",
				 item.header.batch_id, item.chain);
		if (item.chain == YGR_CHAIN_START && item.header.batch_id != 1)
			complain("the first batch is %" PRIu64, item.header.batch_id);
		check_events(&item);
		check_cpus(&item);
	}
	if (ygr_spool_scan_tail(scan, &item) == YGR_SCAN_FAULT)
		complain("%s ends within a batch", path);
	ygr_spool_scan_close(scan);
}

static void read_producer(const char *path)
{
	unsigned long long sequence, published, dropped;
	FILE *file = fopen(path, "r");
	unsigned int cpu;

	if (!file) {
		perror(path);
		exit(1);
	}
	while (fscanf(file, "cpu %u sequence %llu published %llu dropped %llu\n", &cpu, &sequence,
		      &published, &dropped) == 4 && cpu < CPUS_MAX) {
		cpus[cpu].sequence = sequence;
		cpus[cpu].published = published;
		cpus[cpu].dropped = dropped;
		cpus[cpu].seen = calloc(sequence + 1, 1);
	}
	fclose(file);
}

int main(int argc, char **argv)
{
	uint64_t published = 0, delivered = 0, dropped = 0;

	if (argc != 3)
		return 64;
	read_producer(argv[1]);
	check_file(argv[2]);
	for (unsigned int i = 0; i < CPUS_MAX; i++) {
		const struct cpu *cpu = &cpus[i];

		published += cpu->published;
		delivered += cpu->delivered;
		dropped += cpu->dropped;
		if (cpu->delivered != cpu->published || cpu->told != cpu->dropped)
			complain("cpu %u: published %" PRIu64 " delivered %" PRIu64 ", dropped %" PRIu64
				 " told %" PRIu64, i, cpu->published, cpu->delivered, cpu->dropped, cpu->told);
	}
	printf("# published %" PRIu64 " delivered %" PRIu64 " dropped and told of %" PRIu64 "\n",
	       published, delivered, dropped);
	return fault_nr || !published;
}
