// SPDX-License-Identifier: GPL-2.0-only
#include "event_mapping.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "event_json.h"
#include "json_text.h"

#define NS_PER_S	UINT64_C(1000000000)
#define NS_PER_MS	UINT64_C(1000000)

struct source {
	const struct ygr_mapping_row *row;
	const struct ygr_event_value *event;
	const struct ygr_event_origin *origin;
	const struct ygr_event_value *value;	/* of row->from; may be NULL */
};

/* ---- values ---------------------------------------------------------------
 * Each puts a whole JSON value and says true, or says false: what it has put
 * by then is taken back.
 */

static bool is_number(const struct ygr_event_value *value)
{
	return value && value->kind == YGR_EVENT_UNSIGNED;
}

static bool get_text(const struct source *source, struct ygr_event_text *text)
{
	return source->value && ygr_event_map_as_text(source->value, text);
}

/* A string field stays a string: bytes that are no UTF-8 are escaped within it. */
static bool put_copy(struct ygr_text_buffer *out, const struct source *source)
{
	struct ygr_event_text text;

	if (!source->value)
		return false;
	if (ygr_event_map_as_text(source->value, &text))
		ygr_json_text_put_string(out, text.bytes, text.len);
	else
		ygr_event_json_put(out, source->value);
	return true;
}

static bool put_text(struct ygr_text_buffer *out, const struct source *source)
{
	if (!is_number(source->value))
		return put_copy(out, source);
	ygr_text_buffer_put_char(out, '"');
	ygr_text_buffer_put_u64(out, source->value->number);
	ygr_text_buffer_put_char(out, '"');
	return true;
}

static bool put_literal(struct ygr_text_buffer *out, const struct source *source)
{
	ygr_text_buffer_put_text(out, source->row->word);
	return true;
}

/* Whether "ours=" at @at is about this value: its text, or its number. */
static bool is_chosen(const struct source *source, const char *at, size_t len)
{
	struct ygr_event_text text;
	char digits[24];

	if (len == 1 && *at == '*')
		return true;
	if (is_number(source->value)) {
		snprintf(digits, sizeof(digits), "%" PRIu64, source->value->number);
		text = (struct ygr_event_text) { digits, strlen(digits) };
	} else if (!get_text(source, &text)) {
		return false;
	}
	return text.len == len && !memcmp(text.bytes, at, len);
}

static bool put_chosen(struct ygr_text_buffer *out, const struct source *source)
{
	const char *at = source->row->word;
	size_t key, all;

	for (; *at; at += all + (at[all] == ' ')) {
		all = strcspn(at, " ");
		key = strcspn(at, "=");
		if (!is_chosen(source, at, key))
			continue;
		ygr_text_buffer_put(out, at + key + 1, all - key - 1);
		return true;
	}
	return false;
}

static bool put_joined(struct ygr_text_buffer *out, const struct source *source)
{
	const struct ygr_event_value *list = source->value;
	struct ygr_event_text text;
	uint32_t i;

	if (!list || list->kind != YGR_EVENT_ARRAY)
		return false;
	ygr_text_buffer_put_char(out, '"');
	for (i = 0; i < list->nr; i++) {
		if (!ygr_event_map_as_text(&list->items[i], &text))
			return false;
		if (i)
			ygr_text_buffer_put_char(out, ' ');
		ygr_json_text_put_escaped(out, text.bytes, text.len);
	}
	ygr_text_buffer_put_char(out, '"');
	return true;
}

/* Where the last path element starts. */
static size_t name_start(const struct ygr_event_text *path)
{
	const char *slash = memrchr(path->bytes, '/', path->len);

	return slash ? (size_t)(slash - path->bytes) + 1 : 0;
}

static bool put_name(struct ygr_text_buffer *out, const struct source *source)
{
	struct ygr_event_text path;
	size_t start;

	if (!get_text(source, &path))
		return false;
	start = name_start(&path);
	ygr_json_text_put_string(out, path.bytes + start, path.len - start);
	return start < path.len;
}

static bool put_directory(struct ygr_text_buffer *out, const struct source *source)
{
	struct ygr_event_text path;
	size_t start;

	if (!get_text(source, &path))
		return false;
	start = name_start(&path);
	ygr_json_text_put_string(out, path.bytes, start > 1 ? start - 1 : start);
	return start > 0;
}

