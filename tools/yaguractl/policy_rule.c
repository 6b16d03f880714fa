// SPDX-License-Identifier: GPL-2.0-only
#include "policy_rule.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy_word.h"

/* "rule \"<63 bytes>\"" and what may follow. */
#define WHAT_BYTES		128

#define NR(array)		(sizeof(array) / sizeof((array)[0]))

/* A rule while it is read. */
struct draft {
	const struct ygr_yaml_node *node;
	struct ygr_policy_rule *rule;
	char what[WHAT_BYTES];		/* "rule \"x\"", for messages */
	unsigned int errors_before;	/* errors of the file up to this rule */
};

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Whether it is the first of that name; the tree of the text keeps the name. */
static bool is_new_name(struct ygr_policy_parser *p, const char *name)
{
	const char *const *found = tsearch(name, &p->rule_names, compare_names);

	if (!found)
		p->err = -ENOMEM;
	return !found || *found == name;
}

/* Sets draft->what as well: later messages name the rule as well as they can. */
static void read_rule_name(struct ygr_policy_parser *p, struct draft *draft)
{
	const struct ygr_yaml_node *node;
	const char *name;

	snprintf(draft->what, sizeof(draft->what), "rule %u", p->model->rule_nr);
	node = ygr_policy_parser_require(p, draft->node, draft->what, "name");
	if (!node || !ygr_yaml_tree_get_string(node, "name of the rule", &name, p->errors))
		return;
	if (!ygr_policy_word_is_name(name, false)) {
		ygr_policy_parser_error(p, node, "name of the rule: \"%s\" is not 1 to %d of A-Z a-z 0-9 . _ -",
					name, YGR_RULE_NAME_MAX);
		return;
	}
	if (!is_new_name(p, name))
		ygr_policy_parser_error(p, node, "another rule is named \"%s\"", name);
	strcpy(draft->rule->name, name);
	snprintf(draft->what, sizeof(draft->what), "rule \"%s\"", name);
}

static void read_event(struct ygr_policy_parser *p, struct draft *draft,
		       const struct ygr_yaml_node *node)
{
	char what[WHAT_BYTES + 8];
	const char *word, *near;
	uint64_t on;

	snprintf(what, sizeof(what), "%s: on", draft->what);
	if (!ygr_yaml_tree_get_string(node, what, &word, p->errors))
		return;
	if (ygr_policy_word_find_on(word, &on)) {
		draft->rule->on |= on;
		return;
	}
	near = ygr_policy_word_suggest_on(word);
	ygr_policy_parser_error(p, node, "%s: unknown event \"%s\"%s%s%s", what, word,
				near ? " (did you mean \"" : "", near ?: "", near ? "\"?)" : "");
}

static void read_on(struct ygr_policy_parser *p, struct draft *draft)
{
	const struct ygr_yaml_node *node, *child;

	node = ygr_policy_parser_require(p, draft->node, draft->what, "on");
	if (!node)
		return;
	if (node->kind != YGR_YAML_LIST) {
		read_event(p, draft, node);
		return;
	}
	if (!node->child_nr)
		ygr_policy_parser_error(p, node, "%s: on: the list is empty", draft->what);
	ygr_yaml_tree_for_each(child, node)
		read_event(p, draft, child);
}

static void read_action(struct ygr_policy_parser *p, struct draft *draft)
{
	const struct ygr_yaml_node *node;
	char what[WHAT_BYTES + 8];
	uint64_t undeniable = draft->rule->on & YGR_ON_UNDENIABLE;
	size_t index;

	node = ygr_policy_parser_require(p, draft->node, draft->what, "do");
	snprintf(what, sizeof(what), "%s: do", draft->what);
	if (!node || !ygr_yaml_tree_get_word(node, what, ygr_policy_word_action,
					     YGR_ACTION_NR, &index, p->errors))
		return;
	draft->rule->action = index;
	if (index == YGR_ACTION_DENY && undeniable)
		ygr_policy_parser_error(p, node, "%s: \"%s\" cannot be denied", draft->what,
					ygr_policy_word_first_on(undeniable));
}

static void read_rule_mode(struct ygr_policy_parser *p, struct draft *draft)
{
	struct ygr_policy_rule *rule = draft->rule;
	const struct ygr_yaml_node *node;
	char what[WHAT_BYTES + 8];

	snprintf(what, sizeof(what), "%s: mode", draft->what);
	rule->mode = p->mode;
	if (!ygr_policy_parser_mode(p, draft->node, what, &rule->mode))
		return;
	node = ygr_yaml_tree_find(draft->node, "mode");
	if (rule->mode == YGR_MODE_ENFORCE && p->monitor_all)
		ygr_text_error_add(p->errors, YGR_TEXT_WARNING, node->line, node->column,
				   "%s: not enforced, since the policy's mode is monitor",
				   draft->what);
	if (p->monitor_all)
		rule->mode = YGR_MODE_MONITOR;
	if (rule->mode == YGR_MODE_MONITOR && rule->action != YGR_ACTION_DENY)
		ygr_text_error_add(p->errors, YGR_TEXT_WARNING, node->line, node->column,
				   "%s: mode monitor changes nothing for a rule that does not deny",
				   draft->what);
}

/* Too many values of one kind: said once, then they are only counted. */
static bool has_room(struct ygr_policy_parser *p, const struct ygr_yaml_node *node,
		     enum ygr_dimension dimension)
{
	if (p->model->item_nr[dimension] < YGR_POLICY_ITEMS_MAX)
		return true;
	if (!p->too_many_items)
		ygr_policy_parser_error(p, node, "more than %u values of \"%s\" in one policy",
					YGR_POLICY_ITEMS_MAX, ygr_policy_word_dimension[dimension]);
	p->too_many_items = true;
	return false;
}

