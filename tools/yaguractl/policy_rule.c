// SPDX-License-Identifier: GPL-2.0-only
#include "policy_rule.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <string.h>

#include "policy_alert.h"
#include "policy_quantity.h"
#include "policy_where.h"
#include "policy_word.h"

#define NR(array)		(sizeof(array) / sizeof((array)[0]))

/* A rule while it is read. */
struct draft {
	const struct ygr_yaml_node *node;
	struct ygr_policy_rule *rule;
	bool has_action;			/* "do" is there and good */
	char what[YGR_POLICY_WHAT_BYTES];	/* "rule \"x\"", for messages */
};

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* The name of the first rule that is called so, which may be this one; the model keeps it. */
static const char *find_first_name(struct ygr_policy_parser *p, const char *name)
{
	const char *const *found = tsearch(name, &p->rule_names, compare_names);

	if (!found)
		p->err = -ENOMEM;
	return found ? *found : name;
}

static void check_new_name(struct ygr_policy_parser *p, const struct ygr_yaml_node *node, const char *name)
{
	const struct ygr_policy_place place = ygr_policy_parser_place(p, node);
	const char *first = find_first_name(p, name);
	const struct ygr_policy_rule *rule = p->model->rule;

	if (first == name)
		return;
	while (rule->name != first)
		rule++;
	ygr_policy_parser_same(p, &place, &rule->place, "another rule is named \"%s\"", name);
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
	draft->rule->name = ygr_policy_parser_copy(p, name);
	check_new_name(p, node, draft->rule->name);
	snprintf(draft->what, sizeof(draft->what), "rule \"%s\"", name);
}

static void read_event(struct ygr_policy_parser *p, struct draft *draft,
		       const struct ygr_yaml_node *node, const char *what)
{
	const char *word, *near;
	uint64_t on;

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
	char what[YGR_POLICY_WHAT_BYTES];

	node = ygr_policy_parser_require(p, draft->node, draft->what, "on");
	if (!node)
		return;
	ygr_policy_parser_join(what, draft->what, "on");
	ygr_policy_parser_for_each(child, p, node, what)
		read_event(p, draft, child, what);
}

/* "kill" is a denial that kills, too. */
static void read_action(struct ygr_policy_parser *p, struct draft *draft)
{
	static const char *const words[] = { "allow", "record", "ignore", "deny", "label", "kill" };
	const uint64_t undeniable = draft->rule->on & YGR_ON_UNDENIABLE;
	const struct ygr_yaml_node *node;
	char what[YGR_POLICY_WHAT_BYTES];
	size_t index;

	_Static_assert(NR(words) == YGR_ACTION_NR + 1, "a word for each action, and \"kill\"");
	node = ygr_policy_parser_require(p, draft->node, draft->what, "do");
	ygr_policy_parser_join(what, draft->what, "do");
	if (!node || !ygr_yaml_tree_get_word(node, what, words, NR(words), &index, p->errors))
		return;
	if (index == YGR_ACTION_NR) {
		draft->rule->flags |= YGR_RULE_F_KILL;
		index = YGR_ACTION_DENY;
	}
	draft->rule->action = index;
	draft->has_action = true;
	if (index != YGR_ACTION_DENY)
		return;
	draft->rule->error = EPERM;
	if (undeniable)
		ygr_policy_parser_error(p, node, "%s: \"%s\" cannot be denied", draft->what,
					ygr_policy_word_first_on(undeniable));
}

/* A key of rules that deny. Return: it, if it is there and has its place. */
static const struct ygr_yaml_node *find_of_deny(struct ygr_policy_parser *p, struct draft *draft,
						const char *key)
{
	const struct ygr_yaml_node *node = ygr_yaml_tree_find(draft->node, key);

	if (!node || draft->rule->action == YGR_ACTION_DENY)
		return node;
	if (draft->has_action)
		ygr_policy_parser_error(p, node, "%s: \"%s\" is for rules that deny", draft->what, key);
	return NULL;
}

static void read_denial(struct ygr_policy_parser *p, struct draft *draft)
{
	const struct ygr_yaml_node *error = find_of_deny(p, draft, "errno");
	const struct ygr_yaml_node *kill = find_of_deny(p, draft, "kill");
	const struct ygr_yaml_node *breaker = find_of_deny(p, draft, "breaker");
	struct ygr_policy_rule *rule = draft->rule;
	char what[YGR_POLICY_WHAT_BYTES];
	struct ygr_policy_reason why;
	size_t index;
	const char *text;
	bool value;

	ygr_policy_parser_join(what, draft->what, "errno");
	if (error && ygr_yaml_tree_get_word(error, what, ygr_policy_word_errno, YGR_POLICY_ERRNO_NR,
					    &index, p->errors))
		rule->error = ygr_policy_word_errno_number[index];
	ygr_policy_parser_join(what, draft->what, "kill");
	if (kill && ygr_yaml_tree_get_bool(kill, what, &value, p->errors)) {
		if (!value && (rule->flags & YGR_RULE_F_KILL))
			ygr_policy_parser_error(p, kill, "%s: \"kill: false\" contradicts \"do: kill\"", draft->what);
		rule->flags |= value ? YGR_RULE_F_KILL : 0;
	}
	text = breaker ? ygr_policy_parser_text(p, draft->node, draft->what, "breaker") : NULL;
	if (text && ygr_policy_quantity_rate(text, &rule->breaker_nr, &rule->breaker_s, &why))
		ygr_policy_parser_error(p, breaker, "%s: breaker: %s", draft->what, why.text);
}