static bool put_extension(struct ygr_text_buffer *out, const struct source *source)
{
	struct ygr_event_text path;
	const char *dot;
	size_t start;

	if (!get_text(source, &path))
		return false;
	start = name_start(&path);
	dot = memrchr(path.bytes + start, '.', path.len - start);
	if (!dot || dot == path.bytes + start || dot + 1 == path.bytes + path.len)
		return false;
	ygr_json_text_put_string(out, dot + 1, (size_t)(path.bytes + path.len - dot - 1));
	return true;
}

/* By hand: three times are in most events. */
static void put_digits(struct ygr_text_buffer *out, uint64_t number, unsigned int width, char after)
{
	char *at = ygr_text_buffer_reserve(out, width + 1);
	unsigned int i;

	if (!at)
		return;
	for (i = width; i-- > 0; number /= 10)
		at[i] = (char)('0' + number % 10);
	at[width] = after;
	out->len += width + 1;
}

static void put_date(struct ygr_text_buffer *out, uint64_t time_ns, char between)
{
	time_t seconds = (time_t)(time_ns / NS_PER_S);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	put_digits(out, (uint64_t)tm.tm_year + 1900, 4, '-');
	put_digits(out, (uint64_t)tm.tm_mon + 1, 2, '-');
	put_digits(out, (uint64_t)tm.tm_mday, 2, between);
	put_digits(out, (uint64_t)tm.tm_hour, 2, ':');
	put_digits(out, (uint64_t)tm.tm_min, 2, ':');
	put_digits(out, (uint64_t)tm.tm_sec, 2, '.');
}

void ygr_event_mapping_put_time(struct ygr_text_buffer *out, uint64_t time_ns)
{
	put_date(out, time_ns, 'T');
	put_digits(out, time_ns % NS_PER_S, 9, 'Z');
}

static bool put_time_text(struct ygr_text_buffer *out, const struct source *source)
{
	if (!is_number(source->value))
		return false;
	ygr_text_buffer_put_char(out, '"');
	ygr_event_mapping_put_time(out, source->value->number);
	ygr_text_buffer_put_char(out, '"');
	return true;
}

static bool put_time_plain(struct ygr_text_buffer *out, const struct source *source)
{
	if (!is_number(source->value))
		return false;
	ygr_text_buffer_put_char(out, '"');
	put_date(out, source->value->number, ' ');
	put_digits(out, source->value->number % NS_PER_S / NS_PER_MS, 3, '"');
	return true;
}

static bool put_time_ms(struct ygr_text_buffer *out, const struct source *source)
{
	if (!is_number(source->value))
		return false;
	ygr_text_buffer_put_u64(out, source->value->number / NS_PER_MS);
	return true;
}

/* Boot time to UTC, by the event's own pair of both. */
static bool to_utc(const struct source *source, struct ygr_event_value *utc)
{
	uint64_t time_ns, boot_ns;

	if (!is_number(source->value) ||
	    !ygr_event_map_get_u64(source->event, "time_ns", &time_ns) ||
	    !ygr_event_map_get_u64(source->event, "boot_ns", &boot_ns))
		return false;
	*utc = (struct ygr_event_value) {
		.kind = YGR_EVENT_UNSIGNED,
		.number = time_ns - boot_ns + source->value->number,
	};
	return true;
}

static bool put_boot_text(struct ygr_text_buffer *out, const struct source *source)
{
	struct ygr_event_value utc;
	struct source other = *source;

	other.value = &utc;
	return to_utc(source, &utc) && put_time_text(out, &other);
}

static bool put_boot_ms(struct ygr_text_buffer *out, const struct source *source)
{
	struct ygr_event_value utc;
	struct source other = *source;

	other.value = &utc;
	return to_utc(source, &utc) && put_time_ms(out, &other);
}

static bool put_octal(struct ygr_text_buffer *out, const struct source *source)
{
	if (!is_number(source->value))
		return false;
	ygr_text_buffer_printf(out, "\"%04o\"", (unsigned int)(source->value->number & 07777));
	return true;
}

struct file_type {
	const char *name;
	unsigned int id;
};

static bool find_file_type(const struct source *source, struct file_type *type)
{
	static const struct file_type types[16] = {
		[S_IFREG >> 12] = { "file", 1 },  [S_IFDIR >> 12] = { "dir", 2 },
		[S_IFCHR >> 12] = { "char", 3 },  [S_IFBLK >> 12] = { "block", 4 },
		[S_IFSOCK >> 12] = { "socket", 5 }, [S_IFIFO >> 12] = { "fifo", 6 },
		[S_IFLNK >> 12] = { "symlink", 7 },
	};

	if (!is_number(source->value))
		return false;
	*type = types[source->value->number >> 12 & 15];
	return type->name;
}

