/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Our events under the field names of others: ECS, OCSF, Sysmon and Sigma. A
 * mapping is a table of rows (event_mapping_table.c), from which both the JSON
 * and docs/MAPPINGS.md are made. Pure.
 */
#ifndef YGR_EVENT_MAPPING_H
#define YGR_EVENT_MAPPING_H

#include "event_map.h"
#include "event_type.h"
#include "spool_format.h"
#include "text_buffer.h"

/* Where an event comes from: what names it for ever, and the host. */
struct ygr_event_origin {
	char spool_id[33];		/* in hex */
	char boot_id[33];
	uint64_t batch_id;
	uint32_t index;			/* in its batch, from 0 */
	const char *host_name;		/* NULL: not told */
};

/* Of the batch's first event. @host_name is not copied. */
void ygr_event_mapping_origin(struct ygr_event_origin *origin,
			      const struct ygr_batch_header *header, const char *host_name);

/*
 * "<spool id>-<batch id>-<index>": the same for the same event whenever and by whatever
 * output it is sent, so that a receiver can drop what came twice.
 */
#define YGR_EVENT_ID_BYTES	68	/* with the NUL */
void ygr_event_mapping_id(const struct ygr_event_origin *origin, char id[YGR_EVENT_ID_BYTES]);
void ygr_event_mapping_put_id(struct ygr_text_buffer *out, const struct ygr_event_origin *origin);

/* How a field's value is made of ours. */
enum ygr_mapping_how {
	YGR_MAP_COPY,		/* as it is */
	YGR_MAP_TEXT,		/* a number as a string */
	YGR_MAP_LITERAL,	/* `word`, which is JSON */
	YGR_MAP_GIVEN,		/* the same, if `from` is there */
	YGR_MAP_CHOOSE,		/* `word`: "ours=JSON ours=JSON *=JSON"; *: absent, or another */
	YGR_MAP_JOIN,		/* a list as one string, a space between its items */
	YGR_MAP_NAME,		/* of a path: what follows the last slash */
	YGR_MAP_DIRECTORY,	/* what is before it */
	YGR_MAP_EXTENSION,	/* what follows the last dot of its name */
	YGR_MAP_TIME_TEXT,	/* UTC ns: 2024-03-01T12:04:07.313999999Z */
	YGR_MAP_TIME_PLAIN,	/* 2024-03-01 12:04:07.313 */
	YGR_MAP_TIME_MS,	/* milliseconds since 1970 */
	YGR_MAP_BOOT_TEXT,	/* CLOCK_BOOTTIME ns, as TIME_TEXT */
	YGR_MAP_BOOT_MS,
	YGR_MAP_OCTAL,		/* the permission bits of a mode: "0644" */
	YGR_MAP_FILE_TYPE,	/* of a mode: "file", "dir" ... */
	YGR_MAP_FILE_TYPE_ID,	/* the number that OCSF gives it */
	YGR_MAP_EXIT_CODE,	/* of a wait status; 128 + n for signal n, as shells say it */
	YGR_MAP_PROCESS_ID,	/* "<boot id>-<pid>-<start ns>"; `from`: "", "parent" or "child" */
	YGR_MAP_EVENT_ID,
	YGR_MAP_BOOT_ID,
	YGR_MAP_HOST,
	YGR_MAP_NR,
};

struct ygr_mapping_row {
	ygr_event_type_set types;
	const char *to;		/* dots part objects; rows of one object stand together */
	enum ygr_mapping_how how;
	const char *from;	/* our field, "file.ino"; NULL: none */
	const char *word;
};

struct ygr_mapping {
	const char *name;
	const char *title;	/* with the version */
	const char *about;
	const struct ygr_mapping_row *rows;
	size_t row_nr;
};

extern const struct ygr_mapping ygr_mapping_ecs, ygr_mapping_ocsf, ygr_mapping_sigma;

struct ygr_event_plan;	/* a mapping made ready: event_plan.h */

/* One JSON object. Fields whose source is absent, or has another type, are left out. */
void ygr_event_mapping_put(struct ygr_text_buffer *out, const struct ygr_event_plan *plan,
			   const struct ygr_event_value *event,
			   const struct ygr_event_origin *origin);

/* UTC, nanoseconds: YYYY-MM-DDThh:mm:ss.nnnnnnnnnZ, no quotes. */
void ygr_event_mapping_put_time(struct ygr_text_buffer *out, uint64_t time_ns);

#endif
