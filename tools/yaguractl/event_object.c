// SPDX-License-Identifier: GPL-2.0-only
#include "event_object.h"

#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>

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
}

/* The other side where there is one: that is what a rule judges on connect. */
static void put_socket(struct ygr_event_line *line)
{
	bool is_accept = ygr_event_map_is(line->event, "type", "accept");

	if (put_unix_path(line))
		return;
	if (is_accept && put_address(line, "local")) {
		if (ygr_event_map_find(line->event, "remote")) {
			ygr_event_line_put(line, " from ");
			put_address(line, "remote");
		}
		return;
	}
	if (!put_address(line, "remote") && !put_address(line, "local"))
		put_socket_kind(line);
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

/* The sensor speaks of itself in these: the process that ran is of no matter. */
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
	{ "open",	   true,  put_file },
	{ "create",	   true,  put_file },
	{ "unlink",	   true,  put_file },
	{ "rename",	   true,  put_file },
	{ "mmap_exec",	   true,  put_file },
	{ "link",	   true,  put_file },
	{ "chmod",	   true,  put_file },
	{ "chown",	   true,  put_file },
	{ "setxattr",	   true,  put_file },
	{ "truncate",	   true,  put_file },
	{ "socket_create", true,  put_socket_kind },
	{ "bind",	   true,  put_socket },
	{ "listen",	   true,  put_socket },
	{ "connect",	   true,  put_socket },
	{ "accept",	   true,  put_socket },
	{ "send",	   true,  put_socket },
	{ "policy",	   true,  put_policy },
	{ "start",	   false, put_start },
	{ "gap",	   false, put_gap },
	{ "totals",	   false, put_totals },
	{ "backlog",	   false, put_backlog },
	{ "breaker",	   true,  put_breaker },
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
