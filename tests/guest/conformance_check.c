// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "conformance_check.h"
#include "conformance_prop.h"

#define CGROUPS	"/sys/fs/cgroup"

bool check_fail(const struct check *check, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(check->why, CHECK_WHY_BYTES, fmt, args);
	va_end(args);
	return false;
}

static bool text_is(const struct check *check, const struct guest_event *event,
		    enum ygr_string_tag tag, const char *what, const void *bytes, size_t len)
{
	const struct guest_text *text = &event->text[tag];

	if (!bytes || (text->bytes && text->len == len && !memcmp(text->bytes, bytes, len)))
		return true;
	return check_fail(check, "the record's %s is \"%s\"", what, text->bytes ? text->bytes : "(none)");
}

bool check_number(const struct check *check, const char *what, uint64_t there, uint64_t wanted)
{
	if (there == wanted)
		return true;
	return check_fail(check, "the record's %s is %llu, not %llu", what, (unsigned long long)there,
			  (unsigned long long)wanted);
}

bool check_flag(const struct check *check, const struct guest_event *event, const char *what,
		uint32_t flag, bool wanted)
{
	return check_number(check, what, !!(event->head.flags & flag), wanted);
}

/* Whether the process is in the same namespace as we are. */
static bool is_at_home(const char *name, uint32_t inum)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	return !stat(path, &st) && st.st_ino == inum;
}

static bool namespaces_are_right(const struct check *check, const struct ygr_record *head)
{
	const uint64_t attr = check->match->process_attr;
	const bool is_container = attr & YGR_PROCESS_CONTAINER;

	return check_number(check, "user-ns", !is_at_home("user", head->user_ns),
			    !!(attr & YGR_PROCESS_USER_NS)) &&
	       check_number(check, "net-ns", !is_at_home("net", head->net_ns),
			    !!(attr & YGR_PROCESS_NET_NS)) &&
	       check_number(check, "pid-ns", !is_at_home("pid", head->pid_ns),
			    is_container || (attr & YGR_PROCESS_PID_NS)) &&
	       check_number(check, "mnt-ns", !is_at_home("mnt", head->mnt_ns),
			    is_container || (attr & YGR_PROCESS_MNT_NS));
}

static bool cgroup_is_right(const struct check *check, const struct ygr_record *head)
{
	const char *name = check->stage->event->cgroup.bytes;
	char path[256];
	struct stat st;

	if (check->match->cgroup_id)
		return check_number(check, "cgroup-id", head->cgroup_id, check->match->cgroup_id);
	if (!name)
		return true;
	snprintf(path, sizeof(path), CGROUPS "%s", name);
	if (stat(path, &st))
		return check_fail(check, "%s: %s", path, strerror(errno));
	return check_number(check, "cgroup-id", head->cgroup_id, st.st_ino);
}

/* Its program is told where a rule decided. */
static bool subject_is_right(const struct check *check, const struct guest_event *event)
{
	const struct ygr_match_event *match = check->match;
	const struct ygr_match_text *exe = &check->stage->event->exe;
	const struct ygr_record *head = &event->head;

	return check_number(check, "uid", head->euid, match->euid) &&
	       check_number(check, "gid", head->egid, match->egid) &&
	       check_number(check, "loginuid", head->loginuid, match->loginuid) &&
	       check_flag(check, event, "io-uring", YGR_F_IO_WORKER,
			  match->process_attr & YGR_PROCESS_IO_URING) &&
	       check_flag(check, event, "compat", YGR_F_COMPAT, match->process_attr & YGR_PROCESS_COMPAT) &&
	       namespaces_are_right(check, head) && cgroup_is_right(check, head) &&
	       (!head->rule_id || text_is(check, event, YGR_STR_EXE, "exe", exe->bytes, exe->len));
}

/* Whatever a case does not name has no name, where that can be. */
static bool paths_are_right(const struct check *check, const struct guest_event *event)
{
	const struct ygr_match_event *match = check->match;
	const uint64_t without = YGR_FILE_MEMFD | YGR_FILE_UNLINKED;
	const bool is_borrowed = YGR_ON_BIT(match->on) & (YGR_ON_BIT(YGR_ON_SETXATTR) |
		YGR_ON_BIT(YGR_ON_REMOVEXATTR) | YGR_ON_BIT(YGR_ON_CHATTR));

	if (match->path_nr)
		return text_is(check, event, YGR_STR_PATH, "path", match->paths[0].bytes,
			       match->paths[0].len) &&
		       text_is(check, event, YGR_STR_NEW_PATH, "new path", match->paths[1].bytes,
			       match->paths[1].len);
	/* An attribute's hook is told of no mount: it borrows one, through which there is a name. */
	if (match->ino || match->verity || (match->file_attr & without) || is_borrowed)
		return true;
	if (match->on == YGR_ON_UMOUNT || match->on == YGR_ON_PIVOT_ROOT)
		return true;
	return check_flag(check, event, "no-path", YGR_F_NO_PATH, true);
}

static bool mode_is_right(const struct check *check, const struct ygr_file_id *file)
{
	static const struct { const char *word; uint64_t attr; uint32_t mode; } words[] = {
		{ "setuid", YGR_FILE_SETUID, 04000 }, { "setgid", YGR_FILE_SETGID, 02000 },
		{ "world-writable", YGR_FILE_WORLD_WRITABLE, 0002 },
		{ "group-writable", YGR_FILE_GROUP_WRITABLE, 0020 },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!check_number(check, words[i].word, !!(file->mode & words[i].mode),
				  !!(check->match->file_attr & words[i].attr)))
			return false;
	return true;
}

