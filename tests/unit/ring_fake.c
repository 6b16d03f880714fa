// SPDX-License-Identifier: GPL-2.0-only
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ring_fake.h"

static void map_at(uint8_t *at, size_t bytes, int fd, uint64_t offset)
{
	if (mmap(at, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, (off_t)offset) == MAP_FAILED)
		abort();
}

void ring_fake_init_file(struct ring_fake *fake, uint32_t cpu, int fd, uint64_t offset,
			 uint64_t data_bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	memset(fake, 0, sizeof(*fake));
	fake->cpu = cpu;
	fake->data_bytes = data_bytes;
	fake->map_bytes = 2 * page + 2 * data_bytes;
	fake->map = mmap(NULL, fake->map_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (fake->map == MAP_FAILED)
		abort();
	map_at(fake->map, 2 * page + data_bytes, fd, offset);
	map_at(fake->map + 2 * page + data_bytes, data_bytes, fd, offset + 2 * page);
	fake->consumer = (struct ygr_ring_consumer *)fake->map;
	fake->producer = (struct ygr_ring_producer *)(fake->map + page);
	fake->data = fake->map + 2 * page;
	fake->head = fake->producer->head;
}

void ring_fake_init(struct ring_fake *fake, uint32_t cpu, uint64_t data_bytes)
{
	int fd = memfd_create("ring", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, 2 * sysconf(_SC_PAGESIZE) + (off_t)data_bytes))
		abort();
	ring_fake_init_file(fake, cpu, fd, 0, data_bytes);
	close(fd);
}

void ring_fake_exit(struct ring_fake *fake)
{
	munmap(fake->map, fake->map_bytes);
}

struct ygr_ring_map ring_fake_map(const struct ring_fake *fake)
{
	return (struct ygr_ring_map) {
		.cpu = fake->cpu,
		.data = fake->data,
		.data_bytes = fake->data_bytes,
		.producer = fake->producer,
		.consumer = fake->consumer,
	};
}

void record_fake_begin(struct record_fake *record, uint16_t type, uint8_t class, uint64_t time_ns)
{
	memset(record, 0, sizeof(*record));
	record->head.len = sizeof(record->head);
	record->head.type = type;
	record->head.class = class;
	record->head.time_ns = time_ns;
	record->head.loginuid = ~0u;
	record->head.sessionid = ~0u;
}

void record_fake_body(struct record_fake *record, const void *body, size_t bytes)
{
	memcpy(record->bytes + record->head.len, body, bytes);
	record->head.body_len = (uint16_t)bytes;
	record->head.len += (uint32_t)bytes;
}

void record_fake_cut(struct record_fake *record, uint16_t tag, const void *bytes, uint32_t len,
		     uint32_t true_len)
{
	struct ygr_string head = { .tag = tag, .len = len, .true_len = true_len };

	assert(record->head.len + sizeof(head) + len + 8 < sizeof(record->bytes));
	memcpy(record->bytes + record->head.len, &head, sizeof(head));
	memcpy(record->bytes + record->head.len + sizeof(head), bytes, len);
	record->head.len += (uint32_t)sizeof(head) + ((len + 7) & ~7u);
}

void record_fake_string(struct record_fake *record, uint16_t tag, const void *bytes, uint32_t len)
{
	record_fake_cut(record, tag, bytes, len, len);
}

bool ring_fake_has_room(const struct ring_fake *fake, size_t len)
{
	uint64_t tail = __atomic_load_n(&fake->consumer->tail, __ATOMIC_ACQUIRE);

	return fake->head - tail <= fake->data_bytes && fake->head - tail + len <= fake->data_bytes;
}

void ring_fake_put_raw(struct ring_fake *fake, const void *bytes, size_t len)
{
	memcpy(fake->data + (fake->head & (fake->data_bytes - 1)), bytes, len);
	fake->head += len;
	__atomic_store_n(&fake->producer->head, fake->head, __ATOMIC_RELEASE);
}

bool ring_fake_put_gap(struct ring_fake *fake, uint64_t time_ns)
{
	struct ygr_body_gap body = { .first_ns = fake->first_drop_ns, .last_ns = fake->last_drop_ns };
	struct record_fake record;
	uint64_t sum = 0;

	for (int i = 0; i < YGR_CLASS_MAX; i++) {
		body.dropped[i] = fake->dropped[i];
		sum += fake->dropped[i];
	}
	if (!sum || !ring_fake_has_room(fake, sizeof(struct ygr_record) + sizeof(body)))
		return false;
	record_fake_begin(&record, YGR_EV_GAP, YGR_CLASS_SENSOR, time_ns);
	record_fake_body(&record, &body, sizeof(body));
	record.head.seq = fake->seq++;
	memset(fake->dropped, 0, sizeof(fake->dropped));
	ring_fake_put_raw(fake, &record, record.head.len);
	fake->put_nr++;
	return true;
}

static void drop(struct ring_fake *fake, const struct ygr_record *head)
{
	uint64_t before = 0;

	for (int i = 0; i < YGR_CLASS_MAX; i++)
		before += fake->dropped[i];
	if (!before)
		fake->first_drop_ns = head->time_ns;
	fake->last_drop_ns = head->time_ns;
	fake->dropped[head->class]++;
	fake->dropped_nr++;
	fake->seq++;
}

bool ring_fake_put(struct ring_fake *fake, struct record_fake *record)
{
	size_t gap_bytes = sizeof(struct ygr_record) + sizeof(struct ygr_body_gap);

	/* Room for both, so that a gap record is never what fills the ring. */
	if (!ring_fake_has_room(fake, record->head.len + gap_bytes)) {
		drop(fake, &record->head);
		return false;
	}
	ring_fake_put_gap(fake, record->head.time_ns);
	record->head.seq = fake->seq++;
	ring_fake_put_raw(fake, record, record->head.len);
	fake->put_nr++;
	return true;
}
