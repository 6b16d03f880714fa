// SPDX-License-Identifier: GPL-2.0-only
#include "yaml_tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "arena.h"

/*
 * The ceiling: every byte of text can become at most one string byte and one NUL, and nodes
 * are counted.
 */
struct ygr_yaml_tree {
	struct ygr_arena arena;
	struct ygr_yaml_node *root;
	size_t node_nr;
};

struct builder {
	yaml_parser_t parser;
	struct ygr_yaml_tree *tree;
	struct ygr_text_errors *errors;
	const char *text;
	size_t bytes;
};

static void add_error_at(struct builder *b, const yaml_mark_t *mark,
			 const char *message)
{
	ygr_text_error_add(b->errors, YGR_TEXT_ERROR, mark->line + 1,
			   mark->column + 1, "%s", message);
}

static int refuse(struct builder *b, const yaml_mark_t *mark, const char *message)
{
	add_error_at(b, mark, message);
	return -EBADMSG;
}

/* The reader stage of libyaml knows an offset only. */
static yaml_mark_t mark_of_offset(const struct builder *b, size_t offset)
{
	yaml_mark_t mark = { .index = offset };
	size_t i;

	for (i = 0; i < offset && i < b->bytes; i++) {
		if (b->text[i] == '\n') {
			mark.line++;
			mark.column = 0;
		} else if ((b->text[i] & 0xc0) != 0x80) {
			mark.column++;
		}
	}
	return mark;
}

static int refuse_syntax(struct builder *b)
{
	yaml_mark_t mark = b->parser.problem_mark;
	const char *problem = b->parser.problem ?: "not YAML";

	switch (b->parser.error) {
	case YAML_MEMORY_ERROR:
		return -ENOMEM;
	case YAML_READER_ERROR:
		mark = mark_of_offset(b, b->parser.problem_offset);
		break;
	default:
		break;
	}
	if (b->parser.context)
		ygr_text_error_add(b->errors, YGR_TEXT_ERROR, mark.line + 1,
				   mark.column + 1, "%s: %s",
				   b->parser.context, problem);
	else
		add_error_at(b, &mark, problem);
	return -EBADMSG;
}

static int next_event(struct builder *b, yaml_event_t *event)
{
	return yaml_parser_parse(&b->parser, event) ? 0 : refuse_syntax(b);
}

/* Anchors and tags, on whichever kind of event they stand. */
static int check_plain(struct builder *b, const yaml_event_t *event)
{
	const yaml_char_t *anchor = NULL, *tag = NULL;

	switch (event->type) {
	case YAML_SCALAR_EVENT:
		anchor = event->data.scalar.anchor;
		tag = event->data.scalar.tag;
		break;
	case YAML_SEQUENCE_START_EVENT:
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
		break;
	case YAML_MAPPING_START_EVENT:
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
		break;
	case YAML_ALIAS_EVENT:
		return refuse(b, &event->start_mark, "aliases (*name) are not allowed");
	default:
		break;
	}
	if (anchor)
		return refuse(b, &event->start_mark, "anchors (&name) are not allowed");
	if (tag)
		return refuse(b, &event->start_mark, "tags (!name) are not allowed");
	return 0;
}

static int copy_scalar(struct builder *b, const yaml_event_t *event,
		       const char **text)
{
	size_t len = event->data.scalar.length;
	char *copy;

	if (memchr(event->data.scalar.value, '\0', len))
		return refuse(b, &event->start_mark, "NUL byte in a string");
	copy = ygr_arena_copy(&b->tree->arena, (const char *)event->data.scalar.value, len);
	if (!copy)
		return -ENOMEM;
	*text = copy;
	return 0;
}

static int create_node(struct builder *b, const yaml_event_t *event,
		       enum ygr_yaml_kind kind, struct ygr_yaml_node **node)
{
	if (b->tree->node_nr == YGR_YAML_NODES_MAX)
		return refuse(b, &event->start_mark, "too many values in one file");
	*node = ygr_arena_alloc(&b->tree->arena, sizeof(**node));
	if (!*node)
		return -ENOMEM;
	b->tree->node_nr++;
	**node = (struct ygr_yaml_node) {
		.kind = kind,
		.line = event->start_mark.line + 1,
		.column = event->start_mark.column + 1,
	};
	return 0;
}

