// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as two looks at a status and as events, on a screen of any size, under any keys: there are
 * no more lines and columns than the screen has, all of them plain characters; and it is JSON.
 *
 * Input: rows, columns, keys, 0, a status, 0, another, 0, events.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "event_map.h"
#include "top_json.h"
#include "top_screen.h"
#include "utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* What is before the next 0, which is passed over. */
static const char *take(const uint8_t **data, size_t *bytes, size_t *len)
{
	const char *part = (const char *)*data;
	const uint8_t *end = *bytes ? memchr(*data, 0, *bytes) : NULL;

	*len = end ? (size_t)(end - *data) : *bytes;
	*data += *len + (end != NULL);
	*bytes -= *len + (end != NULL);
	return part;
}

static void look(struct ygr_top_look *look, const uint8_t **data, size_t *bytes)
{
	size_t len;
	const char *text = take(data, bytes, &len);
	json_t *status = json_loadb(text, len, 0, NULL);

	ygr_top_look_read(look, status);
	json_decref(status);
}

static void add_events(struct ygr_top_report *report, const uint8_t *data, size_t bytes)
{
	const struct ygr_event_value *event;
	struct ygr_event_stream stream;
	struct ygr_top_tally tally;

	require(!ygr_top_tally_init(&tally));
	ygr_event_map_open(&stream, (const char *)data, bytes);
	while ((event = ygr_event_map_next(&stream)))
		ygr_top_tally_add(&tally, event);
	ygr_event_map_close(&stream);
	ygr_top_report_set_tally(report, &tally);
	ygr_top_tally_exit(&tally);
}

static void check_line(const char *line, size_t len, unsigned int cols)
{
	unsigned int taken = 0;
	uint32_t code;
	size_t nr;

	for (; len; line += nr, len -= nr) {
		nr = ygr_utf8_next(line, len, &code);
		require(nr && ygr_utf8_is_plain(code));
		taken++;
	}
	require(taken <= cols);
}

static void check_screen(const struct ygr_top_report *report, const struct ygr_top_view *view)
{
	struct ygr_top_sheet sheet = { 0 };

	require(!ygr_top_screen_build(&sheet, report, view));
	require(view->is_batch || sheet.line_nr <= view->rows);
	for (unsigned int i = 0; i < sheet.line_nr; i++)
		check_line(sheet.bytes + sheet.line[i].off, sheet.line[i].len,
			   view->is_batch ? UINT32_MAX : view->cols);
	ygr_top_sheet_exit(&sheet);
}

static void check_json(const struct ygr_top_report *report)
{
	json_t *object = ygr_top_json_make(report, YGR_TOP_BATCH_ROWS);
	char *text;

	require(object);
	text = json_dumps(object, JSON_ENSURE_ASCII);
	require(text);
	free(text);
	json_decref(object);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static struct ygr_top_report report;
	struct ygr_top_look before, now;
	struct ygr_top_view view = { .interval_ns = 2000000000 };
	const char *keys;
	size_t len;

	if (bytes < 2)
		return 0;
	view.rows = data[0];
	view.cols = data[1];
	data += 2;
	bytes -= 2;
	keys = take(&data, &bytes, &len);
	look(&before, &data, &bytes);
	look(&now, &data, &bytes);
	report = (struct ygr_top_report) { .elapsed_ns = view.interval_ns };
	ygr_top_report_set_look(&report, &now, &before);
	add_events(&report, data, bytes);
	for (size_t i = 0; i < len && i < 32; i++) {
		ygr_top_view_press(&view, &report, (enum ygr_top_key)(keys[i] & 15));
		ygr_top_report_sort(&report, view.sort);
		check_screen(&report, &view);
	}
	check_json(&report);
	view.is_batch = true;
	view.shows_help = false;
	check_screen(&report, &view);
	return 0;
}
