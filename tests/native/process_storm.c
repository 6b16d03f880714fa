// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plays the kernel of a host with very many processes: LIVE that are forked, run a
 * program and stay, then SHORT that are forked, run a program and end, as fast as
 * the reader takes them. Nothing is dropped: when a ring is full, it waits.
 *
 * Usage: process_storm FILE CPUS RING_BYTES LIVE SHORT
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../unit/ring_fake.h"
#include "clock.h"
#include "source.h"

#define CPUS_MAX	64
#define PROGRAMS_NR	700
#define FIRST_PID	100
#define PARENTS_NR	200		/* of the live ones, that the short ones come from */

struct storm {
	struct ring_fake rings[CPUS_MAX];
	uint32_t cpu_nr;
	uint64_t event_nr;
	struct record_fake record;
};

static void make_file(const char *path, const struct ygr_source_file_head *head, struct storm *storm)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);

	if (fd < 0 || ftruncate(fd, (off_t)ygr_source_file_offset(head, head->cpu_nr)) ||
	    pwrite(fd, head, sizeof(*head), 0) != (ssize_t)sizeof(*head)) {
		perror(path);
		exit(1);
	}
	for (uint32_t i = 0; i < head->cpu_nr; i++)
		ring_fake_init_file(&storm->rings[i], i, fd, ygr_source_file_offset(head, i), head->data_bytes);
}

/* A process is named by its pid here: its start time follows from it. */
static void begin(struct storm *storm, uint16_t type, uint8_t class, uint32_t pid, uint32_t ppid)
{
	struct ygr_record *head = &storm->record.head;

	record_fake_begin(&storm->record, type, class, ygr_clock_boot_ns());
	head->tgid = pid;
	head->tid = pid;
	head->ppid = ppid;
	head->start_ns = pid * 1000ull;
	head->cgroup_id = 4000 + pid % 40;
	snprintf(head->comm, sizeof(head->comm), "program-%u", pid % PROGRAMS_NR);
}

static void put(struct storm *storm)
{
	const struct timespec pause = { .tv_nsec = 500000 };
	struct ring_fake *ring = &storm->rings[storm->record.head.tgid % storm->cpu_nr];

	while (!ring_fake_has_room(ring, storm->record.head.len + 4096))
		nanosleep(&pause, NULL);
	if (!ring_fake_put(ring, &storm->record))
		abort();
	storm->event_nr++;
}

static void put_start(struct storm *storm, uint32_t pid, uint32_t ppid)
{
	const struct ygr_body_fork fork = { .child_tgid = pid, .child_start_ns = pid * 1000ull };
	const struct ygr_body_exec exec = { .file = { .ino = pid % PROGRAMS_NR + 1, .mode = 0100755 }, .argc = 1 };
	char path[64];
	int len = snprintf(path, sizeof(path), "/usr/lib/some-package/bin/program-%u", pid % PROGRAMS_NR);

	begin(storm, YGR_EV_FORK, YGR_CLASS_FORK, ppid, 1);
	record_fake_body(&storm->record, &fork, sizeof(fork));
	put(storm);
	begin(storm, YGR_EV_EXEC, YGR_CLASS_EXEC, pid, ppid);
	record_fake_body(&storm->record, &exec, sizeof(exec));
	record_fake_string(&storm->record, YGR_STR_PATH, path, (uint32_t)len);
	put(storm);
}

static void put_exit(struct storm *storm, uint32_t pid, uint32_t ppid)
{
	const struct ygr_body_exit body = { .utime_ns = 1000 };

	begin(storm, YGR_EV_EXIT, YGR_CLASS_EXIT, pid, ppid);
	record_fake_body(&storm->record, &body, sizeof(body));
	put(storm);
}

static uint32_t parent_of(uint32_t nr, uint32_t live_nr)
{
	uint32_t parents = live_nr < PARENTS_NR ? live_nr : PARENTS_NR;

	return FIRST_PID + nr % (parents ? parents : 1);
}

int main(int argc, char **argv)
{
	static struct storm storm;
	struct ygr_source_file_head head = {
		.magic = YGR_SOURCE_FILE_MAGIC,
		.abi_version = YGR_ABI_VERSION,
		.schema_version = YGR_SCHEMA_VERSION,
		.load_id = ygr_clock_boot_ns(),
		.page_bytes = (uint32_t)sysconf(_SC_PAGESIZE),
	};
	uint32_t live_nr, short_nr, pid;

	if (argc != 6)
		return 64;
	head.cpu_nr = storm.cpu_nr = (uint32_t)strtoul(argv[2], NULL, 10);
	head.data_bytes = strtoull(argv[3], NULL, 10);
	live_nr = (uint32_t)strtoul(argv[4], NULL, 10);
	short_nr = (uint32_t)strtoul(argv[5], NULL, 10);
	if (head.cpu_nr == 0 || head.cpu_nr > CPUS_MAX)
		return 64;
	make_file(argv[1], &head, &storm);
	for (pid = FIRST_PID; pid < FIRST_PID + live_nr; pid++)
		put_start(&storm, pid, parent_of(pid, pid - FIRST_PID));
	for (uint32_t i = 0; i < short_nr; i++, pid++) {
		put_start(&storm, pid, parent_of(i, live_nr));
		put_exit(&storm, pid, parent_of(i, live_nr));
	}
	for (uint32_t i = 0; i < storm.cpu_nr; i++)
		printf("cpu %u sequence %llu published %llu dropped 0\n", i,
		       (unsigned long long)storm.rings[i].seq, (unsigned long long)storm.rings[i].put_nr);
	printf("events %llu\n", (unsigned long long)storm.event_nr);
	return 0;
}