static void read_value(struct ygr_policy_parser *p, struct draft *draft,
		       const struct ygr_yaml_node *node, enum ygr_dimension dimension,
		       struct ygr_policy_values *values)
{
	union ygr_policy_value value;
	char what[WHAT_BYTES + 8];
	char why[2 * YGR_TEXT_MESSAGE_BYTES];
	const char *text;
	int err;

	snprintf(what, sizeof(what), "%s: %s", draft->what,
		 ygr_policy_word_dimension[dimension]);
	if (!has_room(p, node, dimension) ||
	    !ygr_yaml_tree_get_string(node, what, &text, p->errors))
		return;
	err = ygr_policy_value_parse(dimension, text, p->users, &value, why, sizeof(why));
	if (err == -EINVAL)
		ygr_policy_parser_error(p, node, "%s: %s", draft->what, why);
	if (!err) {
		err = ygr_policy_model_add_value(p->model, values, dimension, &value);
		if (err && dimension == YGR_DIM_PATH)
			free(value.path.bytes);
	}
	if (err == -ENOMEM)
		p->err = err;
}

static void check_dimension(struct ygr_policy_parser *p, struct draft *draft,
			    const struct ygr_yaml_node *node,
			    enum ygr_dimension dimension)
{
	uint64_t without = draft->rule->on & ~ygr_policy_word_on_with(dimension);

	if (without)
		ygr_text_error_add(p->errors, YGR_TEXT_ERROR, node->key_line,
				   node->key_column,
				   "%s: \"%s\" cannot be asked of \"%s\", which has no %s",
				   draft->what, node->key, ygr_policy_word_first_on(without),
				   dimension == YGR_DIM_PATH ? "path" : "address");
}

static void read_dimension(struct ygr_policy_parser *p, struct draft *draft,
			   const struct ygr_yaml_node *map, enum ygr_dimension dimension,
			   struct ygr_policy_values *values)
{
	const struct ygr_yaml_node *node, *child;

	node = ygr_yaml_tree_find(map, ygr_policy_word_dimension[dimension]);
	if (!node)
		return;
	check_dimension(p, draft, node, dimension);
	if (node->kind != YGR_YAML_LIST) {
		read_value(p, draft, node, dimension, values);
		return;
	}
	if (!node->child_nr)
		ygr_policy_parser_error(p, node, "%s: %s: the list is empty", draft->what, node->key);
	ygr_yaml_tree_for_each(child, node)
		read_value(p, draft, child, dimension, values);
	if (dimension == YGR_DIM_UID || dimension == YGR_DIM_PORT)
		ygr_policy_model_sort_ranges(p->model, values, dimension);
}

static void read_conditions(struct ygr_policy_parser *p, struct draft *draft,
			    const struct ygr_yaml_node *map, const char *key,
			    struct ygr_policy_values *values)
{
	static const char *const known[] = { "path", "uid", "cidr", "port", "not" };
	size_t known_nr = NR(known) - !strcmp(key, "not");	/* no "not" in a "not" */
	char what[WHAT_BYTES + 16];
	unsigned int dimension;

	snprintf(what, sizeof(what), "\"%s\" of %s", key, draft->what);
	ygr_yaml_tree_check_map(map, what, known, known_nr, p->errors);
	if (map->kind == YGR_YAML_MAP && !map->child_nr)
		ygr_policy_parser_error(p, map, "%s is empty", what);
	for (dimension = 0; dimension < YGR_DIM_NR; dimension++)
		read_dimension(p, draft, map, dimension, &values[dimension]);
}

static void read_where(struct ygr_policy_parser *p, struct draft *draft)
{
	const struct ygr_yaml_node *where, *except;

	where = ygr_yaml_tree_find(draft->node, "where");
	if (!where)
		return;
	read_conditions(p, draft, where, "where", draft->rule->match);
	except = ygr_yaml_tree_find(where, "not");
	if (except)
		read_conditions(p, draft, except, "not", draft->rule->except);
}

/*
 * Events that a rule without conditions decides never come to a later rule. A
 * rule with a mistake is passed over: it may lack its conditions for it.
 */
static void check_reach(struct ygr_policy_parser *p, const struct draft *draft)
{
	uint64_t on = draft->rule->on;

	if (p->errors->error_nr > draft->errors_before)
		return;
	if (on && !(on & ~p->covered))
		ygr_text_error_add(p->errors, YGR_TEXT_WARNING, draft->node->line,
				   draft->node->column,
				   "%s is unreachable: earlier rules without \"where\" decide all its events",
				   draft->what);
	if (!ygr_yaml_tree_find(draft->node, "where"))
		p->covered |= on;
}

void ygr_policy_rule_read(struct ygr_policy_parser *p, const struct ygr_yaml_node *node)
{
	static const char *const known[] = { "name", "on", "where", "do", "mode" };
	struct draft draft = { .node = node, .errors_before = p->errors->error_nr };

	draft.rule = ygr_policy_model_add_rule(p->model);
	if (!draft.rule) {
		p->err = -ENOMEM;
		return;
	}
	if (node->kind != YGR_YAML_MAP) {
		ygr_policy_parser_error(p, node, "rule %u: expected a mapping, got %s",
					p->model->rule_nr, ygr_yaml_tree_describe(node));
		return;
	}
	read_rule_name(p, &draft);
	ygr_yaml_tree_check_map(node, draft.what, known, NR(known), p->errors);
	read_on(p, &draft);
	read_where(p, &draft);
	read_action(p, &draft);
	read_rule_mode(p, &draft);
	check_reach(p, &draft);
}
