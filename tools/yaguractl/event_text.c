// SPDX-License-Identifier: GPL-2.0-only
#include "event_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "event_map.h"
#include "utf8.h"

/* Where the object ends at the earliest, so that rules stand below each other. */
#define OBJECT_COLUMN	84

/* Arguments of an exec are cut here; --json has them all. */
#define ARGUMENT_COLUMNS 72

#define RED	"\033[1;31m"
#define YELLOW	"\033[33m"
#define PLAIN	"\033[0m"

struct line {
	FILE *out;
	unsigned int column;
	const msgpack_object *event;
	const struct ygr_event_style *style;
};

static void __attribute__((format(printf, 2, 3)))
put(struct line *line, const char *fmt, ...)
{
	va_list args;
	int columns;

	va_start(args, fmt);
	columns = vfprintf(line->out, fmt, args);
	va_end(args);
	if (columns > 0)
		line->column += columns;
}

static void pad_to(struct line *line, unsigned int column)
{
	while (line->column < column)
		put(line, " ");
}

static void put_color(struct line *line, const char *sequence)
{
	if (line->style->color)
		fputs(sequence, line->out);
}

static bool needs_quotes(const char *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (bytes[i] == ' ' || bytes[i] == '"' || bytes[i] == '>')
			return true;
	return !len;
}

/* One character or stray byte. Return: bytes taken of `bytes`. */
static size_t put_escaped(FILE *out, const char *bytes, size_t len, unsigned int *columns)
{
	uint32_t code = 0;
	size_t nr = ygr_utf8_next(bytes, len, &code);

	if (nr && (code == '\\' || code == '"')) {
		*columns += fprintf(out, "\\%c", (char)code);
	} else if (nr && ygr_utf8_is_plain(code)) {
		fwrite(bytes, 1, nr, out);
		(*columns)++;
	} else if (nr > 1) {
		*columns += fprintf(out, "\\u{%x}", code);
	} else {
		*columns += fprintf(out, "\\x%02x", (unsigned char)*bytes);
		nr = 1;
	}
	return nr;
}

unsigned int ygr_event_text_put(FILE *out, const char *bytes, size_t len)
{
	bool quoted = needs_quotes(bytes, len);
	unsigned int columns = quoted ? 2 : 0;
	size_t nr;

	if (quoted)
		putc('"', out);
	for (; len; bytes += nr, len -= nr)
		nr = put_escaped(out, bytes, len, &columns);
	if (quoted)
		putc('"', out);
	return columns;
}

static void put_text(struct line *line, const struct ygr_event_text *text)
{
	line->column += ygr_event_text_put(line->out, text->bytes, text->len);
}

static bool is_truncated(const struct line *line, const char *key)
{
	return ygr_event_map_find(ygr_event_map_find(line->event, "truncated"), key);
}

/* A path that was cut holds its end; "..." stands for what is missing. */
static bool put_path(struct line *line, const char *key)
{
	struct ygr_event_text text;

	if (!ygr_event_map_get_text(line->event, key, &text))
		return false;
	if (is_truncated(line, key))
		put(line, "...");
	put_text(line, &text);
	return true;
}

static void put_time(struct line *line)
{
	uint64_t time_ns = 0;
	struct tm tm;
	time_t seconds;
	char text[40];

	ygr_event_map_get_u64(line->event, "time_ns", &time_ns);
	seconds = time_ns / 1000000000;
	if (!localtime_r(&seconds, &tm))
		memset(&tm, 0, sizeof(tm));
	strftime(text, sizeof(text), line->style->date ? "%F %T" : "%T", &tm);
	put(line, "%s.%03u ", text, (unsigned int)(time_ns / 1000000 % 1000));
}

static void put_verdict(struct line *line)
{
	if (ygr_event_map_is(line->event, "verdict", "deny")) {
		put_color(line, RED);
		put(line, "DENY  ");
		put_color(line, PLAIN);
	} else if (ygr_event_map_is(line->event, "verdict", "would_deny")) {
		put_color(line, YELLOW);
		put(line, "WOULD ");
		put_color(line, PLAIN);
	} else {
		put(line, "      ");
	}
}

