// SPDX-License-Identifier: GPL-2.0-only
#include "event_object.h"

#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>

#include "event_names.h"
#include "event_sensor.h"

/* Arguments of an exec are cut here; --json has them all. */
#define ARGUMENT_COLUMNS 72

/* All but the first, which repeats the program's name. */
static void put_arguments(struct ygr_event_line *line)
{
	const struct ygr_event_value *argv = ygr_event_map_find(line->event, "argv");
	unsigned int start = line->column;
	struct ygr_event_text text;
	uint32_t i;

	if (!argv || argv->kind != YGR_EVENT_ARRAY)
		return;
	for (i = 1; i < argv->nr; i++) {
		if (!ygr_event_map_as_text(&argv->items[i], &text))
			return;
		if (line->column + text.len > start + ARGUMENT_COLUMNS)
			break;
		ygr_event_line_put(line, " ");
		ygr_event_line_put_text(line, &text);
	}
	if (i < argv->nr || ygr_event_line_is_cut(line, "argv"))
		ygr_event_line_put(line, " ...");
}

static void put_exec(struct ygr_event_line *line)
{
	if (!ygr_event_line_put_path(line, "path") && !ygr_event_line_put_path(line, "filename"))
		ygr_event_line_put(line, "?");
	put_arguments(line);
}

static void put_fork(struct ygr_event_line *line)
{
	uint64_t pid = 0;

	ygr_event_map_get_u64(line->event, "child_pid", &pid);
	ygr_event_line_put(line, "[%" PRIu64 "]", pid);
}

static void put_exit(struct ygr_event_line *line)
{
	uint64_t value = 0;
	int status;

	ygr_event_map_get_u64(line->event, "status", &value);
	status = value;
	if (WIFSIGNALED(status))
		ygr_event_line_put(line, "killed by signal %d%s", WTERMSIG(status),
				   WCOREDUMP(status) ? ", core dumped" : "");
	else
		ygr_event_line_put(line, "status %d", WEXITSTATUS(status));
}

static void put_words(struct ygr_event_line *line, const char *key)
{
	const struct ygr_event_value *words = ygr_event_map_find(line->event, key);
	struct ygr_event_text text;
	uint32_t i;

	if (!words || words->kind != YGR_EVENT_ARRAY || !words->nr)
		return;
	for (i = 0; i < words->nr; i++) {
		if (!ygr_event_map_as_text(&words->items[i], &text))
			continue;
		ygr_event_line_put(line, i ? ", " : " (");
		ygr_event_line_put_text(line, &text);
	}
	ygr_event_line_put(line, ")");
}

static void put_file(struct ygr_event_line *line)
{
	if (!ygr_event_line_put_path(line, "path"))
		ygr_event_line_put(line, "?");
	if (ygr_event_map_find(line->event, "new_path")) {
		ygr_event_line_put(line, " -> ");
		ygr_event_line_put_path(line, "new_path");
	}
	put_words(line, "access");
}

/* How much was written, if that could be counted; else how large it has become. */
static void put_written(struct ygr_event_line *line)
{
	uint64_t bytes, size, pid;

	put_file(line);
	if (ygr_event_map_get_u64(line->event, "written_bytes", &bytes))
		ygr_event_line_put(line, " %" PRIu64 " bytes written", bytes);
	else if (ygr_event_map_get_u64(ygr_event_map_find(line->event, "file"), "size", &size))
		ygr_event_line_put(line, " %" PRIu64 " bytes", size);
	if (ygr_event_map_get_u64(ygr_event_map_find(line->event, "opener"), "pid", &pid))
		ygr_event_line_put(line, ", opened by [%" PRIu64 "]", pid);
}

static void put_symlink(struct ygr_event_line *line)
{
	put_file(line);
	ygr_event_line_put(line, " -> ");
	if (!ygr_event_line_put_path(line, "target"))
		ygr_event_line_put(line, "?");
}

/* A device has a number, which says what is behind the name. */
static void put_create(struct ygr_event_line *line)
{
	struct ygr_event_text rdev;

	put_file(line);
	if (!ygr_event_map_get_text(line->event, "rdev", &rdev))
		return;
	ygr_event_line_put(line, " (device ");
	ygr_event_line_put_text(line, &rdev);
	ygr_event_line_put(line, ")");
}

