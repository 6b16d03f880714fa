// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "join.h"

static int fail(int error, const char *text, const char **reason)
{
	*reason = text;
	return error;
}

static uint32_t padded(uint32_t len)
{
	return (len + 7) & ~7u;
}

struct ring {
	const uint8_t *data;
	uint64_t data_bytes;
	uint64_t pos;		/* of the record */
};

/* Return: what starts @back bytes before the record, of @type, and ends before it; NULL: no such thing. */
static const void *find(const struct ring *ring, uint32_t back, uint16_t type, uint32_t bytes_min)
{
	const struct ygr_join_start *start;

	if (back % 8 != 0 || back < bytes_min || back > ring->pos ||
	    back > ring->data_bytes / YGR_RING_SEGMENT_NR * 2)
		return NULL;
	start = (const void *)(ring->data + ((ring->pos - back) & (ring->data_bytes - 1)));
	if (start->type != type || start->len < bytes_min || start->len > back || start->len % 8 != 0)
		return NULL;
	return start;
}

static const struct ygr_record *find_context(const struct ring *ring, uint32_t back)
{
	const struct ygr_record *context = find(ring, back, YGR_EV_CONTEXT, sizeof(*context));

	return context && context->body_len == 0 &&
	       context->len - sizeof(*context) <= YGR_JOIN_STRINGS_MAX ? context : NULL;
}

static const struct ygr_ring_directory *find_directory(const struct ring *ring, uint32_t back)
{
	const struct ygr_ring_directory *directory =
		find(ring, back, YGR_EV_DIRECTORY, sizeof(*directory) + 8);

	return directory && directory->path_len <= directory->len - sizeof(*directory) ? directory : NULL;
}

/* Return: where to go on. */
static uint8_t *put_path(uint8_t *to, const struct ygr_ring_directory *directory, const void *name,
			 uint32_t name_len)
{
	struct ygr_string *string = (struct ygr_string *)to;
	uint32_t len = directory->path_len + name_len;
	uint8_t *bytes = (uint8_t *)(string + 1);

	*string = (struct ygr_string) { .tag = YGR_STR_PATH, .len = len, .true_len = len };
	memset(bytes + (len & ~7u), 0, padded(len) - (len & ~7u));
	memcpy(bytes, directory + 1, directory->path_len);
	memcpy(bytes + directory->path_len, name, name_len);
	return bytes + padded(len);
}

static void put_head(struct ygr_record *head, const struct ygr_record *context,
		     const struct ygr_ring_compact *compact)
{
	*head = *context;
	head->type = compact->type;
	head->class = compact->class;
	head->verdict = compact->verdict & (uint8_t)~YGR_RING_COMPACT;
	head->seq = compact->seq;
	head->time_ns = compact->time_ns;
	head->flags |= compact->flags;
	head->body_len = compact->body_len;
}

int ygr_join(const uint8_t *data, uint64_t data_bytes, uint64_t pos, uint64_t avail, uint8_t *out,
	     const char **reason)
{
	const struct ring ring = { data, data_bytes, pos };
	const struct ygr_ring_compact *compact = (const void *)(data + (pos & (data_bytes - 1)));
	const uint8_t *body = (const uint8_t *)(compact + 1);
	const struct ygr_ring_directory *directory = NULL;
	const struct ygr_record *context;
	uint32_t own_bytes, strings_bytes;
	uint8_t *to = out + sizeof(struct ygr_record);

	if (avail < sizeof(*compact))
		return fail(-EPROTO, "record head does not fit", reason);
	if (compact->len < sizeof(*compact) || compact->len % 8 != 0 ||
	    compact->len > YGR_JOIN_RECORD_MAX)
		return fail(-EPROTO, "record length is impossible", reason);
	if (compact->len > avail)
		return fail(-EPROTO, "record is longer than what was published", reason);
	own_bytes = compact->body_len + padded(compact->name_len);
	if (compact->body_len % 8 != 0 || own_bytes > compact->len - sizeof(*compact))
		return fail(-EBADMSG, "body does not fit", reason);
	context = find_context(&ring, compact->context_back);
	if (!context)
		return fail(-EBADMSG, "its context is not there", reason);
	if (compact->directory_back) {
		directory = find_directory(&ring, compact->directory_back);
		if (!directory || directory->path_len + compact->name_len > YGR_JOIN_PATH_MAX)
			return fail(-EBADMSG, "its directory is not there", reason);
	} else if (compact->name_len) {
		return fail(-EBADMSG, "a name without a directory", reason);
	}

	put_head((struct ygr_record *)out, context, compact);
	memcpy(to, body, compact->body_len);
	to += compact->body_len;
	if (directory)
		to = put_path(to, directory, body + compact->body_len, compact->name_len);
	strings_bytes = compact->len - (uint32_t)sizeof(*compact) - own_bytes;
	memcpy(to, body + own_bytes, strings_bytes);
	to += strings_bytes;
	strings_bytes = context->len - (uint32_t)sizeof(*context);
	memcpy(to, context + 1, strings_bytes);
	to += strings_bytes;
	((struct ygr_record *)out)->len = (uint32_t)(to - out);
	return 0;
}