/* Short forms for the long ones: an exec check is an exec to a person. */
static void put_type(struct line *line)
{
	static const char *const shorter[][2] = {
		{ "exec_check", "exec" },
		{ "mmap_exec", "mmap" },
		{ "socket_create", "socket" },
	};
	unsigned int end = line->column + 8, i;
	struct ygr_event_text type = { "?", 1 };

	ygr_event_map_get_text(line->event, "type", &type);
	for (i = 0; i < sizeof(shorter) / sizeof(shorter[0]); i++)
		if (ygr_event_map_is(line->event, "type", shorter[i][0]))
			type = (struct ygr_event_text) { shorter[i][1], strlen(shorter[i][1]) };
	put_text(line, &type);
	put(line, " ");
	pad_to(line, end);
}

static void put_user(struct line *line)
{
	unsigned int end = line->column + 10;
	const char *name = NULL;
	uint64_t euid;

	if (ygr_event_map_get_u64(line->event, "euid", &euid)) {
		if (line->style->user_name)
			name = line->style->user_name(euid, line->style->context);
		if (name)
			line->column += ygr_event_text_put(line->out, name, strlen(name));
		else
			put(line, "%" PRIu64, euid);
	}
	put(line, " ");
	pad_to(line, end);
}

static bool put_process(struct line *line, const msgpack_object *process)
{
	struct ygr_event_text comm;
	uint64_t pid;

	if (!ygr_event_map_get_u64(process, "pid", &pid))
		return false;
	if (!ygr_event_map_get_text(process, "comm", &comm))
		comm = (struct ygr_event_text) { "?", 1 };
	put_text(line, &comm);
	put(line, "[%" PRIu64 "]", pid);
	return true;
}

static void put_subject(struct line *line)
{
	if (put_process(line, ygr_event_map_find(line->event, "parent")))
		put(line, " > ");
	if (put_process(line, line->event))
		put(line, " > ");
}

/* All but the first, which repeats the program's name. */
static void put_arguments(struct line *line)
{
	const msgpack_object *argv = ygr_event_map_find(line->event, "argv");
	unsigned int start = line->column;
	struct ygr_event_text text;
	uint32_t i;

	if (!argv || argv->type != MSGPACK_OBJECT_ARRAY)
		return;
	for (i = 1; i < argv->via.array.size; i++) {
		if (!ygr_event_map_as_text(&argv->via.array.ptr[i], &text))
			return;
		if (line->column + text.len > start + ARGUMENT_COLUMNS)
			break;
		put(line, " ");
		put_text(line, &text);
	}
	if (i < argv->via.array.size || is_truncated(line, "argv"))
		put(line, " ...");
}

static void put_exec(struct line *line)
{
	if (!put_path(line, "path") && !put_path(line, "filename"))
		put(line, "?");
	put_arguments(line);
}

static void put_fork(struct line *line)
{
	uint64_t pid = 0;

	ygr_event_map_get_u64(line->event, "child_pid", &pid);
	put(line, "[%" PRIu64 "]", pid);
}

static void put_exit(struct line *line)
{
	uint64_t value = 0;
	int status;

	ygr_event_map_get_u64(line->event, "status", &value);
	status = value;
	if (WIFSIGNALED(status))
		put(line, "killed by signal %d%s", WTERMSIG(status),
		    WCOREDUMP(status) ? ", core dumped" : "");
	else
		put(line, "status %d", WEXITSTATUS(status));
}

static void put_words(struct line *line, const char *key)
{
	const msgpack_object *words = ygr_event_map_find(line->event, key);
	struct ygr_event_text text;
	uint32_t i;

	if (!words || words->type != MSGPACK_OBJECT_ARRAY || !words->via.array.size)
		return;
	for (i = 0; i < words->via.array.size; i++) {
		if (!ygr_event_map_as_text(&words->via.array.ptr[i], &text))
			continue;
		put(line, i ? ", " : " (");
		put_text(line, &text);
	}
	put(line, ")");
}