/* Most memory is of no file. */
static void put_memory(struct ygr_event_line *line)
{
	if (!ygr_event_line_put_path(line, "path"))
		ygr_event_line_put(line, "%s", ygr_event_map_find(line->event, "file") ? "?" : "memory");
	put_words(line, "access");
}

static void put_xattr(struct ygr_event_line *line)
{
	struct ygr_event_text name;

	put_file(line);
	if (!ygr_event_map_get_text(line->event, "xattr", &name))
		return;
	ygr_event_line_put(line, " ");
	ygr_event_line_put_text(line, &name);
}

static bool put_address(struct ygr_event_line *line, const char *key)
{
	const struct ygr_event_value *address = ygr_event_map_find(line->event, key);
	struct ygr_event_text addr;
	uint64_t port = 0;
	bool is_v6;

	if (!ygr_event_map_get_text(address, "addr", &addr))
		return false;
	ygr_event_map_get_u64(address, "port", &port);
	is_v6 = memchr(addr.bytes, ':', addr.len);
	ygr_event_line_put(line, is_v6 ? "[" : "");
	ygr_event_line_put_text(line, &addr);
	ygr_event_line_put(line, is_v6 ? "]:%" PRIu64 : ":%" PRIu64, port);
	return true;
}

/* An abstract name starts with NUL, which people write as '@'. */
static bool put_unix_path(struct ygr_event_line *line)
{
	struct ygr_event_text path;

	if (!ygr_event_map_get_text(line->event, "unix_path", &path))
		return false;
	ygr_event_line_put(line, "unix:");
	if (path.len && !path.bytes[0]) {
		ygr_event_line_put(line, "@");
		path.bytes++;
		path.len--;
	}
	if (path.len)
		ygr_event_line_put_text(line, &path);
	return true;
}

static void put_socket_kind(struct ygr_event_line *line)
{
	static const char *const types[] = { "", "stream", "dgram", "raw", "rdm", "seqpacket" };
	struct ygr_event_text family;
	uint64_t type = 0, protocol = 0;

	if (!ygr_event_map_get_text(line->event, "family", &family))
		family = (struct ygr_event_text) { "?", 1 };
	ygr_event_line_put_text(line, &family);
	if (ygr_event_map_get_u64(line->event, "sock_type", &type)) {
		if (type < sizeof(types) / sizeof(types[0]))
			ygr_event_line_put(line, " %s", types[type]);
		else
			ygr_event_line_put(line, " type %" PRIu64, type);
	}
	if (ygr_event_map_get_u64(line->event, "protocol", &protocol))
		ygr_event_line_put(line, " protocol %" PRIu64, protocol);
	if (ygr_event_map_find(line->event, "raw"))
		ygr_event_line_put(line, " (raw)");
}

static void put_peer(struct ygr_event_line *line)
{
	uint64_t pid = 0;

	if (ygr_event_map_get_u64(line->event, "peer_pid", &pid))
		ygr_event_line_put(line, " from [%" PRIu64 "]", pid);
}

/* The other side where there is one: that is what a rule judges on connect. */
static void put_socket(struct ygr_event_line *line)
{
	bool is_accept = ygr_event_map_is(line->event, "type", "accept");

	if (put_unix_path(line)) {
		put_peer(line);
		return;
	}
	if (is_accept && put_address(line, "local")) {
		if (ygr_event_map_find(line->event, "remote")) {
			ygr_event_line_put(line, " from ");
			put_address(line, "remote");
		}
		return;
	}
	if (!put_address(line, "remote") && !put_address(line, "local"))
		put_socket_kind(line);
	put_peer(line);
	ygr_event_names_put_name(line);
	ygr_event_names_put_asked(line);
}

static void put_close(struct ygr_event_line *line)
{
	uint64_t out = 0, in = 0;

	put_socket(line);
	ygr_event_map_get_u64(line->event, "bytes_out", &out);
	ygr_event_map_get_u64(line->event, "bytes_in", &in);
	ygr_event_line_put(line, " %" PRIu64 " bytes out, %" PRIu64 " in", out, in);
}

