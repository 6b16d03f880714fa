// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conformance_prop.h"
#include "conformance_record.h"

#define CGROUPS	"/sys/fs/cgroup"

static const uint16_t type_of_on[YGR_ON_NR] = {
	[YGR_ON_EXEC] = YGR_EV_EXEC,		[YGR_ON_FORK] = YGR_EV_FORK,
	[YGR_ON_EXIT] = YGR_EV_EXIT,		[YGR_ON_OPEN_READ] = YGR_EV_OPEN,
	[YGR_ON_OPEN_WRITE] = YGR_EV_OPEN,	[YGR_ON_CREATE] = YGR_EV_CREATE,
	[YGR_ON_UNLINK] = YGR_EV_UNLINK,	[YGR_ON_RENAME] = YGR_EV_RENAME,
	[YGR_ON_MMAP_EXEC] = YGR_EV_MMAP_EXEC,	[YGR_ON_SOCKET_CREATE] = YGR_EV_SOCKET_CREATE,
	[YGR_ON_BIND] = YGR_EV_BIND,		[YGR_ON_LISTEN] = YGR_EV_LISTEN,
	[YGR_ON_CONNECT] = YGR_EV_CONNECT,	[YGR_ON_ACCEPT] = YGR_EV_ACCEPT,
	[YGR_ON_LINK] = YGR_EV_LINK,		[YGR_ON_CHMOD] = YGR_EV_CHMOD,
	[YGR_ON_CHOWN] = YGR_EV_CHOWN,		[YGR_ON_SETXATTR] = YGR_EV_SETXATTR,
	[YGR_ON_TRUNCATE] = YGR_EV_TRUNCATE,	[YGR_ON_SEND] = YGR_EV_SEND,
};

static const char *const verdict_words[] = {
	[GUEST_ALLOWED] = "passes", [GUEST_DENIED] = "is denied", [GUEST_WOULD_DENY] = "would be denied",
};

struct check {
	const struct guest *guest;
	const struct stage *stage;
	const struct ygr_match_event *match;	/* what the case says */
	uint64_t generation;
	char	*why;
};

__attribute__((format(printf, 2, 3)))
static bool wrong(const struct check *check, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(check->why, RECORD_WHY_BYTES, fmt, args);
	va_end(args);
	return false;
}

/* ---- the event: is it the one that the case describes? ---- */

static bool text_is(const struct check *check, const struct guest_event *event,
		    enum ygr_string_tag tag, const char *what, const void *bytes, size_t len)
{
	const struct guest_text *text = &event->text[tag];

	if (!bytes || (text->bytes && text->len == len && !memcmp(text->bytes, bytes, len)))
		return true;
	return wrong(check, "the record's %s is \"%s\"", what, text->bytes ? text->bytes : "(none)");
}

static bool number_is(const struct check *check, const char *what, uint64_t there, uint64_t wanted)
{
	if (there == wanted)
		return true;
	return wrong(check, "the record's %s is %llu, not %llu", what, (unsigned long long)there,
		     (unsigned long long)wanted);
}

static bool flag_is(const struct check *check, const struct guest_event *event, const char *what,
		    uint32_t flag, bool wanted)
{
	return number_is(check, what, !!(event->head.flags & flag), wanted);
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

	return number_is(check, "user-ns", !is_at_home("user", head->user_ns),
			 !!(attr & YGR_PROCESS_USER_NS)) &&
	       number_is(check, "net-ns", !is_at_home("net", head->net_ns),
			 !!(attr & YGR_PROCESS_NET_NS)) &&
	       number_is(check, "pid-ns", !is_at_home("pid", head->pid_ns),
			 is_container || (attr & YGR_PROCESS_PID_NS)) &&
	       number_is(check, "mnt-ns", !is_at_home("mnt", head->mnt_ns),
			 is_container || (attr & YGR_PROCESS_MNT_NS));
}

