// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes give a tree whose links and places hold, or an error with a place. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "yaml_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void walk(const struct ygr_yaml_node *node, unsigned int depth)
{
	const struct ygr_yaml_node *child;
	size_t nr = 0;

	require(depth <= YGR_YAML_DEPTH_MAX);
	require(node->line && node->column);
	if (node->kind == YGR_YAML_SCALAR)
		require(strlen(node->text) == node->len && !node->child);
	ygr_yaml_tree_for_each(child, node) {
		require(!child->key == (node->kind == YGR_YAML_LIST));
		walk(child, depth + 1);
		nr++;
	}
	require(nr == node->child_nr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static const char *const known[] = { "version", "name", "rules" };
	struct ygr_text_errors errors;
	struct ygr_yaml_tree *tree;

	ygr_text_error_init(&errors);
	if (ygr_yaml_tree_parse((const char *)data, bytes, &tree, &errors)) {
		require(errors.error_nr > 0);
		return 0;
	}
	walk(ygr_yaml_tree_root(tree), 1);
	ygr_yaml_tree_check_map(ygr_yaml_tree_root(tree), "it", known, 3, &errors);
	ygr_yaml_tree_destroy(tree);
	return 0;
}
