// SPDX-License-Identifier: GPL-2.0-only
/*
 * Falco's driver, as Debian packages it: a module that looks at each system call where it begins and where it ends, and
 * writes an event for either into a ring of 8 MiB for each CPU, which a process maps. Numbers and layouts are those of
 * its ppm_events_public.h and ppm_ringbuffer.h. The guest has it only where it builds for the kernel.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

#define MODULE		"/t/scap.ko"
#define DEVICE		"/dev/scap0"	/* of the first CPU, which is the only one */
#define RING_BYTES	(8u << 20)	/* mapped twice in a row */

#define IOCTL_ENABLE	_IO('s', 1)
#define IOCTL_MASK_ZERO	_IO('s', 5)
#define IOCTL_MASK_SET	_IO('s', 6)

/* Each has two events: its number where it begins, and one more where it ends. */
enum call {
	CALL_OPEN = 2,
	CALL_CONNECT = 22,
	CALL_OPENAT = 306,
};

struct ring_info {
	volatile uint32_t head;
	volatile uint32_t tail;
	volatile uint64_t events;
	volatile uint64_t drops_full;
	volatile uint64_t drops_fault;
	volatile uint64_t preemptions;
	volatile uint64_t switches;
};

struct event_head {
	uint64_t time_ns;
	uint64_t tid;
	uint32_t len;
	uint16_t type;
	uint32_t param_nr;
} __attribute__((packed));

struct falco {
	int fd;
	struct ring_info *info;
	const uint8_t *ring;
};

static struct falco open_falco(void)
{
	struct falco falco = { .fd = open(DEVICE, O_RDWR | O_CLOEXEC) };

	assert_true(falco.fd >= 0);
	falco.ring = mmap(NULL, 2 * RING_BYTES, PROT_READ, MAP_SHARED, falco.fd, 0);
	assert_true(falco.ring != MAP_FAILED);
	falco.info = mmap(NULL, sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE, MAP_SHARED, falco.fd, 0);
	assert_true(falco.info != MAP_FAILED);
	assert_int_equal(ioctl(falco.fd, IOCTL_ENABLE), 0);
	return falco;
}

static void close_falco(struct falco *falco)
{
	munmap(falco->info, sysconf(_SC_PAGESIZE));
	munmap((void *)falco->ring, 2 * RING_BYTES);
	close(falco->fd);
}

/* Of this thread's events in the ring, those that say that a call of @call has ended. All are read then. */
static unsigned int take(const struct falco *falco, enum call call)
{
	uint32_t head = falco->info->head, at = falco->info->tail;
	unsigned int nr = 0;

	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	while (at != head) {
		const struct event_head *event = (const void *)(falco->ring + at);

		nr += event->type == call + 1 && event->tid == (uint64_t)gettid();
		assert_in_range(event->len, sizeof(*event), RING_BYTES);
		at = (at + event->len) % RING_BYTES;
	}
	__atomic_thread_fence(__ATOMIC_RELEASE);
	falco->info->tail = at;
	return nr;
}

static void take_all(void *arg)
{
	take(arg, CALL_OPEN);
}

/* What is measured is seen, and nothing was dropped. */
static void check(const struct falco *falco)
{
	take(falco, CALL_OPENAT);
	bench_works[BENCH_OPEN_WRITE].sample();
	assert_int_equal(take(falco, CALL_OPENAT), 1);
	bench_works[BENCH_CONNECT].sample();
	assert_int_equal(take(falco, CALL_CONNECT), 1);
	assert_int_equal(falco->info->drops_full + falco->info->drops_fault + falco->info->preemptions, 0);
}

static void measure(const char *contender, const struct falco *falco)
{
	const struct bench_reader reader = { .drain = take_all, .arg = (void *)falco };

	check(falco);
	bench_measure(contender, BENCH_CALLS, &reader);
	check(falco);
}

/* What sensors that are only about these would ask it for. */
static void ask_for_less(const struct falco *falco)
{
	static const enum call calls[] = { CALL_OPEN, CALL_OPENAT, CALL_CONNECT };

	assert_int_equal(ioctl(falco->fd, IOCTL_MASK_ZERO), 0);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		for (unsigned int end = 0; end <= 1; end++)
			assert_int_equal(ioctl(falco->fd, IOCTL_MASK_SET, calls[i] + end), 0);
}

void bench_falco(void **state)
{
	struct falco falco;

	(void)state;
	if (access(MODULE, F_OK)) {
		print_message("# falco: its driver was not built for this kernel\n");
		return;
	}
	assert_int_equal(guest_module_load_file(MODULE, ""), 0);
	falco = open_falco();
	measure("falco-all", &falco);
	ask_for_less(&falco);
	measure("falco-less", &falco);
	close_falco(&falco);
	assert_int_equal(syscall(SYS_delete_module, "scap", 0), 0);
}
