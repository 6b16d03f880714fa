// SPDX-License-Identifier: GPL-2.0-only
/* The layout of a batch: docs/WIRE.md, "The batch". */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "le.h"
#include "spool_format.h"

#define SKIPPABLE_BYTES	8

/* Offsets in the header, that is, after the skippable frame's eight bytes. */
enum header_offset {
	OFF_MAGIC		= 0,
	OFF_VERSION		= 4,
	OFF_FIXED_BYTES		= 6,
	OFF_HEADER_BYTES	= 8,
	OFF_CPU_NR		= 12,
	OFF_BATCH_ID		= 16,
	OFF_SPOOL_ID		= 24,
	OFF_BOOT_ID		= 40,
	OFF_LOAD_ID		= 56,
	OFF_SCHEMA_VERSION	= 64,
	OFF_EVENT_NR		= 68,
	OFF_EVENTS_BYTES	= 72,
	OFF_FRAME_BYTES		= 80,
	OFF_MIN_TIME		= 88,
	OFF_MAX_TIME		= 96,
	OFF_REALTIME_OFFSET	= 104,
	OFF_CLASS_NR		= 112,
	OFF_PREV_HASH		= 240,
	OFF_FRAME_HASH		= 256,
	OFF_HEADER_HASH		= 264,
};

_Static_assert(OFF_HEADER_HASH + 8 == YGR_BATCH_FIXED_BYTES, "batch header layout");
_Static_assert(OFF_CLASS_NR + 8 * YGR_BATCH_CLASS_NR == OFF_PREV_HASH, "batch header layout");

/* The header's hash covers skippable frame and header, itself taken as zero. */
static uint64_t header_hash(const uint8_t *bytes, size_t header_bytes)
{
	static const uint8_t zero[8];
	const uint8_t *header = bytes + SKIPPABLE_BYTES;
	XXH3_state_t state;

	XXH3_64bits_reset(&state);
	XXH3_64bits_update(&state, bytes, SKIPPABLE_BYTES + OFF_HEADER_HASH);
	XXH3_64bits_update(&state, zero, sizeof(zero));
	XXH3_64bits_update(&state, header + YGR_BATCH_FIXED_BYTES, header_bytes - YGR_BATCH_FIXED_BYTES);
	return XXH3_64bits_digest(&state);
}

/* What can be said of the first 24 bytes alone: NULL, or what is wrong. */
static const char *check_start(const uint8_t *bytes)
{
	const uint8_t *header = bytes + SKIPPABLE_BYTES;
	uint32_t header_bytes = ygr_le32_get(header + OFF_HEADER_BYTES);
	uint32_t cpu_nr = ygr_le32_get(header + OFF_CPU_NR);

	if (ygr_le32_get(bytes) != YGR_BATCH_SKIPPABLE_MAGIC)
		return "no batch starts here";
	if (ygr_le32_get(header + OFF_MAGIC) != YGR_BATCH_MAGIC)
		return "skippable frame is not a batch header";
	if (ygr_le16_get(header + OFF_VERSION) < YGR_BATCH_VERSION_MIN ||
	    ygr_le16_get(header + OFF_VERSION) > YGR_BATCH_VERSION)
		return "unknown batch version";
	if (ygr_le16_get(header + OFF_FIXED_BYTES) != YGR_BATCH_FIXED_BYTES)
		return "wrong size of the fixed header";
	if (cpu_nr > YGR_BATCH_CPU_MAX)
		return "too many CPU entries";
	if (header_bytes != YGR_BATCH_FIXED_BYTES + cpu_nr * YGR_BATCH_CPU_BYTES)
		return "header size does not fit its CPU entries";
	if (ygr_le32_get(bytes + 4) != header_bytes)
		return "skippable frame size is not the header size";
	return NULL;
}

