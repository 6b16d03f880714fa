// SPDX-License-Identifier: GPL-2.0-only
/* What the daemon recorded -> the event as rules see it. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "event_map.h"
#include "policy_event.h"

#define NOT_SET		0xffffffffu

/* What records never tell, or tell only now and then. */
#define NEVER_TOLD	(YGR_FIELD_BIT(YGR_FIELD_CGROUP) | YGR_FIELD_BIT(YGR_FIELD_VERITY))

/* What is to be made: the file that the record tells is its directory. */
#define WITHOUT_FILE	(YGR_ON_BIT(YGR_ON_CREATE) | YGR_ON_BIT(YGR_ON_MKDIR) | YGR_ON_BIT(YGR_ON_SYMLINK))

struct reader {
	struct ygr_policy_event *event;
	const struct ygr_event_value *map;
	bool is_full;
};

static void keep(struct reader *r, struct ygr_match_text *to, const struct ygr_event_text *text)
{
	struct ygr_policy_event *event = r->event;
	char *copy = event->text + event->text_used;

	if (text->len >= sizeof(event->text) - event->text_used) {
		r->is_full = true;
		return;
	}
	memcpy(copy, text->bytes, text->len);
	copy[text->len] = '\0';
	event->text_used += (uint32_t)text->len + 1;
	to->bytes = copy;
	to->len = (uint32_t)text->len;
}

static bool keep_key(struct reader *r, const struct ygr_event_value *map, const char *key,
		     struct ygr_match_text *to)
{
	struct ygr_event_text text;

	if (!ygr_event_map_get_text(map, key, &text))
		return false;
	keep(r, to, &text);
	return true;
}

static uint32_t number(const struct ygr_event_value *map, const char *key, uint32_t absent)
{
	uint64_t value = absent;

	ygr_event_map_get_u64(map, key, &value);
	return (uint32_t)value;
}

/* Whether the list under @key has @word. */
static bool has_word(const struct ygr_event_value *map, const char *key, const char *word)
{
	const struct ygr_event_value *list = ygr_event_map_find(map, key);
	struct ygr_event_text text;
	uint32_t i;

	if (!list || list->kind != YGR_EVENT_ARRAY)
		return false;
	for (i = 0; i < list->nr; i++)
		if (ygr_event_map_as_text(&list->items[i], &text) &&
		    text.len == strlen(word) && !memcmp(text.bytes, word, text.len))
			return true;
	return false;
}

