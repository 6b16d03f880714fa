// SPDX-License-Identifier: GPL-2.0-only
#include "policy_text.h"

#include <errno.h>
#include <search.h>
#include <string.h>

#include "policy_parser.h"
#include "policy_rule.h"
#include "policy_word.h"

#define NR(array)		(sizeof(array) / sizeof((array)[0]))

static void read_version(struct ygr_policy_parser *p, const struct ygr_yaml_node *root)
{
	const struct ygr_yaml_node *node = ygr_policy_parser_require(p, root, "policy", "version");

	if (!node)
		return;
	if (node->kind != YGR_YAML_SCALAR)
		ygr_policy_parser_error(p, node, "version: expected a number, got %s",
					ygr_yaml_tree_describe(node));
	else if (strcmp(node->text, "1"))
		ygr_policy_parser_error(p, node, "version: \"%s\" is not known, this yaguractl reads version 1",
					node->text);
}

static void read_policy_name(struct ygr_policy_parser *p, const struct ygr_yaml_node *root)
{
	const struct ygr_yaml_node *node = ygr_policy_parser_require(p, root, "policy", "name");
	const char *name;

	if (!node || !ygr_yaml_tree_get_string(node, "name", &name, p->errors))
		return;
	if (!ygr_policy_word_is_name(name, true))
		ygr_policy_parser_error(p, node, "name: \"%s\" is not 1 to %d of a-z 0-9 . _ -",
					name, YGR_RULE_NAME_MAX);
	else
		strcpy(p->model->name, name);
}

static void read_rules(struct ygr_policy_parser *p, const struct ygr_yaml_node *root)
{
	const struct ygr_yaml_node *node, *child;

	node = ygr_policy_parser_require(p, root, "policy", "rules");
	if (!node)
		return;
	if (node->kind != YGR_YAML_LIST) {
		ygr_policy_parser_error(p, node, "rules: expected a list, got %s",
					ygr_yaml_tree_describe(node));
		return;
	}
	ygr_yaml_tree_for_each(child, node) {
		if (p->err)
			return;
		if (p->model->rule_nr == YGR_POLICY_RULES_MAX) {
			ygr_policy_parser_error(p, child, "more than %u rules", YGR_POLICY_RULES_MAX);
			return;
		}
		ygr_policy_rule_read(p, child);
	}
}

static void read_policy(struct ygr_policy_parser *p, const struct ygr_yaml_node *root)
{
	static const char *const known[] = { "version", "name", "mode", "rules" };

	ygr_yaml_tree_check_map(root, "policy", known, NR(known), p->errors);
	if (root->kind != YGR_YAML_MAP)
		return;
	read_version(p, root);
	read_policy_name(p, root);
	if (ygr_policy_parser_mode(p, root, "mode", &p->mode))
		p->monitor_all = p->mode == YGR_MODE_MONITOR;
	read_rules(p, root);
}

/* Names belong to the tree of the text. */
static void keep_name(void *name)
{
	(void)name;
}

int ygr_policy_text_parse(const char *text, size_t bytes,
			  const struct ygr_policy_users *users,
			  struct ygr_policy_model **model,
			  struct ygr_text_errors *errors)
{
	struct ygr_policy_parser p = {
		.users = users,
		.errors = errors,
		.mode = YGR_MODE_ENFORCE,
	};
	struct ygr_yaml_tree *tree;
	int err;

	err = ygr_yaml_tree_parse(text, bytes, &tree, errors);
	if (err)
		return err;
	p.model = ygr_policy_model_create();
	if (!p.model) {
		err = -ENOMEM;
		goto out_tree;
	}
	read_policy(&p, ygr_yaml_tree_root(tree));
	tdestroy(p.rule_names, keep_name);
	err = p.err;
	if (!err && errors->error_nr)
		err = -EBADMSG;
	if (err)
		ygr_policy_model_destroy(p.model);
	else
		*model = p.model;
out_tree:
	ygr_yaml_tree_destroy(tree);
	return err;
}
