// SPDX-License-Identifier: GPL-2.0-only
#include "policy_text.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
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

static void read_policy_name(struct ygr_policy_parser *p, const struct ygr_yaml_node *node)
{
	const char *name;

	if (!ygr_yaml_tree_get_string(node, "name", &name, p->errors))
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

static void read_input(struct ygr_policy_parser *p, uint32_t number, struct ygr_policy_place *said);

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
		read_input(p, number, NULL);
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

/* What the whole policy is; an included file has no say in it. */
static const char *const whole_keys[] = { "name", "mode", "serial", "options" };

/* Of a directory, any file may say these, but only one may say each. */
static void check_said_once(struct ygr_policy_parser *p, const struct ygr_yaml_node *root,
			    struct ygr_policy_place said[NR(whole_keys)])
{
	const struct ygr_yaml_node *node;
	struct ygr_policy_place place;
	size_t i;

	for (i = 0; i < NR(whole_keys); i++) {
		node = ygr_yaml_tree_find(root, whole_keys[i]);
		if (!node)
			continue;
		place = ygr_policy_parser_key(p, node);
		if (said[i].line)
			ygr_policy_parser_same(p, &place, &said[i], "\"%s\" is of the whole policy, and said already",
					       whole_keys[i]);
		else
			said[i] = place;
	}
}

static void read_whole(struct ygr_policy_parser *p, const struct ygr_yaml_node *root,
		       struct ygr_policy_place said[NR(whole_keys)])
{
	const struct ygr_yaml_node *name = ygr_yaml_tree_find(root, "name");

	check_said_once(p, root, said);
	if (name)
		read_policy_name(p, name);
	if (ygr_policy_parser_mode(p, root, "mode", &p->mode))
		p->monitor_all = p->mode == YGR_MODE_MONITOR;
	ygr_policy_option_read(p, root);
}

/*
 * @said: where each of whole_keys[] was said so far; NULL: this file may not
 * Return: whether there are parts to read.
 */
static bool read_head(struct ygr_policy_parser *p, const struct ygr_yaml_node *root,
		      struct ygr_policy_place *said)
{
	static const char *const known[] = {
		"version", "include", "lists", "labels", "rules", "name", "mode", "serial", "options",
	};

	ygr_yaml_tree_check_map(root, said ? "policy" : "an included file", known,
				NR(known) - (said ? 0 : NR(whole_keys)), p->errors);
	if (root->kind != YGR_YAML_MAP)
		return false;
	read_version(p, root);
	if (said)
		read_whole(p, root, said);
	return true;
}

/* Return: NULL: it is no tree, and that was said. */
static struct ygr_yaml_tree *parse_input(struct ygr_policy_parser *p, uint32_t number)
{
	const struct ygr_policy_input *input = &p->model->inputs.item[number];
	struct ygr_yaml_tree *tree;
	int err = ygr_yaml_tree_parse(input->text, input->bytes, &tree, p->errors);

	if (err == -ENOMEM)
		p->err = err;
	return err ? NULL : tree;
}

static void read_input(struct ygr_policy_parser *p, uint32_t number, struct ygr_policy_place *said)
{
	struct ygr_yaml_tree *tree = parse_input(p, number);
	const struct ygr_yaml_node *root;

	if (!tree)
		return;
	root = ygr_yaml_tree_root(tree);
	if (read_head(p, root, said)) {
		if (said) {
			ygr_policy_parser_require(p, root, "policy", "name");
			ygr_policy_parser_require(p, root, "policy", "rules");
		}
		read_parts(p, root);
	}
	ygr_yaml_tree_destroy(tree);
}

/* ---- a directory ---- */

struct member {
	uint32_t number;
	struct ygr_yaml_tree *tree;	/* NULL: there is nothing more to read */
};

static void open_member(struct ygr_policy_parser *p, const char *name, struct member *member,
			struct ygr_policy_place *said)
{
	static const struct ygr_yaml_node nowhere;
	int number = ygr_policy_parser_input(p, &nowhere, name);

	if (number < 0)
		return;
	member->number = (uint32_t)number;
	ygr_policy_inputs_enter(&p->model->inputs, member->number, p->errors);
	member->tree = parse_input(p, member->number);
	if (member->tree && !read_head(p, ygr_yaml_tree_root(member->tree), said)) {
		ygr_yaml_tree_destroy(member->tree);
		member->tree = NULL;
	}
	ygr_policy_inputs_enter(&p->model->inputs, 0, p->errors);
}

/* All heads before any rule: the policy's mode is the rules' of all files. */
static void read_directory(struct ygr_policy_parser *p, char *const *names, size_t nr)
{
	struct ygr_policy_place said[NR(whole_keys)] = { { 0 } };
	struct member *members = calloc(nr + 1, sizeof(*members));
	size_t i;

	if (!members) {
		p->err = -ENOMEM;
		return;
	}
	for (i = 0; i < nr && !p->err; i++)
		open_member(p, names[i], &members[i], said);
	for (i = 0; i < nr; i++) {
		if (!members[i].tree)
			continue;
		ygr_policy_inputs_enter(&p->model->inputs, members[i].number, p->errors);
		read_parts(p, ygr_yaml_tree_root(members[i].tree));
		ygr_policy_inputs_enter(&p->model->inputs, 0, p->errors);
		ygr_yaml_tree_destroy(members[i].tree);
	}
	free(members);
	if (!*p->model->name)
		p->model->name = YGR_POLICY_DIRECTORY_NAME;
}

/* ---- the whole ---- */

/* Names belong to the model. */
static void keep_name(void *name)
{
	(void)name;
}

static int start(struct ygr_policy_parser *p, const char *file, const char *text, size_t bytes)
{
	p->mode = YGR_MODE_ENFORCE;
	p->model = ygr_policy_model_create();
	if (!p->model)
		return -ENOMEM;
	return ygr_policy_inputs_start(&p->model->inputs, file, text, bytes);
}

/* Everything was read, or nothing, for @err. */
static int finish(struct ygr_policy_parser *p, int err, struct ygr_policy_model **model)
{
	ygr_policy_list_finish(p);
	if (!err && !p->err && !p->errors->error_nr) {
		ygr_policy_sense_check(p);
		ygr_policy_reach_check(p);
	}
	tdestroy(p->rule_names, keep_name);
	err = err ?: p->err;
	if (!err && p->errors->error_nr)
		err = -EBADMSG;
	if (err)
		ygr_policy_model_destroy(p->model);
	else
		*model = p->model;
	return err;
}

int ygr_policy_text_parse(const char *file, const char *text, size_t bytes,
			  const struct ygr_policy_host *host, struct ygr_policy_model **model,
			  struct ygr_text_errors *errors)
{
	struct ygr_policy_parser p = { .host = host, .errors = errors };
	struct ygr_policy_place said[NR(whole_keys)] = { { 0 } };
	int err = start(&p, file, text, bytes);

	if (!err)
		read_input(&p, 0, said);
	return finish(&p, err, model);
}

int ygr_policy_text_parse_directory(const char *directory, char *const *names, size_t nr,
				    const struct ygr_policy_host *host,
				    struct ygr_policy_model **model, struct ygr_text_errors *errors)
{
	struct ygr_policy_parser p = { .host = host, .errors = errors };
	char *prefix;
	int err;

	/* With its slash, files are beside it. */
	if (asprintf(&prefix, "%s/", directory) < 0)
		return -ENOMEM;
	err = start(&p, prefix, NULL, 0);
	free(prefix);
	if (!err)
		read_directory(&p, names, nr);
	return finish(&p, err, model);
}