/* An exec that is allowed has a record of its own when it succeeds. */
static int read_on(struct reader *r)
{
	static const struct {
		const char *type;
		enum ygr_on on;
	} types[] = {
		{ "exec", YGR_ON_EXEC }, { "fork", YGR_ON_FORK }, { "exit", YGR_ON_EXIT },
		{ "create", YGR_ON_CREATE }, { "unlink", YGR_ON_UNLINK },
		{ "rename", YGR_ON_RENAME }, { "mmap_exec", YGR_ON_MMAP_EXEC },
		{ "link", YGR_ON_LINK }, { "chmod", YGR_ON_CHMOD }, { "chown", YGR_ON_CHOWN },
		{ "setxattr", YGR_ON_SETXATTR }, { "truncate", YGR_ON_TRUNCATE },
		{ "socket_create", YGR_ON_SOCKET_CREATE }, { "bind", YGR_ON_BIND },
		{ "listen", YGR_ON_LISTEN }, { "connect", YGR_ON_CONNECT },
		{ "accept", YGR_ON_ACCEPT }, { "send", YGR_ON_SEND },
		{ "mkdir", YGR_ON_MKDIR }, { "rmdir", YGR_ON_RMDIR },
		{ "symlink", YGR_ON_SYMLINK }, { "removexattr", YGR_ON_REMOVEXATTR },
		{ "chattr", YGR_ON_CHATTR }, { "mprotect_exec", YGR_ON_EXEC_MEMORY },
		{ "memfd", YGR_ON_MEMFD }, { "close_write", YGR_ON_CLOSE_WRITE },
		{ "socket_close", YGR_ON_SOCKET_CLOSE }, { "dns", YGR_ON_DNS },
		{ "stream", YGR_ON_STREAM },
		{ "setuid", YGR_ON_SETUID }, { "setgid", YGR_ON_SETGID },
		{ "capset", YGR_ON_CAPSET },
		{ "module_load", YGR_ON_MODULE_LOAD }, { "module_unload", YGR_ON_MODULE_UNLOAD },
		{ "kexec", YGR_ON_KEXEC }, { "bpf", YGR_ON_BPF }, { "mount", YGR_ON_MOUNT },
		{ "umount", YGR_ON_UMOUNT }, { "move_mount", YGR_ON_MOVE_MOUNT },
		{ "pivot_root", YGR_ON_PIVOT_ROOT }, { "vm_write", YGR_ON_VM_WRITE },
		{ "signal", YGR_ON_SIGNAL }, { "settime", YGR_ON_SETTIME },
		{ "unshare", YGR_ON_UNSHARE }, { "setns", YGR_ON_SETNS },
		{ "keyctl", YGR_ON_KEYCTL }, { "prctl", YGR_ON_PRCTL },
		{ "personality", YGR_ON_PERSONALITY }, { "seccomp", YGR_ON_SECCOMP },
	};
	struct ygr_match_event *match = &r->event->match;
	struct ygr_event_text type;
	size_t i;

	if (!ygr_event_map_get_text(r->map, "type", &type))
		return -EBADMSG;
	if (ygr_event_map_is(r->map, "type", "open")) {
		match->on = has_word(r->map, "access", "write") ? YGR_ON_OPEN_WRITE : YGR_ON_OPEN_READ;
		return 0;
	}
	if (ygr_event_map_is(r->map, "type", "ptrace")) {
		match->on = ygr_event_map_is(r->map, "call", "read") ? YGR_ON_PTRACE_READ : YGR_ON_PTRACE;
		return 0;
	}
	if (ygr_event_map_is(r->map, "type", "exec_check")) {
		match->on = YGR_ON_EXEC;
		return ygr_event_map_is(r->map, "verdict", "deny") ? 0 : -ENOENT;
	}
	if (ygr_event_map_is(r->map, "type", "mmap_exec") && !ygr_event_map_find(r->map, "file")) {
		match->on = YGR_ON_EXEC_MEMORY;
		return 0;
	}
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (!ygr_event_map_is(r->map, "type", types[i].type))
			continue;
		match->on = types[i].on;
		return 0;
	}
	return -ENOENT;
}

static void read_path(struct reader *r, const char *key)
{
	struct ygr_match_event *match = &r->event->match;

	/* A path that was cut is not the path. */
	if (ygr_event_map_find(ygr_event_map_find(r->map, "truncated"), key))
		r->event->missing |= YGR_FIELD_BIT(YGR_FIELD_PATH);
	else if (keep_key(r, r->map, key, &match->paths[match->path_nr]))
		match->path_nr++;
}

static uint64_t attr_of(const struct reader *r, uint32_t mode)
{
	uint64_t attr = 0;

	if (mode & S_ISUID)
		attr |= YGR_FILE_SETUID;
	if (mode & S_ISGID)
		attr |= YGR_FILE_SETGID;
	if (mode & S_IWOTH)
		attr |= YGR_FILE_WORLD_WRITABLE;
	if (mode & S_IWGRP)
		attr |= YGR_FILE_GROUP_WRITABLE;
	if (mode & 0111)
		attr |= YGR_FILE_EXECUTABLE;
	if (has_word(r->map, "flags", "memfd"))
		attr |= YGR_FILE_MEMFD;
	if (has_word(r->map, "flags", "unlinked"))
		attr |= YGR_FILE_UNLINKED;
	if (has_word(r->map, "flags", "no_path"))
		attr |= YGR_FILE_NO_PATH;
	if (has_word(r->map, "flags", "no_digest"))
		attr |= YGR_FILE_NO_DIGEST;
	return attr;
}

static uint64_t attr_to(uint32_t mode)
{
	uint64_t attr = 0;

	if (mode & (S_ISUID | S_ISGID))
		attr |= YGR_FILE_TO_SETID;
	if (mode & 0111)
		attr |= YGR_FILE_TO_EXECUTABLE;
	return attr;
}

