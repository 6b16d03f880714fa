// SPDX-License-Identifier: GPL-2.0-only
#include "policy_event.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy_field.h"
#include "policy_word.h"
#include "yaml_tree.h"

#define NOT_SET		0xffffffffu

static void init(struct ygr_policy_event *event)
{
	/* Not the texts, which are many and are written before they are read. */
	memset(event, 0, offsetof(struct ygr_policy_event, text));
	event->match.loginuid = NOT_SET;
}

/* Return: false when there is no more room. */
static bool keep(struct ygr_policy_event *event, struct ygr_match_text *text, const char *bytes,
		 size_t len)
{
	char *to = event->text + event->text_used;

	if (len > YGR_POLICY_PATH_MAX || len >= sizeof(event->text) - event->text_used)
		return false;
	memcpy(to, bytes, len);
	to[len] = '\0';
	event->text_used += (uint32_t)len + 1;
	text->bytes = to;
	text->len = (uint32_t)len;
	return true;
}

/* ---- from words ---- */

struct parser {
	struct ygr_policy_event *event;
	const char *key;
	const char *value;
	char *why;
	size_t cap;
};

static int __attribute__((format(printf, 2, 3))) refuse(struct parser *p, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(p->why, p->cap, fmt, args);
	va_end(args);
	return -EINVAL;
}

static int keep_value(struct parser *p, struct ygr_match_text *text)
{
	if (keep(p->event, text, p->value, strlen(p->value)))
		return 0;
	return refuse(p, "%s: the value is too long", p->key);
}

static int parse_number(struct parser *p, uint64_t max, uint64_t *number)
{
	if (!ygr_yaml_tree_parse_u64(p->value, strlen(p->value), number) || *number > max)
		return refuse(p, "%s: \"%s\" is no number up to %llu", p->key, p->value,
			      (unsigned long long)max);
	return 0;
}

static int parse_u32(struct parser *p, uint32_t *to)
{
	uint64_t number;
	int err = parse_number(p, 0xffffffffu, &number);

	if (!err)
		*to = (uint32_t)number;
	return err;
}

static int parse_u16(struct parser *p, uint16_t *to)
{
	uint64_t number;
	int err = parse_number(p, 0xffff, &number);

	if (!err)
		*to = (uint16_t)number;
	return err;
}

static int parse_path(struct parser *p)
{
	struct ygr_match_event *match = &p->event->match;

	if (match->path_nr == YGR_MATCH_PATHS_MAX)
		return refuse(p, "path: an event has at most two");
	return keep_value(p, &match->paths[match->path_nr++]);
}

static int parse_file_id(struct parser *p)
{
	struct ygr_match_event *match = &p->event->match;
	unsigned long long ino;
	unsigned int major, minor;
	int end = 0;

	if (sscanf(p->value, "%u:%u:%llu%n", &major, &minor, &ino, &end) != 3 || p->value[end])
		return refuse(p, "file-id: \"%s\" is not MAJOR:MINOR:INODE", p->value);
	match->has_file = true;
	match->dev_major = major;
	match->dev_minor = minor;
	match->ino = ino;
	return 0;
}

static int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = c ? strchr(digits, c | 0x20) : NULL;

	return found ? (int)(found - digits) : -1;
}

static int parse_digest(struct parser *p, uint8_t bytes[32], const uint8_t **to)
{
	size_t i;

	for (i = 0; i < 64 && digit(p->value[i]) >= 0; i++)
		bytes[i / 2] = (uint8_t)(bytes[i / 2] << 4 | digit(p->value[i]));
	if (i != 64 || p->value[i])
		return refuse(p, "%s: \"%s\" is not 64 hexadecimal digits", p->key, p->value);
	*to = bytes;
	return 0;
}

/* One of the words of a field that has bits. */
static int parse_bit(struct parser *p, enum ygr_field field, __u64 *bits)
{
	unsigned int nr, i;
	const char *const *words = ygr_policy_field_words(field, &nr);

	for (i = 0; i < nr && strcmp(words[i], p->value); i++)
		;
	if (i == nr)
		return refuse(p, "%s: unknown word \"%s\"", p->key, p->value);
	*bits |= 1ull << i;
	return 0;
}

