// SPDX-License-Identifier: GPL-2.0-only
/* What the consumer of the rings may map, when it is woken, and who comes after it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest.h"

#define FLUSH_MS	1000
#define SLACK_MS	400	/* emulation is slow */
#define MODULE_PARAMS	"ring_kib=64 totals_ms=600000 flush_ms=1000"
#define WATERMARK_BYTES	(64u * 1024 / 8)

#define CONTROL_PAGES	2
#define DATA_PAGES	(64u * 1024 / 4096)
#define RING_PAGES	(CONTROL_PAGES + 2 * DATA_PAGES)

static int setup(void **state)
{
	if (guest_module_load(MODULE_PARAMS))
		return -1;
	*state = guest_open();
	assert_int_equal(((struct guest *)*state)->info.page_bytes, 4096);
	assert_int_equal(guest_file_write("/tmp/consumer", ""), 0);
	return 0;
}

static void one_event(void)
{
	int fd = open("/tmp/consumer", O_WRONLY);

	assert_true(fd >= 0);
	close(fd);
}

/* ---- mmap ---- */

struct mapping {
	unsigned int first_page;
	unsigned int page_nr;
	int prot;
	int flags;
	int error;
};

static void *map(int fd, uint64_t first_page, uint64_t page_nr, int prot, int flags)
{
	return mmap(NULL, page_nr * 4096, prot, flags, fd, first_page * 4096);
}

static void mmap_obeys_its_rules(void **state)
{
	enum { R = PROT_READ, W = PROT_WRITE, X = PROT_EXEC };
	static const struct mapping mappings[] = {
		/* As the contract says */
		{ 0, 1, R | W, MAP_SHARED, 0 },
		{ 1, RING_PAGES - 1, R, MAP_SHARED, 0 },
		/* Parts */
		{ 0, 1, R, MAP_SHARED, 0 },
		{ 0, 1, W, MAP_SHARED, 0 },
		{ 1, 1, R, MAP_SHARED, 0 },
		{ 0, RING_PAGES, R, MAP_SHARED, 0 },
		{ CONTROL_PAGES, DATA_PAGES, R, MAP_SHARED, 0 },
		{ CONTROL_PAGES + DATA_PAGES, DATA_PAGES, R, MAP_SHARED, 0 },
		{ RING_PAGES - 1, 1, R, MAP_SHARED, 0 },
		{ 1, RING_PAGES - 1, PROT_NONE, MAP_SHARED, 0 },
		{ 0, 1, R | W, MAP_SHARED_VALIDATE, 0 },
		/* Only the first page is the consumer's to write */
		{ 0, 2, R | W, MAP_SHARED, EPERM },
		{ 0, RING_PAGES, R | W, MAP_SHARED, EPERM },
		{ 1, 1, R | W, MAP_SHARED, EPERM },
		{ 1, 1, W, MAP_SHARED, EPERM },
		{ 1, RING_PAGES - 1, R | W, MAP_SHARED, EPERM },
		{ CONTROL_PAGES, 1, R | W, MAP_SHARED, EPERM },
		{ CONTROL_PAGES + DATA_PAGES, DATA_PAGES, R | W, MAP_SHARED, EPERM },
		{ RING_PAGES - 1, 1, W, MAP_SHARED, EPERM },
		/* A private copy would be no ring */
		{ 0, 1, R | W, MAP_PRIVATE, EINVAL },
		{ 0, 1, R, MAP_PRIVATE, EINVAL },
		{ 1, RING_PAGES - 1, R, MAP_PRIVATE, EINVAL },
		{ CONTROL_PAGES, 1, R | W, MAP_PRIVATE, EINVAL },
		/* Nothing here is code */
		{ 0, 1, R | X, MAP_SHARED, EPERM },
		{ 0, 1, R | W | X, MAP_SHARED, EPERM },
		{ 1, RING_PAGES - 1, R | X, MAP_SHARED, EPERM },
		{ CONTROL_PAGES, 1, X, MAP_SHARED, EPERM },
		/* Across the end, where the next CPU's ring starts */
		{ 0, RING_PAGES + 1, R, MAP_SHARED, EINVAL },
		{ 1, RING_PAGES, R, MAP_SHARED, EINVAL },
		{ RING_PAGES - 1, 2, R, MAP_SHARED, EINVAL },
		{ RING_PAGES - 1, 2, R | W, MAP_SHARED, EINVAL },
		{ CONTROL_PAGES, 1u << 20, R, MAP_SHARED, EINVAL },
	};
	const struct guest *guest = *state;

	for (unsigned int i = 0; i < guest->ring_nr; i++) {
		uint64_t first = guest->ring[i].info.mmap_offset / 4096;

		for (size_t j = 0; j < sizeof(mappings) / sizeof(mappings[0]); j++) {
			const struct mapping *m = &mappings[j];
			void *at = map(guest->fd, first + m->first_page, m->page_nr, m->prot, m->flags);
			int error = at == MAP_FAILED ? errno : 0;

			if (error != m->error)
				fail_msg("cpu %u pages %u+%u prot %d flags %d: errno %d, not %d",
					 guest->ring[i].cpu, m->first_page, m->page_nr, m->prot,
					 m->flags, error, m->error);
			if (at != MAP_FAILED)
				munmap(at, m->page_nr * 4096);
		}
	}
}

