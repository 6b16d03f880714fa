// SPDX-License-Identifier: GPL-2.0-only
#include "event_filter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event_index.h"
#include "event_type.h"
#include "text_error.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

enum node_kind { NODE_NEVER, NODE_AND, NODE_OR, NODE_NOT, NODE_TEST };

enum test_op { OP_PRESENT, OP_EQUAL, OP_LIKE, OP_BELOW, OP_UP_TO, OP_ABOVE, OP_FROM, OP_IN };

/* What may be asked for; what is within a list of processes or a map by class too. */
static const char *const fields[] = {
	"type", "time_ns", "boot_ns", "cpu", "seq", "class", "verdict", "pid", "tid", "ppid",
	"start_ns", "uid", "gid", "euid", "egid", "loginuid", "sessionid", "cgroup_id", "comm",
	"ns", "ns.mnt", "ns.pid", "ns.net", "ns.user", "ns.uts", "ns.ipc", "ns.cgroup", "flags",
	"rule", "rule_id", "generation", "file", "file.ino", "file.dev", "file.generation",
	"file.mode", "file.uid", "file.gid", "file.size", "file.mtime_ns", "file.ctime_ns",
	"argc", "envc", "old_tid", "child_pid", "child_start_ns", "status", "utime_ns",
	"stime_ns", "access", "open_flags", "family", "sock_type", "protocol", "backlog",
	"socket_ino", "socket_cookie", "local", "local.addr", "local.port", "local.scope_id", "remote",
	"remote.addr", "remote.port", "remote.scope_id", "load_id", "mode", "op", "old_generation",
	"new_generation", "rule_nr", "first_ns", "last_ns", "begin_ns", "end_ns", "produced",
	"dropped", "path", "new_path", "filename", "cwd", "argv", "unix_path", "hooks",
	"truncated", "exe", "parent", "parent.pid", "parent.start_ns", "parent.comm",
	"parent.exe", "ancestors", "ancestors.pid", "ancestors.comm", "user", "group",
	"container", "container.id", "container.runtime", "container.pod", "sha256", "verity",
	"xattr", "severity", "attack", "tags", "message", "denial_nr", "seconds", "new_uid", "new_gid",
	"opened_ns", "bytes_out", "bytes_in", "bytes_unsent", "packets_out", "packets_in",
	"retransmits", "owner_pid", "owner_start_ns", "peer_pid", "peer_start_ns", "peer_uid",
	"raw", "net_ns", "message_bytes", "sent_bytes",
	"dns_name", "dns_canonical", "dns_age_ms", "dns_expired", "dns_others",
	"dns", "dns.question", "dns.type", "dns.rcode", "dns.canonical", "dns.id", "dns.answer_nr",
	"dns.truncated", "dns.partial", "dns.malformed",
	"answers", "answers.name", "answers.type", "answers.ttl", "answers.data",
	"tls", "tls.sni", "tls.alpn", "tls.version", "tls.cut", "tls.malformed",
	"http", "http.method", "http.host", "http.port", "http.path", "http.query", "http.query_bytes",
	"http.version", "http.cut",
	"first_batch_id", "last_batch_id", "batch_nr", "discarded", "interval_ns", "produced_nr", "dropped_nr",
	"denied_nr", "process_nr", "hook_nr", "attached_nr", "reader", "step_ns", "slept_ns", "offset_ns",
	"begin_time_ns", "end_time_ns", "previous_load_id", "rebooted", "target", "rdev",
	"entry", "entry.kind", "entry.unit", "entry.addr", "entry.port", "entry.pid", "entry.start_ns",
	"env", "tty", "tty_dev", "script", "script_file", "script_file.ino", "script_file.dev",
	"script_file.mode", "script_file.uid", "script_file.gid", "script_file.size",
	"cgroup", "ancestor_ids", "ancestor_ids.pid", "exec_flags",
	"capabilities", "capabilities.effective", "capabilities.permitted",
	"capabilities.inheritable", "capabilities.bounding", "capabilities.ambient",
	"file_capabilities", "file_capabilities.permitted", "file_capabilities.inheritable",
	"file_capabilities.rootid",
	"clone_flags", "exit_signal", "exit_code", "signal", "core_dumped", "maxrss_bytes",
	"minor_faults", "major_faults", "voluntary_switches", "involuntary_switches", "read_bytes",
	"write_bytes",
	"repeat_nr", "scope", "coalesced", "suppressed",
	"opened_ns", "old_size", "written_bytes", "opener", "opener.pid", "opener.tid",
	"opener.start_ns", "opener.euid", "submitter", "submitter.tid", "submitter.uid",
	"submitter.gid", "submitter.euid", "submitter.egid",
	"call", "old_ids", "old_ids.real", "old_ids.effective", "old_ids.saved", "old_ids.fs",
	"new_ids", "new_ids.real", "new_ids.effective", "new_ids.saved", "new_ids.fs",
	"old_group_nr", "new_group_nr", "groups", "old_caps", "old_caps.effective",
	"old_caps.permitted", "old_caps.inheritable", "new_caps", "new_caps.effective",
	"new_caps.permitted", "new_caps.inheritable",
	"name", "taints", "prog_type", "attach_type", "insn_nr", "prog_flags", "attach_btf_id",
	"mount_flags", "dev", "source", "fstype", "options", "signal", "mode", "target",
	"target.pid", "target.tid", "target.start_ns", "target.uid", "target.comm", "old_value",
	"new_value", "namespaces", "kind",
};

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_QUOTED, TOKEN_OP, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_COMMA };