static void get_header(const uint8_t *at, struct ygr_batch_header *header)
{
	header->batch_id = ygr_le64_get(at + OFF_BATCH_ID);
	memcpy(header->spool_id, at + OFF_SPOOL_ID, YGR_BATCH_ID_BYTES);
	memcpy(header->boot_id, at + OFF_BOOT_ID, YGR_BATCH_ID_BYTES);
	header->load_id = ygr_le64_get(at + OFF_LOAD_ID);
	header->schema_version = ygr_le32_get(at + OFF_SCHEMA_VERSION);
	header->event_nr = ygr_le32_get(at + OFF_EVENT_NR);
	header->events_bytes = ygr_le64_get(at + OFF_EVENTS_BYTES);
	header->frame_bytes = ygr_le64_get(at + OFF_FRAME_BYTES);
	header->min_time_ns = ygr_le64_get(at + OFF_MIN_TIME);
	header->max_time_ns = ygr_le64_get(at + OFF_MAX_TIME);
	header->realtime_offset_ns = (int64_t)ygr_le64_get(at + OFF_REALTIME_OFFSET);
	for (int i = 0; i < YGR_BATCH_CLASS_NR; i++)
		header->class_nr[i] = ygr_le64_get(at + OFF_CLASS_NR + 8 * i);
	memcpy(header->prev_hash, at + OFF_PREV_HASH, YGR_BATCH_HASH_BYTES);
	header->frame_hash = ygr_le64_get(at + OFF_FRAME_HASH);
	header->cpu_nr = ygr_le32_get(at + OFF_CPU_NR);
	header->header_bytes = ygr_le32_get(at + OFF_HEADER_BYTES);
}

/* The hash already matched: this refuses what a confused writer could sign. */
static const char *check_header(const struct ygr_batch_header *header)
{
	if (header->batch_id == 0)
		return "batch id 0";
	if (header->events_bytes > YGR_BATCH_EVENTS_BYTES_MAX)
		return "more events than a batch may hold";
	if (header->frame_bytes > YGR_BATCH_FRAME_BYTES_MAX)
		return "LZ4 frame larger than a batch may hold";
	return NULL;
}

static enum ygr_batch_state bad(const char **out, const char *reason)
{
	if (out)
		*out = reason;
	return YGR_BATCH_BAD;
}

static enum ygr_batch_state partial(size_t *out, size_t need)
{
	if (out)
		*out = need;
	return YGR_BATCH_PARTIAL;
}

/* Fewer bytes than the magic: they may only be called bad where they differ from it. */
static enum ygr_batch_state check_stump(const uint8_t *bytes, size_t len, size_t *need,
					const char **reason)
{
	static const uint8_t magic[4] = { 0x59, 0x2a, 0x4d, 0x18 };

	if (memcmp(bytes, magic, len < sizeof(magic) ? len : sizeof(magic)) != 0)
		return bad(reason, "no batch starts here");
	return partial(need, SKIPPABLE_BYTES + OFF_BATCH_ID);
}

enum ygr_batch_state ygr_spool_format_parse_header(const uint8_t *bytes, size_t len,
						   struct ygr_batch_header *header,
						   size_t *need, const char **reason)
{
	struct ygr_batch_header parsed;
	const char *wrong;
	size_t header_bytes;

	if (len < SKIPPABLE_BYTES + OFF_BATCH_ID)
		return check_stump(bytes, len, need, reason);
	wrong = check_start(bytes);
	if (wrong)
		return bad(reason, wrong);

	header_bytes = ygr_le32_get(bytes + SKIPPABLE_BYTES + OFF_HEADER_BYTES);
	if (len < SKIPPABLE_BYTES + header_bytes)
		return partial(need, SKIPPABLE_BYTES + header_bytes);
	if (header_hash(bytes, header_bytes) !=
	    ygr_le64_get(bytes + SKIPPABLE_BYTES + OFF_HEADER_HASH))
		return bad(reason, "header checksum mismatch");

	get_header(bytes + SKIPPABLE_BYTES, &parsed);
	wrong = check_header(&parsed);
	if (wrong)
		return bad(reason, wrong);
	*header = parsed;
	return YGR_BATCH_WHOLE;
}

