/* SPDX-License-Identifier: GPL-2.0-only */
/* What the events about files have in common, whichever hook sees them. */
#ifndef YGR_FILE_H
#define YGR_FILE_H

#include "pipeline.h"

/*
 * Judges and records an event with a struct ygr_body_file.
 *
 * @inode: whose identity the record tells; NULL: there is none
 * @access, @open_flags: as in the body
 * @strings: the hook's own; NULL: none. The attribute's name comes by itself.
 *
 * Context: task.
 * Return: what the hook must: 0 or -errno.
 */
int ygr_file_run(struct ygr_event *event, const struct inode *inode, u32 access, u32 open_flags,
		 struct ygr_event_strings *strings);

#endif