static void mmap_beyond_the_last_cpu(void **state)
{
	const struct guest *guest = *state;
	const uint64_t pages[] = { guest->info.cpu_nr, guest->info.cpu_nr + 1, 1u << 20,
				   0xfffffffffull / RING_PAGES };

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		assert_ptr_equal(map(guest->fd, pages[i] * RING_PAGES, 1, PROT_READ, MAP_SHARED),
				 MAP_FAILED);
		assert_int_equal(errno, ENXIO);
	}
}

static void check_mprotect(void *at, size_t bytes, int prot, int error)
{
	assert_int_equal(mprotect(at, bytes, prot), error ? -1 : 0);
	if (error)
		assert_int_equal(errno, error);
}

static void what_is_mapped_stays_as_it_is(void **state)
{
	const struct guest *guest = *state;
	const size_t shown_bytes = (RING_PAGES - 1) * 4096;
	void *consumer = map(guest->fd, 0, 1, PROT_READ, MAP_SHARED);
	void *shown = map(guest->fd, 1, RING_PAGES - 1, PROT_NONE, MAP_SHARED);

	assert_ptr_not_equal(consumer, MAP_FAILED);
	assert_ptr_not_equal(shown, MAP_FAILED);
	check_mprotect(shown, shown_bytes, PROT_READ, 0);
	check_mprotect(shown, shown_bytes, PROT_READ | PROT_WRITE, EACCES);
	check_mprotect(shown, 4096, PROT_WRITE, EACCES);
	check_mprotect(shown, shown_bytes, PROT_READ | PROT_EXEC, EACCES);
	check_mprotect(consumer, 4096, PROT_READ | PROT_WRITE, 0);
	check_mprotect(consumer, 4096, PROT_READ | PROT_EXEC, EACCES);
	/* A mapping does not grow over the pages behind it. */
	assert_ptr_equal(mremap(consumer, 4096, 2 * 4096, MREMAP_MAYMOVE), MAP_FAILED);
	assert_int_equal(errno, EFAULT);
	munmap(consumer, 4096);
	munmap(shown, shown_bytes);
}

/* A debugger's way of writing what is mapped read-only. */
static void proc_mem_cannot_write_records(void **state)
{
	const struct guest *guest = *state;
	const struct guest_ring *ring = &guest->ring[0];
	uint64_t head = ring->producer->head, lie = ~0ull;
	int fd = open("/proc/self/mem", O_RDWR);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, &lie, sizeof(lie), (uintptr_t)ring->producer), -1);
	assert_int_equal(errno, EIO);
	assert_int_equal(pwrite(fd, &lie, sizeof(lie), (uintptr_t)ring->data), -1);
	assert_int_equal(errno, EIO);
	close(fd);
	assert_true(ring->producer->head - head < 4096);
}

static void a_status_handle_maps_nothing(void **state)
{
	int fd = open(YGR_DEVICE_PATH, O_RDONLY);

	(void)state;
	assert_true(fd >= 0);
	for (unsigned int page = 0; page < RING_PAGES; page++) {
		assert_ptr_equal(map(fd, page, 1, PROT_READ, MAP_SHARED), MAP_FAILED);
		assert_int_equal(errno, EPERM);
	}
	assert_ptr_equal(map(fd, 0, 1, PROT_READ | PROT_WRITE, MAP_SHARED), MAP_FAILED);
	assert_int_equal(errno, EACCES);
	close(fd);
}

/* ---- poll ---- */

static int poll_in(const struct guest *guest, int timeout_ms)
{
	struct pollfd pfd = { .fd = guest->fd, .events = POLLIN };
	int ret = poll(&pfd, 1, timeout_ms);

	assert_in_range(ret, 0, 1);
	assert_int_equal(pfd.revents, ret ? POLLIN : 0);
	return ret;
}

