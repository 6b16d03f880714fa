// SPDX-License-Identifier: GPL-2.0-only
#include "policy_value.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "policy_network.h"
#include "policy_pattern.h"
#include "text_error.h"
#include "yaml_tree.h"

#define NOT_SET			UINT32_MAX	/* loginuid */

/* What a value is parsed with. */
struct parsing {
	enum ygr_field field;
	const struct ygr_policy_host *host;
	struct ygr_arena *arena;
	struct ygr_policy_reason *why;
};

static int keep_text(const struct parsing *p, const char *bytes, size_t len,
		     enum ygr_text_kind kind, union ygr_policy_value *value)
{
	const char *copy = ygr_arena_copy(p->arena, bytes, len);

	if (!copy)
		return -ENOMEM;
	value->text.bytes = copy;
	value->text.len = len;
	value->text.kind = kind;
	return 0;
}

static int parse_path(const struct parsing *p, const char *text, union ygr_policy_value *value)
{
	bool is_unix = p->field == YGR_FIELD_UNIX;
	struct ygr_policy_pattern pattern;
	int err;

	err = ygr_policy_pattern_parse(text, is_unix ? "unix name" : "path", is_unix, &pattern,
				       p->why);
	return err ?: keep_text(p, pattern.bytes, pattern.len, pattern.kind, value);
}

/* "user.*": every attribute of that beginning. */
static int parse_xattr(const struct parsing *p, const char *text, union ygr_policy_value *value)
{
	size_t len = strlen(text), wild = strcspn(text, "*?");

	if (len > YGR_POLICY_GLOB_MAX)
		return ygr_policy_reason_set(p->why, "attribute name of %zu bytes is longer than %u",
					     len, YGR_POLICY_GLOB_MAX);
	if (wild == len)
		return keep_text(p, text, len, YGR_TEXT_EXACT, value);
	if (!wild || wild + 1 != len || text[wild] != '*')
		return ygr_policy_reason_set(p->why, "attribute name \"%s\": only \"*\" at the end is a wildcard",
					     text);
	return keep_text(p, text, wild, YGR_TEXT_PREFIX, value);
}