static void put_file(struct line *line)
{
	if (!put_path(line, "path"))
		put(line, "?");
	if (ygr_event_map_find(line->event, "new_path")) {
		put(line, " -> ");
		put_path(line, "new_path");
	}
	put_words(line, "access");
}

static bool put_address(struct line *line, const char *key)
{
	const msgpack_object *address = ygr_event_map_find(line->event, key);
	struct ygr_event_text addr;
	uint64_t port = 0;
	bool is_v6;

	if (!ygr_event_map_get_text(address, "addr", &addr))
		return false;
	ygr_event_map_get_u64(address, "port", &port);
	is_v6 = memchr(addr.bytes, ':', addr.len);
	put(line, is_v6 ? "[" : "");
	put_text(line, &addr);
	put(line, is_v6 ? "]:%" PRIu64 : ":%" PRIu64, port);
	return true;
}

/* An abstract name starts with NUL, which people write as '@'. */
static bool put_unix_path(struct line *line)
{
	struct ygr_event_text path;

	if (!ygr_event_map_get_text(line->event, "unix_path", &path))
		return false;
	put(line, "unix:");
	if (path.len && !path.bytes[0]) {
		put(line, "@");
		path.bytes++;
		path.len--;
	}
	if (path.len)
		put_text(line, &path);
	return true;
}

static void put_socket_kind(struct line *line)
{
	static const char *const types[] = { "", "stream", "dgram", "raw", "rdm", "seqpacket" };
	struct ygr_event_text family;
	uint64_t type = 0, protocol = 0;

	if (!ygr_event_map_get_text(line->event, "family", &family))
		family = (struct ygr_event_text) { "?", 1 };
	put_text(line, &family);
	if (ygr_event_map_get_u64(line->event, "sock_type", &type)) {
		if (type < sizeof(types) / sizeof(types[0]))
			put(line, " %s", types[type]);
		else
			put(line, " type %" PRIu64, type);
	}
	if (ygr_event_map_get_u64(line->event, "protocol", &protocol))
		put(line, " protocol %" PRIu64, protocol);
}

/* The other side where there is one: that is what a rule judges on connect. */
static void put_socket(struct line *line)
{
	bool is_accept = ygr_event_map_is(line->event, "type", "accept");

	if (put_unix_path(line))
		return;
	if (is_accept && put_address(line, "local")) {
		if (ygr_event_map_find(line->event, "remote")) {
			put(line, " from ");
			put_address(line, "remote");
		}
		return;
	}
	if (!put_address(line, "remote") && !put_address(line, "local"))
		put_socket_kind(line);
}

static void put_start(struct line *line)
{
	struct ygr_event_text hooks;

	put(line, "yagura loaded");
	if (!ygr_event_map_get_text(line->event, "hooks", &hooks))
		return;
	put(line, ", hooks ");
	put_text(line, &hooks);
}

static void put_policy(struct line *line)
{
	uint64_t old = 0, new = 0, rule_nr = 0;

	ygr_event_map_get_u64(line->event, "old_generation", &old);
	ygr_event_map_get_u64(line->event, "new_generation", &new);
	ygr_event_map_get_u64(line->event, "rule_nr", &rule_nr);
	put(line, "generation %" PRIu64 " -> %" PRIu64, old, new);
	if (ygr_event_map_is(line->event, "op", "clear"))
		put(line, ", no policy");
	else
		put(line, ", %" PRIu64 " rule%s", rule_nr, rule_nr == 1 ? "" : "s");
}

static uint64_t sum_classes(const msgpack_object *counts)
{
	uint64_t sum = 0;
	uint32_t i;

	if (!counts || counts->type != MSGPACK_OBJECT_MAP)
		return 0;
	for (i = 0; i < counts->via.map.size; i++)
		if (counts->via.map.ptr[i].val.type == MSGPACK_OBJECT_POSITIVE_INTEGER)
			sum += counts->via.map.ptr[i].val.via.u64;
	return sum;
}

