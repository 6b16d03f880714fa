/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events to msgpack, as docs/WIRE.md ("The events") lays them out: what many
 * events of a batch share is written once, before the first of them, and they refer
 * to it by number:
 *
 *	[0, layout, boot_ns, realtime_offset_ns]	a batch begins
 *	[1, {constants}, names ...]			a shape: what the values of an event are called
 *	[2, parent, pid, age_ns, comm, exe]		a process
 *	[3, shape, process, values ...]			a subject: a process as some user
 *	[4 + shape, subject, cpu, passed_ns, values ...] an event
 *
 * decode.h puts an event together again. What does not apply, is zero or is
 * unknown is nil, or not there at all. A string is `str` if it is valid UTF-8, else
 * `bin`: no byte of a file name is ever changed.
 *
 * Pure but for the growth of the buffer and the marks it leaves in the processes.
 */
#ifndef YGR_ENCODE_H
#define YGR_ENCODE_H

#include "backlog.h"
#include "entry.h"
#include "identity.h"
#include "names.h"
#include "outage.h"
#include "process_table.h"
#include "record.h"

#define YGR_ENCODE_LAYOUT	2	/* what item 0 says; before, each event was a map by itself */

/* Processes, and subjects, in a batch: where it is full. One event more may still come. */
#define YGR_ENCODE_DEFINITIONS_MAX	131072u

/* What an item's first number says it is. */
enum ygr_encode_item {
	YGR_ITEM_BATCH		= 0,
	YGR_ITEM_SHAPE		= 1,
	YGR_ITEM_PROCESS	= 2,
	YGR_ITEM_SUBJECT	= 3,
	YGR_ITEM_EVENT		= 4,	/* and above */
};

struct ygr_encoded {
	uint8_t	*bytes;
	size_t	 size;
	size_t	 cap;
};

struct ygr_encoder_device {
	uint32_t major, minor;
	uint8_t	 len;			/* 0: none so far */
	char	 text[24];
};

/* What the batch at hand holds already. One encoder serves one batch at a time. */
struct ygr_encoder {
	uint32_t serial;		/* of the batch; never 0 */
	uint32_t shape_nr, process_nr, subject_nr;
	struct ygr_identity *identity;	/* the caller's; NULL: ids have no names */
	const struct ygr_names_facts *names;	/* of the event at hand; NULL: there are none */
	const struct ygr_entries *entries; /* the caller's; NULL: nobody's session is told */
	uint64_t last_ns;		/* boot time of the event before */
	uint16_t *shapes;		/* by type, class, verdict: 1 + number; 0: not there yet */
	uint64_t *next_seq;		/* by CPU: one above the last that was told */
	struct ygr_encoder_device device; /* the last that was named */
};

/* Return: 0 or -ENOMEM. */
int ygr_encode_init(struct ygr_encoder *encoder);
void ygr_encode_exit(struct ygr_encoder *encoder);

/*
 * A batch begins in @out, which is empty.
 * @boot_ns: of its first event. @realtime_offset_ns: CLOCK_REALTIME - CLOCK_BOOTTIME.
 * Return: 0; -ENOMEM.
 */
int ygr_encode_begin(struct ygr_encoder *encoder, struct ygr_encoded *out, uint64_t boot_ns,
		     int64_t realtime_offset_ns);

/*
 * Appends an event, after whatever it refers to and the batch lacks.
 * @self: its subject in @table; NULL: nothing is known but what the event's head says.
 * Return: 0; -ENOMEM, and all is as before.
 */
int ygr_encode_event(struct ygr_encoder *encoder, struct ygr_encoded *out,
		     const struct ygr_record_view *view, uint32_t cpu,
		     struct ygr_process_table *table, struct ygr_process *self);

/* Is the batch to end, so that a decoder's memory stays bounded? */
static inline bool ygr_encode_is_full(const struct ygr_encoder *encoder)
{
	return encoder->process_nr >= YGR_ENCODE_DEFINITIONS_MAX ||
	       encoder->subject_nr >= YGR_ENCODE_DEFINITIONS_MAX;
}

/*
 * Appends the reader's own event, of type "backlog": which batches were discarded
 * before they were delivered. It has no CPU and no sequence number. After an event.
 * Return: 0; -ENOMEM, and all is as before.
 */
int ygr_encode_backlog(struct ygr_encoder *encoder, struct ygr_encoded *out,
		       const struct ygr_backlog *backlog, int64_t realtime_offset_ns);

/*
 * Likewise, of type "outage": nothing was seen for a time.
 * Return: 0; -ENOMEM, and all is as before.
 */
int ygr_encode_outage(struct ygr_encoder *encoder, struct ygr_encoded *out,
		      const struct ygr_outage *outage, int64_t realtime_offset_ns);

/* RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool ygr_encode_is_utf8(const char *bytes, size_t len);

#endif
