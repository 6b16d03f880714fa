/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An event between its hook and the ring: on the hook's stack, described by the
 * hook, judged by the pipeline, and only then, if it is to be recorded, given
 * its body and its strings. Nothing here is zeroed that nobody reads.
 */
#ifndef YGR_EVENT_H
#define YGR_EVENT_H

#include <linux/path.h>

#include <yagura/ygr_event.h>

#include "match.h"

/* A file as the hook has it: the path itself, or the name of a child of it. */
struct ygr_event_path {
	const struct path *path;
	const struct dentry *child;	/* NULL: @path is the file */
};

struct ygr_event {
	/* The hook's. */
	u16 type;			/* enum ygr_event_type */
	enum ygr_class class;		/* when allowed; else it is DENY */
	u32 flags;			/* YGR_F_* */
	bool settled;			/* it has happened: can be recorded, not denied */
	bool only_if_denied;		/* the allowed case has a record of its own */
	u32 path_nr;
	struct ygr_event_path paths[YGR_MATCH_PATHS_MAX];
	struct ygr_match_event match;	/* `on` and the address; the rest is the pipeline's */

	/* The pipeline's. */
	bool paths_resolved;
	u16 path_tags[YGR_MATCH_PATHS_MAX]; /* enum ygr_string_tag of each in match.paths */
	enum ygr_verdict verdict;
	u64 generation;
	struct ygr_decision decision;
	const char *rule_name;		/* of the decision; while preemption is off */
};

static inline void ygr_event_init(struct ygr_event *event, u16 type, enum ygr_class class,
				  enum ygr_on on)
{
	event->type = type;
	event->class = class;
	event->flags = 0;
	event->settled = false;
	event->only_if_denied = false;
	event->path_nr = 0;
	event->match.on = on;
	event->match.family = 0;
}

static inline void ygr_event_add_path(struct ygr_event *event, const struct path *path,
				      const struct dentry *child)
{
	event->paths[event->path_nr].path = path;
	event->paths[event->path_nr].child = child;
	event->path_nr++;
}

static inline bool ygr_event_is_denied(const struct ygr_event *event)
{
	return event->verdict == YGR_VERDICT_DENY;
}

/* FILENAME, CWD, ARGV; the pipeline adds PATH, NEW_PATH and RULE. */
#define YGR_EVENT_STRINGS_MAX	6

struct ygr_event_strings {
	u32 nr;
	struct {
		u16 tag;		/* enum ygr_string_tag */
		u32 len;
		u32 true_len;
		const char *bytes;
	} list[YGR_EVENT_STRINGS_MAX];
};

static inline void ygr_event_add_string(struct ygr_event_strings *strings, u16 tag,
					const char *bytes, u32 len, u32 true_len)
{
	u32 i = strings->nr++;

	strings->list[i].tag = tag;
	strings->list[i].len = len;
	strings->list[i].true_len = true_len;
	strings->list[i].bytes = bytes;
}

/* Whole: a string that was not cut. */
static inline void ygr_event_add_whole(struct ygr_event_strings *strings, u16 tag,
				       const char *bytes, u32 len)
{
	ygr_event_add_string(strings, tag, bytes, len, len);
}

#endif
