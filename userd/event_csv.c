// SPDX-License-Identifier: GPL-2.0-only
#include "event_csv.h"

#include <string.h>

#include "event_index.h"
#include "event_json.h"
#include "json_text.h"
#include "utf8.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

/* Our keys; "time" and "id" are made. */
static const char *const columns[] = {
	"time", "id", "type", "class", "verdict", "rule", "generation", "cpu", "seq", "pid", "tid",
	"ppid", "uid", "gid", "euid", "egid", "loginuid", "sessionid", "cgroup_id", "comm", "exe",
	"parent.pid", "parent.comm", "parent.exe", "path", "new_path", "argv", "cwd", "access",
	"file.ino", "file.dev", "file.mode", "file.uid", "file.size", "child_pid", "status",
	"family", "sock_type", "protocol", "local.addr", "local.port", "remote.addr",
	"remote.port", "unix_path", "flags", "dropped", "user", "container.id",
	"sha256", "severity", "attack", "message",
};

void ygr_event_csv_put_head(struct ygr_text_buffer *out)
{
	for (size_t i = 0; i < NR(columns); i++) {
		if (i)
			ygr_text_buffer_put_char(out, ',');
		ygr_text_buffer_put_text(out, columns[i]);
	}
}

/* What is no UTF-8, and what a terminal would obey, as \xNN and \u{N}; a backslash stays one. */
static void put_characters(struct ygr_text_buffer *out, const char *bytes, size_t len)
{
	uint32_t code;
	size_t nr;

	for (; len; bytes += nr, len -= nr) {
		nr = ygr_json_text_plain_len(bytes, len);
		if (nr) {
			ygr_text_buffer_put(out, bytes, nr);
			continue;
		}
		nr = ygr_utf8_next(bytes, len, &code);
		if (!nr) {
			ygr_text_buffer_printf(out, "\\x%02x", (unsigned char)*bytes);
			nr = 1;
		} else if (!ygr_utf8_is_plain(code)) {
			ygr_text_buffer_printf(out, code < 0x80 ? "\\x%02x" : "\\u{%x}", code);
		} else {
			if (*bytes == '"')
				ygr_text_buffer_put_char(out, '"');
			ygr_text_buffer_put(out, bytes, nr);
		}
	}
}

static void put_piece(struct ygr_text_buffer *out, const struct ygr_event_value *value)
{
	struct ygr_text_buffer json = { 0 };
	struct ygr_event_text text;

	if (ygr_event_map_as_text(value, &text)) {
		put_characters(out, text.bytes, text.len);
		return;
	}
	ygr_event_json_put(&json, value);
	if (json.failed)
		out->failed = true;
	else
		put_characters(out, json.bytes, json.len);
	ygr_text_buffer_exit(&json);
}

static void put_pieces(struct ygr_text_buffer *out, const struct ygr_event_value *value)
{
	if (value->kind != YGR_EVENT_ARRAY) {
		put_piece(out, value);
		return;
	}
	for (uint32_t i = 0; i < value->nr; i++) {
		if (i)
			ygr_text_buffer_put_char(out, ' ');
		put_piece(out, &value->items[i]);
	}
}

/* Quoted where it is text: a number needs none. */
static void put_cell(struct ygr_text_buffer *out, const struct ygr_event_value *value)
{
	size_t start;

	if (!value)
		return;
	if (value->kind == YGR_EVENT_UNSIGNED) {
		ygr_text_buffer_put_u64(out, value->number);
		return;
	}
	start = out->len;
	ygr_text_buffer_put_char(out, '"');
	put_pieces(out, value);
	if (!out->failed && out->len > start + 1 && strchr("=+-@", out->bytes[start + 1])) {
		out->len = start;
		ygr_text_buffer_put_text(out, "\"'");
		put_pieces(out, value);
	}
	ygr_text_buffer_put_char(out, '"');
}

/* The same each time, so it does not matter who comes first. */
static const struct ygr_event_path *column_paths(void)
{
	static struct ygr_event_path paths[NR(columns)];

	if (!paths[2].text)
		for (size_t i = NR(columns); i-- > 2; )
			paths[i] = ygr_event_index_path(columns[i]);
	return paths;
}

void ygr_event_csv_put(struct ygr_text_buffer *out, const struct ygr_event_value *event,
		       const struct ygr_event_origin *origin)
{
	const struct ygr_event_path *paths = column_paths();
	struct ygr_event_index index;
	uint64_t time_ns = 0;

	ygr_event_index_fill(&index, event);
	ygr_event_index_get_u64(&index, YGR_KEY_time_ns, &time_ns);
	ygr_event_mapping_put_time(out, time_ns);
	ygr_text_buffer_put_char(out, ',');
	ygr_event_mapping_put_id(out, origin);
	for (size_t i = 2; i < NR(columns); i++) {
		ygr_text_buffer_put_char(out, ',');
		put_cell(out, ygr_event_index_get(&index, &paths[i]));
	}
}
