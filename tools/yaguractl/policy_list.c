// SPDX-License-Identifier: GPL-2.0-only
#include "policy_list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy_word.h"

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

/* ---- values ---- */

/* Too many values of one kind: said once, then they are passed over. */
static bool has_room(struct ygr_policy_parser *p, const struct ygr_policy_place *place,
		     enum ygr_field field, uint32_t more)
{
	if (more <= YGR_POLICY_ITEMS_MAX - p->draft.nr)
		return true;
	if (!p->too_much)
		ygr_policy_parser_error_at(p, place, "more than %u values of \"%s\" in one policy",
					   YGR_POLICY_ITEMS_MAX, ygr_policy_field[field].key);
	p->too_much = true;
	return false;
}

static void add_value(struct ygr_policy_parser *p, const struct ygr_policy_place *place,
		      const union ygr_policy_value *value)
{
	if (ygr_policy_draft_add(&p->draft, value, place))
		p->err = -ENOMEM;
}

static void read_text(struct ygr_policy_parser *p, const struct ygr_policy_place *place,
		      enum ygr_field field, const char *text, const char *what)
{
	union ygr_policy_value value;
	struct ygr_policy_reason why;
	int err;

	if (!has_room(p, place, field, 1))
		return;
	err = ygr_policy_value_parse(field, text, p->host, &p->model->arena, &value, &why);
	if (!err)
		add_value(p, place, &value);
	else if (err == -EINVAL)
		ygr_policy_parser_error_at(p, place, "%s: %s", what, why.text);
	else
		p->err = err;
}