enum ygr_batch_state ygr_spool_format_parse(const uint8_t *bytes, size_t len,
					    struct ygr_batch_header *header,
					    size_t *need, const char **reason)
{
	struct ygr_batch_header parsed;
	enum ygr_batch_state state;

	state = ygr_spool_format_parse_header(bytes, len, &parsed, need, reason);
	if (state != YGR_BATCH_WHOLE)
		return state;
	if (len < ygr_batch_total_bytes(&parsed))
		return partial(need, ygr_batch_total_bytes(&parsed));
	if (XXH3_64bits(ygr_spool_format_frame(bytes, &parsed), parsed.frame_bytes) !=
	    parsed.frame_hash)
		return bad(reason, "frame checksum mismatch");
	*header = parsed;
	return YGR_BATCH_WHOLE;
}

void ygr_spool_format_get_cpu(const uint8_t *bytes, uint32_t index, struct ygr_batch_cpu *cpu)
{
	const uint8_t *at = bytes + SKIPPABLE_BYTES + YGR_BATCH_FIXED_BYTES +
			    (size_t)index * YGR_BATCH_CPU_BYTES;

	cpu->cpu = ygr_le32_get(at);
	cpu->first_seq = ygr_le64_get(at + 8);
	cpu->next_seq = ygr_le64_get(at + 16);
	cpu->dropped = ygr_le64_get(at + 24);
	cpu->lost = ygr_le64_get(at + 32);
}

static void put_cpu(uint8_t *at, const struct ygr_batch_cpu *cpu)
{
	ygr_le32_put(at, cpu->cpu);
	ygr_le32_put(at + 4, 0);
	ygr_le64_put(at + 8, cpu->first_seq);
	ygr_le64_put(at + 16, cpu->next_seq);
	ygr_le64_put(at + 24, cpu->dropped);
	ygr_le64_put(at + 32, cpu->lost);
}

static void put_fixed(uint8_t *at, const struct ygr_batch_header *header)
{
	ygr_le32_put(at + OFF_MAGIC, YGR_BATCH_MAGIC);
	ygr_le16_put(at + OFF_VERSION, YGR_BATCH_VERSION);
	ygr_le16_put(at + OFF_FIXED_BYTES, YGR_BATCH_FIXED_BYTES);
	ygr_le32_put(at + OFF_HEADER_BYTES, header->header_bytes);
	ygr_le32_put(at + OFF_CPU_NR, header->cpu_nr);
	ygr_le64_put(at + OFF_BATCH_ID, header->batch_id);
	memcpy(at + OFF_SPOOL_ID, header->spool_id, YGR_BATCH_ID_BYTES);
	memcpy(at + OFF_BOOT_ID, header->boot_id, YGR_BATCH_ID_BYTES);
	ygr_le64_put(at + OFF_LOAD_ID, header->load_id);
	ygr_le32_put(at + OFF_SCHEMA_VERSION, header->schema_version);
	ygr_le32_put(at + OFF_EVENT_NR, header->event_nr);
	ygr_le64_put(at + OFF_EVENTS_BYTES, header->events_bytes);
	ygr_le64_put(at + OFF_FRAME_BYTES, header->frame_bytes);
	ygr_le64_put(at + OFF_MIN_TIME, header->min_time_ns);
	ygr_le64_put(at + OFF_MAX_TIME, header->max_time_ns);
	ygr_le64_put(at + OFF_REALTIME_OFFSET, (uint64_t)header->realtime_offset_ns);
	for (int i = 0; i < YGR_BATCH_CLASS_NR; i++)
		ygr_le64_put(at + OFF_CLASS_NR + 8 * i, header->class_nr[i]);
	memcpy(at + OFF_PREV_HASH, header->prev_hash, YGR_BATCH_HASH_BYTES);
	ygr_le64_put(at + OFF_FRAME_HASH, header->frame_hash);
}

size_t ygr_spool_format_put_header(uint8_t *out, struct ygr_batch_header *header,
				   const struct ygr_batch_cpu *cpus, const uint8_t *frame)
{
	uint8_t *at = out + SKIPPABLE_BYTES;

	header->header_bytes = YGR_BATCH_FIXED_BYTES + header->cpu_nr * YGR_BATCH_CPU_BYTES;
	header->frame_hash = XXH3_64bits(frame, header->frame_bytes);

	ygr_le32_put(out, YGR_BATCH_SKIPPABLE_MAGIC);
	ygr_le32_put(out + 4, header->header_bytes);
	put_fixed(at, header);
	for (uint32_t i = 0; i < header->cpu_nr; i++)
		put_cpu(at + YGR_BATCH_FIXED_BYTES + (size_t)i * YGR_BATCH_CPU_BYTES, &cpus[i]);
	ygr_le64_put(at + OFF_HEADER_HASH, header_hash(out, header->header_bytes));
	return SKIPPABLE_BYTES + header->header_bytes;
}