static void put_dns(struct ygr_event_line *line)
{
	uint64_t bytes = 0;

	if (!ygr_event_names_put_answer(line) && !put_address(line, "local"))
		ygr_event_line_put(line, "?");
	ygr_event_line_put(line, " from ");
	put_address(line, "remote");
	ygr_event_map_get_u64(line->event, "message_bytes", &bytes);
	ygr_event_line_put(line, " %" PRIu64 " bytes", bytes);
}

/* "effective 33 -> 0": what has changed of the four, or of the three. */
static void put_changes(struct ygr_event_line *line, const char *old_key, const char *new_key,
			const char *const *names, unsigned int nr)
{
	const struct ygr_event_value *old = ygr_event_map_find(line->event, old_key);
	const struct ygr_event_value *new = ygr_event_map_find(line->event, new_key);
	uint64_t before, after;
	unsigned int i, changed_nr = 0;

	for (i = 0; i < nr; i++) {
		if (!ygr_event_map_get_u64(old, names[i], &before) ||
		    !ygr_event_map_get_u64(new, names[i], &after) || before == after)
			continue;
		ygr_event_line_put(line, "%s%s %" PRIu64 " -> %" PRIu64, changed_nr++ ? ", " : "",
				   names[i], before, after);
	}
	if (!changed_nr)
		ygr_event_line_put(line, "no change");
}

static void put_groups(struct ygr_event_line *line)
{
	const struct ygr_event_value *groups = ygr_event_map_find(line->event, "groups");
	uint64_t nr = 0;
	uint32_t i;

	ygr_event_map_get_u64(line->event, "new_group_nr", &nr);
	ygr_event_line_put(line, "%" PRIu64 " group%s", nr, nr == 1 ? "" : "s");
	if (!groups || groups->kind != YGR_EVENT_ARRAY)
		return;
	for (i = 0; i < groups->nr; i++)
		if (groups->items[i].kind == YGR_EVENT_UNSIGNED)
			ygr_event_line_put(line, "%s%" PRIu64, i ? ", " : ": ",
					   groups->items[i].number);
	if (i < nr)
		ygr_event_line_put(line, " ...");
}

static void put_ids(struct ygr_event_line *line)
{
	static const char *const names[] = { "real", "effective", "saved", "fs" };

	if (ygr_event_map_is(line->event, "call", "setgroups"))
		put_groups(line);
	else
		put_changes(line, "old_ids", "new_ids", names, 4);
}

static void put_caps(struct ygr_event_line *line)
{
	static const char *const names[] = { "effective", "permitted", "inheritable" };
	const struct ygr_event_value *old = ygr_event_map_find(line->event, "old_caps");
	const struct ygr_event_value *new = ygr_event_map_find(line->event, "new_caps");
	struct ygr_event_text before, after;
	unsigned int i, changed_nr = 0;

	for (i = 0; i < 3; i++) {
		if (!ygr_event_map_get_text(old, names[i], &before) ||
		    !ygr_event_map_get_text(new, names[i], &after) ||
		    (before.len == after.len && !memcmp(before.bytes, after.bytes, after.len)))
			continue;
		ygr_event_line_put(line, "%s%s ", changed_nr++ ? ", " : "", names[i]);
		ygr_event_line_put_text(line, &before);
		ygr_event_line_put(line, " -> ");
		ygr_event_line_put_text(line, &after);
	}
	if (!changed_nr)
		ygr_event_line_put(line, "no change");
}

static bool put_field(struct ygr_event_line *line, const char *before, const char *key)
{
	struct ygr_event_text text;

	if (!ygr_event_map_get_text(line->event, key, &text))
		return false;
	ygr_event_line_put(line, "%s", before);
	ygr_event_line_put_text(line, &text);
	return true;
}

static void put_number(struct ygr_event_line *line, const char *before, const char *key)
{
	uint64_t number;

	if (ygr_event_map_get_u64(line->event, key, &number))
		ygr_event_line_put(line, "%s%" PRIu64, before, number);
}

/* "/lib/x.ko" before, "x (loaded)" after. */
static void put_code(struct ygr_event_line *line)
{
	if (!put_field(line, "", "name") && !ygr_event_line_put_path(line, "path"))
		ygr_event_line_put(line, "?");
	if (put_field(line, " (", "call"))
		ygr_event_line_put(line, ")");
}

