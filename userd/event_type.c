// SPDX-License-Identifier: GPL-2.0-only
#include "event_type.h"

#include <string.h>

const char *const ygr_event_type_names[YGR_TYPE_NR] = {
	[YGR_TYPE_EXEC_CHECK]	 = "exec_check",
	[YGR_TYPE_EXEC]		 = "exec",
	[YGR_TYPE_FORK]		 = "fork",
	[YGR_TYPE_EXIT]		 = "exit",
	[YGR_TYPE_OPEN]		 = "open",
	[YGR_TYPE_CREATE]	 = "create",
	[YGR_TYPE_UNLINK]	 = "unlink",
	[YGR_TYPE_RENAME]	 = "rename",
	[YGR_TYPE_MMAP_EXEC]	 = "mmap_exec",
	[YGR_TYPE_LINK]		 = "link",
	[YGR_TYPE_CHMOD]	 = "chmod",
	[YGR_TYPE_CHOWN]	 = "chown",
	[YGR_TYPE_SETXATTR]	 = "setxattr",
	[YGR_TYPE_TRUNCATE]	 = "truncate",
	[YGR_TYPE_SOCKET_CREATE] = "socket_create",
	[YGR_TYPE_BIND]		 = "bind",
	[YGR_TYPE_LISTEN]	 = "listen",
	[YGR_TYPE_CONNECT]	 = "connect",
	[YGR_TYPE_ACCEPT]	 = "accept",
	[YGR_TYPE_SEND]		 = "send",
	[YGR_TYPE_START]	 = "start",
	[YGR_TYPE_POLICY]	 = "policy",
	[YGR_TYPE_GAP]		 = "gap",
	[YGR_TYPE_TOTALS]	 = "totals",
	[YGR_TYPE_BACKLOG]	 = "backlog",
	[YGR_TYPE_BREAKER]	 = "breaker",
};

enum ygr_event_type_index ygr_event_type_find(const char *name, size_t len)
{
	unsigned int i;

	for (i = 0; i < YGR_TYPE_NR; i++)
		if (strlen(ygr_event_type_names[i]) == len &&
		    !memcmp(ygr_event_type_names[i], name, len))
			break;
	return i;
}

enum ygr_event_type_index ygr_event_type_of(const struct ygr_event_value *event)
{
	struct ygr_event_text type;

	if (!ygr_event_map_get_text(event, "type", &type))
		return YGR_TYPE_NR;
	return ygr_event_type_find(type.bytes, type.len);
}