static int build_scalar(struct builder *b, const yaml_event_t *event,
			struct ygr_yaml_node **node)
{
	int err = create_node(b, event, YGR_YAML_SCALAR, node);

	if (err)
		return err;
	(*node)->len = event->data.scalar.length;
	(*node)->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	return copy_scalar(b, event, &(*node)->text);
}

static int build_node(struct builder *b, const yaml_event_t *event,
		      unsigned int depth, struct ygr_yaml_node **node);

static int build_list(struct builder *b, const yaml_event_t *start,
		      unsigned int depth, struct ygr_yaml_node **node)
{
	struct ygr_yaml_node **link;
	yaml_event_t event;
	int err;

	err = create_node(b, start, YGR_YAML_LIST, node);
	if (err)
		return err;
	for (link = &(*node)->child; ; link = &(*link)->next) {
		err = next_event(b, &event);
		if (err)
			return err;
		if (event.type == YAML_SEQUENCE_END_EVENT) {
			yaml_event_delete(&event);
			return 0;
		}
		err = build_node(b, &event, depth + 1, link);
		yaml_event_delete(&event);
		if (err)
			return err;
		(*node)->child_nr++;
	}
}

static int build_member(struct builder *b, const yaml_event_t *key,
			unsigned int depth, struct ygr_yaml_node **node)
{
	yaml_event_t event;
	const char *text;
	int err;

	err = check_plain(b, key);
	if (err)
		return err;
	if (key->type != YAML_SCALAR_EVENT)
		return refuse(b, &key->start_mark, "a key must be a plain word");
	err = copy_scalar(b, key, &text);
	if (err)
		return err;
	err = next_event(b, &event);
	if (err)
		return err;
	err = build_node(b, &event, depth, node);
	yaml_event_delete(&event);
	if (err)
		return err;
	(*node)->key = text;
	(*node)->key_line = key->start_mark.line + 1;
	(*node)->key_column = key->start_mark.column + 1;
	return 0;
}

/* Whether the member may be linked: false if its key stands in the map already. */
static bool is_new_key(struct builder *b, const struct ygr_yaml_node *map,
		       const struct ygr_yaml_node *member)
{
	const struct ygr_yaml_node *first = ygr_yaml_tree_find(map, member->key);

	if (!first)
		return true;
	ygr_text_error_add(b->errors, YGR_TEXT_ERROR, member->key_line,
			   member->key_column,
			   "duplicate key \"%s\" (first on line %u)",
			   member->key, first->key_line);
	return false;
}

static int build_map(struct builder *b, const yaml_event_t *start,
		     unsigned int depth, struct ygr_yaml_node **node)
{
	struct ygr_yaml_node *member, **link;
	yaml_event_t event;
	int err;

	err = create_node(b, start, YGR_YAML_MAP, node);
	if (err)
		return err;
	link = &(*node)->child;
	for (;;) {
		err = next_event(b, &event);
		if (err)
			return err;
		if (event.type == YAML_MAPPING_END_EVENT) {
			yaml_event_delete(&event);
			return 0;
		}
		if ((*node)->child_nr == YGR_YAML_KEYS_MAX)
			err = refuse(b, &event.start_mark, "too many keys in one mapping");
		else
			err = build_member(b, &event, depth + 1, &member);
		yaml_event_delete(&event);
		if (err)
			return err;
		if (!is_new_key(b, *node, member))
			continue;
		*link = member;
		link = &member->next;
		(*node)->child_nr++;
	}
}

static int build_node(struct builder *b, const yaml_event_t *event,
		      unsigned int depth, struct ygr_yaml_node **node)
{
	int err = check_plain(b, event);

	if (err)
		return err;
	if (depth > YGR_YAML_DEPTH_MAX)
		return refuse(b, &event->start_mark, "nested too deeply");
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return build_scalar(b, event, node);
	case YAML_SEQUENCE_START_EVENT:
		return build_list(b, event, depth, node);
	case YAML_MAPPING_START_EVENT:
		return build_map(b, event, depth, node);
	default:
		return refuse(b, &event->start_mark, "a value was expected here");
	}
}