static unsigned int ms_since(uint64_t begin_ns)
{
	return (guest_now_ns() - begin_ns) / 1000000;
}

/* Returns with nothing to read, right after the timer came round. */
static uint64_t wait_for_flush(struct guest *guest)
{
	guest_drain(guest);
	poll_in(guest, 0);
	one_event();
	assert_int_equal(poll_in(guest, 2 * FLUSH_MS + SLACK_MS), 1);
	guest_drain(guest);
	return guest_now_ns();
}

static void little_is_flushed_in_time(void **state)
{
	struct guest *guest = *state;
	uint64_t flushed_ns = wait_for_flush(guest);

	one_event();
	assert_int_equal(poll_in(guest, FLUSH_MS / 2), 0);
	assert_int_equal(poll_in(guest, FLUSH_MS / 2 + SLACK_MS), 1);
	assert_in_range(ms_since(flushed_ns), FLUSH_MS - SLACK_MS, FLUSH_MS + SLACK_MS);
	assert_int_not_equal(guest_drain(guest), 0);
	assert_int_equal(poll_in(guest, 0), 0);
}

static void nothing_wakes_for_nothing(void **state)
{
	struct guest *guest = *state;

	wait_for_flush(guest);
	assert_int_equal(poll_in(guest, FLUSH_MS + SLACK_MS), 0);
	assert_int_equal(guest_drain(guest), 0);
}

static uint64_t unread_bytes(const struct guest *guest, uint32_t cpu)
{
	struct ygr_stats stats = guest_stats(guest, cpu);

	return stats.head - stats.tail;
}

struct waiter {
	const struct guest *guest;
	uint64_t begin_ns;	/* before its thread was made, which may be late to run */
	uint64_t unread_bytes;	/* when it was woken */
	unsigned int waited_ms;
	int ret;
};

static void *wait_for_data(void *arg)
{
	struct waiter *waiter = arg;
	struct pollfd pfd = { .fd = waiter->guest->fd, .events = POLLIN };

	waiter->ret = poll(&pfd, 1, GUEST_WAIT_MS);
	waiter->waited_ms = ms_since(waiter->begin_ns);
	for (unsigned int i = 0; i < waiter->guest->ring_nr; i++) {
		uint64_t bytes = unread_bytes(waiter->guest, waiter->guest->ring[i].cpu);

		if (bytes > waiter->unread_bytes)
			waiter->unread_bytes = bytes;
	}
	return NULL;
}

static void much_wakes_at_once(void **state)
{
	struct guest *guest = *state;
	struct waiter waiter = { .guest = guest };
	pthread_t thread;
	uint64_t head;

	assert_int_equal(guest_pin(0), 0);
	wait_for_flush(guest);
	waiter.begin_ns = guest_now_ns();
	assert_int_equal(pthread_create(&thread, NULL, wait_for_data, &waiter), 0);
	usleep(50000);
	head = guest->ring[0].producer->head;
	while (guest->ring[0].producer->head - head < WATERMARK_BYTES)
		one_event();
	pthread_join(thread, NULL);
	assert_int_equal(waiter.ret, 1);
	assert_in_range(waiter.waited_ms, 50, FLUSH_MS - SLACK_MS);
	assert_in_range(waiter.unread_bytes, WATERMARK_BYTES, WATERMARK_BYTES + 1024);
	/* Level-triggered until it is read. */
	assert_int_equal(poll_in(guest, 0), 1);
	assert_int_equal(poll_in(guest, 0), 1);
	guest_drain(guest);
	assert_int_equal(poll_in(guest, 0), 0);
}

static void below_the_watermark_is_not_much(void **state)
{
	struct guest *guest = *state;
	uint64_t head;

	assert_int_equal(guest_pin(0), 0);
	wait_for_flush(guest);
	head = guest->ring[0].producer->head;
	while (guest->ring[0].producer->head - head < WATERMARK_BYTES - 512)
		one_event();
	assert_true(unread_bytes(guest, 0) < WATERMARK_BYTES);
	assert_int_equal(poll_in(guest, 100), 0);
}

static void a_status_handle_is_never_ready(void **state)
{
	struct pollfd pfd = { .fd = open(YGR_DEVICE_PATH, O_RDONLY), .events = POLLIN | POLLOUT };

	(void)state;
	one_event();
	assert_int_equal(poll(&pfd, 1, 0), 1);
	assert_int_equal(pfd.revents, POLLERR);
	close(pfd.fd);
}