static void put_bpf(struct ygr_event_line *line)
{
	if (!put_field(line, "", "call"))
		ygr_event_line_put(line, "?");
	put_field(line, " ", "prog_type");
	put_field(line, " ", "name");
}

static void put_mount(struct ygr_event_line *line)
{
	if (put_field(line, "", "source"))
		ygr_event_line_put(line, " -> ");
	if (!ygr_event_line_put_path(line, "path"))
		ygr_event_line_put(line, "?");
	if (ygr_event_map_find(line->event, "new_path")) {
		ygr_event_line_put(line, ", old root ");
		ygr_event_line_put_path(line, "new_path");
	}
	put_field(line, " type ", "fstype");
	put_field(line, " ", "options");
}

static void put_target(struct ygr_event_line *line)
{
	const struct ygr_event_value *target = ygr_event_map_find(line->event, "target");
	struct ygr_event_text comm = { "?", 1 };
	uint64_t pid = 0;

	ygr_event_map_get_text(target, "comm", &comm);
	ygr_event_map_get_u64(target, "pid", &pid);
	ygr_event_line_put_text(line, &comm);
	ygr_event_line_put(line, "[%" PRIu64 "]", pid);
	put_field(line, " ", "call");
	put_number(line, " signal ", "signal");
}

static void put_setting(struct ygr_event_line *line)
{
	if (!put_field(line, "", "call"))
		ygr_event_line_put(line, "?");
	put_words(line, "namespaces");
	put_field(line, " ", "kind");
	put_field(line, " ", "name");
	put_number(line, " from ", "old_value");
	put_number(line, " to ", "new_value");
}

static bool ends_with(const struct ygr_event_text *text, const char *end)
{
	size_t len = strlen(end);

	return text->len >= len && !memcmp(text->bytes + text->len - len, end, len);
}

/* "symbol=state symbol=state ...": how many are well, and each that is not. */
static void put_hooks(struct ygr_event_line *line, struct ygr_event_text hooks)
{
	struct ygr_event_text hook;
	unsigned int attached_nr = 0;
	const char *end;

	while (hooks.len) {
		end = memchr(hooks.bytes, ' ', hooks.len);
		hook.bytes = hooks.bytes;
		hook.len = end ? (size_t)(end - hooks.bytes) : hooks.len;
		hooks.bytes += hook.len + (end ? 1 : 0);
		hooks.len -= hook.len + (end ? 1 : 0);
		if (ends_with(&hook, "=attached")) {
			attached_nr++;
			continue;
		}
		ygr_event_line_put(line, ", ");
		ygr_event_line_put_text(line, &hook);
	}
	ygr_event_line_put(line, ", %u hooks attached", attached_nr);
}

static void put_start(struct ygr_event_line *line)
{
	struct ygr_event_text hooks;

	ygr_event_line_put(line, "yagura loaded");
	if (ygr_event_map_get_text(line->event, "hooks", &hooks))
		put_hooks(line, hooks);
}

static void put_policy(struct ygr_event_line *line)
{
	uint64_t old = 0, new = 0, rule_nr = 0;

	ygr_event_map_get_u64(line->event, "old_generation", &old);
	ygr_event_map_get_u64(line->event, "new_generation", &new);
	ygr_event_map_get_u64(line->event, "rule_nr", &rule_nr);
	ygr_event_line_put(line, "generation %" PRIu64 " -> %" PRIu64, old, new);
	if (ygr_event_map_is(line->event, "op", "clear"))
		ygr_event_line_put(line, ", no policy");
	else
		ygr_event_line_put(line, ", %" PRIu64 " rule%s", rule_nr, rule_nr == 1 ? "" : "s");
}

static uint64_t sum_classes(const struct ygr_event_value *counts)
{
	uint64_t sum = 0;
	uint32_t i;

	if (!counts || counts->kind != YGR_EVENT_MAP)
		return 0;
	for (i = 0; i < counts->nr; i++)
		if (counts->items[2 * i + 1].kind == YGR_EVENT_UNSIGNED)
			sum += counts->items[2 * i + 1].number;
	return sum;
}

