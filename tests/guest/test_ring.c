// SPDX-License-Identifier: GPL-2.0-only
/*
 * Delivered or counted: small rings that overflow because nobody reads. Every
 * record that any of these tests reads goes through the ledger, so each GAP,
 * each TOTALS and each sequence number of the run is checked.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest.h"
#include "guest_ledger.h"

#define MODULE_PARAMS	"ring_kib=64 totals_ms=50 flush_ms=100"
#define RING_BYTES	(64u << 10)
#define LOW_BYTES	(RING_BYTES / 4 * 3)	/* the rest is for what must not be lost */

#define SEGMENT_BYTES	(RING_BYTES / YGR_RING_SEGMENT_NR)
#define RECORD_BYTES_MAX	512	/* of what is recorded here, save execs */
#define STORM_NR	1000	/* opens: some 110 KiB of records */
#define DENIED_PATH	"/tmp/ring-denied"
#define POLICY \
	"version: 1\nname: ring\nrules:\n" \
	"  - { name: no-touch, on: open-write, where: { path: [" DENIED_PATH "] }, do: deny }\n"

static struct guest_ledger ledger;

static int setup(void **state)
{
	struct guest *guest;

	if (guest_module_load(MODULE_PARAMS))
		return -1;
	guest = guest_open();
	*state = guest;
	guest_ledger_open(&ledger, guest, true);
	for (unsigned int cpu = 0; cpu < guest->info.cpu_nr; cpu++) {
		char path[32];

		snprintf(path, sizeof(path), "/tmp/ring-%u", cpu);
		if (guest_file_write(path, ""))
			return -1;
	}
	guest_policy_load(guest, POLICY);
	return 0;
}

/* After each test, whatever it did: the books are right. */
static int balance(void **state)
{
	guest_ledger_check_stats(&ledger, *state);
	guest_check_accounts(*state);
	return 0;
}

/* Opens the file of @cpu, on it, @nr times. Return: how many opens succeeded. */
static unsigned int storm(unsigned int cpu, unsigned int nr)
{
	unsigned int ok_nr = 0;
	char path[32];

	snprintf(path, sizeof(path), "/tmp/ring-%u", cpu);
	if (guest_pin(cpu))
		return 0;
	while (nr--) {
		int fd = open(path, O_WRONLY);

		if (fd < 0)
			continue;
		close(fd);
		ok_nr++;
	}
	return ok_nr;
}

static unsigned int denials(unsigned int nr)
{
	unsigned int denied_nr = 0;

	while (nr--)
		denied_nr += open(DENIED_PATH, O_WRONLY | O_CREAT, 0600) < 0 && errno == EPERM;
	return denied_nr;
}

static bool is_on_cpu(const struct guest_event *event, const void *arg)
{
	return event->cpu == *(const unsigned int *)arg;
}

/* Opens of the storm on @cpu that were read after @after. */
static size_t count_storm(const struct guest *guest, unsigned int cpu,
			  const struct guest_event *after)
{
	const struct guest_query query = { .type = YGR_EV_OPEN, .verdict = GUEST_ALLOWED,
					   .where = is_on_cpu, .arg = &cpu };
	size_t nr = 0;

	while ((after = guest_find(guest, &query, after)))
		nr++;
	return nr;
}

static size_t count_class(const struct guest *guest, uint8_t class, const struct guest_event *after)
{
	size_t nr = 0;

	for (const struct guest_event *event = after ? after->next : guest->first; event;
	     event = event->next)
		nr += event->head.class == class;
	return nr;
}

static const struct guest_event *mark(struct guest *guest)
{
	guest_ledger_check_stats(&ledger, guest);
	return guest->last;
}

static struct ygr_stats since(const struct guest *guest, uint32_t cpu, const struct ygr_stats *before)
{
	struct ygr_stats now = guest_stats(guest, cpu);

	for (unsigned int class = 0; class < YGR_CLASS_MAX; class++) {
		now.produced[class] -= before->produced[class];
		now.dropped[class] -= before->dropped[class];
	}
	return now;
}