/* STREAM-START, then DOCUMENT-START, or STREAM-END when there is nothing. */
static int enter_document(struct builder *b)
{
	yaml_event_t event;
	int err;

	err = next_event(b, &event);
	if (err)
		return err;
	yaml_event_delete(&event);
	err = next_event(b, &event);
	if (err)
		return err;
	if (event.type == YAML_STREAM_END_EVENT)
		err = refuse(b, &event.start_mark, "the file is empty");
	yaml_event_delete(&event);
	return err;
}

/* DOCUMENT-END, then nothing more. */
static int leave_document(struct builder *b)
{
	yaml_event_t event;
	int err;

	err = next_event(b, &event);
	if (err)
		return err;
	yaml_event_delete(&event);
	err = next_event(b, &event);
	if (err)
		return err;
	if (event.type != YAML_STREAM_END_EVENT)
		err = refuse(b, &event.start_mark, "a second document is not allowed");
	yaml_event_delete(&event);
	return err;
}

static int build_tree(struct builder *b)
{
	yaml_event_t event;
	int err;

	err = enter_document(b);
	if (err)
		return err;
	err = next_event(b, &event);
	if (err)
		return err;
	err = build_node(b, &event, 1, &b->tree->root);
	yaml_event_delete(&event);
	if (err)
		return err;
	return leave_document(b);
}

int ygr_yaml_tree_parse(const char *text, size_t bytes,
			struct ygr_yaml_tree **tree,
			struct ygr_text_errors *errors)
{
	struct builder b = { .errors = errors, .text = text, .bytes = bytes };
	int err;

	if (bytes > YGR_YAML_BYTES_MAX) {
		ygr_text_error_add(errors, YGR_TEXT_ERROR, 0, 0,
				   "larger than %u bytes", YGR_YAML_BYTES_MAX);
		return -EBADMSG;
	}
	b.tree = calloc(1, sizeof(*b.tree));
	if (!b.tree)
		return -ENOMEM;
	if (!yaml_parser_initialize(&b.parser)) {
		err = -ENOMEM;
		goto out_tree;
	}
	/* Said, not guessed: a UTF-16 file is refused, not half understood. */
	yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&b.parser, (const unsigned char *)text, bytes);

	err = build_tree(&b);
	yaml_parser_delete(&b.parser);
	if (err)
		goto out_tree;
	*tree = b.tree;
	return 0;

out_tree:
	ygr_yaml_tree_destroy(b.tree);
	return err;
}

void ygr_yaml_tree_destroy(struct ygr_yaml_tree *tree)
{
	if (!tree)
		return;
	ygr_arena_exit(&tree->arena);
	free(tree);
}

const struct ygr_yaml_node *ygr_yaml_tree_root(const struct ygr_yaml_tree *tree)
{
	return tree->root;
}

const struct ygr_yaml_node *ygr_yaml_tree_find(const struct ygr_yaml_node *node,
					       const char *key)
{
	const struct ygr_yaml_node *child;

	if (!node || node->kind != YGR_YAML_MAP)
		return NULL;
	ygr_yaml_tree_for_each(child, node)
		if (!strcmp(child->key, key))
			return child;
	return NULL;
}

const char *ygr_yaml_tree_describe(const struct ygr_yaml_node *node)
{
	uint64_t value;

	switch (node->kind) {
	case YGR_YAML_LIST:
		return "a list";
	case YGR_YAML_MAP:
		return "a mapping";
	case YGR_YAML_SCALAR:
		break;
	}
	if (!node->len)
		return node->quoted ? "an empty string" : "nothing";
	if (!node->quoted && ygr_yaml_tree_parse_u64(node->text, node->len, &value))
		return "a number";
	return "a string";
}

static bool expected(const struct ygr_yaml_node *node, const char *what,
		     const char *wanted, struct ygr_text_errors *errors)
{
	ygr_text_error_add(errors, YGR_TEXT_ERROR, node->line, node->column,
			   "%s: expected %s, got %s", what, wanted,
			   ygr_yaml_tree_describe(node));
	return false;
}

