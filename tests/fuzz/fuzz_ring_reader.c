// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whatever bytes a ring holds: read within them, account for every sequence
 * number, encode without a fault, and find each record again in what was encoded.
 */
#include <stdlib.h>
#include <string.h>

#include "encode.h"
#include "event_map.h"
#include "ring_reader.h"

#define RING_BYTES	4096u

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check_accounts(const struct ygr_ring_reader *reader)
{
	if (reader->has_seq && reader->next_seq - reader->first_seq !=
	    reader->taken_nr + reader->dropped + reader->lost)
		abort();
}

/* What has to come out again, of one record. */
struct told {
	uint64_t seq, time_ns;
	uint32_t tgid, tid, uid, ppid;
	char comm[YGR_COMM_BYTES];
};

static void expect(const struct ygr_event_value *event, const char *key, uint64_t number)
{
	uint64_t found;

	if (!ygr_event_map_get_u64(event, key, &found) || found != number)
		abort();
}

static void check_encoded(const struct ygr_encoded *out, const struct told *told, size_t nr)
{
	const struct ygr_event_value *event;
	struct ygr_event_stream stream;
	struct ygr_event_text comm;
	size_t i = 0;

	ygr_event_map_open(&stream, (const char *)out->bytes, out->size);
	for (; (event = ygr_event_map_next(&stream)); i++) {
		expect(event, "seq", told[i].seq);
		expect(event, "boot_ns", told[i].time_ns);
		expect(event, "time_ns", told[i].time_ns + 5);
		expect(event, "pid", told[i].tgid);
		expect(event, "tid", told[i].tid);
		expect(event, "uid", told[i].uid);
		expect(event, "ppid", told[i].ppid);
		if (!ygr_event_map_get_text(event, "comm", &comm) ||
		    comm.len != strnlen(told[i].comm, YGR_COMM_BYTES) ||
		    memcmp(comm.bytes, told[i].comm, comm.len) != 0)
			abort();
	}
	if (i != nr || stream.off != stream.len)
		abort();
	ygr_event_map_close(&stream);
}

static void tell(struct told *told, const struct ygr_record *head)
{
	*told = (struct told) {
		.seq = head->seq, .time_ns = head->time_ns, .tgid = head->tgid, .tid = head->tid,
		.uid = head->uid, .ppid = head->ppid,
	};
	memcpy(told->comm, head->comm, YGR_COMM_BYTES);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct told told[RING_BYTES / sizeof(struct ygr_record) + 1];
	struct ygr_ring_consumer consumer = { 0 };
	struct ygr_ring_producer producer = { 0 };
	const struct ygr_names_config config = { .dns = true, .tls = true, .http = true, .query = true };
	struct ygr_process_table *table;
	struct ygr_names *names;
	struct ygr_ring_reader reader;
	const struct ygr_record_view *view;
	struct ygr_encoder encoder;
	struct ygr_encoded out = { 0 };
	uint8_t *data;
	size_t nr = 0;
	struct ygr_ring_map map = {
		.data_bytes = RING_BYTES, .producer = &producer, .consumer = &consumer,
	};

	if (len > RING_BYTES)
		len = RING_BYTES;
	data = aligned_alloc(8, 2 * RING_BYTES);
	memset(data, 0, 2 * RING_BYTES);
	memcpy(data, bytes, len);
	memcpy(data + RING_BYTES, data, RING_BYTES);
	map.data = data;
	if (ygr_process_table_create(&table, 64 << 10, 1000) || ygr_names_create(&names, &config, 1) ||
	    ygr_encode_init(&encoder) ||
	    ygr_encode_begin(&encoder, &out, 1000, 5) || ygr_ring_reader_init(&reader, &map, NULL))
		abort();
	producer.head = len & ~7ull;
	ygr_ring_reader_refresh(&reader);
	while ((view = ygr_ring_reader_peek(&reader))) {
		struct ygr_process *self = ygr_process_table_observe(table, view);

		tell(&told[nr++], view->head);
		encoder.names = ygr_names_observe(names, view);
		if (ygr_encode_event(&encoder, &out, view, 0, table, self))
			abort();
		ygr_ring_reader_take(&reader);
		check_accounts(&reader);
	}
	if (reader.pos != reader.head)
		abort();
	check_encoded(&out, told, nr);
	free(out.bytes);
	ygr_encode_exit(&encoder);
	ygr_process_table_destroy(table);
	ygr_names_destroy(names);
	free(data);
	return 0;
}