static void put_classes(struct ygr_event_line *line, const struct ygr_event_value *counts)
{
	const struct ygr_event_value *pair;
	struct ygr_event_text name;
	uint32_t i;

	if (!counts || counts->kind != YGR_EVENT_MAP)
		return;
	for (i = 0; i < counts->nr; i++) {
		pair = &counts->items[2 * i];
		if (!ygr_event_map_as_text(&pair[0], &name) ||
		    pair[1].kind != YGR_EVENT_UNSIGNED)
			continue;
		ygr_event_line_put(line, i ? ", " : ": ");
		ygr_event_line_put_text(line, &name);
		ygr_event_line_put(line, " %" PRIu64, pair[1].number);
	}
}

static void put_gap(struct ygr_event_line *line)
{
	const struct ygr_event_value *dropped = ygr_event_map_find(line->event, "dropped");
	uint64_t cpu = 0;

	ygr_event_map_get_u64(line->event, "cpu", &cpu);
	ygr_event_line_color(line, YGR_COLOR_YELLOW);
	ygr_event_line_put(line, "%" PRIu64 " events lost on cpu %" PRIu64, sum_classes(dropped), cpu);
	put_classes(line, dropped);
	ygr_event_line_color(line, YGR_COLOR_PLAIN);
}

static void put_totals(struct ygr_event_line *line)
{
	uint64_t cpu = 0;

	ygr_event_map_get_u64(line->event, "cpu", &cpu);
	ygr_event_line_put(line, "cpu %" PRIu64 " since load: %" PRIu64 " produced, %" PRIu64 " dropped", cpu,
			   sum_classes(ygr_event_map_find(line->event, "produced")),
			   sum_classes(ygr_event_map_find(line->event, "dropped")));
}

/* What the spool's limit has cost. */
static void put_backlog(struct ygr_event_line *line)
{
	const struct ygr_event_value *discarded = ygr_event_map_find(line->event, "discarded");
	uint64_t first = 0, last = 0;

	ygr_event_map_get_u64(line->event, "first_batch_id", &first);
	ygr_event_map_get_u64(line->event, "last_batch_id", &last);
	ygr_event_line_color(line, YGR_COLOR_YELLOW);
	ygr_event_line_put(line, "batches %" PRIu64 " to %" PRIu64 " given up, %" PRIu64 " events",
			   first, last, sum_classes(discarded));
	put_classes(line, discarded);
	ygr_event_line_color(line, YGR_COLOR_PLAIN);
}

static double seconds_between(const struct ygr_event_value *event)
{
	uint64_t first = 0, last = 0;

	ygr_event_map_get_u64(event, "first_ns", &first);
	ygr_event_map_get_u64(event, "last_ns", &last);
	return (double)(last - first) / 1e9;
}

static void put_suppressed(struct ygr_event_line *line)
{
	const struct ygr_event_value *suppressed = ygr_event_map_find(line->event, "suppressed");
	struct ygr_event_text comm = { "?", 1 };
	uint64_t cgroup_id = 0, pid = 0;

	ygr_event_map_get_u64(line->event, "cgroup_id", &cgroup_id);
	ygr_event_map_get_u64(line->event, "pid", &pid);
	ygr_event_map_get_text(line->event, "comm", &comm);
	ygr_event_line_color(line, YGR_COLOR_YELLOW);
	if (ygr_event_map_is(line->event, "scope", "cgroup")) {
		ygr_event_line_put(line, "cgroup %" PRIu64, cgroup_id);
	} else {
		ygr_event_line_put_text(line, &comm);
		ygr_event_line_put(line, "[%" PRIu64 "]", pid);
	}
	ygr_event_line_put(line, ": %" PRIu64 " events over its budget in %.1f s, not recorded",
			   sum_classes(suppressed), seconds_between(line->event));
	put_classes(line, suppressed);
	ygr_event_line_color(line, YGR_COLOR_PLAIN);
}

/* A record of its own for the first time it happened; here, for all others. */
void ygr_event_object_put_repeats(struct ygr_event_line *line)
{
	uint64_t repeat_nr;

	if (ygr_event_map_get_u64(line->event, "repeat_nr", &repeat_nr))
		ygr_event_line_put(line, "  x%" PRIu64 " in %.1f s", repeat_nr,
				   seconds_between(line->event));
}

