// SPDX-License-Identifier: GPL-2.0-only
#include "policy_parser.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "policy_word.h"

void ygr_policy_parser_join(char to[YGR_POLICY_WHAT_BYTES], const char *what, const char *key)
{
	snprintf(to, YGR_POLICY_WHAT_BYTES, "%s: %s", what, key);
}

static void add(struct ygr_policy_parser *p, enum ygr_text_severity severity,
		const struct ygr_policy_place *at, const char *fmt, va_list args)
{
	char message[2 * YGR_TEXT_MESSAGE_BYTES];
	uint32_t before;

	vsnprintf(message, sizeof(message), fmt, args);
	before = ygr_policy_inputs_enter(&p->model->inputs, at->source, p->errors);
	ygr_text_error_add(p->errors, severity, at->line, at->column, "%s", message);
	ygr_policy_inputs_enter(&p->model->inputs, before, p->errors);
}

void ygr_policy_parser_error(struct ygr_policy_parser *p, const struct ygr_yaml_node *at,
			     const char *fmt, ...)
{
	const struct ygr_policy_place place = ygr_policy_parser_place(p, at);
	va_list args;

	va_start(args, fmt);
	add(p, YGR_TEXT_ERROR, &place, fmt, args);
	va_end(args);
}

void ygr_policy_parser_warn(struct ygr_policy_parser *p, const struct ygr_yaml_node *at,
			    const char *fmt, ...)
{
	const struct ygr_policy_place place = ygr_policy_parser_place(p, at);
	va_list args;

	va_start(args, fmt);
	add(p, YGR_TEXT_WARNING, &place, fmt, args);
	va_end(args);
}

void ygr_policy_parser_warn_at(struct ygr_policy_parser *p, const struct ygr_policy_place *at,
			       const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add(p, YGR_TEXT_WARNING, at, fmt, args);
	va_end(args);
}

void ygr_policy_parser_error_at(struct ygr_policy_parser *p, const struct ygr_policy_place *at,
				const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add(p, YGR_TEXT_ERROR, at, fmt, args);
	va_end(args);
}

void ygr_policy_parser_same(struct ygr_policy_parser *p, const struct ygr_policy_place *at,
			    const struct ygr_policy_place *first, const char *fmt, ...)
{
	char what[YGR_TEXT_MESSAGE_BYTES];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	if (first->source == at->source)
		ygr_policy_parser_error_at(p, at, "%s (first on line %u)", what, first->line);
	else
		ygr_policy_parser_error_at(p, at, "%s (first in %s:%u:%u)", what,
					   p->model->inputs.item[first->source].name, first->line,
					   first->column);
}

struct ygr_policy_place ygr_policy_parser_place(const struct ygr_policy_parser *p,
						const struct ygr_yaml_node *node)
{
	return (struct ygr_policy_place) { p->errors->source, node->line, node->column };
}

struct ygr_policy_place ygr_policy_parser_key(const struct ygr_policy_parser *p,
					      const struct ygr_yaml_node *node)
{
	return (struct ygr_policy_place) { p->errors->source, node->key_line, node->key_column };
}

const struct ygr_yaml_node *ygr_policy_parser_require(struct ygr_policy_parser *p,
						      const struct ygr_yaml_node *map,
						      const char *what, const char *key)
{
	const struct ygr_yaml_node *node = ygr_yaml_tree_find(map, key);

	if (!node)
		ygr_policy_parser_error(p, map, "%s: missing key \"%s\"", what, key);
	return node;
}

bool ygr_policy_parser_mode(struct ygr_policy_parser *p, const struct ygr_yaml_node *map,
			    const char *what, enum ygr_mode *mode)
{
	const struct ygr_yaml_node *node = ygr_yaml_tree_find(map, "mode");
	size_t index;

	if (!node || !ygr_yaml_tree_get_word(node, what, ygr_policy_word_mode,
					     YGR_MODE_NR, &index, p->errors))
		return false;
	*mode = index;
	return true;
}

const char *ygr_policy_parser_text(struct ygr_policy_parser *p, const struct ygr_yaml_node *map,
				   const char *what, const char *key)
{
	const struct ygr_yaml_node *node = ygr_yaml_tree_find(map, key);
	char where[YGR_POLICY_WHAT_BYTES];
	const char *text;

	if (!node)
		return NULL;
	ygr_policy_parser_join(where, what, key);
	return ygr_yaml_tree_get_string(node, where, &text, p->errors) ? text : NULL;
}

const struct ygr_yaml_node *ygr_policy_parser_first(struct ygr_policy_parser *p,
						    const struct ygr_yaml_node *node,
						    const char *what)
{
	if (node->kind != YGR_YAML_LIST)
		return node;
	if (!node->child_nr)
		ygr_policy_parser_error(p, node, "%s: the list is empty", what);
	return node->child;
}

static const char *explain(int err)
{
	switch (err) {
	case -ELOOP:
		return "it includes itself";
	case -EEXIST:
		return "it was read already";
	case -EMLINK:
		return "included too deeply: at most 8 files in one another";
	case -ENFILE:
		return "too many files in one policy";
	default:
		return strerror(-err);
	}
}

int ygr_policy_parser_input(struct ygr_policy_parser *p, const struct ygr_yaml_node *at,
			    const char *name)
{
	int number = ygr_policy_inputs_read(&p->model->inputs, p->errors->source, name, p->host);

	if (number == -ENOMEM)
		p->err = number;
	else if (number < 0)
		ygr_policy_parser_error(p, at, "file \"%s\": %s", name, explain(number));
	return number < 0 ? -1 : number;
}

bool ygr_policy_parser_label(struct ygr_policy_parser *p, const struct ygr_yaml_node *at,
			     const char *name, const char *what, uint64_t *bit)
{
	int err;

	if (!ygr_policy_word_is_name(name, false)) {
		ygr_policy_parser_error(p, at, "%s: label \"%s\" is not 1 to %d of A-Z a-z 0-9 . _ -", what,
					name, YGR_RULE_NAME_MAX);
		return false;
	}
	err = ygr_policy_model_find_label(p->model, name, bit);
	if (err == -ENOMEM)
		p->err = err;
	else if (err)
		ygr_policy_parser_error(p, at, "%s: label \"%s\" is one too many: a policy has at most %d",
					what, name, YGR_POLICY_LABELS_MAX);
	return !err;
}

const char *ygr_policy_parser_copy(struct ygr_policy_parser *p, const char *text)
{
	const char *copy = ygr_arena_copy(&p->model->arena, text, strlen(text));

	if (!copy)
		p->err = -ENOMEM;
	return copy ?: "";
}
