// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conformance_script.h"

#define ACTOR		"/actor"	/* the actor's program, unless the case says which */
#define STRANGER	"/stranger"	/* and a number: programs that no rule asks for */

/* ---- the page ---- */

__attribute__((format(printf, 2, 3)))
static void add(struct script *script, const char *fmt, ...)
{
	char *at = script->text + script->text_used;
	size_t room = sizeof(script->text) - script->text_used;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(at, room, fmt, args);
	va_end(args);
	errno = E2BIG;
	if (len < 0 || (size_t)len >= room || script->step_nr == SCRIPT_STEPS_MAX)
		prop_fail("the script");
	script->text_used += (size_t)len + 1;
	script->steps[script->step_nr++] = at;
}

/* @words: steps and their operands, separated by spaces */
static void add_words(struct script *script, const char *words)
{
	for (const char *end; *words; words = end + (*end == ' ')) {
		end = strchrnul(words, ' ');
		add(script, "%.*s", (int)(end - words), words);
	}
}

/* The actor's programs are one, under many names. */
static void make_program(const struct script *script, const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s%s", script->root, name);
	prop_make_folders(path);
	if (link(SCRIPT_PLAYER, path) && errno != EEXIST)
		prop_fail("%s", path);
}

/* The first one is what the child executes; each passes the rest on. */
static void add_program(struct script *script, const char *name)
{
	make_program(script, name);
	if (script->step_nr)
		add(script, "exec");
	add(script, "%s", name);
}

/*
 * A parent is an ancestor too, and the case does not say that. It is forgotten behind as many
 * other programs as are remembered.
 */
static void add_parent(struct script *script)
{
	const struct ygr_policy_event *event = script->event;
	char name[32];

	add_program(script, event->parent.bytes);
	add(script, "fork");
	for (unsigned int i = event->ancestor_nr; i < YGR_POLICY_EVENT_ANCESTORS_MAX; i++) {
		snprintf(name, sizeof(name), STRANGER "%u", i);
		add_program(script, name);
	}
}

static void add_history(struct script *script)
{
	const struct ygr_policy_event *event = script->event;

	if (event->parent.bytes)
		add_parent(script);
	for (unsigned int i = event->ancestor_nr; i; i--)
		add_program(script, event->ancestors[i - 1].bytes);
	add_program(script, event->exe.bytes ? event->exe.bytes : ACTOR);
}

static void add_labels(struct script *script)
{
	char path[256];
	int fd;

	for (unsigned int i = 0; i < script->event->label_nr; i++) {
		snprintf(path, sizeof(path), "%s" SCRIPT_LABEL_DIR "%s", script->root,
			 script->event->labels[i].bytes);
		prop_make_folders(path);
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0)
			prop_fail("%s", path);
		close(fd);
		add(script, "open-write");
		add(script, SCRIPT_LABEL_DIR "%s", script->event->labels[i].bytes);
	}
}

static void add_user(struct script *script)
{
	const struct ygr_match_event *match = script->match;

	if (!match->euid && !match->egid)
		return;
	add(script, "as");
	add(script, "%u", match->euid);
	add(script, "%u", match->egid);
}

static void add_way(struct script *script)
{
	if (script->match->process_attr & YGR_PROCESS_IO_URING)
		add(script, "worker");
	if (script->match->process_attr & YGR_PROCESS_COMPAT)
		add(script, "compat");
}

static void add_cue(struct script *script)
{
	add_words(script, "cue");
	add_way(script);
}

/* ---- acts of files ---- */

static void add_run(struct script *script)
{
	const struct ygr_match_text *argv = &script->match->argv;

	add_words(script, "cue run");
	add(script, "%s", script->prop->names[0]);
	if (!argv->bytes)
		add(script, "prop");
	for (const char *at = argv->bytes; at < argv->bytes + argv->len; at += strlen(at) + 1)
		add(script, "%s", at);
}

static void add_on_name(struct script *script, const char *act)
{
	add_cue(script);
	add(script, "%s", act);
	add(script, "%s", script->prop->names[0]);
}

static void add_on_names(struct script *script, const char *act)
{
	add_on_name(script, act);
	add(script, "%s", script->prop->names[1]);
}

