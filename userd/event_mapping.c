// SPDX-License-Identifier: GPL-2.0-only
#include "event_mapping.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "event_index.h"
#include "event_json.h"
#include "event_plan.h"
#include "json_text.h"

#define NS_PER_S	UINT64_C(1000000000)
#define NS_PER_MS	UINT64_C(1000000)

struct source {
	const struct ygr_event_plan_row *row;
	const struct ygr_event_index *index;
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

/* It is in the text before the value. */
static bool put_nothing(struct ygr_text_buffer *out, const struct source *source)
{
	(void)out;
	(void)source;
	return true;
}

/* Whether it is about this value: its text, or its number. */
static bool is_chosen(const struct ygr_event_plan_choice *choice, const struct source *source)
{
	struct ygr_event_text text;

	if (choice->is_any)
		return true;
	if (is_number(source->value))
		return choice->has_number && choice->number == source->value->number;
	return get_text(source, &text) && text.len == choice->ours.len &&
	       !memcmp(text.bytes, choice->ours.bytes, text.len);
}

static bool put_chosen(struct ygr_text_buffer *out, const struct source *source)
{
	const struct ygr_event_plan_choice *choice = source->row->choices;

	for (size_t i = 0; i < source->row->choice_nr; i++, choice++) {
		if (!is_chosen(choice, source))
			continue;
		ygr_text_buffer_put(out, choice->json.bytes, choice->json.len);
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

static char *write_pair(char *at, unsigned int number, char after)
{
	memcpy(at, ygr_text_pairs + 2 * number, 2);
	at[2] = after;
	return at + 3;
}

/*
 * A day since 1970 as year, month and day: in years that begin with March, the leap day is
 * the last one, and the months before it repeat with a period of 153 days in five.
 */
static char *write_day(char *at, uint64_t days, char after)
{
	uint64_t shifted = days + 719468, era = shifted / 146097, of_era = shifted % 146097;
	uint64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	unsigned int of_year = (unsigned int)(of_era - (365 * year + year / 4 - year / 100));
	unsigned int from_march = (5 * of_year + 2) / 153;
	unsigned int month = from_march < 10 ? from_march + 3 : from_march - 9;

	year += 400 * era + (month <= 2);
	memcpy(at, ygr_text_pairs + 2 * (year / 100 % 100), 2);
	at = write_pair(at + 2, (unsigned int)(year % 100), '-');
	at = write_pair(at, month, '-');
	return write_pair(at, of_year - (153 * from_march + 2) / 5 + 1, after);
}

/* By hand: three times are in most events. "2024-03-01T12:04:07." */
#define DATE_BYTES	20
static char *write_date(char *at, uint64_t time_ns, char between)
{
	uint64_t seconds = time_ns / NS_PER_S;
	unsigned int of_day = (unsigned int)(seconds % 86400);

	at = write_day(at, seconds / 86400, between);
	at = write_pair(at, of_day / 3600, ':');
	at = write_pair(at, of_day / 60 % 60, ':');
	return write_pair(at, of_day % 60, '.');
}

static void write_digits(char *at, uint64_t number, unsigned int width)
{
	while (width-- > 0) {
		at[width] = (char)('0' + number % 10);
		number /= 10;
	}
}

void ygr_event_mapping_put_time(struct ygr_text_buffer *out, uint64_t time_ns)
{
	char *at = ygr_text_buffer_reserve(out, DATE_BYTES + 10);

	if (!at)
		return;
	at = write_date(at, time_ns, 'T');
	write_digits(at, time_ns % NS_PER_S, 9);
	at[9] = 'Z';
	out->len += DATE_BYTES + 10;
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
	char *at;

	if (!is_number(source->value))
		return false;
	at = ygr_text_buffer_reserve(out, DATE_BYTES + 5);
	if (!at)
		return true;
	*at = '"';
	at = write_date(at + 1, source->value->number, ' ');
	write_digits(at, source->value->number % NS_PER_S / NS_PER_MS, 3);
	at[3] = '"';
	out->len += DATE_BYTES + 5;
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
	    !ygr_event_index_get_u64(source->index, YGR_KEY_time_ns, &time_ns) ||
	    !ygr_event_index_get_u64(source->index, YGR_KEY_boot_ns, &boot_ns))
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
	char text[6] = "\"";
	unsigned int i;

	if (!is_number(source->value))
		return false;
	for (i = 0; i < 4; i++)
		text[1 + i] = (char)('0' + (source->value->number >> (9 - 3 * i) & 7));
	text[5] = '"';
	ygr_text_buffer_put(out, text, sizeof(text));
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

/* Which process, and when it began, is in three places: the event, its parent, its child. */
static bool find_process(const struct source *source, uint64_t *pid, uint64_t *start_ns)
{
	const char *who = source->row->row->from;

	if (!strcmp(who, "child"))
		return ygr_event_index_get_u64(source->index, YGR_KEY_child_pid, pid) &&
		       ygr_event_index_get_u64(source->index, YGR_KEY_child_start_ns, start_ns);
	if (!strcmp(who, "parent"))
		return ygr_event_map_get_u64(source->value, "pid", pid) &&
		       ygr_event_map_get_u64(source->value, "start_ns", start_ns);
	return ygr_event_index_get_u64(source->index, YGR_KEY_pid, pid) &&
	       ygr_event_index_get_u64(source->index, YGR_KEY_start_ns, start_ns);
}

static bool put_process_id(struct ygr_text_buffer *out, const struct source *source)
{
	uint64_t pid, start_ns;

	if (!find_process(source, &pid, &start_ns))
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
	ygr_text_buffer_put_char(out, '"');
	ygr_event_mapping_put_id(out, source->origin);
	ygr_text_buffer_put_char(out, '"');
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
	[YGR_MAP_LITERAL]	= put_nothing,
	[YGR_MAP_GIVEN]		= put_nothing,
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

/* Which objects are open. */
struct path {
	const uint16_t *objects;
	unsigned int depth;
};

static void put_comma(struct ygr_text_buffer *out)
{
	if (out->len && out->bytes[out->len - 1] != '{')
		ygr_text_buffer_put_char(out, ',');
}

static void close_objects(struct ygr_text_buffer *out, struct path *open, unsigned int depth)
{
	for (; open->depth > depth; open->depth--)
		ygr_text_buffer_put_char(out, '}');
}

/* From the objects that are open to the field of @row, its key included. */
static void go_to(struct ygr_text_buffer *out, struct path *open,
		  const struct ygr_event_plan *plan, const struct ygr_event_plan_row *row)
{
	unsigned int common = 0;

	while (common < open->depth && common < row->depth &&
	       open->objects[common] == row->objects[common])
		common++;
	close_objects(out, open, common);
	put_comma(out);
	for (; common < row->depth; common++) {
		const struct ygr_event_plan_text *object = &plan->objects[row->objects[common]];

		ygr_text_buffer_put(out, object->bytes, object->len);
	}
	ygr_text_buffer_put(out, row->before.bytes, row->before.len);
	*open = (struct path) { row->objects, row->depth };
}

static void put_row(struct ygr_text_buffer *out, struct path *open,
		    const struct ygr_event_plan *plan, const struct source *source)
{
	struct path open_before = *open;
	size_t len_before = out->len;

	go_to(out, open, plan, source->row);
	if (putters[source->row->row->how](out, source))
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

void ygr_event_mapping_put_id(struct ygr_text_buffer *out, const struct ygr_event_origin *origin)
{
	ygr_text_buffer_put_text(out, origin->spool_id);
	ygr_text_buffer_put_char(out, '-');
	ygr_text_buffer_put_u64(out, origin->batch_id);
	ygr_text_buffer_put_char(out, '-');
	ygr_text_buffer_put_u64(out, origin->index);
}

void ygr_event_mapping_id(const struct ygr_event_origin *origin, char id[YGR_EVENT_ID_BYTES])
{
	snprintf(id, YGR_EVENT_ID_BYTES, "%s-%" PRIu64 "-%" PRIu32, origin->spool_id,
		 origin->batch_id, origin->index);
}

/* An event of a later schema is of type YGR_TYPE_NR: what is common to all is mapped. */
void ygr_event_mapping_put(struct ygr_text_buffer *out, const struct ygr_event_plan *plan,
			   const struct ygr_event_value *event,
			   const struct ygr_event_origin *origin)
{
	struct ygr_event_index index;
	struct source source = { .index = &index, .origin = origin };
	enum ygr_event_type_index type = ygr_event_type_of(event);
	struct path open = { NULL, 0 };

	ygr_event_index_fill(&index, event);
	ygr_text_buffer_put_char(out, '{');
	for (size_t i = 0; i < plan->nr_by_type[type]; i++) {
		source.row = plan->by_type[type][i];
		source.value = ygr_event_index_get(&index, &source.row->from);
		if (source.value || source.row->may_lack)
			put_row(out, &open, plan, &source);
	}
	close_objects(out, &open, 0);
	ygr_text_buffer_put_char(out, '}');
}
