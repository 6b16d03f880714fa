// SPDX-License-Identifier: GPL-2.0-only
/* A batch whose bytes are good can still lie about what it holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <yagura/ygr_event.h>

#include "batch_check.h"
#include "json_event.h"

#define HEADER_ROOM	(8 + YGR_BATCH_FIXED_BYTES + 4 * YGR_BATCH_CPU_BYTES)

static struct ygr_batch_check check;
static uint8_t bytes[HEADER_ROOM];
static msgpack_sbuffer events;
static struct ygr_scan_item item;
static struct ygr_batch_cpu cpu;

/* One batch of two events that is as it says. */
static int setup(void **state)
{
	(void)state;
	ygr_batch_check_init(&check);
	msgpack_sbuffer_init(&events);
	add_json_event(&events, "{'class':'exec','boot_ns':100}");
	add_json_event(&events, "{'class':'file','boot_ns':90}");
	memset(&item, 0, sizeof(item));
	item.header.event_nr = 2;
	item.header.class_nr[YGR_CLASS_EXEC] = 1;
	item.header.class_nr[YGR_CLASS_FILE] = 1;
	item.header.min_time_ns = 90;
	item.header.max_time_ns = 100;
	item.header.load_id = 7;
	item.header.cpu_nr = 1;
	cpu = (struct ygr_batch_cpu) { .cpu = 2, .first_seq = 10, .next_seq = 15,
				       .dropped = 2, .lost = 1 };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ygr_batch_check_exit(&check);
	msgpack_sbuffer_destroy(&events);
	return 0;
}

static void expect(int faults, const char *wanted)
{
	static const uint8_t frame[1];
	struct ygr_batch_header header = item.header;
	char why[1000];

	ygr_spool_format_put_header(bytes, &header, &cpu, frame);
	item.batch = bytes;
	item.events = (const uint8_t *)events.data;
	item.events_bytes = events.size;
	assert_int_equal(ygr_batch_check_add(&check, &item, why, sizeof(why)), faults);
	assert_string_equal(why, wanted);
}

static void test_good(void **state)
{
	(void)state;
	expect(0, "");
	cpu.next_seq = 17;
	expect(0, "");
}

static void test_empty_batch(void **state)
{
	(void)state;
	msgpack_sbuffer_clear(&events);
	memset(&item.header, 0, sizeof(item.header));
	expect(0, "");
}

static void test_event_count(void **state)
{
	(void)state;
	item.header.event_nr = 3;
	expect(1, "the header says 3 events, there are 2\n");
}

static void test_class_counts(void **state)
{
	(void)state;
	item.header.class_nr[YGR_CLASS_EXEC] = 0;
	item.header.class_nr[YGR_CLASS_DENY] = 1;
	expect(2, "the header says 0 events of class exec, there are 1\n"
		  "the header says 1 events of class deny, there are 0\n");
}

static void test_times(void **state)
{
	(void)state;
	item.header.min_time_ns = 91;
	expect(1, "the header's times are not those of the events\n");
	item.header.min_time_ns = 90;
	item.header.max_time_ns = 101;
	expect(1, "the header's times are not those of the events\n");
}

static void test_what_is_no_event(void **state)
{
	(void)state;
	msgpack_sbuffer_write(&events, "\xc1", 1);
	expect(1, "what stands at byte 42 of its events is no event\n");
}

static void test_chain(void **state)
{
	(void)state;
	item.chain = YGR_CHAIN_MISSING;
	item.missing_nr = 3;
	expect(1, "3 batches before it are missing\n");
	item.chain = YGR_CHAIN_REORDERED;
	item.header.batch_id = 5;
	expect(1, "batch 5 is out of order\n");
	item.chain = YGR_CHAIN_BROKEN;
	expect(1, "the batch before it is not the one it was chained to\n");
	item.chain = YGR_CHAIN_OTHER_SPOOL;
	expect(1, "it belongs to another spool\n");
	item.chain = YGR_CHAIN_OK;
	expect(0, "");
}

static void test_cpu_counts_backwards(void **state)
{
	(void)state;
	expect(0, "");
	cpu.next_seq = 14;
	expect(1, "cpu 2 counts backwards\n");
}

static void test_a_new_run_of_the_module_counts_anew(void **state)
{
	(void)state;
	expect(0, "");
	item.header.load_id = 8;
	cpu = (struct ygr_batch_cpu) { .cpu = 2, .next_seq = 2 };
	expect(0, "");
}

static void test_cpu_lost_more_than_it_counted(void **state)
{
	(void)state;
	cpu.lost = 4;
	expect(1, "cpu 2 lost more than it counted\n");
	cpu.next_seq = 9;
	expect(1, "cpu 2 counts backwards\n");
}

static void test_cpu_out_of_range(void **state)
{
	(void)state;
	cpu.cpu = YGR_BATCH_CPU_MAX;
	expect(1, "its header names cpu 8192\n");
}

int main(void)
{
#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_good),
		TEST(test_empty_batch),
		TEST(test_event_count),
		TEST(test_class_counts),
		TEST(test_times),
		TEST(test_what_is_no_event),
		TEST(test_chain),
		TEST(test_cpu_counts_backwards),
		TEST(test_a_new_run_of_the_module_counts_anew),
		TEST(test_cpu_lost_more_than_it_counted),
		TEST(test_cpu_out_of_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
