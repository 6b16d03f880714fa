// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any text as an expression, up to a NUL, and what follows as events: the parser
 * refuses with a place within the text, and whatever it takes is judged in the end,
 * the same way twice, and the other way round with "not" before it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event_filter.h"
#include "time_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void judge(const struct ygr_event_filter *filter, const struct ygr_event_filter *opposite,
		  const uint8_t *events, size_t len)
{
	const struct ygr_event_value *event;
	struct ygr_event_stream stream;
	bool passes;

	ygr_event_map_open(&stream, (const char *)events, len);
	while ((event = ygr_event_map_next(&stream))) {
		passes = ygr_event_filter_passes(filter, event);
		require(passes == ygr_event_filter_passes(filter, event));
		if (opposite)
			require(passes != ygr_event_filter_passes(opposite, event));
	}
	ygr_event_map_close(&stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static struct ygr_event_filter filter, opposite;
	size_t len = strnlen((const char *)data, bytes), rest = len < bytes ? len + 1 : len;
	struct ygr_filter_error error = { 0 };
	char *text = malloc(len + 8);
	uint64_t time_ns;
	bool has_opposite;

	memcpy(text, data, len);
	text[len] = '\0';
	ygr_time_text_parse(text, UINT64_C(1709294647313999999), &time_ns);
	if (ygr_event_filter_parse(&filter, text, &error)) {
		require(error.column >= 1 && error.column <= len + 1 && error.message[0]);
		has_opposite = false;
	} else {
		snprintf(text, len + 8, "not (%.*s)", (int)len, (const char *)data);
		has_opposite = !ygr_event_filter_parse(&opposite, text, &error);
	}
	judge(&filter, has_opposite ? &opposite : NULL, data + rest, bytes - rest);
	free(text);
	return 0;
}
