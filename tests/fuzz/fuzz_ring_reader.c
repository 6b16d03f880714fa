// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whatever bytes a ring holds: read within them, encode without a fault, and
 * account for every sequence number.
 */
#include <stdlib.h>
#include <string.h>

#include "encode.h"
#include "ring_reader.h"

#define RING_BYTES	4096u

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check_accounts(const struct ygr_ring_reader *reader)
{
	if (reader->has_seq && reader->next_seq - reader->first_seq !=
	    reader->taken_nr + reader->dropped + reader->lost)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct ygr_ring_consumer consumer = { 0 };
	struct ygr_ring_producer producer = { 0 };
	struct ygr_process_table *table;
	struct ygr_ring_reader reader;
	const struct ygr_record_view *view;
	msgpack_sbuffer out;
	uint8_t *data;
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
	if (ygr_process_table_create(&table, 64 << 10, 1000))
		abort();
	msgpack_sbuffer_init(&out);
	if (ygr_ring_reader_init(&reader, &map, NULL))
		abort();
	producer.head = len & ~7ull;
	ygr_ring_reader_refresh(&reader);
	while ((view = ygr_ring_reader_peek(&reader))) {
		struct ygr_enrichment enrichment;

		ygr_process_table_observe(table, view);
		ygr_enrich_record(table, view, &enrichment);
		if (ygr_encode_event(&out, view, 0, 0, &enrichment))
			abort();
		ygr_ring_reader_take(&reader);
		check_accounts(&reader);
	}
	if (reader.pos != reader.head)
		abort();
	msgpack_sbuffer_destroy(&out);
	ygr_process_table_destroy(table);
	free(data);
	return 0;
}
