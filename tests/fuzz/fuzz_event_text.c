// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as a stream of events: lines in every format come out, of printable
 * characters only, and memory stays bounded by the input.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "account.h"
#include "event_format.h"
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

static void check_text(const struct ygr_event_value *event)
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

static void check_is_json(const struct ygr_text_buffer *text)
{
	json_t *value = json_loadb(text->bytes, text->len, JSON_ALLOW_NUL, NULL);

	require(value);
	json_decref(value);
}

/* Whatever the format, it is one line, and of JSON somebody else can make sense. */
static void check_formats(const struct ygr_event_value *event)
{
	static const struct ygr_event_origin origin = { .host_name = "h" };
	struct ygr_text_buffer line = { 0 };
	enum ygr_event_format format;

	for (format = 0; format < YGR_FORMAT_NR; format++) {
		ygr_text_buffer_clear(&line);
		ygr_event_format_put(&line, format, event, &origin);
		if (format != YGR_FORMAT_CSV)
			check_is_json(&line);
		ygr_text_buffer_put_char(&line, '\n');
		check_line(line.bytes, line.len);
	}
	ygr_text_buffer_exit(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct ygr_event_stream stream;
	const struct ygr_event_value *event;
	struct ygr_account account;

	ygr_account_init(&account);
	ygr_event_map_open(&stream, (const char *)data, bytes);
	while ((event = ygr_event_map_next(&stream))) {
		check_text(event);
		check_formats(event);
		require(!ygr_account_add(&account, event));
	}
	require(stream.off <= stream.len);
	ygr_account_is_balanced(&account);
	ygr_event_map_close(&stream);
	ygr_account_exit(&account);
	return 0;
}
