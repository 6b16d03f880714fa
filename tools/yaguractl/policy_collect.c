// SPDX-License-Identifier: GPL-2.0-only
#include "policy_collect.h"

#include <errno.h>
#include <string.h>

#include "policy_list.h"

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

void ygr_policy_collect_text(struct ygr_policy_parser *p, const struct ygr_policy_place *place,
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

static void add_list(struct ygr_policy_parser *p, const char *name, const struct ygr_yaml_node *at,
		     enum ygr_field field, const char *what)
{
	const struct ygr_policy_values *values = ygr_policy_list_use(p, name, at, field, what);
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

void ygr_policy_collect_node(struct ygr_policy_parser *p, const struct ygr_yaml_node *node,
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
		ygr_policy_collect_text(p, &place, field, text + (text[0] == '$'), what);
}

/* What all drafts take, in memory and time, is bounded, whatever comes of them. */
static bool is_affordable(struct ygr_policy_parser *p)
{
	p->draft_item_nr += p->draft.nr;
	if (p->draft_item_nr <= YGR_POLICY_COLLECT_MAX)
		return true;
	if (!p->too_much)
		ygr_policy_parser_error_at(p, &p->draft.place[0], "more than %u values in the lists of one policy",
					   YGR_POLICY_COLLECT_MAX);
	p->too_much = true;
	return false;
}

struct ygr_policy_values *ygr_policy_collect_finish(struct ygr_policy_parser *p, const char *what)
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

void ygr_policy_collect_start(struct ygr_policy_parser *p, enum ygr_field field)
{
	p->draft.nr = 0;
	p->draft.section = ygr_field_shapes[field].section;
}

struct ygr_policy_values *ygr_policy_collect_values(struct ygr_policy_parser *p,
						 const struct ygr_yaml_node *node,
						 enum ygr_field field, const char *what)
{
	const struct ygr_yaml_node *child, *only = node;
	char where[YGR_POLICY_WHAT_BYTES];

	/* A list as it is needs no copy. */
	if (node->kind == YGR_YAML_LIST && node->child_nr == 1)
		only = node->child;
	if (only->kind == YGR_YAML_SCALAR && is_list_name(only->text))
		return ygr_policy_list_use(p, only->text + 1, only, field, what);
	ygr_policy_parser_join(where, what, ygr_policy_field[field].key);
	ygr_policy_collect_start(p, field);
	ygr_policy_parser_for_each(child, p, node, where)
		ygr_policy_collect_node(p, child, field, what);
	return ygr_policy_collect_finish(p, where);
}

struct ygr_policy_values *ygr_policy_collect_files(struct ygr_policy_parser *p,
						const struct ygr_yaml_node *node, const char *what)
{
	const struct ygr_policy_host *host = p->host;
	const struct ygr_yaml_node *child;
	char where[YGR_POLICY_WHAT_BYTES];
	union ygr_policy_value value;
	const char *path;
	int err;

	ygr_policy_parser_join(where, what, "same-file-as");
	ygr_policy_collect_start(p, YGR_FIELD_FILE_ID);
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
	return ygr_policy_collect_finish(p, where);
}