static bool put_file_type(struct ygr_text_buffer *out, const struct source *source)
{
	struct file_type type;

	if (!find_file_type(source, &type))
		return false;
	ygr_json_text_put_string(out, type.name, strlen(type.name));
	return true;
}

/* Required where it stands: 0 says that it is not known. */
static bool put_file_type_id(struct ygr_text_buffer *out, const struct source *source)
{
	struct file_type type;

	ygr_text_buffer_put_u64(out, find_file_type(source, &type) ? type.id : 0);
	return true;
}

static bool put_exit_code(struct ygr_text_buffer *out, const struct source *source)
{
	int status;

	if (!is_number(source->value))
		return false;
	status = (int)source->value->number;
	ygr_text_buffer_put_u64(out, (uint64_t)(WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
								     WEXITSTATUS(status)));
	return true;
}

static bool put_process_id(struct ygr_text_buffer *out, const struct source *source)
{
	const char *who = source->row->from;
	const struct ygr_event_value *map = source->event;
	bool is_child = !strcmp(who, "child");
	uint64_t pid, start_ns;

	if (!strcmp(who, "parent"))
		map = ygr_event_map_find(map, who);
	if (!ygr_event_map_get_u64(map, is_child ? "child_pid" : "pid", &pid) ||
	    !ygr_event_map_get_u64(map, is_child ? "child_start_ns" : "start_ns", &start_ns))
		return false;
	ygr_text_buffer_put_char(out, '"');
	ygr_text_buffer_put_text(out, source->origin->boot_id);
	ygr_text_buffer_put_char(out, '-');
	ygr_text_buffer_put_u64(out, pid);
	ygr_text_buffer_put_char(out, '-');
	ygr_text_buffer_put_u64(out, start_ns);
	ygr_text_buffer_put_char(out, '"');
	return true;
}

static bool put_event_id(struct ygr_text_buffer *out, const struct source *source)
{
	char id[YGR_EVENT_ID_BYTES];

	ygr_event_mapping_id(source->origin, id);
	ygr_json_text_put_string(out, id, strlen(id));
	return true;
}

static bool put_boot_id(struct ygr_text_buffer *out, const struct source *source)
{
	ygr_json_text_put_string(out, source->origin->boot_id, strlen(source->origin->boot_id));
	return true;
}

static bool put_host(struct ygr_text_buffer *out, const struct source *source)
{
	const char *host = source->origin->host_name;

	if (!host)
		return false;
	ygr_json_text_put_string(out, host, strlen(host));
	return true;
}

static bool (*const putters[YGR_MAP_NR])(struct ygr_text_buffer *out, const struct source *source) = {
	[YGR_MAP_COPY]		= put_copy,
	[YGR_MAP_TEXT]		= put_text,
	[YGR_MAP_LITERAL]	= put_literal,
	[YGR_MAP_GIVEN]		= put_literal,
	[YGR_MAP_CHOOSE]	= put_chosen,
	[YGR_MAP_JOIN]		= put_joined,
	[YGR_MAP_NAME]		= put_name,
	[YGR_MAP_DIRECTORY]	= put_directory,
	[YGR_MAP_EXTENSION]	= put_extension,
	[YGR_MAP_TIME_TEXT]	= put_time_text,
	[YGR_MAP_TIME_PLAIN]	= put_time_plain,
	[YGR_MAP_TIME_MS]	= put_time_ms,
	[YGR_MAP_BOOT_TEXT]	= put_boot_text,
	[YGR_MAP_BOOT_MS]	= put_boot_ms,
	[YGR_MAP_OCTAL]		= put_octal,
	[YGR_MAP_FILE_TYPE]	= put_file_type,
	[YGR_MAP_FILE_TYPE_ID]	= put_file_type_id,
	[YGR_MAP_EXIT_CODE]	= put_exit_code,
	[YGR_MAP_PROCESS_ID]	= put_process_id,
	[YGR_MAP_EVENT_ID]	= put_event_id,
	[YGR_MAP_BOOT_ID]	= put_boot_id,
	[YGR_MAP_HOST]		= put_host,
};

/* ---- objects within objects ------------------------------------------------ */

/* Which objects are open: the first `len` bytes of a row's path. */
struct path {
	const char *text;
	size_t len;
};

static size_t object_len(const char *to)
{
	const char *dot = strrchr(to, '.');

	return dot ? (size_t)(dot - to) : 0;
}