static void add_chmod(struct script *script)
{
	unsigned int mode = 0600;

	if (script->match->file_attr & YGR_FILE_TO_SETID)
		mode |= 04000;
	if (script->match->file_attr & YGR_FILE_TO_EXECUTABLE)
		mode |= 0100;
	add_on_name(script, "chmod");
	add(script, "%o", mode);
}

static void add_on_xattr(struct script *script, const char *act)
{
	const char *name = script->match->xattr.bytes;

	add_on_name(script, act);
	add(script, "%s", name ? name : "trusted.prop");
}

/* @how: "hold", or "write" */
static void add_with_held(struct script *script, const char *how, const char *acts)
{
	add(script, "%s", how);
	add(script, "%s", script->prop->names[0]);
	add_words(script, acts);
}

/* ---- acts of sockets ---- */

static void add_address(struct script *script)
{
	const struct ygr_match_event *match = script->match;
	char text[INET6_ADDRSTRLEN] = "-";

	if (match->unix_name.bytes) {
		add(script, "%u", AF_UNIX);
		add(script, "%s", match->unix_name.bytes);
	} else {
		if (match->addr_family)
			inet_ntop(match->addr_family, match->addr, text, sizeof(text));
		add(script, "%u", match->addr_family);
		add(script, "%s", text);
	}
	add(script, "%u", match->port);
}

static int type_of(const struct ygr_match_event *match)
{
	if (match->socket_type)
		return match->socket_type;
	if (match->on == YGR_ON_LISTEN || match->on == YGR_ON_ACCEPT || match->on == YGR_ON_STREAM)
		return SOCK_STREAM;
	return match->family == AF_UNIX && match->on != YGR_ON_SEND ? SOCK_STREAM : SOCK_DGRAM;
}

static void add_socket(struct script *script)
{
	const struct ygr_match_event *match = script->match;

	add(script, "socket");
	add(script, "%u", match->family ? match->family : AF_INET);
	add(script, "%d", type_of(match));
	add(script, "%u", match->protocol);
}

/* The folder of a Unix socket's name. */
static void make_room(const struct script *script)
{
	const struct ygr_match_text *name = &script->match->unix_name;
	char path[256];

	if (!name->bytes || name->bytes[0] != '/')
		return;
	snprintf(path, sizeof(path), "%s%s", script->root, name->bytes);
	prop_make_folders(path);
}

static void add_with_address(struct script *script, const char *act)
{
	make_room(script);
	add_socket(script);
	if (script->match->unix_name.bytes && script->match->on != YGR_ON_BIND) {
		add(script, "serve");
		add_address(script);
	}
	add_cue(script);
	add(script, "%s", act);
	add_address(script);
}

static void add_listen(struct script *script)
{
	add_socket(script);
	add(script, "bind");
	add_address(script);
	add_words(script, "cue listen");
}

static void add_accept(struct script *script)
{
	add_socket(script);
	add(script, "bind");
	if (script->match->addr_family)
		add_address(script);
	else
		add_words(script, "2 127.0.0.1 0");
	add_words(script, "listen visit cue accept");
}

/* Connected beforehand, with somebody at the other end if that takes one. */
static void add_connected(struct script *script, const char *act)
{
	add_socket(script);
	if (type_of(script->match) == SOCK_STREAM) {
		add(script, "serve");
		add_address(script);
	}
	add(script, "connect");
	add_address(script);
	add_words(script, "cue");
	add_words(script, act);
}

