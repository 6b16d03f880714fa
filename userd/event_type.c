// SPDX-License-Identifier: GPL-2.0-only
#include "event_type.h"

#include <string.h>

const char *const ygr_event_type_names[YGR_TYPE_NR] = {
	[YGR_TYPE_EXEC_CHECK]	 = "exec_check",
	[YGR_TYPE_EXEC]		 = "exec",
	[YGR_TYPE_FORK]		 = "fork",
	[YGR_TYPE_EXIT]		 = "exit",
	[YGR_TYPE_PROCESS]	 = "process",
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
	[YGR_TYPE_CLOSE_WRITE]	 = "close_write",
	[YGR_TYPE_MKDIR]		 = "mkdir",
	[YGR_TYPE_RMDIR]		 = "rmdir",
	[YGR_TYPE_SYMLINK]	 = "symlink",
	[YGR_TYPE_REMOVEXATTR]	 = "removexattr",
	[YGR_TYPE_CHATTR]	 = "chattr",
	[YGR_TYPE_MPROTECT_EXEC]	 = "mprotect_exec",
	[YGR_TYPE_MEMFD]		 = "memfd",
	[YGR_TYPE_SOCKET_CREATE] = "socket_create",
	[YGR_TYPE_BIND]		 = "bind",
	[YGR_TYPE_LISTEN]	 = "listen",
	[YGR_TYPE_CONNECT]	 = "connect",
	[YGR_TYPE_ACCEPT]	 = "accept",
	[YGR_TYPE_SEND]		 = "send",
	[YGR_TYPE_SOCKET_CLOSE]	 = "socket_close",
	[YGR_TYPE_DNS]		 = "dns",
	[YGR_TYPE_STREAM]	 = "stream",
	[YGR_TYPE_SETUID]	 = "setuid",
	[YGR_TYPE_SETGID]	 = "setgid",
	[YGR_TYPE_CAPSET]	 = "capset",
	[YGR_TYPE_MODULE_LOAD]	 = "module_load",
	[YGR_TYPE_MODULE_UNLOAD]	 = "module_unload",
	[YGR_TYPE_KEXEC]	 = "kexec",
	[YGR_TYPE_BPF]		 = "bpf",
	[YGR_TYPE_MOUNT]	 = "mount",
	[YGR_TYPE_UMOUNT]	 = "umount",
	[YGR_TYPE_MOVE_MOUNT]	 = "move_mount",
	[YGR_TYPE_PIVOT_ROOT]	 = "pivot_root",
	[YGR_TYPE_PTRACE]	 = "ptrace",
	[YGR_TYPE_VM_WRITE]	 = "vm_write",
	[YGR_TYPE_SIGNAL]	 = "signal",
	[YGR_TYPE_SETTIME]	 = "settime",
	[YGR_TYPE_UNSHARE]	 = "unshare",
	[YGR_TYPE_SETNS]	 = "setns",
	[YGR_TYPE_KEYCTL]	 = "keyctl",
	[YGR_TYPE_PRCTL]	 = "prctl",
	[YGR_TYPE_PERSONALITY]	 = "personality",
	[YGR_TYPE_SECCOMP]	 = "seccomp",
	[YGR_TYPE_START]	 = "start",
	[YGR_TYPE_POLICY]	 = "policy",
	[YGR_TYPE_GAP]		 = "gap",
	[YGR_TYPE_TOTALS]	 = "totals",
	[YGR_TYPE_BACKLOG]	 = "backlog",
	[YGR_TYPE_BREAKER]	 = "breaker",
	[YGR_TYPE_STOP]		 = "stop",
	[YGR_TYPE_HEARTBEAT]	 = "heartbeat",
	[YGR_TYPE_CLOCK]	 = "clock",
	[YGR_TYPE_OUTAGE]	 = "outage",
	[YGR_TYPE_SUPPRESSED]	 = "suppressed",
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
