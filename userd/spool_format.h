/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bytes of a batch, in a spool segment, on the wire and at the receiver:
 *
 *	+-----------------+----------------+------------------------------+
 *	| 184D2A59 | size | batch header   | LZ4 frame of msgpack events  |
 *	+-----------------+----------------+------------------------------+
 *	<-- LZ4 skippable frame (8 + size) ><-- header.frame_bytes ------->
 *
 * so that `lz4 -dc` of any concatenation of batches is a plain msgpack stream.
 * docs/WIRE.md gives every offset. A batch is never changed after it was
 * written: what the receiver stores is byte for byte what the reader made.
 *
 * Pure: no I/O, no clock, no allocation. Everything here may be handed hostile
 * bytes; nothing is read outside [bytes, bytes + len), and the outputs are
 * untouched unless the result says WHOLE.
 */
#ifndef YGR_SPOOL_FORMAT_H
#define YGR_SPOOL_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define YGR_BATCH_SKIPPABLE_MAGIC	0x184d2a59u
#define YGR_BATCH_MAGIC			0x42524759u	/* "YGRB" */
#define YGR_BATCH_VERSION		2	/* what is written: events as in encode.h */
#define YGR_BATCH_VERSION_MIN		1	/* what is read: there, each event was a map */
#define YGR_BATCH_FIXED_BYTES		272	/* header without its CPU entries */
#define YGR_BATCH_CPU_BYTES		40	/* one CPU entry */
#define YGR_BATCH_CPU_MAX		8192	/* what Linux calls MAXSMP */
#define YGR_BATCH_CLASS_NR		16	/* YGR_CLASS_MAX */
#define YGR_BATCH_ID_BYTES		16
#define YGR_BATCH_HASH_BYTES		16

/* A reader refuses more than this per batch, before it allocates. */
#define YGR_BATCH_EVENTS_BYTES_MAX	(16u << 20)
#define YGR_BATCH_FRAME_BYTES_MAX	(17u << 20)
#define YGR_BATCH_BYTES_MAX		(8u + YGR_BATCH_FIXED_BYTES + \
					 YGR_BATCH_CPU_BYTES * YGR_BATCH_CPU_MAX + \
					 YGR_BATCH_FRAME_BYTES_MAX)

/*
 * How far one CPU's stream has come with this batch, counted since first_seq:
 *	next_seq - first_seq = events in batches + dropped + lost
 */
struct ygr_batch_cpu {
	uint32_t cpu;
	uint64_t first_seq;	/* sequence number at which this spool took over */
	uint64_t next_seq;	/* the first one that is not accounted for yet */
	uint64_t dropped;	/* by the kernel: the sum over the gap records */
	uint64_t lost;		/* missing without a gap record, or not readable */
};

struct ygr_batch_header {
	uint64_t batch_id;	/* 1, 2, 3 ... in a spool */
	uint8_t  spool_id[YGR_BATCH_ID_BYTES];	/* random, made with the spool */
	uint8_t  boot_id[YGR_BATCH_ID_BYTES];	/* of the boot that recorded */
	uint64_t load_id;	/* ygr_info.load_id: sequences belong to it */
	uint32_t schema_version;
	uint32_t event_nr;
	uint64_t events_bytes;	/* msgpack, decompressed */
	uint64_t frame_bytes;	/* LZ4 frame */
	uint64_t min_time_ns;	/* CLOCK_BOOTTIME of the events; 0 if none */
	uint64_t max_time_ns;
	int64_t  realtime_offset_ns; /* CLOCK_REALTIME - CLOCK_BOOTTIME, as used here */
	uint64_t class_nr[YGR_BATCH_CLASS_NR]; /* events by enum ygr_class */
	uint8_t  prev_hash[YGR_BATCH_HASH_BYTES]; /* of the batch before; 0: there is none */
	uint64_t frame_hash;	/* XXH3-64 of the LZ4 frame */
	uint32_t cpu_nr;	/* entries */
	uint32_t header_bytes;	/* fixed part and entries */
};

enum ygr_batch_state {
	YGR_BATCH_WHOLE		= 0,
	YGR_BATCH_PARTIAL	= 1,	/* good so far, but the bytes end first */
	YGR_BATCH_BAD		= 2,
};

