// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as the events of a batch: read within them, and what comes out is well
 * formed to its leaves. The bytes are copied to a place of their own size, so that
 * a text that points outside is seen.
 */
#include <stdlib.h>
#include <string.h>

#include "event_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static volatile uint8_t sink;

static void walk(const struct ygr_event_value *value, int depth)
{
	uint32_t within = value->kind == YGR_EVENT_MAP ? 2 * value->nr : value->nr;

	if (depth > YGR_EVENT_DEPTH_MAX + 2)
		abort();
	if (value->kind == YGR_EVENT_TEXT || value->kind == YGR_EVENT_BYTES) {
		for (uint32_t i = 0; i < value->nr; i++)
			sink ^= (uint8_t)value->bytes[i];
	} else if (value->kind >= YGR_EVENT_ARRAY) {
		for (uint32_t i = 0; i < within; i++)
			walk(&value->items[i], depth + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const struct ygr_event_value *event;
	struct ygr_event_stream stream;
	char *copy = malloc(len ? len : 1);

	memcpy(copy, bytes, len);
	ygr_event_map_open(&stream, copy, len);
	for (int round = 0; round < 2; round++) {
		while ((event = ygr_event_map_next(&stream))) {
			if (event->kind != YGR_EVENT_MAP)
				abort();
			walk(event, 0);
		}
		ygr_event_map_restart(&stream, copy, len);
	}
	ygr_event_map_close(&stream);
	free(copy);
	return 0;
}
