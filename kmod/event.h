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
#include "process.h"

/* A file as the hook has it: the path itself, or the name of a child of it. */
struct ygr_event_path {
	const struct path *path;	/* NULL: not known */
	const struct dentry *child;	/* NULL: @path is the file */
};

struct ygr_coalesce_slot;

struct ygr_event {
	/* The hook's. */
	u16 type;			/* enum ygr_event_type */
	enum ygr_class class;		/* when allowed; else it is DENY */
	u32 flags;			/* YGR_F_* */
	bool settled;			/* it has happened: can be recorded, not denied */
	bool only_if_denied;		/* the allowed case has a record of its own */
	bool only_if_ruled;		/* what is not denied is recorded if a rule says so */
	bool no_subject;		/* no process did it: whatever runs has no part in it */
	u32 path_nr;
	struct ygr_event_path paths[YGR_MATCH_PATHS_MAX];
	const struct path *root;	/* paths are told from there; NULL: the process's root */
	const struct inode *inode;	/* that rules look at; NULL: no file, or none yet */
	u64 file_attr;			/* YGR_FILE_TO_* */
	u64 detail;			/* how: what differs in it is no repeat */
	/*
	 * The hook's: `on`, sha256, verity, argv, xattr and all of the socket. The rest is
	 * the pipeline's, which fills what the policy looks at.
	 */
	struct ygr_match_event match;

	/* The pipeline's. */
	struct ygr_coalesce_slot *hold;	/* it is recorded there, not in the ring */
	bool paths_resolved;
	u16 path_tags[YGR_MATCH_PATHS_MAX]; /* enum ygr_string_tag of each in match.paths */
	struct ygr_process_bits process; /* what `match` points to */
	enum ygr_verdict verdict;
	int error;			/* what a denied hook returns: -errno */
	u64 generation;
	struct ygr_decision decision;	/* its rule: while preemption is off */
	struct ygr_submitter submitter;	/* for whom, if there is one */
	const char *rule_name;		/* likewise */
	const char *rule_alert;		/* likewise; "": none */
};

static inline void ygr_event_init(struct ygr_event *event, u16 type, enum ygr_class class,
				  enum ygr_on on)
{
	event->type = type;
	event->class = class;
	event->flags = 0;
	event->settled = false;
	event->only_if_denied = false;
	event->only_if_ruled = false;
	event->no_subject = false;
	event->path_nr = 0;
	event->root = NULL;
	event->inode = NULL;
	event->file_attr = 0;
	event->detail = 0;
	event->hold = NULL;
	event->match.on = on;
	event->match.sha256 = NULL;
	event->match.verity = NULL;
	event->match.argv.bytes = NULL;
	event->match.xattr.bytes = NULL;
	event->match.family = 0;
	event->match.addr_family = 0;
	event->match.unix_name.bytes = NULL;
}

static inline void ygr_event_add_path(struct ygr_event *event, const struct path *path,
				      const struct dentry *child)
{
	event->paths[event->path_nr].path = path;
	event->paths[event->path_nr].child = child;
	event->path_nr++;
}

/* What the hook must return in place of the function: 0 (go on) or -errno. */
static inline int ygr_event_error(const struct ygr_event *event)
{
	return event->verdict == YGR_VERDICT_DENY ? event->error : 0;
}

/*
 * FILENAME, CWD, ARGV, SHA256, VERITY, ENV, TTY, SCRIPT, ANCESTORS, CGROUP; the pipeline adds
 * PATH, NEW_PATH, RULE, ALERT, EXE and SUBMITTER.
 */
#define YGR_EVENT_STRINGS_MAX	17

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