bool ygr_yaml_tree_check_map(const struct ygr_yaml_node *node, const char *what,
			     const char *const *known, size_t nr,
			     struct ygr_text_errors *errors)
{
	const struct ygr_yaml_node *child;
	const char *near;
	bool good = true;
	size_t i;

	if (node->kind != YGR_YAML_MAP)
		return expected(node, what, "a mapping", errors);
	ygr_yaml_tree_for_each(child, node) {
		for (i = 0; i < nr && strcmp(child->key, known[i]); i++)
			;
		if (i < nr)
			continue;
		good = false;
		near = ygr_text_error_suggest(child->key, known, nr);
		ygr_text_error_add(errors, YGR_TEXT_ERROR, child->key_line,
				   child->key_column,
				   "unknown key \"%s\" in %s%s%s%s", child->key, what,
				   near ? " (did you mean \"" : "",
				   near ?: "", near ? "\"?)" : "");
	}
	return good;
}

bool ygr_yaml_tree_get_string(const struct ygr_yaml_node *node, const char *what,
			      const char **text, struct ygr_text_errors *errors)
{
	if (node->kind != YGR_YAML_SCALAR || !node->len)
		return expected(node, what, "a string", errors);
	*text = node->text;
	return true;
}

bool ygr_yaml_tree_parse_u64(const char *text, size_t len, uint64_t *value)
{
	uint64_t sum = 0;
	size_t i;

	if (!len)
		return false;
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		if (__builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_add_overflow(sum, text[i] - '0', &sum))
			return false;
	}
	*value = sum;
	return true;
}

bool ygr_yaml_tree_get_u64(const struct ygr_yaml_node *node, const char *what,
			   uint64_t low, uint64_t high, uint64_t *value,
			   struct ygr_text_errors *errors)
{
	uint64_t number;

	if (node->kind != YGR_YAML_SCALAR)
		return expected(node, what, "a number", errors);
	if (!ygr_yaml_tree_parse_u64(node->text, node->len, &number) ||
	    number < low || number > high) {
		ygr_text_error_add(errors, YGR_TEXT_ERROR, node->line, node->column,
				   "%s: expected a number from %llu to %llu, got \"%s\"",
				   what, (unsigned long long)low,
				   (unsigned long long)high, node->text);
		return false;
	}
	*value = number;
	return true;
}

bool ygr_yaml_tree_get_bool(const struct ygr_yaml_node *node, const char *what,
			    bool *value, struct ygr_text_errors *errors)
{
	static const char *const words[] = { "false", "true" };
	size_t index;

	if (!ygr_yaml_tree_get_word(node, what, words, 2, &index, errors))
		return false;
	*value = index;
	return true;
}

/* "a, b or c" */
static void join_words(char *buf, size_t cap, const char *const *words, size_t nr)
{
	size_t i, used = 0;

	buf[0] = '\0';
	for (i = 0; i < nr && used < cap; i++)
		used += snprintf(buf + used, cap - used, "%s%s", words[i],
				 i + 2 < nr ? ", " : i + 2 == nr ? " or " : "");
}

bool ygr_yaml_tree_get_word(const struct ygr_yaml_node *node, const char *what,
			    const char *const *words, size_t nr, size_t *index,
			    struct ygr_text_errors *errors)
{
	const char *near;
	char list[200];
	size_t i;

	join_words(list, sizeof(list), words, nr);
	if (node->kind != YGR_YAML_SCALAR || !node->len)
		return expected(node, what, list, errors);
	for (i = 0; i < nr; i++) {
		if (strcmp(node->text, words[i]))
			continue;
		*index = i;
		return true;
	}
	near = ygr_text_error_suggest(node->text, words, nr);
	if (near)
		ygr_text_error_add(errors, YGR_TEXT_ERROR, node->line, node->column,
				   "%s: unknown value \"%s\" (did you mean \"%s\"?)",
				   what, node->text, near);
	else
		ygr_text_error_add(errors, YGR_TEXT_ERROR, node->line, node->column,
				   "%s: unknown value \"%s\" (expected %s)",
				   what, node->text, list);
	return false;
}
