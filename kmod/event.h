/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An event between its hook and the ring: on the hook's stack, filled by the
 * hook, judged and recorded by the pipeline.
 */
#ifndef YGR_EVENT_H
#define YGR_EVENT_H

#include <linux/path.h>

#include "match.h"
#include "path.h"

#define YGR_EVENT_STRINGS_MAX	5

struct ygr_event_string {
	u16 tag;
	u32 len;
	u32 true_len;
	const char *bytes;
};

/* A file as the hook has it: the path itself, or the name of a child of it. */
struct ygr_event_path {
	const struct path *path;
	const struct dentry *child;	/* NULL: @path is the file */
};

struct ygr_event {
	u16 type;			/* enum ygr_event_type */
	u16 body_len;
	enum ygr_class class;		/* when allowed; else it is DENY */
	enum ygr_on on;
	u32 flags;			/* YGR_F_* */
	bool settled;			/* it has happened: can be recorded, not denied */
	bool only_if_denied;		/* the allowed case has a record of its own */
	const void *body;

	u32 path_nr;
	struct ygr_event_path paths[YGR_MATCH_PATHS_MAX];

	u16 family;			/* of the address that rules look at */
	u16 port;
	const u8 *addr;

	u32 string_nr;
	struct ygr_event_string strings[YGR_EVENT_STRINGS_MAX];
};

static inline void ygr_event_add_string(struct ygr_event *event, u16 tag, const char *bytes,
					u32 len, u32 true_len)
{
	event->strings[event->string_nr++] = (struct ygr_event_string) {
		.tag = tag, .len = len, .true_len = true_len, .bytes = bytes,
	};
}

/* Whole: a string that was not cut. */
static inline void ygr_event_add_whole(struct ygr_event *event, u16 tag, const char *bytes, u32 len)
{
	ygr_event_add_string(event, tag, bytes, len, len);
}

#endif
