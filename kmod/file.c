// SPDX-License-Identifier: GPL-2.0-only
#include "file.h"
#include "file_id.h"

static void add_xattr(struct ygr_event_strings *strings, const struct ygr_match_text *xattr)
{
	if (xattr->bytes)
		ygr_event_add_whole(strings, YGR_STR_XATTR, xattr->bytes, xattr->len);
}

static void record(struct ygr_event *event, const struct inode *inode, u32 access, u32 open_flags,
		   struct ygr_event_strings *strings)
{
	struct ygr_body_file *body;

	add_xattr(strings, &event->match.xattr);
	body = ygr_pipeline_begin(event, sizeof(*body), strings);
	if (!body)
		return;
	ygr_file_id_fill(&body->file, inode);
	body->access = access;
	body->open_flags = open_flags;
	ygr_record_commit();
}

int ygr_file_run(struct ygr_event *event, const struct inode *inode, u32 access, u32 open_flags,
		 struct ygr_event_strings *strings)
{
	struct ygr_event_strings none __uninitialized;

	event->detail = (u64)access << 32 | open_flags;
	preempt_disable_notrace();
	if (ygr_pipeline_judge(event)) {
		none.nr = 0;
		record(event, inode, access, open_flags, strings ?: &none);
	}
	preempt_enable_notrace();
	return ygr_event_error(event);
}