/* Whose denial was one too many stands before it. */
static void put_breaker(struct ygr_event_line *line)
{
	uint64_t denial_nr = 0, seconds = 0;

	ygr_event_map_get_u64(line->event, "denial_nr", &denial_nr);
	ygr_event_map_get_u64(line->event, "seconds", &seconds);
	ygr_event_line_put(line, "%s is monitor from now on: %" PRIu64 " denials in %" PRIu64 " s",
			   ygr_event_map_find(line->event, "rule") ? "the rule" : "the whole policy",
			   denial_nr, seconds);
}

static const struct ygr_event_object forms[] = {
	{ "exec_check",	   true,  put_exec },
	{ "exec",	   true,  put_exec },
	{ "fork",	   true,  put_fork },
	{ "exit",	   true,  put_exit },
	{ "process",	   true,  put_exec },
	{ "open",	   true,  put_file },
	{ "create",	   true,  put_create },
	{ "unlink",	   true,  put_file },
	{ "rename",	   true,  put_file },
	{ "mmap_exec",	   true,  put_memory },
	{ "link",	   true,  put_file },
	{ "chmod",	   true,  put_file },
	{ "chown",	   true,  put_file },
	{ "setxattr",	   true,  put_xattr },
	{ "truncate",	   true,  put_file },
	{ "close_write",   true,  put_written },
	{ "mkdir",	   true,  put_file },
	{ "rmdir",	   true,  put_file },
	{ "symlink",	   true,  put_symlink },
	{ "removexattr",   true,  put_xattr },
	{ "chattr",	   true,  put_file },
	{ "mprotect_exec", true,  put_memory },
	{ "memfd",	   true,  put_file },
	{ "socket_create", true,  put_socket_kind },
	{ "bind",	   true,  put_socket },
	{ "listen",	   true,  put_socket },
	{ "connect",	   true,  put_socket },
	{ "accept",	   true,  put_socket },
	{ "send",	   true,  put_socket },
	{ "socket_close",  true,  put_close },
	{ "dns",	   false, put_dns },
	{ "stream",	   true,  put_socket },
	{ "setuid",	   true,  put_ids },
	{ "setgid",	   true,  put_ids },
	{ "capset",	   true,  put_caps },
	{ "module_load",	   true,  put_code },
	{ "module_unload",	   true,  put_code },
	{ "kexec",		   true,  put_code },
	{ "bpf",		   true,  put_bpf },
	{ "mount",		   true,  put_mount },
	{ "umount",		   true,  put_mount },
	{ "move_mount",	   true,  put_mount },
	{ "pivot_root",	   true,  put_mount },
	{ "ptrace",		   true,  put_target },
	{ "vm_write",	   true,  put_target },
	{ "signal",		   true,  put_target },
	{ "settime",		   true,  put_setting },
	{ "unshare",		   true,  put_setting },
	{ "setns",		   true,  put_setting },
	{ "keyctl",		   true,  put_setting },
	{ "prctl",		   true,  put_setting },
	{ "personality",	   true,  put_setting },
	{ "seccomp",		   true,  put_setting },
	{ "policy",	   true,  put_policy },
	{ "start",	   false, put_start },
	{ "gap",	   false, put_gap },
	{ "totals",	   false, put_totals },
	{ "backlog",	   false, put_backlog },
	{ "breaker",	   true,  put_breaker },
	{ "stop",	   true,  ygr_event_sensor_put_stop },
	{ "heartbeat",	   false, ygr_event_sensor_put_heartbeat },
	{ "clock",	   false, ygr_event_sensor_put_clock },
	{ "outage",	   false, ygr_event_sensor_put_outage },
	{ "suppressed",	   false, put_suppressed },
};

static void put_nothing(struct ygr_event_line *line)
{
	ygr_event_line_put(line, "?");
}

const struct ygr_event_object *ygr_event_object_find(const struct ygr_event_value *event)
{
	static const struct ygr_event_object unknown = { "", true, put_nothing };
	unsigned int i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (ygr_event_map_is(event, "type", forms[i].type))
			return &forms[i];
	return &unknown;
}
