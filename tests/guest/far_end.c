// SPDX-License-Identifier: GPL-2.0-only
#include "far_end.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "event_map.h"
#include "event_name.h"

static uint64_t sum(const uint64_t nr[YGR_CLASS_MAX])
{
	uint64_t all = 0;

	for (unsigned int class = 0; class < YGR_CLASS_MAX; class++)
		all += nr[class];
	return all;
}

void far_end_open(struct far_end *far, const char *path)
{
	memset(far, 0, sizeof(*far));
	snprintf(far->path, sizeof(far->path), "%s", path);
	assert_int_equal(ygr_spool_scan_open(&far->scan, path, 0), 0);
}

void far_end_close(struct far_end *far)
{
	ygr_spool_scan_close(far->scan);
	far->scan = NULL;
}

/* ---- events --------------------------------------------------------------- */

static uint64_t number(const struct ygr_event_value *event, const char *key)
{
	uint64_t value;

	if (!ygr_event_map_get_u64(event, key, &value))
		fail_msg("an event without %s", key);
	return value;
}

static unsigned int class_of(const struct ygr_event_text *name)
{
	char room[YGR_EVENT_NAME_BYTES];

	for (unsigned int class = 0; class < YGR_CLASS_NR; class++) {
		const char *known = ygr_event_name_class(class, room);

		if (strlen(known) == name->len && !memcmp(known, name->bytes, name->len))
			return class;
	}
	fail_msg("\"%.*s\" is no class", (int)name->len, name->bytes);
	return 0;
}

/* {class: number}, zero where a class is not named. */
static void classes(const struct ygr_event_value *event, const char *key, uint64_t nr[YGR_CLASS_MAX])
{
	const struct ygr_event_value *map = ygr_event_map_find(event, key);

	memset(nr, 0, YGR_CLASS_MAX * sizeof(nr[0]));
	for (uint32_t i = 0; map && i < map->nr; i++) {
		struct ygr_event_text name;

		assert_true(ygr_event_map_as_text(&map->items[2 * i], &name));
		nr[class_of(&name)] = map->items[2 * i + 1].number;
	}
}

static void check_totals(struct far_end_cpu *cpu, uint64_t index, const struct ygr_event_value *event)
{
	uint64_t produced[YGR_CLASS_MAX], dropped[YGR_CLASS_MAX];

	classes(event, "produced", produced);
	classes(event, "dropped", dropped);
	for (unsigned int class = 0; class < YGR_CLASS_MAX; class++)
		if (dropped[class] != cpu->told[class] ||
		    produced[class] != cpu->read[class] + cpu->told[class])
			fail_msg("cpu %" PRIu64 " class %u: TOTALS say %" PRIu64 " produced, %" PRIu64
				 " dropped; %" PRIu64 " arrived, %" PRIu64 " were told", index, class,
				 produced[class], dropped[class], cpu->read[class], cpu->told[class]);
	cpu->totals_nr++;
}

static void add_gap(struct far_end_cpu *cpu, const struct ygr_event_value *event)
{
	uint64_t dropped[YGR_CLASS_MAX];

	classes(event, "dropped", dropped);
	assert_int_not_equal(sum(dropped), 0);
	for (unsigned int class = 0; class < YGR_CLASS_MAX; class++)
		cpu->told[class] += dropped[class];
}

static unsigned int add_event(struct far_end *far, const struct ygr_event_value *event)
{
	uint64_t index = number(event, "cpu"), seq = number(event, "seq");
	struct ygr_event_text name = { "", 0 };
	struct far_end_cpu *cpu;
	unsigned int class;

	assert_in_range(index, 0, FAR_END_CPU_NR_MAX - 1);
	cpu = &far->cpu[index];
	if (ygr_event_map_is(event, "type", "gap"))
		add_gap(cpu, event);
	if (ygr_event_map_is(event, "type", "totals"))
		check_totals(cpu, index, event);
	if (seq != sum(cpu->read) + sum(cpu->told))
		fail_msg("cpu %" PRIu64 ": number %" PRIu64 ", but %" PRIu64 " arrived and %" PRIu64
			 " were told", index, seq, sum(cpu->read), sum(cpu->told));
	ygr_event_map_get_text(event, "class", &name);
	class = class_of(&name);
	cpu->read[class]++;
	if (far->visit)
		far->visit(far->arg, event);
	return class;
}