struct token {
	enum token_kind kind;
	unsigned int column;
	const char *bytes;
	size_t len;
};

struct parser {
	struct ygr_event_filter *filter;
	struct ygr_filter_error *error;
	const char *text;
	const char *at;
	struct token token;		/* the one to be used next */
	unsigned int depth;
	bool failed;
};

/* ---- words ------------------------------------------------------------------ */

static void __attribute__((format(printf, 3, 4)))
complain(struct parser *parser, unsigned int column, const char *fmt, ...)
{
	va_list args;

	if (parser->failed)
		return;
	parser->failed = true;
	parser->error->column = column;
	va_start(args, fmt);
	vsnprintf(parser->error->message, sizeof(parser->error->message), fmt, args);
	va_end(args);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* What ends a field. A value goes on to a space, a comma or a parenthesis. */
static bool ends_word(char c, bool is_value)
{
	if (!c || is_space(c) || strchr("(),", c))
		return true;
	return !is_value && strchr("=!~<>\"'", c);
}

static void take_quoted(struct parser *parser)
{
	char quote = *parser->at++;
	const char *end = strchr(parser->at, quote);

	parser->token.kind = TOKEN_QUOTED;
	parser->token.bytes = parser->at;
	if (!end) {
		complain(parser, parser->token.column, "this quote is not closed");
		end = parser->at + strlen(parser->at);
	}
	parser->token.len = (size_t)(end - parser->at);
	parser->at = *end ? end + 1 : end;
}

static void take_operator(struct parser *parser)
{
	char second = parser->at[1];
	bool has_two = (*parser->at == '!' && (second == '=' || second == '~')) ||
		       (strchr("<>", *parser->at) && second == '=');

	parser->token.kind = TOKEN_OP;
	parser->token.len = has_two ? 2 : 1;
	parser->at += parser->token.len;
}

static void next(struct parser *parser, bool is_value)
{
	struct token *token = &parser->token;

	while (is_space(*parser->at))
		parser->at++;
	*token = (struct token) {
		.column = (unsigned int)(parser->at - parser->text) + 1,
		.bytes = parser->at, .len = 1,
	};
	if (!*parser->at) {
		token->kind = TOKEN_END;
		token->len = 0;
	} else if (strchr("(),", *parser->at)) {
		token->kind = *parser->at == '(' ? TOKEN_OPEN :
			      *parser->at == ')' ? TOKEN_CLOSE : TOKEN_COMMA;
		parser->at++;
	} else if (strchr("\"'", *parser->at)) {
		take_quoted(parser);
	} else if (!is_value && strchr("=!~<>", *parser->at)) {
		take_operator(parser);
	} else {
		token->kind = TOKEN_WORD;
		while (!ends_word(*parser->at, is_value))
			parser->at++;
		token->len = (size_t)(parser->at - token->bytes);
	}
}

static bool is_word(const struct parser *parser, const char *word)
{
	return parser->token.kind == TOKEN_WORD && parser->token.len == strlen(word) &&
	       !memcmp(parser->token.bytes, word, parser->token.len);
}

static bool is_operator(const struct parser *parser, const char *op)
{
	return parser->token.kind == TOKEN_OP && parser->token.len == strlen(op) &&
	       !memcmp(parser->token.bytes, op, parser->token.len);
}

/* ---- nodes ------------------------------------------------------------------ */

static uint16_t add_node(struct parser *parser, const struct ygr_filter_node *node)
{
	struct ygr_event_filter *filter = parser->filter;

	if (filter->node_nr == YGR_FILTER_NODES_MAX) {
		complain(parser, parser->token.column, "more than %u terms", YGR_FILTER_NODES_MAX);
		return 0;
	}
	filter->nodes[filter->node_nr] = *node;
	return filter->node_nr++;
}

static uint16_t add_pair(struct parser *parser, enum node_kind kind, uint16_t left, uint16_t right)
{
	const struct ygr_filter_node node = { .kind = kind, .left = left, .right = right };

	return add_node(parser, &node);
}

static uint16_t add_not(struct parser *parser, bool negated, uint16_t node)
{
	return negated ? add_pair(parser, NODE_NOT, node, 0) : node;
}

/* Offsets into the filter's own copy of the text, which the tokens point into. */
static uint16_t text_off(const struct parser *parser, const char *bytes)
{
	return (uint16_t)(bytes - parser->text);
}

/* All of it a number, in base 10 or with 0x. */
static bool read_number(const struct token *token, uint64_t *number)
{
	char text[24], *end;

	if (!token->len || token->len >= sizeof(text) || token->bytes[0] == '-' ||
	    token->bytes[0] == '+' || is_space(token->bytes[0]))
		return false;
	memcpy(text, token->bytes, token->len);
	text[token->len] = '\0';
	errno = 0;
	*number = strtoull(text, &end, token->len > 2 && text[1] == 'x' ? 16 : 10);
	return !*end && !errno;
}

/* "10.0.0.0/8", "::1". A plain address is a network of one. */
static void read_network(const struct token *token, struct ygr_filter_node *node)
{
	char text[INET6_ADDRSTRLEN + 4], *slash;
	unsigned long bits;
	char *end;

	if (token->len >= sizeof(text))
		return;
	memcpy(text, token->bytes, token->len);
	text[token->len] = '\0';
	slash = strchr(text, '/');
	if (slash)
		*slash = '\0';
	if (inet_pton(AF_INET, text, node->address) == 1)
		node->family = AF_INET;
	else if (inet_pton(AF_INET6, text, node->address) == 1)
		node->family = AF_INET6;
	else
		return;
	node->prefix_bits = node->family == AF_INET ? 32 : 128;
	if (!slash)
		return;
	bits = strtoul(slash + 1, &end, 10);
	if (!slash[1] || *end || bits > node->prefix_bits)
		node->family = 0;
	else
		node->prefix_bits = (uint8_t)bits;
}

static bool takes_number(enum test_op op)
{
	return op == OP_BELOW || op == OP_UP_TO || op == OP_ABOVE || op == OP_FROM;
}

/* A value that no event can have is a mistake, not a filter. */
static void check_type(struct parser *parser)
{
	const char *near;
	char word[40];

	if (ygr_event_type_find(parser->token.bytes, parser->token.len) < YGR_TYPE_NR ||
	    (parser->token.len > 5 && !memcmp(parser->token.bytes, "type_", 5)))
		return;
	snprintf(word, sizeof(word), "%.*s", (int)parser->token.len, parser->token.bytes);
	near = ygr_text_error_suggest(word, ygr_event_type_names, YGR_TYPE_NR);
	complain(parser, parser->token.column, "\"%s\" is no event type%s%s%s", word,
		 near ? " (did you mean \"" : "", near ?: "", near ? "\"?)" : "");
}

static bool is_pattern(const struct token *token)
{
	return memchr(token->bytes, '*', token->len) || memchr(token->bytes, '?', token->len);
}

/* The value at the parser's token, for a copy of the test it belongs to. */
static uint16_t add_value(struct parser *parser, const struct ygr_filter_node *test)
{
	struct ygr_filter_node node = *test;

	if (parser->token.kind != TOKEN_WORD && parser->token.kind != TOKEN_QUOTED) {
		complain(parser, parser->token.column, "expected a value");
		return 0;
	}
	node.text_off = text_off(parser, parser->token.bytes);
	node.text_len = (uint16_t)parser->token.len;
	node.has_number = read_number(&parser->token, &node.number);
	node.is_pattern = is_pattern(&parser->token);
	if (node.op == OP_IN)
		read_network(&parser->token, &node);
	if (takes_number(node.op) && !node.has_number)
		complain(parser, parser->token.column, "expected a number, found \"%.*s\"",
			 (int)parser->token.len, parser->token.bytes);
	if ((node.op == OP_EQUAL || node.op == OP_IN) && test->outer == YGR_KEY_type)
		check_type(parser);
	next(parser, false);
	return add_node(parser, &node);
}

/* ---- grammar ---------------------------------------------------------------- */

/* A,B,C, in parentheses or not: any of them. */
static uint16_t parse_list(struct parser *parser, const struct ygr_filter_node *test)
{
	bool has_open = parser->token.kind == TOKEN_OPEN;
	uint16_t node;

	if (has_open)
		next(parser, true);
	node = add_value(parser, test);
	while (!parser->failed && parser->token.kind == TOKEN_COMMA) {
		next(parser, true);
		node = add_pair(parser, NODE_OR, node, add_value(parser, test));
	}
	if (has_open && parser->token.kind != TOKEN_CLOSE)
		complain(parser, parser->token.column, "expected \",\" or \")\"");
	else if (has_open)
		next(parser, false);
	return node;
}

static uint16_t parse_operator(struct parser *parser, struct ygr_filter_node *test)
{
	static const struct {
		const char *text;
		enum test_op op;
		bool negated;
	} operators[] = {
		{ "=", OP_EQUAL, false }, { "!=", OP_EQUAL, true }, { "~", OP_LIKE, false },
		{ "!~", OP_LIKE, true }, { "<", OP_BELOW, false }, { "<=", OP_UP_TO, false },
		{ ">", OP_ABOVE, false }, { ">=", OP_FROM, false },
	};

	for (size_t i = 0; i < NR(operators); i++) {
		if (!is_operator(parser, operators[i].text))
			continue;
		test->op = operators[i].op;
		next(parser, true);
		return add_not(parser, operators[i].negated, add_value(parser, test));
	}
	complain(parser, parser->token.column, "\"%.*s\" is no operator (= != ~ !~ < <= > >= in)",
		 (int)parser->token.len, parser->token.bytes);
	return 0;
}

static void set_field(struct parser *parser, struct ygr_filter_node *test)
{
	struct ygr_event_path path;
	const char *near;
	char word[64];

	snprintf(word, sizeof(word), "%.*s", (int)parser->token.len, parser->token.bytes);
	for (size_t i = 0; i < NR(fields); i++) {
		if (strcmp(fields[i], word))
			continue;
		path = ygr_event_index_path(fields[i]);
		test->outer = path.outer;
		test->inner = path.inner;
		return;
	}
	near = ygr_text_error_suggest(word, fields, NR(fields));
	complain(parser, parser->token.column, "unknown field \"%s\"%s%s%s", word,
		 near ? " (did you mean \"" : "", near ?: "", near ? "\"?)" : "");
}

static uint16_t parse_test(struct parser *parser)
{
	struct ygr_filter_node test = { .kind = NODE_TEST, .op = OP_PRESENT };

	if (parser->token.kind != TOKEN_WORD || is_word(parser, "and") || is_word(parser, "or") ||
	    is_word(parser, "in")) {
		complain(parser, parser->token.column, "expected a field");
		return 0;
	}
	set_field(parser, &test);
	next(parser, false);
	if (parser->token.kind == TOKEN_OP)
		return parse_operator(parser, &test);
	if (!is_word(parser, "in"))
		return add_node(parser, &test);
	test.op = OP_IN;
	next(parser, true);
	return parse_list(parser, &test);
}

static uint16_t parse_or(struct parser *parser);

static uint16_t parse_group(struct parser *parser)
{
	uint16_t node;

	next(parser, false);
	node = parse_or(parser);
	if (parser->token.kind != TOKEN_CLOSE)
		complain(parser, parser->token.column, "expected \")\"");
	next(parser, false);
	return node;
}

static uint16_t parse_not(struct parser *parser)
{
	uint16_t node;

	if (++parser->depth > YGR_FILTER_DEPTH_MAX) {
		complain(parser, parser->token.column, "deeper than %u", YGR_FILTER_DEPTH_MAX);
		return 0;
	}
	if (is_word(parser, "not")) {
		next(parser, false);
		node = add_not(parser, true, parse_not(parser));
	} else if (parser->token.kind == TOKEN_OPEN) {
		node = parse_group(parser);
	} else {
		node = parse_test(parser);
	}
	parser->depth--;
	return node;
}

static uint16_t parse_and(struct parser *parser)
{
	uint16_t node = parse_not(parser);

	while (!parser->failed && is_word(parser, "and")) {
		next(parser, false);
		node = add_pair(parser, NODE_AND, node, parse_not(parser));
	}
	return node;
}

static uint16_t parse_or(struct parser *parser)
{
	uint16_t node = parse_and(parser);

	while (!parser->failed && is_word(parser, "or")) {
		next(parser, false);
		node = add_pair(parser, NODE_OR, node, parse_and(parser));
	}
	return node;
}

int ygr_event_filter_parse(struct ygr_event_filter *filter, const char *text,
			   struct ygr_filter_error *error)
{
	struct parser parser = { .filter = filter, .error = error };
	size_t len = strlen(text);

	/* Until it is whole: node 0, which never passes. */
	*filter = (struct ygr_event_filter) { .is_set = true, .node_nr = 1 };
	if (len >= sizeof(filter->text)) {
		complain(&parser, sizeof(filter->text), "longer than %zu bytes",
			 sizeof(filter->text) - 1);
		return -EINVAL;
	}
	memcpy(filter->text, text, len + 1);
	filter->text_len = (uint16_t)len;
	parser.text = filter->text;
	parser.at = filter->text;
	next(&parser, false);
	uint16_t root = parse_or(&parser);

	if (!parser.failed && parser.token.kind != TOKEN_END)
		complain(&parser, parser.token.column, "expected \"and\", \"or\" or the end");
	if (parser.failed)
		return -EINVAL;
	filter->root = root;
	return 0;
}

/* ---- events ----------------------------------------------------------------- */

/* One star is remembered, the last one: never more than len * pattern_len steps. */
static bool matches_pattern(const char *text, size_t len, const char *pattern, size_t pattern_len)
{
	size_t at = 0, p = 0, star = SIZE_MAX, retry = 0;

	while (at < len) {
		if (p < pattern_len && pattern[p] == '*') {
			star = p++;
			retry = at;
		} else if (p < pattern_len && (pattern[p] == '?' || pattern[p] == text[at])) {
			p++;
			at++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			at = ++retry;
		} else {
			return false;
		}
	}
	while (p < pattern_len && pattern[p] == '*')
		p++;
	return p == pattern_len;
}

static bool is_in_network(const struct ygr_filter_node *test, const struct ygr_event_text *text)
{
	unsigned int whole = test->prefix_bits / 8, rest = test->prefix_bits % 8;
	char address_text[INET6_ADDRSTRLEN];
	uint8_t address[16];

	if (text->len >= sizeof(address_text))
		return false;
	memcpy(address_text, text->bytes, text->len);
	address_text[text->len] = '\0';
	if (inet_pton(test->family, address_text, address) != 1 ||
	    memcmp(address, test->address, whole))
		return false;
	return !rest || !((address[whole] ^ test->address[whole]) >> (8 - rest));
}

static bool holds_for_text(const struct ygr_event_filter *filter, const struct ygr_filter_node *test,
			   const struct ygr_event_text *text)
{
	const char *wanted = filter->text + test->text_off;
	bool is_same = text->len == test->text_len && !memcmp(text->bytes, wanted, text->len);

	switch (test->op) {
	case OP_PRESENT:
		return true;
	case OP_EQUAL:
		return is_same;
	case OP_IN:
		return is_same || (test->family && is_in_network(test, text));
	case OP_LIKE:
		if (test->is_pattern)
			return matches_pattern(text->bytes, text->len, wanted, test->text_len);
		return memmem(text->bytes, text->len, wanted, test->text_len);
	}
	return false;
}

static bool holds_for_number(const struct ygr_event_filter *filter,
			     const struct ygr_filter_node *test, uint64_t number)
{
	struct ygr_event_text text;
	char digits[24];

	switch (test->op) {
	case OP_PRESENT:
		return true;
	case OP_EQUAL:
	case OP_IN:
		return test->has_number && number == test->number;
	case OP_BELOW:
		return number < test->number;
	case OP_UP_TO:
		return number <= test->number;
	case OP_ABOVE:
		return number > test->number;
	case OP_FROM:
		return number >= test->number;
	}
	snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);
	text = (struct ygr_event_text) { digits, strlen(digits) };
	return holds_for_text(filter, test, &text);
}