/* Arguments lie one behind the other, each with its NUL. */
static int parse_argv(struct parser *p)
{
	struct ygr_match_text *argv = &p->event->match.argv;
	struct ygr_match_text one;
	int err = keep_value(p, &one);

	if (err)
		return err;
	if (argv->bytes && argv->bytes + argv->len != one.bytes)
		return refuse(p, "argv: the arguments must stand side by side");
	if (!argv->bytes)
		argv->bytes = one.bytes;
	argv->len += one.len + 1;
	return 0;
}

static int parse_address(struct parser *p)
{
	struct ygr_match_event *match = &p->event->match;

	if (inet_pton(AF_INET, p->value, p->event->addr) == 1)
		match->addr_family = AF_INET;
	else if (inet_pton(AF_INET6, p->value, p->event->addr) == 1)
		match->addr_family = AF_INET6;
	else
		return refuse(p, "%s: \"%s\" is no address", p->key, p->value);
	match->addr = p->event->addr;
	if (!match->family)
		match->family = match->addr_family;
	return 0;
}

static int parse_socket_word(struct parser *p, enum ygr_field field, uint16_t *to)
{
	const struct ygr_policy_number *number =
		ygr_policy_field_numbers(ygr_policy_field[field].syntax);

	for (; number && number->word; number++) {
		if (strcmp(number->word, p->value))
			continue;
		*to = (uint16_t)number->number;
		return 0;
	}
	return parse_u16(p, to);
}

static int parse_ancestor(struct parser *p)
{
	struct ygr_policy_event *event = p->event;

	if (event->ancestor_nr == YGR_POLICY_EVENT_ANCESTORS_MAX)
		return refuse(p, "ancestor: an event has at most %d", YGR_POLICY_EVENT_ANCESTORS_MAX);
	return keep_value(p, &event->ancestors[event->ancestor_nr++]);
}

static int parse_label(struct parser *p)
{
	struct ygr_policy_event *event = p->event;

	if (event->label_nr == YGR_POLICY_EVENT_LABELS_MAX)
		return refuse(p, "label: at most %d", YGR_POLICY_EVENT_LABELS_MAX);
	return keep_value(p, &event->labels[event->label_nr++]);
}

static int parse_loginuid(struct parser *p)
{
	if (strcmp(p->value, "unset"))
		return parse_u32(p, &p->event->match.loginuid);
	p->event->match.loginuid = NOT_SET;
	return 0;
}

static int parse_owner(struct parser *p)
{
	p->event->match.has_file = true;
	return parse_u32(p, &p->event->match.owner);
}

static int parse_file_attr(struct parser *p)
{
	return parse_bit(p, YGR_FIELD_FILE_ATTR, &p->event->match.file_attr);
}

static int parse_field(struct parser *p, enum ygr_field field)
{
	struct ygr_policy_event *event = p->event;
	struct ygr_match_event *match = &event->match;

	switch (field) {
	case YGR_FIELD_PATH:		return parse_path(p);
	case YGR_FIELD_FILE_ID:		return parse_file_id(p);
	case YGR_FIELD_SHA256:		return parse_digest(p, event->sha256, &match->sha256);
	case YGR_FIELD_VERITY:		return parse_digest(p, event->verity, &match->verity);
	case YGR_FIELD_OWNER:		return parse_owner(p);
	case YGR_FIELD_FILE_ATTR:	return parse_file_attr(p);
	case YGR_FIELD_ARGV:		return parse_argv(p);
	case YGR_FIELD_XATTR:		return keep_value(p, &match->xattr);
	case YGR_FIELD_ADDRESS:		return parse_address(p);
	case YGR_FIELD_PORT:		return parse_u16(p, &match->port);
	case YGR_FIELD_UNIX:		return keep_value(p, &match->unix_name);
	case YGR_FIELD_FAMILY:		return parse_socket_word(p, field, &match->family);
	case YGR_FIELD_SOCKET_TYPE:	return parse_socket_word(p, field, &match->socket_type);
	case YGR_FIELD_PROTOCOL:	return parse_socket_word(p, field, &match->protocol);
	case YGR_FIELD_UID:		return parse_u32(p, &match->euid);
	case YGR_FIELD_GID:		return parse_u32(p, &match->egid);
	case YGR_FIELD_LOGINUID:	return parse_loginuid(p);
	case YGR_FIELD_EXE:		return keep_value(p, &event->exe);
	case YGR_FIELD_PARENT:		return keep_value(p, &event->parent);
	case YGR_FIELD_ANCESTOR:	return parse_ancestor(p);
	case YGR_FIELD_CGROUP:		return keep_value(p, &event->cgroup);
	case YGR_FIELD_CGROUP_ID:	return parse_number(p, UINT64_MAX, (uint64_t *)&match->cgroup_id);
	case YGR_FIELD_PROCESS_ATTR:	return parse_bit(p, field, &match->process_attr);
	case YGR_FIELD_LABEL:		return parse_label(p);
	case YGR_FIELD_NR:		break;
	}
	return -EINVAL;
}

