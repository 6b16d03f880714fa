/* SPDX-License-Identifier: GPL-2.0-only */
/* The types of events as a dense list: for sets of them, and tables by type. Pure. */
#ifndef YGR_EVENT_TYPE_H
#define YGR_EVENT_TYPE_H

#include <stddef.h>
#include <stdint.h>

#include "event_map.h"

enum ygr_event_type_index {
	YGR_TYPE_EXEC_CHECK,
	YGR_TYPE_EXEC,
	YGR_TYPE_FORK,
	YGR_TYPE_EXIT,
	YGR_TYPE_OPEN,
	YGR_TYPE_CREATE,
	YGR_TYPE_UNLINK,
	YGR_TYPE_RENAME,
	YGR_TYPE_MMAP_EXEC,
	YGR_TYPE_LINK,
	YGR_TYPE_CHMOD,
	YGR_TYPE_CHOWN,
	YGR_TYPE_SETXATTR,
	YGR_TYPE_TRUNCATE,
	YGR_TYPE_SOCKET_CREATE,
	YGR_TYPE_BIND,
	YGR_TYPE_LISTEN,
	YGR_TYPE_CONNECT,
	YGR_TYPE_ACCEPT,
	YGR_TYPE_SEND,
	YGR_TYPE_START,
	YGR_TYPE_POLICY,
	YGR_TYPE_GAP,
	YGR_TYPE_TOTALS,
	YGR_TYPE_BREAKER,
	YGR_TYPE_BACKLOG,	/* the daemon's own, of no CPU: it gave batches up */
	YGR_TYPE_NR,		/* also: a type that this program does not know */
};

extern const char *const ygr_event_type_names[YGR_TYPE_NR];

/* By name; YGR_TYPE_NR if there is none. */
enum ygr_event_type_index ygr_event_type_find(const char *name, size_t len);

enum ygr_event_type_index ygr_event_type_of(const struct ygr_event_value *event);

#endif