static void add_act(struct script *script)
{
	switch (script->match->on) {
	case YGR_ON_EXEC:		return add_run(script);
	case YGR_ON_FORK:		return add_words(script, "cue breed");
	case YGR_ON_EXIT:		return add_words(script, "cue leave");
	case YGR_ON_OPEN_READ:		return add_on_name(script, "open-read");
	case YGR_ON_OPEN_WRITE:		return add_on_name(script, "open-write");
	case YGR_ON_CREATE:		return add_on_name(script, "create");
	case YGR_ON_UNLINK:		return add_on_name(script, "unlink");
	case YGR_ON_RENAME:		return add_on_names(script, "rename");
	case YGR_ON_LINK:		return add_on_names(script, "link");
	case YGR_ON_MMAP_EXEC:		return add_with_held(script, "hold", "cue map");
	case YGR_ON_CHMOD:		return add_chmod(script);
	case YGR_ON_CHOWN:		return add_on_name(script, "chown");
	case YGR_ON_SETXATTR:		return add_on_xattr(script, "setxattr");
	case YGR_ON_TRUNCATE:		return add_on_name(script, "truncate");
	case YGR_ON_SOCKET_CREATE:	add_cue(script); return add_socket(script);
	case YGR_ON_BIND:		return add_with_address(script, "bind");
	case YGR_ON_LISTEN:		return add_listen(script);
	case YGR_ON_ACCEPT:		return add_accept(script);
	case YGR_ON_CONNECT:		return add_with_address(script, "connect");
	case YGR_ON_SEND:		return add_with_address(script, "send");
	case YGR_ON_MKDIR:		return add_on_name(script, "mkdir");
	case YGR_ON_RMDIR:		return add_on_name(script, "rmdir");
	case YGR_ON_SYMLINK:		return add_on_name(script, "symlink");
	case YGR_ON_REMOVEXATTR:	return add_on_xattr(script, "removexattr");
	case YGR_ON_CHATTR:		return add_with_held(script, "hold", "cue chattr");
	case YGR_ON_EXEC_MEMORY:	return add_with_held(script, "hold", "view cue arm");
	case YGR_ON_MEMFD:		return add_words(script, "cue memfd");
	case YGR_ON_CLOSE_WRITE:	return add_with_held(script, "write", "cue shut");
	case YGR_ON_SOCKET_CLOSE:	return add_connected(script, "close");
	case YGR_ON_STREAM:		return add_connected(script, "say");
	case YGR_ON_SETUID:		return add_words(script, "cue setuid");
	case YGR_ON_SETGID:		return add_words(script, "cue setgid");
	case YGR_ON_CAPSET:		return add_words(script, "cue capset");
	case YGR_ON_MODULE_LOAD:	return add_with_held(script, "hold", "cue load-module");
	case YGR_ON_KEXEC:		return add_with_held(script, "hold", "cue load-kernel");
	case YGR_ON_BPF:		return add_words(script, "cue load-program");
	case YGR_ON_MOUNT:		return add_on_name(script, "mount");
	case YGR_ON_UMOUNT:		return add_words(script, "tower cue umount");
	case YGR_ON_MOVE_MOUNT:		return add_on_name(script, "place");
	case YGR_ON_PIVOT_ROOT:		return add_words(script, "cue pivot");
	case YGR_ON_PTRACE:		return add_words(script, "puppet cue trace");
	case YGR_ON_PTRACE_READ:	return add_words(script, "puppet cue look");
	case YGR_ON_VM_WRITE:		return add_words(script, "puppet cue poke");
	case YGR_ON_SIGNAL:		return add_words(script, "puppet cue stop");
	case YGR_ON_SETTIME:		return add_words(script, "cue settime");
	case YGR_ON_UNSHARE:		return add_words(script, "cue unshare");
	case YGR_ON_SETNS:		return add_words(script, "door cue enter");
	case YGR_ON_KEYCTL:		return add_words(script, "keyring cue key");
	case YGR_ON_PRCTL:		return add_words(script, "cue no-new-privs");
	case YGR_ON_PERSONALITY:	return add_words(script, "cue persona");
	case YGR_ON_SECCOMP:		return add_words(script, "cue filter");
	case YGR_ON_DNS:
	case YGR_ON_MODULE_UNLOAD:
	case YGR_ON_NR:			break;
	}
	errno = EINVAL;
	prop_fail("event %d", script->match->on);
}

void script_write(struct script *script, const struct ygr_policy_event *event, const char *root,
		  const struct prop *prop)
{
	script->event = event;
	script->match = &event->match;
	script->root = root;
	script->prop = prop;
	script->step_nr = 0;
	script->text_used = 0;
	add_history(script);
	add_labels(script);
	add_user(script);
	add_act(script);
	script->steps[script->step_nr] = NULL;
}