static bool cgroup_is_right(const struct check *check, const struct ygr_record *head)
{
	const char *name = check->stage->event->cgroup.bytes;
	char path[256];
	struct stat st;

	if (check->match->cgroup_id)
		return number_is(check, "cgroup-id", head->cgroup_id, check->match->cgroup_id);
	if (!name)
		return true;
	snprintf(path, sizeof(path), CGROUPS "%s", name);
	if (stat(path, &st))
		return wrong(check, "%s: %s", path, strerror(errno));
	return number_is(check, "cgroup-id", head->cgroup_id, st.st_ino);
}

/* Its program is told where a rule decided. */
static bool subject_is_right(const struct check *check, const struct guest_event *event)
{
	const struct ygr_match_event *match = check->match;
	const struct ygr_match_text *exe = &check->stage->event->exe;
	const struct ygr_record *head = &event->head;

	return number_is(check, "uid", head->euid, match->euid) &&
	       number_is(check, "gid", head->egid, match->egid) &&
	       number_is(check, "loginuid", head->loginuid, match->loginuid) &&
	       flag_is(check, event, "io-uring", YGR_F_IO_WORKER,
		       match->process_attr & YGR_PROCESS_IO_URING) &&
	       flag_is(check, event, "compat", YGR_F_COMPAT, match->process_attr & YGR_PROCESS_COMPAT) &&
	       namespaces_are_right(check, head) && cgroup_is_right(check, head) &&
	       (!head->rule_id || text_is(check, event, YGR_STR_EXE, "exe", exe->bytes, exe->len));
}

/* Whatever a case does not name has no name, where that can be. */
static bool paths_are_right(const struct check *check, const struct guest_event *event)
{
	const struct ygr_match_event *match = check->match;
	const uint64_t without = YGR_FILE_MEMFD | YGR_FILE_UNLINKED;

	if (match->path_nr)
		return text_is(check, event, YGR_STR_PATH, "path", match->paths[0].bytes,
			       match->paths[0].len) &&
		       text_is(check, event, YGR_STR_NEW_PATH, "new path", match->paths[1].bytes,
			       match->paths[1].len);
	/* An attribute's hook is told of no mount: it borrows one, through which there is a name. */
	if (match->ino || match->verity || (match->file_attr & without) || match->on == YGR_ON_SETXATTR)
		return true;
	return flag_is(check, event, "no-path", YGR_F_NO_PATH, true);
}

static bool mode_is_right(const struct check *check, const struct ygr_file_id *file)
{
	static const struct { const char *word; uint64_t attr; uint32_t mode; } words[] = {
		{ "setuid", YGR_FILE_SETUID, 04000 }, { "setgid", YGR_FILE_SETGID, 02000 },
		{ "world-writable", YGR_FILE_WORLD_WRITABLE, 0002 },
		{ "group-writable", YGR_FILE_GROUP_WRITABLE, 0020 },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!number_is(check, words[i].word, !!(file->mode & words[i].mode),
			       !!(check->match->file_attr & words[i].attr)))
			return false;
	return true;
}

static bool identity_is_right(const struct check *check, const struct ygr_file_id *file)
{
	const struct ygr_match_event *match = check->match;
	const bool has_owner = match->has_file && !match->ino;

	if (match->ino && !(number_is(check, "major", file->dev_major, match->dev_major) &&
			    number_is(check, "minor", file->dev_minor, match->dev_minor) &&
			    number_is(check, "inode", file->ino, match->ino)))
		return false;
	return number_is(check, "owner", file->uid, has_owner ? match->owner : PROP_OWNER) &&
	       mode_is_right(check, file);
}

static bool new_mode_is_right(const struct check *check, uint32_t mode)
{
	return number_is(check, "to-setid", !!(mode & 06000),
			 !!(check->match->file_attr & YGR_FILE_TO_SETID)) &&
	       number_is(check, "to-executable", !!(mode & 0111),
			 !!(check->match->file_attr & YGR_FILE_TO_EXECUTABLE));
}