static bool holds_for(const struct ygr_event_filter *filter, const struct ygr_filter_node *test,
		      const struct ygr_event_value *value, enum ygr_event_key within);

static bool holds_for_any(const struct ygr_event_filter *filter, const struct ygr_filter_node *test,
			  const struct ygr_event_value *list, enum ygr_event_key within)
{
	for (uint32_t i = 0; i < list->nr; i++)
		if (holds_for(filter, test, &list->items[i], within))
			return true;
	return false;
}

static bool holds_within(const struct ygr_event_filter *filter, const struct ygr_filter_node *test,
			 const struct ygr_event_value *map, enum ygr_event_key key)
{
	const struct ygr_event_value *value =
		map->kind == YGR_EVENT_MAP ? ygr_event_key_get(map, key) : NULL;

	return value && holds_for(filter, test, value, YGR_KEY_NONE);
}

/* @within: what is asked for in @value; NONE: itself. The decoder bounds the depth. */
static bool holds_for(const struct ygr_event_filter *filter, const struct ygr_filter_node *test,
		      const struct ygr_event_value *value, enum ygr_event_key within)
{
	struct ygr_event_text text;

	if (value->kind == YGR_EVENT_ARRAY && (within || test->op != OP_PRESENT))
		return holds_for_any(filter, test, value, within);
	if (within)
		return holds_within(filter, test, value, within);
	if (value->kind == YGR_EVENT_UNSIGNED)
		return holds_for_number(filter, test, value->number);
	if (ygr_event_map_as_text(value, &text))
		return holds_for_text(filter, test, &text);
	return test->op == OP_PRESENT;
}