uint64_t ygr_spool_format_header_hash(const uint8_t *bytes)
{
	return ygr_le64_get(bytes + SKIPPABLE_BYTES + OFF_HEADER_HASH);
}

void ygr_spool_format_hash(const uint8_t *batch, size_t len, uint8_t hash[YGR_BATCH_HASH_BYTES])
{
	XXH128_canonical_t canonical;

	XXH128_canonicalFromHash(&canonical, XXH3_128bits(batch, len));
	memcpy(hash, canonical.digest, YGR_BATCH_HASH_BYTES);
}

size_t ygr_spool_format_resync(const uint8_t *bytes, size_t len, size_t from)
{
	struct ygr_batch_header header;

	while (from < len) {
		const uint8_t *at = memchr(bytes + from, YGR_BATCH_SKIPPABLE_MAGIC & 0xff, len - from);

		if (!at)
			break;
		from = (size_t)(at - bytes);
		if (ygr_spool_format_parse_header(at, len - from, &header, NULL, NULL) ==
		    YGR_BATCH_WHOLE)
			return from;
		from++;
	}
	return len;
}

static void note_batch(struct ygr_spool_recovery *recovery, size_t at,
		       const struct ygr_batch_header *header)
{
	recovery->batch_nr++;
	recovery->last = at;
	recovery->end = at + ygr_batch_total_bytes(header);
	recovery->header = *header;
}

void ygr_spool_format_recover(const uint8_t *bytes, size_t len, struct ygr_spool_recovery *recovery)
{
	struct ygr_batch_header header;
	const char *reason = NULL;
	size_t at = 0;

	memset(recovery, 0, sizeof(*recovery));
	while (at < len) {
		const char *why = "the batch is cut short";

		if (ygr_spool_format_parse(bytes + at, len - at, &header, NULL, &why) ==
		    YGR_BATCH_WHOLE) {
			if (at != recovery->end)
				recovery->fault_nr++;
			note_batch(recovery, at, &header);
			at = recovery->end;
			continue;
		}
		if (at == recovery->end)
			reason = why;
		at = ygr_spool_format_resync(bytes, len, at + 1);
	}
	recovery->reason = recovery->end == len ? NULL : reason;
}

void ygr_spool_format_segment_name(char name[YGR_SEGMENT_NAME_BYTES], uint64_t first_batch_id)
{
	snprintf(name, YGR_SEGMENT_NAME_BYTES, "%016" PRIx64 ".ygs", first_batch_id);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool ygr_spool_format_is_segment(const char *name, uint64_t *first_batch_id)
{
	uint64_t id = 0;

	for (int i = 0; i < 16; i++) {
		int digit = hex_digit(name[i]);

		if (digit < 0)
			return false;
		id = id << 4 | (uint64_t)digit;
	}
	if (strcmp(name + 16, ".ygs") != 0)
		return false;
	*first_batch_id = id;
	return true;
}

void ygr_spool_format_id_text(const uint8_t id[YGR_BATCH_ID_BYTES], char text[33])
{
	for (int i = 0; i < YGR_BATCH_ID_BYTES; i++)
		snprintf(text + 2 * i, 3, "%02x", id[i]);
}

int ygr_spool_format_id_parse(const char *text, uint8_t id[YGR_BATCH_ID_BYTES])
{
	uint8_t parsed[YGR_BATCH_ID_BYTES];

	for (int i = 0; i < YGR_BATCH_ID_BYTES; i++) {
		int high = hex_digit(text[2 * i]);
		int low = high < 0 ? -1 : hex_digit(text[2 * i + 1]);

		if (low < 0)
			return -EINVAL;
		parsed[i] = (uint8_t)(high << 4 | low);
	}
	if (text[32] != '\0')
		return -EINVAL;
	memcpy(id, parsed, sizeof(parsed));
	return 0;
}