static bool file_is_right(const struct check *check, const struct guest_event *event)
{
	const struct ygr_match_event *match = check->match;
	const bool is_exec = match->on == YGR_ON_EXEC;

	if (!paths_are_right(check, event) ||
	    !flag_is(check, event, "memfd", YGR_F_MEMFD, match->file_attr & YGR_FILE_MEMFD) ||
	    !text_is(check, event, YGR_STR_XATTR, "xattr", match->xattr.bytes, match->xattr.len) ||
	    !text_is(check, event, YGR_STR_ARGV, "argv", match->argv.bytes, match->argv.len) ||
	    !text_is(check, event, YGR_STR_SHA256, "sha256", match->sha256, 32) ||
	    !text_is(check, event, YGR_STR_VERITY, "verity", match->verity, 32))
		return false;
	/* The record of a file that is not there yet is about its folder. */
	if (match->on == YGR_ON_CREATE)
		return true;
	if (match->on == YGR_ON_CHMOD && !new_mode_is_right(check, event->body.file.open_flags))
		return false;
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

static bool socket_is_right(const struct check *check, const struct guest_event *event)
{
	const struct ygr_match_event *match = check->match;
	const struct ygr_body_socket *body = &event->body.socket;
	const bool is_remote = match->on == YGR_ON_CONNECT || match->on == YGR_ON_SEND;
	const struct ygr_address *address = is_remote ? &body->remote : &body->local;

	if (match->family && !number_is(check, "family", body->family, match->family))
		return false;
	if (match->socket_type && !number_is(check, "type", body->type, match->socket_type))
		return false;
	if (match->on == YGR_ON_SOCKET_CREATE)
		return number_is(check, "protocol", body->protocol, match->protocol);
	if (!unix_name_is_right(check, event))
		return false;
	if (!match->addr_family)
		return match->on == YGR_ON_ACCEPT || number_is(check, "address", address->family, 0);
	return number_is(check, "address family", address->family, match->addr_family) &&
	       number_is(check, "port", address->port, match->port) &&
	       (!memcmp(address->addr, match->addr, match->addr_family == AF_INET ? 4 : 16) ||
		wrong(check, "the record has another address"));
}

static bool event_is_right(const struct check *check, const struct guest_event *event)
{
	const uint64_t on = YGR_ON_BIT(check->match->on);

	return subject_is_right(check, event) &&
	       (!(on & YGR_ON_WITH_FILE) || file_is_right(check, event)) &&
	       (!(on & YGR_ON_WITH_SOCKET) || socket_is_right(check, event));
}

/* ---- the verdict ---- */

static int errno_by_name(const char *name)
{
	for (int i = 1; i < 134; i++)
		if (strerrorname_np(i) && !strcmp(strerrorname_np(i), name))
			return i;
	return -1;
}

static bool is_denial(const char *verdict)
{
	return strchr(verdict, ':');
}

static bool is_killing(const char *verdict)
{
	return !strncmp(verdict, "kill:", 5);
}

/* @verdict: "deny:EPERM", "kill:EPERM", or one that lets the event pass */
static int status_of(const char *verdict, enum ygr_on on)
{
	if (is_denial(verdict))
		return is_killing(verdict) ? 128 + SIGKILL : errno_by_name(strchr(verdict, ':') + 1);
	return on == YGR_ON_EXEC ? PROP_RAN : 0;
}

/* What comes after us may say no: not each file system has each attribute, on each kernel. */
static bool is_refused_later(enum ygr_on on, int status)
{
	return on == YGR_ON_SETXATTR && (status == EOPNOTSUPP || status == EINVAL);
}

static bool status_is_right(const struct check *check, int status)
{
	const enum ygr_on on = check->match->on;
	const int wanted = status_of(check->stage->one->verdict, on);

	if (status == STAGE_FAILED)
		return wrong(check, "the event could not be made");
	if (status == wanted || (!wanted && is_refused_later(on, status)))
		return true;
	return wrong(check, "the system call's status is %d, not %d", status, wanted);
}

/* A record that must be there. */
struct expected {
	uint16_t type;
	enum guest_verdict verdict;
	const char *rule;	/* "-": none */
};

#define EXPECTED_MAX	2

/* What an attempt is told as if it is refused, or would have been. */
static uint16_t attempt_type(enum ygr_on on)
{
	return on == YGR_ON_EXEC ? YGR_EV_EXEC_CHECK : type_of_on[on];
}

/* An attempt that is not recorded, since its success will be. */
static bool is_told_twice(enum ygr_on on)
{
	return on == YGR_ON_EXEC || on == YGR_ON_ACCEPT;
}

static bool is_untold(const char *verdict, enum ygr_on on)
{
	return !strcmp(verdict, "ignore") ||
	       ((YGR_ON_QUIET & YGR_ON_BIT(on)) && !strcmp(verdict, "allow"));
}

/* Return: how many. */
static size_t expect(const struct conformance_case *one, enum ygr_on on,
		     struct expected list[EXPECTED_MAX])
{
	const struct expected success = { type_of_on[on], GUEST_ALLOWED, "-" };
	const bool is_monitored = !strcmp(one->verdict, "would-deny");

	if (is_untold(one->verdict, on))
		return 0;
	list[0] = (struct expected) { type_of_on[on], GUEST_ALLOWED, one->rule };
	if (!is_monitored && !is_denial(one->verdict))
		return 1;
	list[0].type = attempt_type(on);
	list[0].verdict = is_monitored ? GUEST_WOULD_DENY : GUEST_DENIED;
	list[1] = success;
	return is_monitored && is_told_twice(on) ? 2 : 1;
}

/* Records of this kind about the case; @verdict: GUEST_ANY: all */
static struct guest_query query_of(const struct check *check, uint16_t type, enum guest_verdict verdict)
{
	return (struct guest_query) {
		.type = type, .tgid = check->stage->tgid, .generation = check->generation,
		.verdict = verdict,
	};
}

static size_t count(const struct check *check, uint16_t type)
{
	const struct guest_query query = query_of(check, type, GUEST_ANY);

	return guest_count(check->guest, &query);
}

static bool is_told(const struct check *check, const struct expected *expected)
{
	const struct guest_query query = query_of(check, expected->type, expected->verdict);
	const struct guest_event *event = guest_find(check->guest, &query, NULL);
	const bool is_kill = is_killing(check->stage->one->verdict);
	const char *rule;

	if (!event)
		return wrong(check, "no record of type %u says that it %s", expected->type,
			     verdict_words[expected->verdict]);
	rule = event->text[YGR_STR_RULE].bytes ? event->text[YGR_STR_RULE].bytes : "-";
	if (strcmp(rule, expected->rule))
		return wrong(check, "the record's rule is \"%s\", not \"%s\"", rule, expected->rule);
	return flag_is(check, event, "killed", YGR_F_KILLED, is_kill) && event_is_right(check, event);
}

static bool records_are_right(const struct check *check)
{
	const enum ygr_on on = check->match->on;
	const uint16_t type = type_of_on[on], attempt = attempt_type(on);
	struct expected list[EXPECTED_MAX];
	const size_t wanted = expect(check->stage->one, on, list);
	const size_t nr = count(check, type) + (attempt != type ? count(check, attempt) : 0);

	for (size_t i = 0; i < wanted; i++)
		if (!is_told(check, &list[i]))
			return false;
	return number_is(check, "number (how many there are)", nr, wanted);
}

/* Without it, what came before may be missing, too. */
static bool has_ended(const struct check *check)
{
	const struct guest_query query = { .type = YGR_EV_EXIT, .tgid = check->stage->tgid };

	return check->match->on == YGR_ON_EXIT || guest_find(check->guest, &query, NULL) ||
	       wrong(check, "the actor's end was not told");
}

bool record_is_right(const struct guest *guest, const struct stage *stage, int status,
		     uint64_t generation, char why[RECORD_WHY_BYTES])
{
	const struct check check = {
		.guest = guest, .stage = stage, .match = &stage->event->match,
		.generation = generation, .why = why,
	};

	return status_is_right(&check, status) && has_ended(&check) && records_are_right(&check);
}
