// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <sys/socket.h>
#include <yagura/ygr_event.h>

#include "event_name.h"

static const char *const type_names[] = {
	[YGR_EV_EXEC_CHECK]	= "exec_check",
	[YGR_EV_EXEC]		= "exec",
	[YGR_EV_FORK]		= "fork",
	[YGR_EV_EXIT]		= "exit",
	[YGR_EV_PROCESS]	= "process",
	[YGR_EV_OPEN]		= "open",
	[YGR_EV_CREATE]		= "create",
	[YGR_EV_UNLINK]		= "unlink",
	[YGR_EV_RENAME]		= "rename",
	[YGR_EV_MMAP_EXEC]	= "mmap_exec",
	[YGR_EV_LINK]		= "link",
	[YGR_EV_CHMOD]		= "chmod",
	[YGR_EV_CHOWN]		= "chown",
	[YGR_EV_SETXATTR]	= "setxattr",
	[YGR_EV_TRUNCATE]	= "truncate",
	[YGR_EV_CLOSE_WRITE]	= "close_write",
	[YGR_EV_MKDIR]		= "mkdir",
	[YGR_EV_RMDIR]		= "rmdir",
	[YGR_EV_SYMLINK]	= "symlink",
	[YGR_EV_REMOVEXATTR]	= "removexattr",
	[YGR_EV_CHATTR]		= "chattr",
	[YGR_EV_MPROTECT_EXEC]	= "mprotect_exec",
	[YGR_EV_MEMFD]		= "memfd",
	[YGR_EV_SOCKET_CREATE]	= "socket_create",
	[YGR_EV_BIND]		= "bind",
	[YGR_EV_LISTEN]		= "listen",
	[YGR_EV_CONNECT]	= "connect",
	[YGR_EV_ACCEPT]		= "accept",
	[YGR_EV_SEND]		= "send",
	[YGR_EV_SOCKET_CLOSE]	= "socket_close",
	[YGR_EV_DNS]		= "dns",
	[YGR_EV_STREAM]		= "stream",
	[YGR_EV_SETUID]		= "setuid",
	[YGR_EV_SETGID]		= "setgid",
	[YGR_EV_CAPSET]		= "capset",
	[YGR_EV_MODULE_LOAD]	= "module_load",
	[YGR_EV_MODULE_UNLOAD]	= "module_unload",
	[YGR_EV_KEXEC]		= "kexec",
	[YGR_EV_BPF]		= "bpf",
	[YGR_EV_MOUNT]		= "mount",
	[YGR_EV_UMOUNT]		= "umount",
	[YGR_EV_MOVE_MOUNT]	= "move_mount",
	[YGR_EV_PIVOT_ROOT]	= "pivot_root",
	[YGR_EV_PTRACE]		= "ptrace",
	[YGR_EV_VM_WRITE]	= "vm_write",
	[YGR_EV_SIGNAL]		= "signal",
	[YGR_EV_SETTIME]	= "settime",
	[YGR_EV_UNSHARE]	= "unshare",
	[YGR_EV_SETNS]		= "setns",
	[YGR_EV_KEYCTL]		= "keyctl",
	[YGR_EV_PRCTL]		= "prctl",
	[YGR_EV_PERSONALITY]	= "personality",
	[YGR_EV_SECCOMP]	= "seccomp",
	[YGR_EV_START]		= "start",
	[YGR_EV_POLICY]		= "policy",
	[YGR_EV_GAP]		= "gap",
	[YGR_EV_TOTALS]		= "totals",
	[YGR_EV_BREAKER]	= "breaker",
	[YGR_EV_STOP]		= "stop",
	[YGR_EV_HEARTBEAT]	= "heartbeat",
	[YGR_EV_CLOCK]		= "clock",
	[YGR_EV_SUPPRESSED]	= "suppressed",
};

static const char *const class_names[] = {
	[YGR_CLASS_EXEC]	= "exec",
	[YGR_CLASS_EXIT]	= "exit",
	[YGR_CLASS_DENY]	= "deny",
	[YGR_CLASS_SENSOR]	= "sensor",
	[YGR_CLASS_FORK]	= "fork",
	[YGR_CLASS_FILE]	= "file",
	[YGR_CLASS_SOCKET]	= "socket",
	[YGR_CLASS_PRIVILEGE]	= "privilege",
};

static const char *const family_names[] = {
	[AF_UNSPEC]	= "unspec",
	[AF_UNIX]	= "unix",
	[AF_INET]	= "inet",
	[AF_INET6]	= "inet6",
	[AF_NETLINK]	= "netlink",
	[AF_PACKET]	= "packet",
	[AF_ALG]	= "alg",
	[AF_BLUETOOTH]	= "bluetooth",
	[AF_CAN]	= "can",
	[AF_KEY]	= "key",
	[AF_VSOCK]	= "vsock",
	[AF_XDP]	= "xdp",
};

static const char *const verdict_names[] = {
	[YGR_VERDICT_ALLOW]	 = "allow",
	[YGR_VERDICT_DENY]	 = "deny",
	[YGR_VERDICT_WOULD_DENY] = "would_deny",
};

static const char *name(const char *const *names, size_t nr, unsigned int value,
			const char *prefix, char room[YGR_EVENT_NAME_BYTES])
{
	if (value < nr && names[value])
		return names[value];
	snprintf(room, YGR_EVENT_NAME_BYTES, "%s_%u", prefix, value);
	return room;
}

#define NR(names) (sizeof(names) / sizeof((names)[0]))

const char *ygr_event_name_type(uint16_t type, char room[YGR_EVENT_NAME_BYTES])
{
	return name(type_names, NR(type_names), type, "type", room);
}

const char *ygr_event_name_class(uint8_t class, char room[YGR_EVENT_NAME_BYTES])
{
	return name(class_names, NR(class_names), class, "class", room);
}

const char *ygr_event_name_family(uint16_t family, char room[YGR_EVENT_NAME_BYTES])
{
	return name(family_names, NR(family_names), family, "af", room);
}

const char *ygr_event_name_verdict(uint8_t verdict, char room[YGR_EVENT_NAME_BYTES])
{
	return name(verdict_names, NR(verdict_names), verdict, "verdict", room);
}