/* ---- batches -------------------------------------------------------------- */

static void add_events(struct far_end *far, const struct ygr_scan_item *item)
{
	uint64_t nr[YGR_CLASS_MAX] = { 0 };
	struct ygr_event_stream stream;
	const struct ygr_event_value *event;

	ygr_event_map_open(&stream, (const char *)item->events, item->events_bytes);
	while ((event = ygr_event_map_next(&stream)))
		nr[add_event(far, event)]++;
	assert_int_equal(stream.off, stream.len);
	ygr_event_map_close(&stream);
	assert_int_equal(sum(nr), item->header.event_nr);
	assert_memory_equal(nr, item->header.class_nr, sizeof(nr));
}

/* What the header says of each CPU is what we have counted. */
static void check_cpus(const struct far_end *far, const struct ygr_scan_item *item)
{
	for (uint32_t i = 0; i < item->header.cpu_nr; i++) {
		struct ygr_batch_cpu entry;
		const struct far_end_cpu *cpu;

		ygr_spool_format_get_cpu(item->batch, i, &entry);
		assert_in_range(entry.cpu, 0, FAR_END_CPU_NR_MAX - 1);
		cpu = &far->cpu[entry.cpu];
		assert_int_equal(entry.first_seq, 0);
		assert_int_equal(entry.lost, 0);
		assert_int_equal(entry.dropped, sum(cpu->told));
		assert_int_equal(entry.next_seq, sum(cpu->read) + sum(cpu->told));
	}
}

static void add_batch(struct far_end *far, const struct ygr_scan_item *item)
{
	if (!far->batch_nr)
		memcpy(far->spool_id, item->header.spool_id, sizeof(far->spool_id));
	assert_memory_equal(item->header.spool_id, far->spool_id, sizeof(far->spool_id));
	assert_int_equal(item->header.batch_id, far->batch_nr + 1);
	assert_int_equal(item->chain, far->batch_nr ? YGR_CHAIN_OK : YGR_CHAIN_START);
	add_events(far, item);
	check_cpus(far, item);
	far->batch_nr++;
}

void far_end_read(struct far_end *far)
{
	struct ygr_scan_item item;
	int ret;

	while ((ret = ygr_spool_scan_next(far->scan, &item)) == YGR_SCAN_BATCH)
		add_batch(far, &item);
	if (ret == YGR_SCAN_FAULT)
		fail_msg("%s:%" PRIu64 ": %s", far->path, item.offset, item.reason);
	assert_int_equal(ret, YGR_SCAN_END);
}

uint64_t far_end_arrived(const struct far_end *far, enum ygr_class class)
{
	uint64_t nr = 0;

	for (unsigned int i = 0; i < FAR_END_CPU_NR_MAX; i++)
		nr += far->cpu[i].read[class];
	return nr;
}

uint64_t far_end_told(const struct far_end *far, enum ygr_class class)
{
	uint64_t nr = 0;

	for (unsigned int i = 0; i < FAR_END_CPU_NR_MAX; i++)
		nr += far->cpu[i].told[class];
	return nr;
}

/* ---- against the module --------------------------------------------------- */

/* The first number of a CPU that is in its ring still. Return: whether there is one. */
static bool rest_begins(const struct guest *guest, unsigned int cpu, uint64_t *seq)
{
	const struct guest_event *event = guest->first;

	while (event && event->cpu != cpu)
		event = event->next;
	if (!event)
		return false;
	*seq = event->head.seq;
	for (unsigned int class = 0; event->head.type == YGR_EV_GAP && class < YGR_CLASS_MAX; class++)
		*seq -= event->body.gap.dropped[class];
	return true;
}

void far_end_check_module(const struct far_end *far)
{
	struct guest *guest = guest_open();
	uint64_t seq;

	guest_drain(guest);
	for (unsigned int i = 0; i < guest->ring_nr; i++) {
		const struct far_end_cpu *cpu = &far->cpu[guest->ring[i].cpu];

		if (rest_begins(guest, guest->ring[i].cpu, &seq))
			assert_int_equal(seq, sum(cpu->read) + sum(cpu->told));
	}
	for (unsigned int class = 0; class < YGR_CLASS_NR; class++) {
		guest->seen[class] += far_end_arrived(far, class);
		guest->lost[class] += far_end_told(far, class);
	}
	guest_check_accounts(guest);
	guest_close(guest);
}
