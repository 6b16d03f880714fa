// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whatever bytes a segment holds: recovery stays within them, keeps only whole
 * batches, and finds the same again in what it kept.
 */
#include <stdlib.h>
#include <string.h>

#include "compress.h"
#include "spool_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Events that the header promises, if they are few enough to try. */
static void try_expand(const uint8_t *batch, const struct ygr_batch_header *header)
{
	uint8_t *events;

	if (header->events_bytes > 1 << 20)
		return;
	events = malloc(header->events_bytes + 1);
	ygr_compress_expand(ygr_spool_format_frame(batch, header), header->frame_bytes, events,
			    header->events_bytes);
	free(events);
}

/* The fuzzer does not guess checksums: gives it a signed batch around its bytes. */
static void try_signed(const uint8_t *bytes, size_t len)
{
	struct ygr_batch_header header = { .batch_id = 1, .frame_bytes = len, .events_bytes = 64 };
	struct ygr_batch_header parsed;
	uint8_t *batch = malloc(8 + YGR_BATCH_FIXED_BYTES + len);
	size_t head = ygr_spool_format_put_header(batch, &header, NULL, bytes);

	memcpy(batch + head, bytes, len);
	if (ygr_spool_format_parse(batch, head + len, &parsed, NULL, NULL) != YGR_BATCH_WHOLE)
		abort();
	try_expand(batch, &parsed);
	free(batch);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct ygr_spool_recovery recovery, again;
	struct ygr_batch_header header;
	uint8_t *exact = malloc(len ? len : 1);	/* of its own, so that reading past it shows */

	memcpy(exact, bytes, len);
	ygr_spool_format_recover(exact, len, &recovery);
	if (recovery.end > len || (recovery.end && recovery.last >= recovery.end))
		abort();
	ygr_spool_format_recover(exact, recovery.end, &again);
	if (again.end != recovery.end || again.batch_nr != recovery.batch_nr || again.reason)
		abort();
	if (ygr_spool_format_parse(exact, len, &header, NULL, NULL) == YGR_BATCH_WHOLE)
		try_expand(exact, &header);
	try_signed(exact, len);
	free(exact);
	return 0;
}