static int parse_argument(const struct parsing *p, const char *text, union ygr_policy_value *value)
{
	size_t len = strlen(text);

	if (len > YGR_POLICY_PATH_MAX)
		return ygr_policy_reason_set(p->why, "argument of %zu bytes is longer than %u", len,
					     YGR_POLICY_PATH_MAX);
	return keep_text(p, text, len, YGR_TEXT_CONTAINS, value);
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int parse_digest(const struct parsing *p, const char *text, union ygr_policy_value *value)
{
	struct ygr_digest_item digest;
	size_t len = strlen(text), i;
	int high, low;

	if (len != 2 * sizeof(digest.bytes))
		return ygr_policy_reason_set(p->why, "%s \"%s\": expected 64 hexadecimal digits, got %zu characters",
					     ygr_policy_field[p->field].key, text, len);
	for (i = 0; i < sizeof(digest.bytes); i++) {
		high = nibble(text[2 * i]);
		low = nibble(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return ygr_policy_reason_set(p->why, "%s \"%s\": expected 64 hexadecimal digits",
						     ygr_policy_field[p->field].key, text);
		digest.bytes[i] = high << 4 | low;
	}
	value->digest = digest;
	return 0;
}

/* "MAJOR:MINOR:INODE", as stat(1) -c %Hd:%Ld:%i has it. */
static int parse_file_id(const struct parsing *p, const char *text, union ygr_policy_value *value)
{
	uint64_t number[3] = { 0 };
	const char *at = text;
	unsigned int i;
	size_t len;

	for (i = 0; i < 3; i++, at += len + 1) {
		len = strcspn(at, ":");
		if (!ygr_yaml_tree_parse_u64(at, len, &number[i]) || (at[len] == ':') != (i < 2))
			return ygr_policy_reason_set(p->why, "file-id \"%s\": expected MAJOR:MINOR:INODE, such as 8:1:12345",
						     text);
	}
	if (number[0] > UINT32_MAX || number[1] > UINT32_MAX)
		return ygr_policy_reason_set(p->why, "file-id \"%s\": device number above %u", text,
					     UINT32_MAX);
	value->id.dev_major = number[0];
	value->id.dev_minor = number[1];
	value->id.ino = number[2];
	return 0;
}

static int parse_cgroup_id(const struct parsing *p, const char *text, union ygr_policy_value *value)
{
	uint64_t id;

	if (!ygr_yaml_tree_parse_u64(text, strlen(text), &id))
		return ygr_policy_reason_set(p->why, "cgroup-id \"%s\": expected a number", text);
	value->id.ino = id;
	return 0;
}

static int parse_range(const struct parsing *p, const char *text, uint64_t max,
		       union ygr_policy_value *value)
{
	const char *what = ygr_policy_field[p->field].key, *dash = strchr(text, '-');
	size_t low_len = dash ? (size_t)(dash - text) : strlen(text);
	const char *high_text = dash ? dash + 1 : text;
	uint64_t low, high;

	if (!ygr_yaml_tree_parse_u64(text, low_len, &low) ||
	    !ygr_yaml_tree_parse_u64(high_text, strlen(high_text), &high))
		return ygr_policy_reason_set(p->why, "%s \"%s\": expected a number or a range such as 1000-1999",
					     what, text);
	if (low > max || high > max)
		return ygr_policy_reason_set(p->why, "%s %s is above %llu", what, text,
					     (unsigned long long)max);
	if (low > high)
		return ygr_policy_reason_set(p->why, "%s range %s is the wrong way round: write %llu-%llu",
					     what, text, (unsigned long long)high,
					     (unsigned long long)low);
	value->range.low = low;
	value->range.high = high;
	return 0;
}

static void set_number(union ygr_policy_value *value, uint32_t number)
{
	value->range.low = number;
	value->range.high = number;
}

static bool is_number(const char *text)
{
	return text[0] == '-' || (text[0] >= '0' && text[0] <= '9');
}

static int parse_user(const struct parsing *p, const char *text, union ygr_policy_value *value)
{
	const struct ygr_policy_host *host = p->host;
	uint32_t uid;

	if (is_number(text))
		return parse_range(p, text, UINT32_MAX, value);
	if (!host->find_uid || !host->find_uid(text, &uid, host->context))
		return ygr_policy_reason_set(p->why, "no user is named \"%s\" on this host", text);
	set_number(value, uid);
	return 0;
}

static int parse_group(const struct parsing *p, const char *text, union ygr_policy_value *value)
{
	const struct ygr_policy_host *host = p->host;
	uint32_t gid;

	if (is_number(text))
		return parse_range(p, text, UINT32_MAX, value);
	if (!host->find_gid || !host->find_gid(text, &gid, host->context))
		return ygr_policy_reason_set(p->why, "no group is named \"%s\" on this host", text);
	set_number(value, gid);
	return 0;
}

static int parse_login(const struct parsing *p, const char *text, union ygr_policy_value *value)
{
	if (strcmp(text, "unset"))
		return parse_user(p, text, value);
	set_number(value, NOT_SET);
	return 0;
}

/* A word for a number, or the number. */
static int parse_number(const struct parsing *p, const char *text, union ygr_policy_value *value)
{
	const struct ygr_policy_field *field = &ygr_policy_field[p->field];
	const struct ygr_policy_number *known = ygr_policy_field_numbers(field->syntax);
	const char *words[32], *near;
	size_t i;

	if (is_number(text))
		return parse_range(p, text, UINT16_MAX, value);
	for (i = 0; known[i].word; i++) {
		words[i] = known[i].word;
		if (strcmp(text, known[i].word))
			continue;
		set_number(value, known[i].number);
		return 0;
	}
	near = ygr_text_error_suggest(text, words, i);
	return ygr_policy_reason_set(p->why, "unknown %s \"%s\"%s%s%s", field->key, text,
				     near ? " (did you mean \"" : ": expected a number or a word such as ",
				     near ?: words[0], near ? "\"?)" : "");
}

static int parse_word(const struct parsing *p, const char *text, union ygr_policy_value *value)
{
	unsigned int nr, i;
	const char *const *words = ygr_policy_field_words(p->field, &nr);
	const char *near;

	for (i = 0; i < nr; i++) {
		if (strcmp(text, words[i]))
			continue;
		value->bits = 1ull << i;
		return 0;
	}
	near = ygr_text_error_suggest(text, words, nr);
	return ygr_policy_reason_set(p->why, "%s: unknown word \"%s\"%s%s%s",
				     ygr_policy_field[p->field].key, text,
				     near ? " (did you mean \"" : "", near ?: "", near ? "\"?)" : "");
}

static int parse_network(const struct parsing *p, const char *text, union ygr_policy_value *value)
{
	return ygr_policy_network_parse(text, &value->cidr, p->why);
}

static int parse_port(const struct parsing *p, const char *text, union ygr_policy_value *value)
{
	return parse_range(p, text, UINT16_MAX, value);
}

typedef int (*parse_fn)(const struct parsing *p, const char *text, union ygr_policy_value *value);

static const parse_fn parsers[] = {
	[YGR_SYNTAX_PATH]	= parse_path,
	[YGR_SYNTAX_UNIX]	= parse_path,
	[YGR_SYNTAX_XATTR]	= parse_xattr,
	[YGR_SYNTAX_ARGUMENT]	= parse_argument,
	[YGR_SYNTAX_DIGEST]	= parse_digest,
	[YGR_SYNTAX_FILE_ID]	= parse_file_id,
	[YGR_SYNTAX_CGROUP_ID]	= parse_cgroup_id,
	[YGR_SYNTAX_CIDR]	= parse_network,
	[YGR_SYNTAX_PORT]	= parse_port,
	[YGR_SYNTAX_USER]	= parse_user,
	[YGR_SYNTAX_LOGIN]	= parse_login,
	[YGR_SYNTAX_GROUP]	= parse_group,
	[YGR_SYNTAX_FAMILY]	= parse_number,
	[YGR_SYNTAX_TYPE]	= parse_number,
	[YGR_SYNTAX_PROTOCOL]	= parse_number,
	[YGR_SYNTAX_WORD]	= parse_word,
};

int ygr_policy_value_parse(enum ygr_field field, const char *text,
			   const struct ygr_policy_host *host, struct ygr_arena *arena,
			   union ygr_policy_value *value, struct ygr_policy_reason *why)
{
	const struct parsing p = { .field = field, .host = host, .arena = arena, .why = why };
	union ygr_policy_value parsed;
	int err;

	/* Values are compared as bytes. */
	memset(&parsed, 0, sizeof(parsed));
	err = parsers[ygr_policy_field[field].syntax](&p, text, &parsed);
	if (!err)
		*value = parsed;
	return err;
}

static size_t format_range(enum ygr_policy_syntax syntax, const struct ygr_range_item *range, char *text,
			   size_t cap)
{
	const struct ygr_policy_number *known = ygr_policy_field_numbers(syntax);

	if (range->low != range->high)
		return snprintf(text, cap, "%u-%u", range->low, range->high);
	if (syntax == YGR_SYNTAX_LOGIN && range->low == NOT_SET)
		return snprintf(text, cap, "unset");
	for (; known && known->word; known++)
		if (known->number == range->low)
			return snprintf(text, cap, "%s", known->word);
	return snprintf(text, cap, "%u", range->low);
}

static size_t format_text(enum ygr_policy_syntax syntax, const struct ygr_policy_text_value *value,
			  char *text)
{
	size_t used = value->len;

	if (syntax == YGR_SYNTAX_PATH || syntax == YGR_SYNTAX_UNIX)
		return ygr_policy_pattern_format(value->bytes, value->len, value->kind, text);
	memcpy(text, value->bytes, value->len);
	if (value->kind == YGR_TEXT_PREFIX)
		text[used++] = '*';
	text[used] = '\0';
	return used;
}

static size_t format_id(enum ygr_policy_syntax syntax, const struct ygr_id_item *id, char *text, size_t cap)
{
	if (syntax == YGR_SYNTAX_CGROUP_ID)
		return snprintf(text, cap, "%llu", (unsigned long long)id->ino);
	return snprintf(text, cap, "%u:%u:%llu", id->dev_major, id->dev_minor,
			(unsigned long long)id->ino);
}

size_t ygr_policy_value_format(enum ygr_field field, const union ygr_policy_value *value,
			       char text[YGR_POLICY_VALUE_TEXT])
{
	const struct ygr_policy_field *of = &ygr_policy_field[field];
	size_t i;

	switch (ygr_field_shapes[field].section) {
	case YGR_SECTION_TEXTS:
		return format_text(of->syntax, &value->text, text);
	case YGR_SECTION_RANGES:
		return format_range(of->syntax, &value->range, text, YGR_POLICY_VALUE_TEXT);
	case YGR_SECTION_CIDRS:
		return ygr_policy_network_format(&value->cidr, text, YGR_POLICY_VALUE_TEXT);
	case YGR_SECTION_IDS:
		return format_id(of->syntax, &value->id, text, YGR_POLICY_VALUE_TEXT);
	default:
		for (i = 0; i < sizeof(value->digest.bytes); i++)
			sprintf(text + 2 * i, "%02x", value->digest.bytes[i]);
		return 2 * sizeof(value->digest.bytes);
	}
}
