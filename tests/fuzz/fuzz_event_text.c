// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as a stream of events: lines and JSON come out, of printable
 * characters only, and memory stays bounded by the input.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "event_filter.h"
#include "event_json.h"
#include "event_map.h"
#include "event_text.h"
#include "utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* One line, whose characters are plain, ends in a newline. */
static void check_line(const char *line, size_t len)
{
	uint32_t code;
	size_t nr;

	require(len && line[len - 1] == '\n');
	for (len--; len; line += nr, len -= nr) {
		nr = ygr_utf8_next(line, len, &code);
		require(nr && ygr_utf8_is_plain(code));
	}
}

static void check_text(const msgpack_object *event)
{
	static const struct ygr_event_style style = { .date = true };
	size_t len;
	char *line;
	FILE *out = open_memstream(&line, &len);

	ygr_event_text_print(out, event, &style);
	fclose(out);
	check_line(line, len);
	free(line);
}

static void check_json(const msgpack_object *event)
{
	size_t len;
	char *line;
	FILE *out = open_memstream(&line, &len);
	int err = ygr_event_json_print(out, event);

	fclose(out);
	require(!err);
	check_line(line, len);
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	const struct ygr_event_filter filter = { .types = 3, .denied = true };
	struct ygr_event_stream stream;
	const msgpack_object *event;
	struct ygr_account account;

	ygr_account_init(&account);
	ygr_event_map_open(&stream, (const char *)data, bytes);
	while ((event = ygr_event_map_next(&stream))) {
		check_text(event);
		check_json(event);
		ygr_event_filter_passes(&filter, event);
		require(!ygr_account_add(&account, event));
	}
	require(stream.off <= stream.len);
	ygr_account_is_balanced(&account);
	ygr_event_map_close(&stream);
	ygr_account_exit(&account);
	return 0;
}