static void read_labels(struct ygr_policy_parser *p, struct draft *draft)
{
	const struct ygr_yaml_node *node = ygr_yaml_tree_find(draft->node, "set"), *child;
	char what[YGR_POLICY_WHAT_BYTES];
	const char *name;
	uint64_t bit;

	if (!node) {
		if (draft->rule->action == YGR_ACTION_LABEL)
			ygr_policy_parser_error(p, draft->node, "%s: missing key \"set\", the labels of \"do: label\"",
						draft->what);
		return;
	}
	ygr_policy_parser_join(what, draft->what, "set");
	ygr_policy_parser_for_each(child, p, node, what)
		if (ygr_yaml_tree_get_string(child, what, &name, p->errors) &&
		    ygr_policy_parser_label(p, child, name, draft->what, &bit))
			draft->rule->labels |= bit;
}

static void read_rule_mode(struct ygr_policy_parser *p, struct draft *draft)
{
	struct ygr_policy_rule *rule = draft->rule;
	const struct ygr_yaml_node *node;
	char what[YGR_POLICY_WHAT_BYTES];

	ygr_policy_parser_join(what, draft->what, "mode");
	rule->mode = p->mode;
	if (!ygr_policy_parser_mode(p, draft->node, what, &rule->mode))
		return;
	node = ygr_yaml_tree_find(draft->node, "mode");
	if (rule->mode == YGR_MODE_ENFORCE && p->monitor_all)
		ygr_policy_parser_warn(p, node, "%s: not enforced, since the policy's mode is monitor",
				       draft->what);
	if (p->monitor_all)
		rule->mode = YGR_MODE_MONITOR;
	if (rule->mode == YGR_MODE_MONITOR && rule->action != YGR_ACTION_DENY)
		ygr_policy_parser_warn(p, node, "%s: mode monitor changes nothing for a rule that does not deny",
				       draft->what);
}

static void read_expiry(struct ygr_policy_parser *p, struct draft *draft)
{
	const char *text = ygr_policy_parser_text(p, draft->node, draft->what, "expires");
	const struct ygr_yaml_node *node = ygr_yaml_tree_find(draft->node, "expires");
	struct ygr_policy_reason why;

	if (!text)
		return;
	if (ygr_policy_quantity_time(text, &draft->rule->expires_s, &why))
		ygr_policy_parser_error(p, node, "%s: expires: %s", draft->what, why.text);
	else if (p->host->now_s && draft->rule->expires_s <= p->host->now_s)
		ygr_policy_parser_warn(p, node, "%s has expired: it never holds", draft->what);
}

static void add_clauses(struct ygr_policy_parser *p, struct draft *draft,
			const struct ygr_policy_dnf *dnf)
{
	uint32_t i;
	int err = 0;

	for (i = 0; i < dnf->nr && !err; i++)
		err = ygr_policy_model_add_clause(p->model, dnf->item[i].test, dnf->item[i].nr);
	if (err == -E2BIG && !p->too_much) {
		ygr_policy_parser_error(p, draft->node, "%s: too much for one policy: more than %u alternatives, %u conditions or %u values of a kind",
					draft->what, YGR_POLICY_CLAUSES_MAX, YGR_POLICY_TESTS_MAX,
					YGR_POLICY_ITEMS_MAX);
		p->too_much = true;
	} else if (err == -ENOMEM) {
		p->err = err;
	}
}

static void read_where(struct ygr_policy_parser *p, struct draft *draft)
{
	const struct ygr_yaml_node *where = ygr_yaml_tree_find(draft->node, "where");
	const unsigned int errors_before = p->errors->error_nr;
	struct ygr_policy_dnf dnf = { 0 };

	if (where)
		ygr_policy_where_read(p, where, draft->rule->on, draft->what, &dnf);
	else if (ygr_policy_dnf_set_true(&dnf))
		p->err = -ENOMEM;
	if (!p->err && p->errors->error_nr == errors_before)
		add_clauses(p, draft, &dnf);
	ygr_policy_dnf_exit(&dnf);
}

void ygr_policy_rule_read(struct ygr_policy_parser *p, const struct ygr_yaml_node *node)
{
	static const char *const known[] = {
		"name", "description", "on", "where", "do", "mode", "errno", "kill", "breaker", "set",
		"severity", "attack", "tags", "message", "expires",
	};
	struct draft draft = { .node = node };

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
	draft.rule->place = ygr_policy_parser_place(p, node);
	read_rule_name(p, &draft);
	ygr_yaml_tree_check_map(node, draft.what, known, NR(known), p->errors);
	ygr_policy_parser_text(p, node, draft.what, "description");
	read_on(p, &draft);
	read_action(p, &draft);
	read_denial(p, &draft);
	read_rule_mode(p, &draft);
	read_labels(p, &draft);
	read_where(p, &draft);
	read_expiry(p, &draft);
	ygr_policy_alert_read(p, node, draft.what, &draft.rule->alert);
}
