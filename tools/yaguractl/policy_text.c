// SPDX-License-Identifier: GPL-2.0-only
#include "policy_text.h"

#include <errno.h>
#include <search.h>
#include <string.h>

#include "policy_list.h"
#include "policy_option.h"
#include "policy_parser.h"
#include "policy_reach.h"
#include "policy_rule.h"
#include "policy_sense.h"
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
		p->model->name = ygr_policy_parser_copy(p, name);
}

static void read_rules(struct ygr_policy_parser *p, const struct ygr_yaml_node *node)
{
	const struct ygr_yaml_node *child;

	if (node->kind != YGR_YAML_LIST) {
		ygr_policy_parser_error(p, node, "rules: expected a list, got %s",
					ygr_yaml_tree_describe(node));
		return;
	}
	ygr_yaml_tree_for_each(child, node) {
		if (p->err || p->too_much)
			return;
		if (p->model->rule_nr == YGR_POLICY_RULES_MAX) {
			ygr_policy_parser_error(p, child, "more than %u rules", YGR_POLICY_RULES_MAX);
			p->too_much = true;
			return;
		}
		ygr_policy_rule_read(p, child);
	}
}

/* Labels may be declared, which gives them their numbers. */
static void read_labels(struct ygr_policy_parser *p, const struct ygr_yaml_node *node)
{
	const struct ygr_yaml_node *child;
	const char *name;
	uint64_t bit;

	ygr_policy_parser_for_each(child, p, node, "labels")
		if (ygr_yaml_tree_get_string(child, "labels", &name, p->errors))
			ygr_policy_parser_label(p, child, name, "labels", &bit);
}

static void read_input(struct ygr_policy_parser *p, uint32_t number);

static void read_includes(struct ygr_policy_parser *p, const struct ygr_yaml_node *node)
{
	const struct ygr_yaml_node *child;
	const char *name;
	uint32_t before;
	int number;

	ygr_policy_parser_for_each(child, p, node, "include") {
		if (p->err || p->too_much ||
		    !ygr_yaml_tree_get_string(child, "include", &name, p->errors))
			continue;
		number = ygr_policy_parser_input(p, child, name);
		if (number < 0)
			continue;
		before = ygr_policy_inputs_enter(&p->model->inputs, number, p->errors);
		read_input(p, number);
		ygr_policy_inputs_enter(&p->model->inputs, before, p->errors);
	}
}

/* What any file of a policy may hold, in the order of its meaning. */
static void read_parts(struct ygr_policy_parser *p, const struct ygr_yaml_node *root)
{
	const struct ygr_yaml_node *node;

	node = ygr_yaml_tree_find(root, "include");
	if (node)
		read_includes(p, node);
	node = ygr_yaml_tree_find(root, "labels");
	if (node)
		read_labels(p, node);
	node = ygr_yaml_tree_find(root, "lists");
	if (node)
		ygr_policy_list_read(p, node);
	node = ygr_yaml_tree_find(root, "rules");
	if (node)
		read_rules(p, node);
}

static void read_policy(struct ygr_policy_parser *p, const struct ygr_yaml_node *root)
{
	static const char *const known[] = {
		"version", "include", "lists", "labels", "rules", "name", "mode", "serial", "options",
	};
	/* An included file has no say in what the whole policy is. */
	const size_t of_any_nr = 5;
	const bool is_main = !p->errors->source;

	ygr_yaml_tree_check_map(root, is_main ? "policy" : "an included file", known,
				is_main ? NR(known) : of_any_nr, p->errors);
	if (root->kind != YGR_YAML_MAP)
		return;
	read_version(p, root);
	if (is_main) {
		read_policy_name(p, root);
		if (ygr_policy_parser_mode(p, root, "mode", &p->mode))
			p->monitor_all = p->mode == YGR_MODE_MONITOR;
		ygr_policy_option_read(p, root);
		ygr_policy_parser_require(p, root, "policy", "rules");
	}
	read_parts(p, root);
}

static void read_input(struct ygr_policy_parser *p, uint32_t number)
{
	const struct ygr_policy_input *input = &p->model->inputs.item[number];
	struct ygr_yaml_tree *tree;
	int err = ygr_yaml_tree_parse(input->text, input->bytes, &tree, p->errors);

	if (err) {
		if (err == -ENOMEM)
			p->err = err;
		return;
	}
	read_policy(p, ygr_yaml_tree_root(tree));
	ygr_yaml_tree_destroy(tree);
}

/* Names belong to the model. */
static void keep_name(void *name)
{
	(void)name;
}

int ygr_policy_text_parse(const char *file, const char *text, size_t bytes,
			  const struct ygr_policy_host *host, struct ygr_policy_model **model,
			  struct ygr_text_errors *errors)
{
	struct ygr_policy_parser p = {
		.host = host,
		.errors = errors,
		.mode = YGR_MODE_ENFORCE,
	};
	int err;

	p.model = ygr_policy_model_create();
	if (!p.model)
		return -ENOMEM;
	err = ygr_policy_inputs_start(&p.model->inputs, file, text, bytes);
	if (err)
		goto out_model;
	read_input(&p, 0);
	ygr_policy_list_finish(&p);
	if (!p.err && !errors->error_nr) {
		ygr_policy_sense_check(&p);
		ygr_policy_reach_check(&p);
	}
	tdestroy(p.rule_names, keep_name);
	err = p.err;
	if (!err && errors->error_nr)
		err = -EBADMSG;
	if (err)
		goto out_model;
	*model = p.model;
	return 0;

out_model:
	ygr_policy_model_destroy(p.model);
	return err;
}