/* ---- one consumer after the other ---- */

static void assert_busy(void)
{
	assert_int_equal(open(YGR_DEVICE_PATH, O_RDWR), -1);
	assert_int_equal(errno, EBUSY);
}

static void there_is_one_consumer(void **state)
{
	struct guest *guest = guest_open();
	int copy_fd = dup(guest->fd);

	(void)state;
	assert_busy();
	guest_close(guest);
	/* A copy of the handle is the consumer still. */
	assert_busy();
	close(copy_fd);
	guest_close(guest_open());
}

static void a_mapping_is_a_consumer(void **state)
{
	struct guest *guest = guest_open();
	void *page = map(guest->fd, 0, 1, PROT_READ | PROT_WRITE, MAP_SHARED);

	(void)state;
	assert_ptr_not_equal(page, MAP_FAILED);
	guest_close(guest);
	assert_busy();
	munmap(page, 4096);
	guest_close(guest_open());
}

static const char * const handover_path[] = {
	"/tmp/handover-1", "/tmp/handover-2", "/tmp/handover-3",
};

/* The file is there: one record. */
static void touch(unsigned int nr)
{
	int fd = open(handover_path[nr], O_WRONLY);

	assert_true(fd >= 0);
	close(fd);
}

/* The first consumer takes one record of the two that it was left, and goes. */
static void records_wait_for_the_next_consumer(void **state)
{
	int fd = open(YGR_DEVICE_PATH, O_RDWR);
	struct ygr_ring_info ring = { .cpu = 0 };
	struct ygr_ring_consumer *consumer = map(fd, 0, 1, PROT_READ | PROT_WRITE, MAP_SHARED);
	const struct ygr_record *record;
	struct guest *guest;
	const uint8_t *data;

	(void)state;
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(guest_file_write(handover_path[i], ""), 0);
	assert_int_equal(guest_pin(0), 0);
	assert_ptr_not_equal(consumer, MAP_FAILED);
	data = map(fd, CONTROL_PAGES, 2 * DATA_PAGES, PROT_READ, MAP_SHARED);
	assert_ptr_not_equal(data, MAP_FAILED);
	assert_int_equal(ioctl(fd, YGR_IOC_GET_RING, &ring), 0);
	consumer->tail = ring.head;
	touch(0);
	touch(1);
	/* What it refers to comes before it. */
	do {
		record = (const void *)(data + (consumer->tail & (ring.data_bytes - 1)));
		consumer->tail += record->len;
	} while (record->type == YGR_EV_CONTEXT || record->type == YGR_EV_DIRECTORY);
	assert_int_equal(record->type, YGR_EV_OPEN);
	ring.tail = consumer->tail;
	munmap(consumer, 4096);
	munmap((void *)data, 2 * DATA_PAGES * 4096);
	close(fd);
	touch(2);

	guest = guest_open();
	assert_int_equal(guest->ring[0].info.tail, ring.tail);
	guest_expect(guest, .type = YGR_EV_OPEN, .path = handover_path[1]);
	guest_expect(guest, .type = YGR_EV_OPEN, .path = handover_path[2]);
	guest_reject(guest, .path = handover_path[0]);
	guest_close(guest);
}

static int load_only(void **state)
{
	(void)state;
	return guest_module_load(MODULE_PARAMS);
}

static int unload_only(void **state)
{
	(void)state;
	return guest_module_unload();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mmap_obeys_its_rules),
		cmocka_unit_test(mmap_beyond_the_last_cpu),
		cmocka_unit_test(what_is_mapped_stays_as_it_is),
		cmocka_unit_test(proc_mem_cannot_write_records),
		cmocka_unit_test(a_status_handle_maps_nothing),
		cmocka_unit_test(little_is_flushed_in_time),
		cmocka_unit_test(nothing_wakes_for_nothing),
		cmocka_unit_test(much_wakes_at_once),
		cmocka_unit_test(below_the_watermark_is_not_much),
		cmocka_unit_test(a_status_handle_is_never_ready),
	};
	const struct CMUnitTest handover[] = {
		cmocka_unit_test(there_is_one_consumer),
		cmocka_unit_test(a_mapping_is_a_consumer),
		cmocka_unit_test(records_wait_for_the_next_consumer),
	};

	return cmocka_run_group_tests_name("consumer", tests, setup, guest_teardown) +
	       cmocka_run_group_tests_name("handover", handover, load_only, unload_only);
}
