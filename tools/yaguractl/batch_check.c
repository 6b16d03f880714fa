// SPDX-License-Identifier: GPL-2.0-only
#include "batch_check.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event_map.h"
#include "event_name.h"

/* What one batch turns out to hold. */
struct contents {
	uint64_t event_nr;
	uint64_t class_nr[YGR_BATCH_CLASS_NR];
	uint64_t min_time_ns;
	uint64_t max_time_ns;
};

struct faults {
	int nr;
	char *why;
	size_t cap;
	size_t used;
};

static void __attribute__((format(printf, 2, 3)))
add_fault(struct faults *faults, const char *fmt, ...)
{
	va_list args;
	int len;

	faults->nr++;
	if (faults->used >= faults->cap)
		return;
	va_start(args, fmt);
	len = vsnprintf(faults->why + faults->used, faults->cap - faults->used, fmt, args);
	va_end(args);
	faults->used += len;
}

void ygr_batch_check_init(struct ygr_batch_check *check)
{
	memset(check, 0, sizeof(*check));
}

void ygr_batch_check_exit(struct ygr_batch_check *check)
{
	free(check->cpu);
	ygr_batch_check_init(check);
}

static struct ygr_batch_check_cpu *find_cpu(struct ygr_batch_check *check, uint32_t index)
{
	struct ygr_batch_check_cpu *larger;

	if (index >= check->cpu_nr) {
		larger = reallocarray(check->cpu, index + 1, sizeof(*larger));
		if (!larger)
			return NULL;
		memset(larger + check->cpu_nr, 0,
		       (index + 1 - check->cpu_nr) * sizeof(*larger));
		check->cpu = larger;
		check->cpu_nr = index + 1;
	}
	return &check->cpu[index];
}

static void count_class(struct contents *contents, const struct ygr_event_value *event)
{
	char room[YGR_EVENT_NAME_BYTES];
	unsigned int class;

	for (class = 0; class < YGR_BATCH_CLASS_NR; class++) {
		if (!ygr_event_map_is(event, "class", ygr_event_name_class(class, room)))
			continue;
		contents->class_nr[class]++;
		return;
	}
}

static void count_event(struct contents *contents, const struct ygr_event_value *event)
{
	uint64_t time_ns = 0;

	ygr_event_map_get_u64(event, "boot_ns", &time_ns);
	if (!contents->event_nr || time_ns < contents->min_time_ns)
		contents->min_time_ns = time_ns;
	if (time_ns > contents->max_time_ns)
		contents->max_time_ns = time_ns;
	contents->event_nr++;
	count_class(contents, event);
}

static void read_contents(const struct ygr_scan_item *item, struct contents *contents,
			  struct faults *faults)
{
	struct ygr_event_stream stream;
	const struct ygr_event_value *event;

	ygr_event_map_open(&stream, (const char *)item->events, item->events_bytes);
	while ((event = ygr_event_map_next(&stream)))
		count_event(contents, event);
	if (stream.off < stream.len)
		add_fault(faults, "what stands at byte %zu of its events is no event\n",
			  stream.off);
	ygr_event_map_close(&stream);
}

static void check_contents(const struct ygr_batch_header *header,
			   const struct contents *contents, struct faults *faults)
{
	char room[YGR_EVENT_NAME_BYTES];
	unsigned int class;

	if (contents->event_nr != header->event_nr)
		add_fault(faults, "the header says %" PRIu32 " events, there are %" PRIu64 "\n",
			  header->event_nr, contents->event_nr);
	for (class = 0; class < YGR_BATCH_CLASS_NR; class++)
		if (contents->class_nr[class] != header->class_nr[class])
			add_fault(faults, "the header says %" PRIu64 " events of class %s, there are %" PRIu64 "\n",
				  header->class_nr[class], ygr_event_name_class(class, room),
				  contents->class_nr[class]);
	if (contents->min_time_ns != header->min_time_ns ||
	    contents->max_time_ns != header->max_time_ns)
		add_fault(faults, "the header's times are not those of the events\n");
}

static void check_chain(const struct ygr_scan_item *item, struct faults *faults)
{
	switch (item->chain) {
	case YGR_CHAIN_MISSING:
		add_fault(faults, "%" PRIu64 " batches before it are missing\n", item->missing_nr);
		break;
	case YGR_CHAIN_REORDERED:
		add_fault(faults, "batch %" PRIu64 " is out of order\n", item->header.batch_id);
		break;
	case YGR_CHAIN_BROKEN:
		add_fault(faults, "the batch before it is not the one it was chained to\n");
		break;
	case YGR_CHAIN_OTHER_SPOOL:
		add_fault(faults, "it belongs to another spool\n");
		break;
	case YGR_CHAIN_START:
	case YGR_CHAIN_OK:
		break;
	}
}

/* Numbers only count up within one run of the module. */
static int check_cpus(struct ygr_batch_check *check, const struct ygr_scan_item *item,
		      struct faults *faults)
{
	struct ygr_batch_check_cpu *known;
	struct ygr_batch_cpu cpu;
	uint32_t i;

	for (i = 0; i < item->header.cpu_nr; i++) {
		ygr_spool_format_get_cpu(item->batch, i, &cpu);
		if (cpu.cpu >= YGR_BATCH_CPU_MAX) {
			add_fault(faults, "its header names cpu %" PRIu32 "\n", cpu.cpu);
			continue;
		}
		known = find_cpu(check, cpu.cpu);
		if (!known)
			return -ENOMEM;
		if (cpu.next_seq < cpu.first_seq ||
		    (known->is_known && cpu.next_seq < known->next_seq))
			add_fault(faults, "cpu %" PRIu32 " counts backwards\n", cpu.cpu);
		if (cpu.dropped + cpu.lost > cpu.next_seq - cpu.first_seq)
			add_fault(faults, "cpu %" PRIu32 " lost more than it counted\n", cpu.cpu);
		known->is_known = 1;
		known->next_seq = cpu.next_seq;
	}
	return 0;
}

static int is_other_run(const struct ygr_batch_header *a, const struct ygr_batch_header *b)
{
	return a->load_id != b->load_id ||
	       memcmp(a->boot_id, b->boot_id, sizeof(a->boot_id)) ||
	       memcmp(a->spool_id, b->spool_id, sizeof(a->spool_id));
}

int ygr_batch_check_add(struct ygr_batch_check *check, const struct ygr_scan_item *item,
			char *why, size_t cap)
{
	struct faults faults = { .why = why, .cap = cap };
	struct contents contents = { 0 };
	int err;

	if (cap)
		why[0] = '\0';
	if (check->has_before && is_other_run(&check->before, &item->header) && check->cpu)
		memset(check->cpu, 0, check->cpu_nr * sizeof(*check->cpu));
	check_chain(item, &faults);
	read_contents(item, &contents, &faults);
	check_contents(&item->header, &contents, &faults);
	err = check_cpus(check, item, &faults);
	if (err)
		return err;
	check->before = item->header;
	check->has_before = 1;
	return faults.nr;
}
