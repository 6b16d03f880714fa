// SPDX-License-Identifier: GPL-2.0-only
/*
 * A consumer that lies about its position, as fast as it can, while every CPU
 * produces. Its lies may cost it records; they must not cost anybody a
 * verdict, a count, or the kernel its life.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest.h"
#include "guest_ledger.h"

#define MODULE_PARAMS	"ring_kib=64 totals_ms=20 flush_ms=20"
#define DENIED_PATH	"/tmp/hostile-denied"
#define ALLOWED_PATH	"/tmp/hostile-allowed"
#define POLICY \
	"version: 1\nname: hostile\nrules:\n" \
	"  - { name: no-touch, on: open-write, where: { path: [" DENIED_PATH "] }, do: deny }\n"

#define STORM_MS	2000
#define LIAR_NR		2

static atomic_bool storm_is_over;

static int setup(void **state)
{
	if (guest_module_load(MODULE_PARAMS))
		return -1;
	*state = guest_open();
	/* Both are there: an open that creates has a record more. */
	assert_int_equal(guest_file_write(ALLOWED_PATH, ""), 0);
	assert_int_equal(guest_file_write(DENIED_PATH, ""), 0);
	guest_policy_load(*state, POLICY);
	return 0;
}

struct producer {
	unsigned int cpu;
	uint64_t opened_nr;
	uint64_t denied_nr;
	uint64_t wrong_nr;
};

static void *produce(void *arg)
{
	struct producer *producer = arg;

	producer->wrong_nr += guest_pin(producer->cpu) != 0;
	while (!atomic_load(&storm_is_over)) {
		int fd = open(ALLOWED_PATH, O_WRONLY);

		producer->opened_nr++;
		producer->wrong_nr += fd < 0;
		close(fd);
		fd = open(DENIED_PATH, O_WRONLY);
		producer->denied_nr++;
		producer->wrong_nr += fd >= 0 || errno != EPERM;
	}
	return NULL;
}

/* Positions around every edge there is, and anywhere. */
static uint64_t lie(uint64_t head, uint64_t data_bytes, unsigned int *seed)
{
	const uint64_t lies[] = {
		0, 1, ~0ull, 1ull << 63, (1ull << 63) - 1, head, head + 1, head + 8, head - 1, head - 8,
		head - data_bytes, head - data_bytes - 1, head - data_bytes - 8, head - data_bytes + 1,
		head + data_bytes, head + data_bytes * 3 / 4, head - data_bytes * 3 / 4,
		head + (1ull << 32), head - (1ull << 32), head ^ (1ull << 63),
		(uint64_t)rand_r(seed) << 32 | (unsigned int)rand_r(seed),
		head - rand_r(seed) % data_bytes,
	};

	return lies[(unsigned int)rand_r(seed) % (sizeof(lies) / sizeof(lies[0]))];
}

struct liar {
	const struct guest *guest;
	unsigned int seed;
	uint64_t lie_nr;
};

static void *tell_lies(void *arg)
{
	struct liar *liar = arg;

	while (!atomic_load(&storm_is_over)) {
		for (unsigned int i = 0; i < liar->guest->ring_nr; i++) {
			const struct guest_ring *ring = &liar->guest->ring[i];

			__atomic_store_n(&ring->consumer->tail,
					 lie(ring->producer->head, ring->info.data_bytes,
					     &liar->seed), __ATOMIC_RELEASE);
			liar->lie_nr++;
		}
	}
	return NULL;
}

/* What the kernel says of its rings stays sane, whatever it is told. */
static void watch_rings(const struct guest *guest, unsigned int for_ms)
{
	uint64_t deadline_ns = guest_now_ns() + for_ms * 1000000ull;
	uint64_t head[GUEST_LEDGER_CPU_NR_MAX] = { 0 };
	struct pollfd pfd = { .fd = guest->fd, .events = POLLIN };

	while (guest_now_ns() < deadline_ns) {
		for (unsigned int i = 0; i < guest->ring_nr; i++) {
			struct ygr_ring_info info = { .cpu = guest->ring[i].cpu };

			assert_int_equal(ioctl(guest->fd, YGR_IOC_GET_RING, &info), 0);
			assert_int_equal(info.head % 8, 0);
			assert_true(info.head >= head[i]);
			assert_true(info.head - info.tail <= info.data_bytes);
			head[i] = info.head;
		}
		assert_true(poll(&pfd, 1, 1) >= 0);
	}
}

