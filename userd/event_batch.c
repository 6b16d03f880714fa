// SPDX-License-Identifier: GPL-2.0-only
#include "event_batch.h"

#include <errno.h>
#include <stdlib.h>

#include "compress.h"

void ygr_event_batch_exit(struct ygr_event_batch *batch)
{
	ygr_event_map_close(&batch->stream);
	free(batch->events);
	batch->events = NULL;
	batch->cap = 0;
}

static int reserve(struct ygr_event_batch *batch, size_t cap)
{
	uint8_t *events;

	if (cap <= batch->cap)
		return 0;
	events = malloc(cap);
	if (!events)
		return -ENOMEM;
	free(batch->events);
	batch->events = events;
	batch->cap = cap;
	return 0;
}

int ygr_event_batch_expand(struct ygr_event_batch *batch, const struct ygr_batch_header *header,
			   const uint8_t *frame, const char *host_name)
{
	int err = reserve(batch, header->events_bytes ? header->events_bytes : 1);

	if (!err)
		err = ygr_compress_expand(frame, header->frame_bytes, batch->events,
					  header->events_bytes);
	if (err)
		return err;
	batch->header = *header;
	batch->next_index = 0;
	ygr_event_mapping_origin(&batch->origin, header, host_name);
	ygr_event_map_restart(&batch->stream, (const char *)batch->events, header->events_bytes);
	return 0;
}

int ygr_event_batch_open(struct ygr_event_batch *batch, const uint8_t *bytes, size_t len,
			 const char *host_name)
{
	struct ygr_batch_header header;

	if (ygr_spool_format_parse(bytes, len, &header, NULL, NULL) != YGR_BATCH_WHOLE)
		return -EBADMSG;
	return ygr_event_batch_expand(batch, &header, ygr_spool_format_frame(bytes, &header),
				      host_name);
}

const struct ygr_event_value *ygr_event_batch_next(struct ygr_event_batch *batch)
{
	const struct ygr_event_value *event = ygr_event_map_next(&batch->stream);

	if (event)
		batch->origin.index = batch->next_index++;
	return event;
}

void ygr_event_batch_rewind(struct ygr_event_batch *batch, uint32_t index)
{
	ygr_event_map_restart(&batch->stream, batch->stream.bytes, batch->stream.len);
	batch->next_index = 0;
	while (batch->next_index < index && ygr_event_batch_next(batch))
		;
}

bool ygr_event_batch_is_whole(const struct ygr_event_batch *batch)
{
	return batch->stream.off == batch->stream.len;
}
