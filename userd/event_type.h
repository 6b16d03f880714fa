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
	YGR_TYPE_PROCESS,
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
	YGR_TYPE_CLOSE_WRITE,
	YGR_TYPE_MKDIR,
	YGR_TYPE_RMDIR,
	YGR_TYPE_SYMLINK,
	YGR_TYPE_REMOVEXATTR,
	YGR_TYPE_CHATTR,
	YGR_TYPE_MPROTECT_EXEC,
	YGR_TYPE_MEMFD,
	YGR_TYPE_SOCKET_CREATE,
	YGR_TYPE_BIND,
	YGR_TYPE_LISTEN,
	YGR_TYPE_CONNECT,
	YGR_TYPE_ACCEPT,
	YGR_TYPE_SEND,
	YGR_TYPE_SOCKET_CLOSE,
	YGR_TYPE_DNS,
	YGR_TYPE_STREAM,
	YGR_TYPE_SETUID,
	YGR_TYPE_SETGID,
	YGR_TYPE_CAPSET,
	YGR_TYPE_MODULE_LOAD,
	YGR_TYPE_MODULE_UNLOAD,
	YGR_TYPE_KEXEC,
	YGR_TYPE_BPF,
	YGR_TYPE_MOUNT,
	YGR_TYPE_UMOUNT,
	YGR_TYPE_MOVE_MOUNT,
	YGR_TYPE_PIVOT_ROOT,
	YGR_TYPE_PTRACE,
	YGR_TYPE_VM_WRITE,
	YGR_TYPE_SIGNAL,
	YGR_TYPE_SETTIME,
	YGR_TYPE_UNSHARE,
	YGR_TYPE_SETNS,
	YGR_TYPE_KEYCTL,
	YGR_TYPE_PRCTL,
	YGR_TYPE_PERSONALITY,
	YGR_TYPE_SECCOMP,
	YGR_TYPE_START,
	YGR_TYPE_POLICY,
	YGR_TYPE_GAP,
	YGR_TYPE_TOTALS,
	YGR_TYPE_BREAKER,
	YGR_TYPE_STOP,
	YGR_TYPE_HEARTBEAT,
	YGR_TYPE_CLOCK,
	YGR_TYPE_OUTAGE,	/* the daemon's own: the module was not there */
	YGR_TYPE_SUPPRESSED,
	YGR_TYPE_BACKLOG,	/* the daemon's own, of no CPU: it gave batches up */
	YGR_TYPE_NR,		/* also: a type that this program does not know */
};

/* A set of them, and one more for those that this program does not know. */
typedef unsigned __int128 ygr_event_type_set;

#define YGR_TYPE_BIT(type)	((ygr_event_type_set)1 << (type))

_Static_assert(YGR_TYPE_NR < 8 * sizeof(ygr_event_type_set), "a set has a bit for each type");

extern const char *const ygr_event_type_names[YGR_TYPE_NR];

/* By name; YGR_TYPE_NR if there is none. */
enum ygr_event_type_index ygr_event_type_find(const char *name, size_t len);

enum ygr_event_type_index ygr_event_type_of(const struct ygr_event_value *event);

#endif