static void put_classes(struct line *line, const msgpack_object *counts)
{
	const msgpack_object_kv *pair;
	struct ygr_event_text name;
	uint32_t i;

	if (!counts || counts->type != MSGPACK_OBJECT_MAP)
		return;
	for (i = 0; i < counts->via.map.size; i++) {
		pair = &counts->via.map.ptr[i];
		if (!ygr_event_map_as_text(&pair->key, &name) ||
		    pair->val.type != MSGPACK_OBJECT_POSITIVE_INTEGER)
			continue;
		put(line, i ? ", " : ": ");
		put_text(line, &name);
		put(line, " %" PRIu64, pair->val.via.u64);
	}
}

static void put_gap(struct line *line)
{
	const msgpack_object *dropped = ygr_event_map_find(line->event, "dropped");
	uint64_t cpu = 0;

	ygr_event_map_get_u64(line->event, "cpu", &cpu);
	put_color(line, YELLOW);
	put(line, "%" PRIu64 " events lost on cpu %" PRIu64, sum_classes(dropped), cpu);
	put_classes(line, dropped);
	put_color(line, PLAIN);
}

static void put_totals(struct line *line)
{
	uint64_t cpu = 0;

	ygr_event_map_get_u64(line->event, "cpu", &cpu);
	put(line, "cpu %" PRIu64 " since load: %" PRIu64 " produced, %" PRIu64 " dropped", cpu,
	    sum_classes(ygr_event_map_find(line->event, "produced")),
	    sum_classes(ygr_event_map_find(line->event, "dropped")));
}

/* The sensor speaks of itself in these: the process that ran is of no matter. */
static const struct object_form {
	const char *type;
	bool has_subject;
	void (*put)(struct line *line);
} forms[] = {
	{ "exec_check",	   true,  put_exec },
	{ "exec",	   true,  put_exec },
	{ "fork",	   true,  put_fork },
	{ "exit",	   true,  put_exit },
	{ "open",	   true,  put_file },
	{ "create",	   true,  put_file },
	{ "unlink",	   true,  put_file },
	{ "rename",	   true,  put_file },
	{ "mmap_exec",	   true,  put_file },
	{ "socket_create", true,  put_socket_kind },
	{ "bind",	   true,  put_socket },
	{ "listen",	   true,  put_socket },
	{ "connect",	   true,  put_socket },
	{ "accept",	   true,  put_socket },
	{ "policy",	   true,  put_policy },
	{ "start",	   false, put_start },
	{ "gap",	   false, put_gap },
	{ "totals",	   false, put_totals },
};

static void put_nothing(struct line *line)
{
	put(line, "?");
}

static const struct object_form *find_form(const msgpack_object *event)
{
	static const struct object_form unknown = { "", true, put_nothing };
	unsigned int i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (ygr_event_map_is(event, "type", forms[i].type))
			return &forms[i];
	return &unknown;
}

static void put_rule(struct line *line)
{
	struct ygr_event_text rule;
	uint64_t generation = 0;

	if (!ygr_event_map_get_text(line->event, "rule", &rule))
		return;
	put(line, "  ");
	pad_to(line, OBJECT_COLUMN);
	put(line, "rule ");
	put_text(line, &rule);
	ygr_event_map_get_u64(line->event, "generation", &generation);
	put(line, " (gen %" PRIu64 ")", generation);
}

void ygr_event_text_print(FILE *out, const msgpack_object *event,
			  const struct ygr_event_style *style)
{
	struct line line = { .out = out, .event = event, .style = style };
	const struct object_form *form = find_form(event);

	put_time(&line);
	put_verdict(&line);
	put_type(&line);
	if (form->has_subject) {
		put_user(&line);
		put_subject(&line);
	}
	form->put(&line);
	put_rule(&line);
	putc('\n', out);
}
