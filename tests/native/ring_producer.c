// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plays the kernel for tests/native: fills the rings of a source file at a
 * steady rate and says at the end, per CPU, how many events there were and how
 * many of them it had to drop. SIGTERM is the end before all EVENTS are there.
 *
 * Usage: ring_producer FILE CPUS RING_BYTES EVENTS EVENTS_PER_MS
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../unit/ring_fake.h"
#include "clock.h"
#include "source.h"

#define CPUS_MAX	64

static volatile sig_atomic_t is_stopped;

static void stop(int number)
{
	(void)number;
	is_stopped = 1;
}

static int make_file(const char *path, const struct ygr_source_file_head *head)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);

	if (fd < 0 || ftruncate(fd, (off_t)ygr_source_file_offset(head, head->cpu_nr)) ||
	    pwrite(fd, head, sizeof(*head), 0) != (ssize_t)sizeof(*head)) {
		perror(path);
		exit(1);
	}
	return fd;
}

static void make_open(struct record_fake *record, uint64_t nr)
{
	struct ygr_body_file body = { .file = { .ino = nr + 1, .mode = 0100644 },
				      .access = YGR_ACCESS_WRITE, .open_flags = 1 };
	char path[64];
	int len = snprintf(path, sizeof(path), "/var/tmp/native/%llu", (unsigned long long)nr);

	record_fake_begin(record, YGR_EV_OPEN, YGR_CLASS_FILE, ygr_clock_boot_ns());
	record->head.tgid = 1000 + (uint32_t)(nr % 50);
	record->head.start_ns = 5000 + nr % 50;
	memcpy(record->head.comm, "producer", 8);
	record_fake_body(record, &body, sizeof(body));
	record_fake_string(record, YGR_STR_PATH, path, (uint32_t)len);
}

int main(int argc, char **argv)
{
	static struct ring_fake rings[CPUS_MAX];
	struct ygr_source_file_head head = {
		.magic = YGR_SOURCE_FILE_MAGIC,
		.abi_version = YGR_ABI_VERSION,
		.schema_version = YGR_SCHEMA_VERSION,
		.load_id = ygr_clock_boot_ns(),
		.page_bytes = (uint32_t)sysconf(_SC_PAGESIZE),
	};
	const struct timespec pause = { .tv_nsec = 1000000 };
	unsigned long long event_nr, per_ms;
	int fd;

	if (argc != 6)
		return 64;
	head.cpu_nr = (uint32_t)strtoul(argv[2], NULL, 10);
	head.data_bytes = strtoull(argv[3], NULL, 10);
	event_nr = strtoull(argv[4], NULL, 10);
	per_ms = strtoull(argv[5], NULL, 10);
	if (head.cpu_nr == 0 || head.cpu_nr > CPUS_MAX || per_ms == 0)
		return 64;

	fd = make_file(argv[1], &head);
	for (uint32_t i = 0; i < head.cpu_nr; i++)
		ring_fake_init_file(&rings[i], i, fd, ygr_source_file_offset(&head, i), head.data_bytes);
	signal(SIGTERM, stop);
	for (uint64_t nr = 0; nr < event_nr && !is_stopped; nr++) {
		static struct record_fake record;

		make_open(&record, nr);
		ring_fake_put(&rings[nr * 7 % head.cpu_nr], &record);
		if (nr % per_ms == per_ms - 1)
			nanosleep(&pause, NULL);
	}
	/* The last drops have no event after them that would tell: wait for room. */
	for (uint32_t i = 0; i < head.cpu_nr; i++)
		for (int tries = 0; tries < 60000 && !ring_fake_put_gap(&rings[i], ygr_clock_boot_ns()); tries++) {
			uint64_t left = 0;

			for (int class = 0; class < YGR_CLASS_MAX; class++)
				left += rings[i].dropped[class];
			if (!left)
				break;
			nanosleep(&pause, NULL);
		}
	for (uint32_t i = 0; i < head.cpu_nr; i++)
		printf("cpu %u sequence %llu published %llu dropped %llu\n", i,
		       (unsigned long long)rings[i].seq, (unsigned long long)rings[i].put_nr,
		       (unsigned long long)rings[i].dropped_nr);
	return 0;
}