/* Bytes from one batch's start to the next one's. */
static inline size_t ygr_batch_total_bytes(const struct ygr_batch_header *header)
{
	return 8 + (size_t)header->header_bytes + (size_t)header->frame_bytes;
}

/*
 * Looks at the batch that starts at @bytes: only at its header, with
 * parse_header; at all of it, frame hash included, with parse.
 * @need: PARTIAL: how many bytes to come back with, at least.
 * @reason: BAD: a static text. Both may be NULL.
 */
enum ygr_batch_state ygr_spool_format_parse_header(const uint8_t *bytes, size_t len,
						   struct ygr_batch_header *header,
						   size_t *need, const char **reason);
enum ygr_batch_state ygr_spool_format_parse(const uint8_t *bytes, size_t len,
					    struct ygr_batch_header *header,
					    size_t *need, const char **reason);

/* CPU entry @index < header.cpu_nr of the batch at @bytes, whose header was parsed. */
void ygr_spool_format_get_cpu(const uint8_t *bytes, uint32_t index, struct ygr_batch_cpu *cpu);

/* The LZ4 frame of that batch. */
static inline const uint8_t *ygr_spool_format_frame(const uint8_t *bytes,
						    const struct ygr_batch_header *header)
{
	return bytes + 8 + header->header_bytes;
}

/*
 * Offset of the first valid batch header at or after @from; @len if none. The
 * caller keeps the last YGR_BATCH_RESYNC_BYTES of a window when it goes on with
 * the next: a header may lie across.
 */
size_t ygr_spool_format_resync(const uint8_t *bytes, size_t len, size_t from);
#define YGR_BATCH_RESYNC_BYTES	(8 + YGR_BATCH_FIXED_BYTES + YGR_BATCH_CPU_BYTES * YGR_BATCH_CPU_MAX)

/*
 * Writes skippable frame and header to @out, of 8 + FIXED + cpu_nr * CPU bytes.
 * Fills header->header_bytes and header->frame_hash from @frame first.
 * Return: bytes written.
 */
size_t ygr_spool_format_put_header(uint8_t *out, struct ygr_batch_header *header,
				   const struct ygr_batch_cpu *cpus, const uint8_t *frame);

/* The header_hash of the batch at @bytes, whose header was parsed: which batch it is, in 8 bytes. */
uint64_t ygr_spool_format_header_hash(const uint8_t *bytes);

/* XXH3-128 of a whole batch in canonical (big-endian) form: the next one's prev_hash. */
void ygr_spool_format_hash(const uint8_t *batch, size_t len, uint8_t hash[YGR_BATCH_HASH_BYTES]);

/* What a file that begins at a batch holds, for whoever wants to append to it. */
struct ygr_spool_recovery {
	uint64_t batch_nr;	/* whole batches */
	uint64_t fault_nr;	/* stretches of bad bytes with a whole batch after them */
	size_t	 end;		/* where the last whole batch ends; 0: there is none */
	size_t	 last;		/* where it starts */
	struct ygr_batch_header header; /* its header; of the highest batch id so far */
	const char *reason;	/* why [end, len) is no batch; NULL if end == len */
};

/*
 * A crash leaves a torn batch at the end: everything up to @end is to be kept,
 * the rest is to be cut off. Bad bytes with a whole batch after them are no torn
 * tail (a disk did that): they are counted and kept, for spool verify to tell.
 */
void ygr_spool_format_recover(const uint8_t *bytes, size_t len, struct ygr_spool_recovery *recovery);

/* Segment files: "<16 hex digits of the first batch id>.ygs" */
#define YGR_SEGMENT_NAME_BYTES	21	/* with the NUL */
void ygr_spool_format_segment_name(char name[YGR_SEGMENT_NAME_BYTES], uint64_t first_batch_id);
/* Return: true and the id if @name is that of a segment. */
bool ygr_spool_format_is_segment(const char *name, uint64_t *first_batch_id);

/* 16 bytes as 32 hex digits and back. Return: 0, or -EINVAL. */
void ygr_spool_format_id_text(const uint8_t id[YGR_BATCH_ID_BYTES], char text[33]);
int ygr_spool_format_id_parse(const char *text, uint8_t id[YGR_BATCH_ID_BYTES]);

#endif