static bool identity_is_right(const struct check *check, const struct ygr_file_id *file)
{
	const struct ygr_match_event *match = check->match;
	const bool has_owner = match->has_file && !match->ino;

	if (match->ino && !(check_number(check, "major", file->dev_major, match->dev_major) &&
			    check_number(check, "minor", file->dev_minor, match->dev_minor) &&
			    check_number(check, "inode", file->ino, match->ino)))
		return false;
	return check_number(check, "owner", file->uid, has_owner ? match->owner : PROP_OWNER) &&
	       mode_is_right(check, file);
}

static bool new_mode_is_right(const struct check *check, uint32_t mode)
{
	return check_number(check, "to-setid", !!(mode & 06000),
			    !!(check->match->file_attr & YGR_FILE_TO_SETID)) &&
	       check_number(check, "to-executable", !!(mode & 0111),
			    !!(check->match->file_attr & YGR_FILE_TO_EXECUTABLE));
}

static bool file_is_right(const struct check *check, const struct guest_event *event)
{
	const struct ygr_match_event *match = check->match;
	const bool is_exec = match->on == YGR_ON_EXEC;

	if (!paths_are_right(check, event) ||
	    !check_flag(check, event, "memfd", YGR_F_MEMFD, match->file_attr & YGR_FILE_MEMFD) ||
	    !text_is(check, event, YGR_STR_XATTR, "xattr", match->xattr.bytes, match->xattr.len) ||
	    !text_is(check, event, YGR_STR_ARGV, "argv", match->argv.bytes, match->argv.len) ||
	    !text_is(check, event, YGR_STR_SHA256, "sha256", match->sha256, 32) ||
	    !text_is(check, event, YGR_STR_VERITY, "verity", match->verity, 32))
		return false;
	/* The record of a file that is not there yet is about its folder. */
	if (prop_is_to_be_made(match->on))
		return true;
	if (match->on == YGR_ON_CHMOD && !new_mode_is_right(check, event->body.file.open_flags))
		return false;
	if (match->on == YGR_ON_MODULE_LOAD || match->on == YGR_ON_KEXEC)
		return identity_is_right(check, &event->body.code.file);
	/* Of a place the record tells the name. */
	if (YGR_ON_BIT(match->on) & YGR_ON_WITH_PLACE)
		return true;
	return identity_is_right(check, is_exec ? &event->body.exec.file : &event->body.file.file);
}

static bool unix_name_is_right(const struct check *check, const struct guest_event *event)
{
	const struct ygr_match_text *name = &check->match->unix_name;
	char bytes[128];

	if (!name->bytes)
		return true;
	snprintf(bytes, sizeof(bytes), "%s", name->bytes);
	if (bytes[0] == '@')
		bytes[0] = '\0';
	return text_is(check, event, YGR_STR_UNIX_PATH, "unix name", bytes, name->len);
}

/* What the bodies of all events about sockets have. */
struct socket_body {
	uint16_t family, type, protocol;
	const struct ygr_address *judged;	/* the side that rules look at */
};

static struct socket_body socket_body_of(const struct guest_event *event)
{
	const struct ygr_body_socket *socket = &event->body.socket;
	const struct ygr_body_close *close = &event->body.close;
	const struct ygr_body_stream *stream = &event->body.stream;

	switch (event->head.type) {
	case YGR_EV_SOCKET_CLOSE:
		return (struct socket_body){ close->family, close->type, close->protocol, &close->remote };
	case YGR_EV_STREAM:
		return (struct socket_body){ stream->family, stream->type, stream->protocol, &stream->remote };
	case YGR_EV_CONNECT:
	case YGR_EV_SEND:
		return (struct socket_body){ socket->family, socket->type, socket->protocol, &socket->remote };
	}
	return (struct socket_body){ socket->family, socket->type, socket->protocol, &socket->local };
}

static bool socket_is_right(const struct check *check, const struct guest_event *event)
{
	const struct ygr_match_event *match = check->match;
	const struct socket_body told = socket_body_of(event);
	const struct socket_body *body = &told;
	const struct ygr_address *address = body->judged;

	if (match->family && !check_number(check, "family", body->family, match->family))
		return false;
	if (match->socket_type && !check_number(check, "type", body->type, match->socket_type))
		return false;
	if (match->on == YGR_ON_SOCKET_CREATE)
		return check_number(check, "protocol", body->protocol, match->protocol);
	if (!unix_name_is_right(check, event))
		return false;
	if (!match->addr_family)
		return match->on == YGR_ON_ACCEPT || check_number(check, "address", address->family, 0);
	return check_number(check, "address family", address->family, match->addr_family) &&
	       check_number(check, "port", address->port, match->port) &&
	       (!memcmp(address->addr, match->addr, match->addr_family == AF_INET ? 4 : 16) ||
		check_fail(check, "the record has another address"));
}

bool check_event(const struct check *check, const struct guest_event *event)
{
	const uint64_t on = YGR_ON_BIT(check->match->on);

	return subject_is_right(check, event) &&
	       (!(on & YGR_ON_WITH_FILE) || file_is_right(check, event)) &&
	       (!(on & YGR_ON_WITH_SOCKET) || socket_is_right(check, event));
}
