// SPDX-License-Identifier: GPL-2.0-only
#include "policy_list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy_collect.h"
#include "policy_word.h"
#include "utf8.h"

#define SUGGEST_MAX	64

/* Some editors put it in front of UTF-8. */
#define BYTE_ORDER_MARK	"\xef\xbb\xbf"

struct ygr_policy_named_list {
	const char *name;
	enum ygr_field field;			/* that it was written for */
	struct ygr_policy_values *values;	/* NULL: it had mistakes */
	struct ygr_policy_place place;
	bool used;
	struct ygr_policy_named_list *next;
};

static struct ygr_policy_named_list *find_list(const struct ygr_policy_parser *p, const char *name)
{
	struct ygr_policy_named_list *list;

	for (list = p->lists; list && strcmp(list->name, name); list = list->next)
		;
	return list;
}

/* Of the lists read last, the one whose name is nearest to a misspelt one; or NULL. */
static const char *suggest(const struct ygr_policy_parser *p, const char *name)
{
	const struct ygr_policy_named_list *list;
	const char *words[SUGGEST_MAX];
	size_t nr = 0;

	for (list = p->lists; list && nr < SUGGEST_MAX; list = list->next)
		words[nr++] = list->name;
	return ygr_text_error_suggest(name, words, nr);
}

struct ygr_policy_values *ygr_policy_list_use(struct ygr_policy_parser *p, const char *name,
					      const struct ygr_yaml_node *at, enum ygr_field field,
					      const char *what)
{
	struct ygr_policy_named_list *list = find_list(p, name);
	const char *near;

	if (!list) {
		near = suggest(p, name);
		ygr_policy_parser_error(p, at, "%s: there is no list \"%s\"%s%s%s", what, name,
					near ? " (did you mean \"" : "", near ?: "", near ? "\"?)" : "");
		return NULL;
	}
	list->used = true;
	if (ygr_policy_field[list->field].syntax != ygr_policy_field[field].syntax) {
		ygr_policy_parser_error(p, at, "%s: list \"%s\" holds values of \"%s\", not of \"%s\"", what,
					name, ygr_policy_field[list->field].key, ygr_policy_field[field].key);
		return NULL;
	}
	return list->values;
}

/* One item a line, "#" starts a comment, also after a blank. */
static void read_line(struct ygr_policy_parser *p, enum ygr_field field, char *line,
		      uint32_t number, const char *what)
{
	struct ygr_policy_place place = { p->errors->source, number, 0 };
	size_t start = strspn(line, " \t"), len;
	char *comment = line + start;

	while ((comment = strchr(comment, '#')) && comment > line && comment[-1] != ' ' && comment[-1] != '\t')
		comment++;
	if (comment)
		*comment = '\0';
	len = strlen(line);
	while (len > start && strchr(" \t\r", line[len - 1]))
		line[--len] = '\0';
	place.column = start + 1;
	if (!ygr_utf8_is_valid(line, len))
		ygr_policy_parser_error_at(p, &place, "%s: not UTF-8", what);
	else if (len > start)
		ygr_policy_collect_text(p, &place, field, line + start, what);
}

static void read_lines(struct ygr_policy_parser *p, const struct ygr_policy_input *input,
		       enum ygr_field field, const char *what)
{
	char *text = strdup(input->text), *line = text, *end;
	uint32_t number = 1;

	if (!text)
		p->err = -ENOMEM;
	else if (!strncmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)))
		line += strlen(BYTE_ORDER_MARK);
	for (; line && !p->err && !p->too_much; line = end ? end + 1 : NULL, number++) {
		end = strchr(line, '\n');
		if (end)
			*end = '\0';
		read_line(p, field, line, number, what);
	}
	free(text);
}

static void read_list_file(struct ygr_policy_parser *p, const struct ygr_yaml_node *node,
			   enum ygr_field field, const char *what)
{
	struct ygr_policy_inputs *inputs = &p->model->inputs;
	char where[YGR_POLICY_WHAT_BYTES];
	uint32_t before;
	const char *name;
	int number;

	ygr_policy_parser_join(where, what, "file");
	if (!ygr_yaml_tree_get_string(node, where, &name, p->errors))
		return;
	number = ygr_policy_parser_input(p, node, name);
	if (number < 0)
		return;
	before = ygr_policy_inputs_enter(inputs, number, p->errors);
	if (memchr(inputs->item[number].text, '\0', inputs->item[number].bytes))
		ygr_text_error_add(p->errors, YGR_TEXT_ERROR, 0, 0, "%s: NUL byte in a text file", what);
	else
		read_lines(p, &inputs->item[number], field, what);
	ygr_policy_inputs_enter(inputs, before, p->errors);
}