static bool holds(const struct ygr_event_filter *filter, const struct ygr_filter_node *test,
		  const struct ygr_event_value *event)
{
	static const struct ygr_event_text allow = { "allow", 5 };
	const struct ygr_event_value *value =
		event->kind == YGR_EVENT_MAP ? ygr_event_key_get(event, test->outer) : NULL;

	if (!value)
		return test->outer == YGR_KEY_verdict && test->op != OP_PRESENT &&
		       holds_for_text(filter, test, &allow);
	return holds_for(filter, test, value, test->inner);
}

/* The parser bounds the nodes, and so the recursion. */
static bool passes(const struct ygr_event_filter *filter, uint16_t index,
		   const struct ygr_event_value *event)
{
	const struct ygr_filter_node *node = &filter->nodes[index];

	switch (node->kind) {
	case NODE_AND:
		return passes(filter, node->left, event) && passes(filter, node->right, event);
	case NODE_OR:
		return passes(filter, node->left, event) || passes(filter, node->right, event);
	case NODE_NOT:
		return !passes(filter, node->left, event);
	case NODE_TEST:
		return holds(filter, node, event);
	}
	return false;
}

bool ygr_event_filter_passes(const struct ygr_event_filter *filter,
			     const struct ygr_event_value *event)
{
	return !filter->is_set || passes(filter, filter->root, event);
}
