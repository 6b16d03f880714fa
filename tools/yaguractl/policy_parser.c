// SPDX-License-Identifier: GPL-2.0-only
#include "policy_parser.h"

#include <stdarg.h>
#include <stdio.h>

#include "policy_word.h"

void ygr_policy_parser_error(struct ygr_policy_parser *p, const struct ygr_yaml_node *at,
			     const char *fmt, ...)
{
	char message[2 * YGR_TEXT_MESSAGE_BYTES];
	va_list args;

	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	ygr_text_error_add(p->errors, YGR_TEXT_ERROR, at->line, at->column,
			   "%s", message);
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