static void read_identity(struct reader *r, const struct ygr_event_value *file)
{
	struct ygr_match_event *match = &r->event->match;
	struct ygr_event_text dev;
	unsigned int major, minor;
	char text[32];
	uint64_t ino;

	if (!ygr_event_map_get_u64(file, "ino", &ino) || !ygr_event_map_get_text(file, "dev", &dev) ||
	    dev.len >= sizeof(text))
		return;
	memcpy(text, dev.bytes, dev.len);
	text[dev.len] = '\0';
	if (sscanf(text, "%u:%u", &major, &minor) != 2)
		return;
	match->has_file = true;
	match->dev_major = major;
	match->dev_minor = minor;
	match->ino = ino;
	match->owner = number(file, "uid", 0);
}

static void read_file(struct reader *r)
{
	struct ygr_match_event *match = &r->event->match;
	const struct ygr_event_value *file = ygr_event_map_find(r->map, "file");

	read_path(r, "path");
	read_path(r, "new_path");
	/* Of a file to be created the record tells the directory. */
	if (YGR_ON_BIT(match->on) & WITHOUT_FILE)
		file = NULL;
	else
		read_identity(r, file);
	match->file_attr = attr_of(r, number(file, "mode", 0));
	if (match->on == YGR_ON_CHMOD)
		match->file_attr |= attr_to(number(r->map, "open_flags", 0));
	keep_key(r, r->map, "xattr", &match->xattr);
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_digest(const struct reader *r, const char *key, uint8_t bytes[32])
{
	struct ygr_event_text text;
	size_t i;

	if (!ygr_event_map_get_text(r->map, key, &text) || text.len != 64)
		return false;
	for (i = 0; i < 64; i++) {
		if (digit(text.bytes[i]) < 0)
			return false;
		bytes[i / 2] = (uint8_t)(bytes[i / 2] << 4 | digit(text.bytes[i]));
	}
	return true;
}

/* Side by side, each with its NUL, as the kernel has them. */
static void read_argv(struct reader *r)
{
	struct ygr_match_text *argv = &r->event->match.argv, one;
	const struct ygr_event_value *list = ygr_event_map_find(r->map, "argv");
	struct ygr_event_text text;
	uint32_t i;

	if (!list || list->kind != YGR_EVENT_ARRAY)
		return;
	for (i = 0; i < list->nr && !r->is_full; i++) {
		if (!ygr_event_map_as_text(&list->items[i], &text))
			continue;
		keep(r, &one, &text);
		if (r->is_full)
			break;
		if (!argv->bytes)
			argv->bytes = one.bytes;
		argv->len += one.len + 1;
	}
}

static void read_exec(struct reader *r)
{
	struct ygr_match_event *match = &r->event->match;

	read_argv(r);
	if (read_digest(r, "sha256", r->event->sha256))
		match->sha256 = r->event->sha256;
	else
		r->event->missing |= YGR_FIELD_BIT(YGR_FIELD_SHA256);
	if (read_digest(r, "verity", r->event->verity))
		match->verity = r->event->verity;
	else
		r->event->missing |= YGR_FIELD_BIT(YGR_FIELD_VERITY);
}

static uint16_t family_of(const struct ygr_event_value *map)
{
	static const struct {
		const char *word;
		uint16_t family;
	} families[] = {
		{ "unix", AF_UNIX }, { "inet", AF_INET }, { "inet6", AF_INET6 },
		{ "netlink", AF_NETLINK }, { "packet", AF_PACKET }, { "vsock", AF_VSOCK },
	};
	struct ygr_event_text text;
	unsigned int other;
	size_t i;

	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (ygr_event_map_is(map, "family", families[i].word))
			return families[i].family;
	if (ygr_event_map_get_text(map, "family", &text) && text.len < 16 &&
	    sscanf(text.bytes, "af_%u", &other) == 1)
		return (uint16_t)other;
	return 0;
}

static void read_address(struct reader *r, const struct ygr_event_value *side)
{
	struct ygr_match_event *match = &r->event->match;
	char text[INET6_ADDRSTRLEN];
	struct ygr_event_text addr;

	if (!ygr_event_map_get_text(side, "addr", &addr) || addr.len >= sizeof(text))
		return;
	memcpy(text, addr.bytes, addr.len);
	text[addr.len] = '\0';
	if (inet_pton(AF_INET, text, r->event->addr) == 1)
		match->addr_family = AF_INET;
	else if (inet_pton(AF_INET6, text, r->event->addr) == 1)
		match->addr_family = AF_INET6;
	else
		return;
	match->addr = r->event->addr;
	match->port = (uint16_t)number(side, "port", 0);
}

static void read_socket(struct reader *r)
{
	struct ygr_match_event *match = &r->event->match;
	const uint64_t outbound = YGR_ON_BIT(YGR_ON_CONNECT) | YGR_ON_BIT(YGR_ON_SEND) | YGR_ON_TALK;
	bool is_remote = outbound & YGR_ON_BIT(match->on);

	match->family = family_of(r->map);
	match->socket_type = (uint16_t)number(r->map, "sock_type", 0);
	match->protocol = (uint16_t)number(r->map, "protocol", 0);
	read_address(r, ygr_event_map_find(r->map, is_remote ? "remote" : "local"));
	keep_key(r, r->map, "unix_path", &match->unix_name);
}

static void read_ancestors(struct reader *r)
{
	const struct ygr_event_value *list = ygr_event_map_find(r->map, "ancestors");
	struct ygr_policy_event *event = r->event;
	uint32_t i;

	event->missing |= YGR_FIELD_BIT(YGR_FIELD_ANCESTOR);
	if (!list || list->kind != YGR_EVENT_ARRAY)
		return;
	for (i = 0; i < list->nr && i < YGR_POLICY_EVENT_ANCESTORS_MAX; i++)
		if (keep_key(r, &list->items[i], "exe", &event->ancestors[event->ancestor_nr]))
			event->ancestor_nr++;
	if (event->ancestor_nr)
		event->missing &= ~YGR_FIELD_BIT(YGR_FIELD_ANCESTOR);
}

static void read_process(struct reader *r)
{
	struct ygr_policy_event *event = r->event;
	struct ygr_match_event *match = &event->match;
	const struct ygr_event_value *parent = ygr_event_map_find(r->map, "parent");
	uint64_t cgroup_id = 0;

	match->euid = number(r->map, "euid", 0);
	match->egid = number(r->map, "egid", 0);
	match->loginuid = number(r->map, "loginuid", NOT_SET);
	if (ygr_event_map_get_u64(r->map, "cgroup_id", &cgroup_id))
		match->cgroup_id = cgroup_id;
	if (has_word(r->map, "flags", "kthread"))
		match->process_attr |= YGR_PROCESS_KTHREAD;
	if (has_word(r->map, "flags", "io_worker"))
		match->process_attr |= YGR_PROCESS_IO_URING;
	if (has_word(r->map, "flags", "compat"))
		match->process_attr |= YGR_PROCESS_COMPAT;
	/* Which namespaces are the first is not told. */
	event->missing |= YGR_FIELD_BIT(YGR_FIELD_PROCESS_ATTR);
	if (!keep_key(r, r->map, "exe", &event->exe))
		event->missing |= YGR_FIELD_BIT(YGR_FIELD_EXE);
	if (!keep_key(r, parent, "exe", &event->parent))
		event->missing |= YGR_FIELD_BIT(YGR_FIELD_PARENT);
	read_ancestors(r);
}

int ygr_policy_event_from_map(struct ygr_policy_event *event, const struct ygr_event_value *map)
{
	struct reader r = { .event = event, .map = map };
	uint64_t time_ns = 0, on;
	int err;

	memset(event, 0, offsetof(struct ygr_policy_event, text));
	err = read_on(&r);
	if (err)
		return err;
	on = YGR_ON_BIT(event->match.on);
	event->missing = NEVER_TOLD;
	if (on & YGR_ON_WITH_FILE)
		read_file(&r);
	if (on & YGR_ON_BIT(YGR_ON_EXEC))
		read_exec(&r);
	if (on & YGR_ON_WITH_SOCKET)
		read_socket(&r);
	read_process(&r);
	if (ygr_event_map_get_u64(map, "time_ns", &time_ns))
		event->match.now_s = time_ns / 1000000000u;
	return r.is_full ? -E2BIG : 0;
}