/* What later records may refer to is not written over, though it was read. */
static uint64_t kept_of(uint64_t tail)
{
	return tail - tail % SEGMENT_BYTES - SEGMENT_BYTES;
}

static void geometry_is_as_loaded(void **state)
{
	const struct guest *guest = *state;

	assert_int_equal(guest_module_param("ring_kib"), 64);
	for (unsigned int i = 0; i < guest->ring_nr; i++) {
		const struct ygr_ring_info *info = &guest->ring[i].info;

		assert_int_equal(info->data_bytes, RING_BYTES);
		assert_int_equal(info->reserved_bytes, RING_BYTES - LOW_BYTES);
		assert_int_equal(info->watermark_bytes, RING_BYTES / 8);
	}
}

static void overflow_is_counted(void **state)
{
	struct guest *guest = *state;

	for (unsigned int cpu = 0; cpu < guest->info.cpu_nr; cpu++) {
		const struct guest_event *start = mark(guest);
		struct ygr_stats stats = guest_stats(guest, cpu);

		assert_int_equal(storm(cpu, STORM_NR), STORM_NR);
		stats = since(guest, cpu, &stats);
		assert_int_equal(stats.produced[YGR_CLASS_FILE], STORM_NR);
		assert_in_range(stats.dropped[YGR_CLASS_FILE], 1, STORM_NR - 1);
		guest_drain(guest);
		assert_int_equal(count_storm(guest, cpu, start),
				 STORM_NR - stats.dropped[YGR_CLASS_FILE]);
	}
}

/* Each GAP tells what no other told, and when: they do not overlap. */
static void gaps_tell_what_and_when(void **state)
{
	struct guest *guest = *state;
	const struct guest_event *event = mark(guest);
	uint64_t begin_ns = guest_now_ns(), last_ns = begin_ns, told = 0;
	struct ygr_stats stats = guest_stats(guest, 0);
	unsigned int gap_nr = 0;

	assert_int_equal(storm(0, STORM_NR), STORM_NR);
	stats = since(guest, 0, &stats);
	guest_ledger_check_stats(&ledger, guest);
	while ((event = guest_find(guest, &(struct guest_query){ .type = YGR_EV_GAP }, event))) {
		const struct ygr_body_gap *gap = &event->body.gap;

		assert_int_equal(event->cpu, 0);
		assert_true(gap->first_ns >= last_ns);
		assert_true(gap->last_ns >= gap->first_ns);
		assert_true(event->head.time_ns >= gap->last_ns);
		for (unsigned int class = 0; class < YGR_CLASS_MAX; class++)
			assert_true(class == YGR_CLASS_FILE || !gap->dropped[class]);
		last_ns = gap->last_ns;
		told += gap->dropped[YGR_CLASS_FILE];
		gap_nr++;
	}
	assert_int_not_equal(gap_nr, 0);
	assert_int_equal(told, stats.dropped[YGR_CLASS_FILE]);
}

/* Up to the last open that was kept, the low part of the ring was used, and no more. */
static void nothing_is_dropped_while_there_is_room(void **state)
{
	struct guest *guest = *state;
	const struct guest_event *event = mark(guest);
	uint64_t kept = kept_of(guest_stats(guest, 0).tail), opens_end = 0;

	assert_int_equal(storm(0, STORM_NR), STORM_NR);
	guest_drain(guest);
	for (event = event->next; event; event = event->next)
		if (!event->cpu && event->head.class == YGR_CLASS_FILE)
			opens_end = event->pos + event->ring_bytes;
	assert_in_range(opens_end - kept, LOW_BYTES - RECORD_BYTES_MAX, LOW_BYTES);
}