/* The one member that names a field; NULL, and the error was added. */
static const struct ygr_yaml_node *find_kind(struct ygr_policy_parser *p,
					     const struct ygr_yaml_node *node, const char *what,
					     enum ygr_field *field)
{
	const struct ygr_yaml_node *found = NULL, *child;
	const char *known[YGR_FIELD_NR];
	size_t i, nr = 0;

	for (i = 0; i < YGR_FIELD_NR; i++)
		if (ygr_field_shapes[i].section)
			known[nr++] = ygr_policy_field_keys[i];
	known[nr++] = "file";
	if (!ygr_yaml_tree_check_map(node, what, known, nr, p->errors))
		return NULL;
	ygr_yaml_tree_for_each(child, node) {
		if (!strcmp(child->key, "file"))
			continue;
		if (found) {
			ygr_policy_parser_error(p, child, "%s holds \"%s\" already: a list is of one kind", what,
						found->key);
			return NULL;
		}
		found = child;
		for (i = 0; strcmp(ygr_policy_field_keys[i], child->key); i++)
			;
		*field = i;
	}
	if (!found)
		ygr_policy_parser_error(p, node, "%s: missing the kind of its values, such as \"path: []\"", what);
	return found;
}

static struct ygr_policy_values *read_values(struct ygr_policy_parser *p, const struct ygr_yaml_node *node,
					     enum ygr_field *field, const char *what)
{
	const struct ygr_yaml_node *values, *file, *child;
	char where[YGR_POLICY_WHAT_BYTES];

	values = find_kind(p, node, what, field);
	if (!values)
		return NULL;
	file = ygr_yaml_tree_find(node, "file");
	ygr_policy_parser_join(where, what, values->key);
	ygr_policy_collect_start(p, *field);
	/* With a file, no value need stand here. */
	if (!file || values->kind != YGR_YAML_LIST || values->child_nr)
		ygr_policy_parser_for_each(child, p, values, where)
			ygr_policy_collect_node(p, child, *field, what);
	if (file)
		read_list_file(p, file, *field, what);
	return ygr_policy_collect_finish(p, where);
}

static void read_list(struct ygr_policy_parser *p, const struct ygr_yaml_node *node)
{
	const struct ygr_policy_place place = ygr_policy_parser_key(p, node);
	struct ygr_policy_named_list *list;
	unsigned int errors_before = p->errors->error_nr;
	char what[YGR_POLICY_WHAT_BYTES];

	if (!ygr_policy_word_is_name(node->key, false)) {
		ygr_policy_parser_error_at(p, &place, "name of the list: \"%s\" is not 1 to %d of A-Z a-z 0-9 . _ -",
					   node->key, YGR_RULE_NAME_MAX);
		return;
	}
	list = find_list(p, node->key);
	if (list) {
		ygr_policy_parser_same(p, &place, &list->place, "another list is named \"%s\"", node->key);
		return;
	}
	list = calloc(1, sizeof(*list));
	if (!list) {
		p->err = -ENOMEM;
		return;
	}
	snprintf(what, sizeof(what), "list \"%s\"", node->key);
	list->name = ygr_policy_parser_copy(p, node->key);
	list->place = place;
	list->values = read_values(p, node, &list->field, what);
	list->next = p->lists;
	p->lists = list;
	if (!list->values && p->errors->error_nr == errors_before && !p->err)
		ygr_policy_parser_error(p, node, "%s has no value", what);
}

void ygr_policy_list_read(struct ygr_policy_parser *p, const struct ygr_yaml_node *lists)
{
	const struct ygr_yaml_node *child;

	if (lists->kind != YGR_YAML_MAP) {
		ygr_policy_parser_error(p, lists, "lists: expected a mapping, got %s",
					ygr_yaml_tree_describe(lists));
		return;
	}
	ygr_yaml_tree_for_each(child, lists)
		if (!p->err && !p->too_much)
			read_list(p, child);
}

void ygr_policy_list_finish(struct ygr_policy_parser *p)
{
	struct ygr_policy_named_list *list;

	while ((list = p->lists)) {
		p->lists = list->next;
		if (!list->used && !p->errors->error_nr)
			ygr_policy_parser_warn_at(p, &list->place, "list \"%s\" is not used", list->name);
		free(list);
	}
	ygr_policy_draft_exit(&p->draft);
}