/* The values of a list by its name, without the "$"; NULL, and the error was added. */
static struct ygr_policy_values *use_list(struct ygr_policy_parser *p, const char *name,
					  const struct ygr_yaml_node *at, enum ygr_field field,
					  const char *what)
{
	struct ygr_policy_named_list *list = find_list(p, name);

	if (!list) {
		ygr_policy_parser_error(p, at, "%s: there is no list \"%s\"", what, name);
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

static void add_list(struct ygr_policy_parser *p, const char *name, const struct ygr_yaml_node *at,
		     enum ygr_field field, const char *what)
{
	const struct ygr_policy_values *values = use_list(p, name, at, field, what);
	const struct ygr_policy_place place = ygr_policy_parser_place(p, at);
	uint32_t i;

	if (!values || !has_room(p, &place, field, values->nr))
		return;
	for (i = 0; i < values->nr && !p->err; i++)
		add_value(p, &place, &values->item[i]);
}

static bool is_list_name(const char *text)
{
	return text[0] == '$' && text[1] != '$';
}

/* "$name" is a list, "$$text" the text "$text". */
static void read_value(struct ygr_policy_parser *p, const struct ygr_yaml_node *node,
		       enum ygr_field field, const char *what)
{
	const struct ygr_policy_place place = ygr_policy_parser_place(p, node);
	char where[YGR_POLICY_WHAT_BYTES];
	const char *text;

	ygr_policy_parser_join(where, what, ygr_policy_field[field].key);
	if (!ygr_yaml_tree_get_string(node, where, &text, p->errors))
		return;
	if (is_list_name(text))
		add_list(p, text + 1, node, field, what);
	else
		read_text(p, &place, field, text + (text[0] == '$'), what);
}

/* What all drafts take, in memory and time, is bounded, whatever comes of them. */
static bool is_affordable(struct ygr_policy_parser *p)
{
	p->draft_item_nr += p->draft.nr;
	if (p->draft_item_nr <= YGR_POLICY_LIST_ITEMS_MAX)
		return true;
	if (!p->too_much)
		ygr_policy_parser_error_at(p, &p->draft.place[0], "more than %u values in the lists of one policy",
					   YGR_POLICY_LIST_ITEMS_MAX);
	p->too_much = true;
	return false;
}

/* What the draft holds, as the blob will hold it; NULL: nothing. */
static struct ygr_policy_values *finish_draft(struct ygr_policy_parser *p, const char *what)
{
	struct ygr_policy_place first;
	struct ygr_policy_values *values;
	int dropped;

	if (p->err || !p->draft.nr || !is_affordable(p))
		return NULL;
	dropped = ygr_policy_draft_dedupe(&p->draft, &first);
	if (dropped == 1)
		ygr_policy_parser_warn_at(p, &first, "%s: this value stands twice", what);
	else if (dropped > 1)
		ygr_policy_parser_warn_at(p, &first, "%s: %d values stand twice, this is the first",
					  what, dropped);
	if (p->draft.section == YGR_SECTION_RANGES)
		ygr_policy_draft_sort_ranges(&p->draft);
	values = dropped < 0 ? NULL : ygr_policy_pool_intern(&p->model->pool, &p->draft);
	if (!values)
		p->err = -ENOMEM;
	return values;
}

static void start_draft(struct ygr_policy_parser *p, enum ygr_field field)
{
	p->draft.nr = 0;
	p->draft.section = ygr_field_shapes[field].section;
}

struct ygr_policy_values *ygr_policy_list_values(struct ygr_policy_parser *p,
						 const struct ygr_yaml_node *node,
						 enum ygr_field field, const char *what)
{
	const struct ygr_yaml_node *child, *only = node;
	char where[YGR_POLICY_WHAT_BYTES];

	/* A list as it is needs no copy. */
	if (node->kind == YGR_YAML_LIST && node->child_nr == 1)
		only = node->child;
	if (only->kind == YGR_YAML_SCALAR && is_list_name(only->text))
		return use_list(p, only->text + 1, only, field, what);
	ygr_policy_parser_join(where, what, ygr_policy_field[field].key);
	start_draft(p, field);
	ygr_policy_parser_for_each(child, p, node, where)
		read_value(p, child, field, what);
	return finish_draft(p, where);
}

struct ygr_policy_values *ygr_policy_list_files(struct ygr_policy_parser *p,
						const struct ygr_yaml_node *node, const char *what)
{
	const struct ygr_policy_host *host = p->host;
	const struct ygr_yaml_node *child;
	char where[YGR_POLICY_WHAT_BYTES];
	union ygr_policy_value value;
	const char *path;
	int err;

	ygr_policy_parser_join(where, what, "same-file-as");
	start_draft(p, YGR_FIELD_FILE_ID);
	ygr_policy_parser_for_each(child, p, node, where) {
		const struct ygr_policy_place place = ygr_policy_parser_place(p, child);

		if (!ygr_yaml_tree_get_string(child, where, &path, p->errors))
			continue;
		memset(&value, 0, sizeof(value));
		err = host->find_file ? host->find_file(path, &value.id, host->context) : -ENOSYS;
		if (err) {
			ygr_policy_parser_error(p, child, "%s: \"%s\": %s", where, path, strerror(-err));
			continue;
		}
		ygr_policy_parser_warn(p, child, "%s: \"%s\" is the file of this name now: load again when it is replaced",
				       where, path);
		add_value(p, &place, &value);
	}
	return finish_draft(p, where);
}

/* ---- named lists ---- */

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
	if (len > start)
		read_text(p, &place, field, line + start, what);
}

static void read_lines(struct ygr_policy_parser *p, const struct ygr_policy_input *input,
		       enum ygr_field field, const char *what)
{
	char *text = strdup(input->text), *line = text, *end;
	uint32_t number = 1;

	if (!text)
		p->err = -ENOMEM;
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
	start_draft(p, *field);
	/* With a file, no value need stand here. */
	if (!file || values->kind != YGR_YAML_LIST || values->child_nr)
		ygr_policy_parser_for_each(child, p, values, where)
			read_value(p, child, *field, what);
	if (file)
		read_list_file(p, file, *field, what);
	return finish_draft(p, where);
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
	if (find_list(p, node->key)) {
		ygr_policy_parser_error_at(p, &place, "another list is named \"%s\"", node->key);
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