static int parse_word(struct parser *p, const char *word)
{
	const char *equals = strchr(word, '=');
	size_t len = equals ? (size_t)(equals - word) : 0;
	unsigned int field;

	if (!equals)
		return refuse(p, "\"%s\": expected key=value", word);
	for (field = 0; field < YGR_FIELD_NR; field++) {
		p->key = ygr_policy_field[field].key;
		p->value = equals + 1;
		if (strlen(p->key) == len && !memcmp(p->key, word, len))
			return parse_field(p, (enum ygr_field)field);
	}
	return refuse(p, "unknown key \"%.*s\"", (int)len, word);
}

int ygr_policy_event_parse(struct ygr_policy_event *event, int word_nr, char *const *words,
			   char *why, size_t cap)
{
	struct parser p = { .event = event, .why = why, .cap = cap };
	uint64_t on;
	int i, err = 0;

	init(event);
	if (!word_nr)
		return refuse(&p, "expected an event, such as \"exec path=/tmp/x\"");
	if (!ygr_policy_word_find_on(words[0], &on) || (on & (on - 1)))
		return refuse(&p, "\"%s\" is not one event", words[0]);
	event->match.on = (enum ygr_on)__builtin_ctzll(on);
	for (i = 1; i < word_nr && !err; i++)
		err = parse_word(&p, words[i]);
	return err;
}

/* ---- for a policy ---- */

static void bind_program(const struct ygr_policy_index *index, enum ygr_subject_kind kind,
			 const struct ygr_match_text *text, struct ygr_subject_bits *bits)
{
	if (text->bytes)
		ygr_policy_index_subject(index, kind, text->bytes, text->len, bits);
}

static uint64_t label_bits(const struct ygr_policy_image *image, const struct ygr_match_text *label)
{
	uint32_t i;

	for (i = 0; i < image->label_nr; i++)
		if (!strcmp(image->strings + image->labels[i].name_off, label->bytes))
			return 1ull << i;
	return 0;
}

void ygr_policy_event_bind(struct ygr_policy_event *event, const struct ygr_policy_index *index)
{
	struct ygr_match_event *match = &event->match;
	uint32_t i;

	memset(event->bits, 0, sizeof(event->bits));
	bind_program(index, YGR_SUBJECT_EXE, &event->exe, &event->bits[0]);
	bind_program(index, YGR_SUBJECT_EXE, &event->parent, &event->bits[1]);
	for (i = 0; i < event->ancestor_nr; i++)
		bind_program(index, YGR_SUBJECT_EXE, &event->ancestors[i], &event->bits[2]);
	bind_program(index, YGR_SUBJECT_CGROUP, &event->cgroup, &event->bits[3]);
	match->exe = &event->bits[0];
	match->parent = &event->bits[1];
	match->ancestors = &event->bits[2];
	match->cgroup = &event->bits[3];
	match->labels = 0;
	for (i = 0; i < event->label_nr; i++)
		match->labels |= label_bits(index->image, &event->labels[i]);
}