static void what_must_not_be_lost_has_the_reserve(void **state)
{
	enum { NR = 8 };
	struct guest *guest = *state;
	const struct guest_event *start = mark(guest);
	struct ygr_stats stats = guest_stats(guest, 0);
	char *argv[] = { "/bin/true", NULL };
	pid_t pid[NR];

	assert_int_equal(storm(0, STORM_NR), STORM_NR);
	assert_true(since(guest, 0, &stats).dropped[YGR_CLASS_FILE] > 0);
	for (unsigned int i = 0; i < NR; i++) {
		assert_int_equal(guest_child_exec(argv, &pid[i]), 0);
		assert_int_equal(denials(1), 1);
	}
	stats = since(guest, 0, &stats);
	assert_int_equal(stats.produced[YGR_CLASS_EXEC], NR);
	assert_int_equal(stats.produced[YGR_CLASS_EXIT], NR);
	assert_int_equal(stats.produced[YGR_CLASS_DENY], NR);
	assert_int_equal(stats.produced[YGR_CLASS_FORK], NR);
	assert_int_equal(stats.dropped[YGR_CLASS_EXEC], 0);
	assert_int_equal(stats.dropped[YGR_CLASS_EXIT], 0);
	assert_int_equal(stats.dropped[YGR_CLASS_DENY], 0);
	assert_int_equal(stats.dropped[YGR_CLASS_SENSOR], 0);
	/* Forks are not among them: two, shorter than an open, may still have found room. */
	assert_in_range(stats.dropped[YGR_CLASS_FORK], NR - 2, NR);

	guest_drain(guest);
	for (unsigned int i = 0; i < NR; i++) {
		guest_expect(guest, .type = YGR_EV_EXEC, .tgid = pid[i]);
		guest_expect(guest, .type = YGR_EV_EXIT, .tgid = pid[i]);
	}
	assert_int_equal(count_class(guest, YGR_CLASS_DENY, start), NR);
}

/* A full reserve loses records, never verdicts. */
static void a_full_reserve_is_counted_too(void **state)
{
	struct guest *guest = *state;
	const struct guest_event *start = mark(guest);
	struct ygr_stats stats = guest_stats(guest, 0);

	assert_int_equal(storm(0, STORM_NR), STORM_NR);
	assert_int_equal(denials(STORM_NR), STORM_NR);
	stats = since(guest, 0, &stats);
	assert_int_equal(stats.produced[YGR_CLASS_DENY], STORM_NR);
	assert_in_range(stats.dropped[YGR_CLASS_DENY], 1, STORM_NR - 1);
	assert_in_range(stats.head - kept_of(stats.tail), RING_BYTES - RECORD_BYTES_MAX, RING_BYTES);
	guest_ledger_check_stats(&ledger, guest);
	assert_int_equal(count_class(guest, YGR_CLASS_DENY, start),
			 STORM_NR - stats.dropped[YGR_CLASS_DENY]);
}

static void *storm_of(void *arg)
{
	unsigned int cpu = (uintptr_t)arg;

	return (void *)(uintptr_t)storm(cpu, 3 * STORM_NR);
}

/* All CPUs at once, and a reader that takes what it can: whatever it gets, it adds up. */
static void cpus_do_not_mix(void **state)
{
	struct guest *guest = *state;
	const struct guest_event *start = mark(guest);
	pthread_t thread[GUEST_LEDGER_CPU_NR_MAX];
	unsigned int cpu_nr = guest->info.cpu_nr;
	struct ygr_stats stats[GUEST_LEDGER_CPU_NR_MAX];

	for (unsigned int cpu = 0; cpu < cpu_nr; cpu++) {
		stats[cpu] = guest_stats(guest, cpu);
		assert_int_equal(pthread_create(&thread[cpu], NULL, storm_of,
						(void *)(uintptr_t)cpu), 0);
	}
	for (unsigned int i = 0; i < 50; i++) {
		guest_ledger_enter(&ledger, guest);
		usleep(10000);
	}
	for (unsigned int cpu = 0; cpu < cpu_nr; cpu++) {
		void *ok_nr;

		pthread_join(thread[cpu], &ok_nr);
		assert_int_equal((uintptr_t)ok_nr, 3 * STORM_NR);
	}
	guest_ledger_check_stats(&ledger, guest);
	for (unsigned int cpu = 0; cpu < cpu_nr; cpu++) {
		struct ygr_stats delta = since(guest, cpu, &stats[cpu]);
		char path[32];

		snprintf(path, sizeof(path), "/tmp/ring-%u", cpu);
		assert_int_equal(delta.produced[YGR_CLASS_FILE], 3 * STORM_NR);
		assert_int_equal(count_storm(guest, cpu, start),
				 3 * STORM_NR - delta.dropped[YGR_CLASS_FILE]);
		for (const struct guest_event *event = start->next; event; event = event->next)
			if (event->cpu == cpu && event->head.type == YGR_EV_OPEN)
				assert_string_equal(event->text[YGR_STR_PATH].bytes, path);
	}
}