/* The longest list of objects that both are in. */
static size_t common_len(const struct path *open, const char *to, size_t to_len)
{
	size_t i, common = 0;

	for (i = 0; ; i++) {
		bool open_ends = i == open->len || open->text[i] == '.';
		bool to_ends = i == to_len || to[i] == '.';

		if (open_ends && to_ends)
			common = i;
		if (i == open->len || i == to_len || open->text[i] != to[i])
			return common;
	}
}

static void close_objects(struct ygr_text_buffer *out, const struct path *open, size_t down_to)
{
	size_t i;

	if (open->len <= down_to)
		return;
	for (i = down_to; i < open->len; i++)
		if (open->text[i] == '.' || i == 0)
			ygr_text_buffer_put_char(out, '}');
}

static void put_comma(struct ygr_text_buffer *out)
{
	if (out->len && out->bytes[out->len - 1] != '{')
		ygr_text_buffer_put_char(out, ',');
}

static void put_key(struct ygr_text_buffer *out, const char *to, size_t len)
{
	put_comma(out);
	ygr_text_buffer_put_char(out, '"');
	ygr_text_buffer_put(out, to, len);
	ygr_text_buffer_put_text(out, "\":");
}

/* From the objects that are open to the field @to, its key included. */
static void go_to(struct ygr_text_buffer *out, struct path *open, const char *to)
{
	size_t to_len = object_len(to), at = common_len(open, to, to_len), end;

	close_objects(out, open, at);
	while (at < to_len) {
		at += at > 0;
		end = at + strcspn(to + at, ".");
		put_key(out, to + at, end - at);
		ygr_text_buffer_put_char(out, '{');
		at = end;
	}
	put_key(out, to + to_len + (to_len > 0), strlen(to) - to_len - (to_len > 0));
	*open = (struct path) { to, to_len };
}

static void put_row(struct ygr_text_buffer *out, struct path *open, const struct source *source)
{
	struct path open_before = *open;
	size_t len_before = out->len;

	go_to(out, open, source->row->to);
	if (putters[source->row->how](out, source))
		return;
	*open = open_before;
	if (!out->failed)
		out->len = len_before;
}

/* ---- the event -------------------------------------------------------------- */

void ygr_event_mapping_origin(struct ygr_event_origin *origin,
			      const struct ygr_batch_header *header, const char *host_name)
{
	ygr_spool_format_id_text(header->spool_id, origin->spool_id);
	ygr_spool_format_id_text(header->boot_id, origin->boot_id);
	origin->batch_id = header->batch_id;
	origin->index = 0;
	origin->host_name = host_name;
}

void ygr_event_mapping_id(const struct ygr_event_origin *origin, char id[YGR_EVENT_ID_BYTES])
{
	snprintf(id, YGR_EVENT_ID_BYTES, "%s-%" PRIu64 "-%" PRIu32, origin->spool_id,
		 origin->batch_id, origin->index);
}

/* An event of a later schema: what is common to all of them is mapped. */
static uint32_t type_bit(const struct ygr_event_value *event)
{
	enum ygr_event_type_index type = ygr_event_type_of(event);

	return type < YGR_TYPE_NR ? 1u << type : 1u << YGR_TYPE_NR;
}

/*
 * A row whose source is absent costs no key: most rows of a type that do not
 * apply to an event are passed over here.
 */
static bool may_apply(const struct source *source)
{
	if (source->value || !source->row->from)
		return true;
	return source->row->how == YGR_MAP_CHOOSE || source->row->how == YGR_MAP_PROCESS_ID ||
	       source->row->how == YGR_MAP_FILE_TYPE_ID;
}

void ygr_event_mapping_put(struct ygr_text_buffer *out, const struct ygr_mapping *mapping,
			   const struct ygr_event_value *event,
			   const struct ygr_event_origin *origin)
{
	struct source source = { .event = event, .origin = origin };
	uint32_t bit = type_bit(event);
	struct path open = { "", 0 };
	size_t i;

	ygr_text_buffer_put_char(out, '{');
	for (i = 0; i < mapping->row_nr; i++) {
		source.row = &mapping->rows[i];
		if (!(source.row->types & bit))
			continue;
		source.value = source.row->from ?
			ygr_event_map_find_path(event, source.row->from) : NULL;
		if (may_apply(&source))
			put_row(out, &open, &source);
	}
	close_objects(out, &open, 0);
	ygr_text_buffer_put_char(out, '}');
}