static void lies_cost_nobody_a_count_or_a_verdict(void **state)
{
	const struct guest *guest = *state;
	struct producer producer[GUEST_LEDGER_CPU_NR_MAX] = { { 0 } };
	struct liar liar[LIAR_NR] = { { 0 } };
	pthread_t producers[GUEST_LEDGER_CPU_NR_MAX], liars[LIAR_NR];
	struct ygr_stats before = guest_stats(guest, YGR_CPU_ALL), after;
	uint64_t opened_nr = 0, denied_nr = 0;

	for (unsigned int i = 0; i < LIAR_NR; i++) {
		liar[i] = (struct liar){ .guest = guest, .seed = 4711 + i };
		assert_int_equal(pthread_create(&liars[i], NULL, tell_lies, &liar[i]), 0);
	}
	for (unsigned int i = 0; i < guest->ring_nr; i++) {
		producer[i].cpu = guest->ring[i].cpu;
		assert_int_equal(pthread_create(&producers[i], NULL, produce, &producer[i]), 0);
	}
	watch_rings(guest, STORM_MS);
	atomic_store(&storm_is_over, true);
	for (unsigned int i = 0; i < guest->ring_nr; i++) {
		pthread_join(producers[i], NULL);
		assert_int_equal(producer[i].wrong_nr, 0);
		opened_nr += producer[i].opened_nr;
		denied_nr += producer[i].denied_nr;
	}
	for (unsigned int i = 0; i < LIAR_NR; i++) {
		pthread_join(liars[i], NULL);
		assert_true(liar[i].lie_nr > 1000);
	}
	after = guest_stats(guest, YGR_CPU_ALL);
	print_message("# %llu opens, %llu denials, %llu lies\n", (unsigned long long)opened_nr,
		      (unsigned long long)denied_nr,
		      (unsigned long long)(liar[0].lie_nr + liar[1].lie_nr));
	assert_true(opened_nr > 100);
	assert_int_equal(after.produced[YGR_CLASS_FILE] - before.produced[YGR_CLASS_FILE], opened_nr);
	assert_int_equal(after.produced[YGR_CLASS_DENY] - before.produced[YGR_CLASS_DENY], denied_nr);
	assert_int_equal(after.denied - before.denied, denied_nr);
}

/* What no honest consumer can have left behind is put to the head. */
static void the_next_consumer_starts_clean(void **state)
{
	static const int64_t off_head[] = { 1, 8, 1 << 20, -1, -9, INT64_MIN, -(64 << 10) - 8 };
	(void)state;

	for (size_t i = 0; i < sizeof(off_head) / sizeof(off_head[0]); i++) {
		int fd = open(YGR_DEVICE_PATH, O_RDWR);
		struct ygr_ring_info ring = { .cpu = 0 };
		struct ygr_ring_consumer *consumer;

		assert_true(fd >= 0);
		consumer = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		assert_ptr_not_equal(consumer, MAP_FAILED);
		assert_int_equal(ioctl(fd, YGR_IOC_GET_RING, &ring), 0);
		consumer->tail = ring.head + off_head[i];
		munmap(consumer, 4096);
		close(fd);

		fd = open(YGR_DEVICE_PATH, O_RDWR);
		assert_true(fd >= 0);
		assert_int_equal(ioctl(fd, YGR_IOC_GET_RING, &ring), 0);
		assert_int_equal(ring.tail % 8, 0);
		assert_true(ring.head - ring.tail < 4096);
		close(fd);
	}
}

static void lie_on_all_cpus(void)
{
	struct guest *guest = guest_open();

	/* Not guest_close(), which would read. */
	for (unsigned int i = 0; i < guest->ring_nr; i++) {
		const struct guest_ring *ring = &guest->ring[i];

		ring->consumer->tail = ring->producer->head + 12345;
		munmap(ring->consumer, 4096);
		munmap((void *)ring->producer, 4096 + 2 * ring->info.data_bytes);
	}
	close(guest->fd);
	free(guest->ring);
	free(guest);
}

/* From there on records are well-formed, and from the first TOTALS on all adds up. */
static void the_next_consumer_can_account(void **state)
{
	static struct guest_ledger ledger;
	char *argv[] = { "/bin/true", NULL };
	struct guest *guest;
	pid_t pid;

	(void)state;
	lie_on_all_cpus();
	guest = guest_open();
	guest_ledger_open(&ledger, guest, false);
	for (unsigned int i = 0; i < 2000; i++) {
		assert_int_equal(guest_pin(guest->ring[i % guest->ring_nr].cpu), 0);
		assert_int_equal(open(DENIED_PATH, O_WRONLY), -1);
		assert_int_equal(errno, EPERM);
		if (i % 100 == 0)
			guest_ledger_enter(&ledger, guest);
	}
	assert_int_equal(guest_child_exec(argv, &pid), 0);
	guest_ledger_check_stats(&ledger, guest);
	guest_expect(guest, .type = YGR_EV_EXEC, .tgid = pid, .path = "/bin/busybox");
	guest_expect(guest, .type = YGR_EV_EXIT, .tgid = pid);
	guest_expect(guest, .type = YGR_EV_OPEN, .verdict = GUEST_DENIED, .path = DENIED_PATH);
	guest_close(guest);
}

/* The liars' own handle: its owner read nothing that could be relied on. */
static int close_only(void **state)
{
	struct guest *guest = *state;

	for (unsigned int i = 0; i < guest->ring_nr; i++)
		guest->ring[i].consumer->tail = guest->ring[i].producer->head;
	guest_close(guest);
	*state = NULL;
	return 0;
}

static int unload(void **state)
{
	(void)state;
	return guest_module_unload();
}

int main(void)
{
	const struct CMUnitTest lies[] = {
		cmocka_unit_test(lies_cost_nobody_a_count_or_a_verdict),
	};
	const struct CMUnitTest after[] = {
		cmocka_unit_test(the_next_consumer_starts_clean),
		cmocka_unit_test(the_next_consumer_can_account),
	};

	return cmocka_run_group_tests_name("lies", lies, setup, close_only) +
	       cmocka_run_group_tests_name("after", after, NULL, unload);
}