static void totals_come_with_activity(void **state)
{
	struct guest *guest = *state;

	for (unsigned int cpu = 0; cpu < guest->info.cpu_nr; cpu++) {
		unsigned int before, round;

		mark(guest);
		before = ledger.page[cpu].totals_nr;
		/* Three intervals with something in them; the ledger refuses one without. */
		for (round = 0; round < 3; round++) {
			assert_int_equal(storm(cpu, 10), 10);
			/* 50 ms, and what an emulated and busy machine adds. */
			for (int wait = 0; ledger.page[cpu].totals_nr <= before + round; wait++) {
				assert_true(wait < 100);
				usleep(60000);
				guest_ledger_enter(&ledger, guest);
			}
		}
	}
}

static void records_lie_across_the_end(void **state)
{
	struct guest *guest = *state;

	for (unsigned int round = 0; round < 3; round++) {
		for (unsigned int cpu = 0; cpu < guest->info.cpu_nr; cpu++) {
			assert_int_equal(storm(cpu, 300), 300);
			guest_ledger_enter(&ledger, guest);
		}
	}
	/* 900 opens are more than one round of a ring, and their length does not divide it. */
	for (unsigned int cpu = 0; cpu < guest->info.cpu_nr; cpu++)
		assert_true(ledger.page[cpu].wrap_nr > 0);
}

/*
 * What a path says in its definition is not to be taken for what a record has at the same place: here the mark
 * of one that tells repeats.
 */
static void definitions_are_in_no_account(void **state)
{
	static const char dir[] = "/tmp/ring-the-name-of-a-directory", file[] = "/tmp/ring-the-name-of-a-directory/x";
	struct guest *guest = *state;
	const struct guest_event *event;
	unsigned int before;

	assert_true(!mkdir(dir, 0755) || errno == EEXIST);
	assert_int_equal(guest_pin(0), 0);
	/* A rule about opens would have them recorded whole. */
	guest_policy_clear(guest);
	mark(guest);
	before = ledger.page[0].totals_nr;
	assert_int_equal(guest_file_write(file, ""), 0);
	event = guest_expect(guest, .type = YGR_EV_OPEN, .path = file);
	assert_true(event->ring_bytes < event->head.len);
	/* TOTALS count it, and are checked as everywhere here. */
	for (int wait = 0; ledger.page[0].totals_nr == before; wait++) {
		assert_true(wait < 100);
		usleep(60000);
		guest_ledger_enter(&ledger, guest);
	}
	guest_policy_load(guest, POLICY);
}

static void data_is_mapped_twice(void **state)
{
	struct guest *guest = *state;

	mark(guest);
	for (unsigned int i = 0; i < guest->ring_nr; i++) {
		const uint8_t *data = guest->ring[i].data;

		assert_memory_equal(data, data + RING_BYTES, RING_BYTES);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(geometry_is_as_loaded, balance),
		cmocka_unit_test_teardown(overflow_is_counted, balance),
		cmocka_unit_test_teardown(gaps_tell_what_and_when, balance),
		cmocka_unit_test_teardown(nothing_is_dropped_while_there_is_room, balance),
		cmocka_unit_test_teardown(what_must_not_be_lost_has_the_reserve, balance),
		cmocka_unit_test_teardown(a_full_reserve_is_counted_too, balance),
		cmocka_unit_test_teardown(cpus_do_not_mix, balance),
		cmocka_unit_test_teardown(totals_come_with_activity, balance),
		cmocka_unit_test_teardown(records_lie_across_the_end, balance),
		cmocka_unit_test_teardown(definitions_are_in_no_account, balance),
		cmocka_unit_test_teardown(data_is_mapped_twice, balance),
	};

	return cmocka_run_group_tests_name("ring", tests, setup, guest_teardown);
}
