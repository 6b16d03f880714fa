// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "yaml_tree.h"

static struct ygr_text_errors errors;

static int parse_bytes(const char *text, size_t bytes, struct ygr_yaml_tree **tree)
{
	ygr_text_error_init(&errors);
	return ygr_yaml_tree_parse(text, bytes, tree, &errors);
}

static struct ygr_yaml_tree *parse(const char *text)
{
	struct ygr_yaml_tree *tree = NULL;

	assert_int_equal(parse_bytes(text, strlen(text), &tree), 0);
	assert_non_null(tree);
	return tree;
}

/* The text is refused, at this place, with this message. */
static void refuse_bytes(const char *text, size_t bytes, const char *wanted)
{
	struct ygr_yaml_tree *tree = NULL;
	char buf[400];

	assert_int_equal(parse_bytes(text, bytes, &tree), -EBADMSG);
	assert_null(tree);
	assert_int_equal(errors.error_nr, 1);
	ygr_text_error_format(&errors.item[0], "f", buf, sizeof(buf));
	assert_string_equal(buf, wanted);
}

static void refuse(const char *text, const char *wanted)
{
	refuse_bytes(text, strlen(text), wanted);
}

static void test_places(void **state)
{
	const struct ygr_yaml_node *root, *node;
	struct ygr_yaml_tree *tree;

	(void)state;
	tree = parse("# a comment\n"
		     "name: web\n"
		     "list:\n"
		     "  - 1\n"
		     "  - { a: \"x\", b: [] }\n");
	root = ygr_yaml_tree_root(tree);
	assert_int_equal(root->kind, YGR_YAML_MAP);
	assert_int_equal(root->child_nr, 2);
	assert_null(root->key);

	node = ygr_yaml_tree_find(root, "name");
	assert_string_equal(node->text, "web");
	assert_int_equal(node->line, 2);
	assert_int_equal(node->column, 7);
	assert_int_equal(node->key_line, 2);
	assert_int_equal(node->key_column, 1);
	assert_false(node->quoted);

	node = ygr_yaml_tree_find(root, "list");
	assert_int_equal(node->kind, YGR_YAML_LIST);
	assert_int_equal(node->child_nr, 2);
	assert_int_equal(node->child->line, 4);
	assert_int_equal(node->child->column, 5);

	node = node->child->next;
	assert_int_equal(node->kind, YGR_YAML_MAP);
	assert_null(node->next);
	assert_int_equal(node->line, 5);
	node = ygr_yaml_tree_find(node, "a");
	assert_true(node->quoted);
	assert_int_equal(node->len, 1);
	assert_int_equal(node->column, 10);
	node = node->next;
	assert_string_equal(node->key, "b");
	assert_int_equal(node->kind, YGR_YAML_LIST);
	assert_int_equal(node->child_nr, 0);
	assert_null(node->child);
	ygr_yaml_tree_destroy(tree);
}

static void test_columns_count_characters(void **state)
{
	struct ygr_yaml_tree *tree = parse("\"\xc3\xa4\xc3\xb6\": x\n");

	(void)state;
	assert_int_equal(ygr_yaml_tree_root(tree)->child->column, 7);
	ygr_yaml_tree_destroy(tree);
}

static void test_scalars_stay_text(void **state)
{
	struct ygr_yaml_tree *tree = parse("- no\n- 010\n- ~\n- ''\n- |\n  two\n  lines\n");
	const struct ygr_yaml_node *node = ygr_yaml_tree_root(tree)->child;

	(void)state;
	assert_string_equal(node->text, "no");
	assert_string_equal(node->next->text, "010");
	assert_string_equal(node->next->next->text, "~");
	assert_string_equal(node->next->next->next->text, "");
	assert_true(node->next->next->next->quoted);
	assert_string_equal(node->next->next->next->next->text, "two\nlines\n");
	ygr_yaml_tree_destroy(tree);
}

static void test_find_misses(void **state)
{
	struct ygr_yaml_tree *tree = parse("a: [1]\n");
	const struct ygr_yaml_node *root = ygr_yaml_tree_root(tree);

	(void)state;
	assert_null(ygr_yaml_tree_find(root, "b"));
	assert_null(ygr_yaml_tree_find(root, ""));
	assert_null(ygr_yaml_tree_find(root->child, "a"));
	assert_null(ygr_yaml_tree_find(NULL, "a"));
	ygr_yaml_tree_destroy(tree);
	ygr_yaml_tree_destroy(NULL);
}

static void test_duplicate_keys_are_told_and_the_rest_read(void **state)
{
	struct ygr_yaml_tree *tree = parse("a: 1\nb: 2\na: 3\nb: 4\nc: 5\n");
	const struct ygr_yaml_node *root = ygr_yaml_tree_root(tree);
	char buf[400];

	(void)state;
	assert_int_equal(errors.error_nr, 2);
	ygr_text_error_format(&errors.item[0], "f", buf, sizeof(buf));
	assert_string_equal(buf, "f:3:1: error: duplicate key \"a\" (first on line 1)");
	ygr_text_error_format(&errors.item[1], "f", buf, sizeof(buf));
	assert_string_equal(buf, "f:4:1: error: duplicate key \"b\" (first on line 2)");
	assert_int_equal(root->child_nr, 3);
	assert_string_equal(ygr_yaml_tree_find(root, "a")->text, "1");
	assert_string_equal(ygr_yaml_tree_find(root, "c")->text, "5");
	ygr_yaml_tree_destroy(tree);
}

static void test_what_yaml_allows_and_we_do_not(void **state)
{
	(void)state;
	refuse("", "f:1:1: error: the file is empty");
	refuse("# only this\n", "f:2:1: error: the file is empty");
	refuse("a: &x 1\n", "f:1:4: error: anchors (&name) are not allowed");
	refuse("a: *x\n", "f:1:4: error: aliases (*name) are not allowed");
	refuse("a: !!str 1\n", "f:1:4: error: tags (!name) are not allowed");
	refuse("a: ! x\n", "f:1:4: error: tags (!name) are not allowed");
	refuse("&k a: 1\n", "f:1:1: error: anchors (&name) are not allowed");
	refuse("? [a]\n: 1\n", "f:1:3: error: a key must be a plain word");
	refuse("--- 1\n--- 2\n", "f:2:1: error: a second document is not allowed");
	refuse("a: \"x\\0y\"\n", "f:1:4: error: NUL byte in a string");
	refuse("\"\\0\": 1\n", "f:1:1: error: NUL byte in a string");
	refuse("[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]", "f:1:17: error: nested too deeply");
}

static void test_depth_at_the_limit_is_fine(void **state)
{
	(void)state;
	ygr_yaml_tree_destroy(parse("[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]"));
}

static void test_syntax(void **state)
{
	(void)state;
	refuse("a: [1, 2\n", "f:2:1: error: while parsing a flow sequence: "
			     "did not find expected ',' or ']'");
	refuse("a:\n\t- 1\n", "f:2:1: error: while scanning for the next token: "
			      "found character that cannot start any token");
	refuse("a: 1\nb\n", "f:3:1: error: while scanning a simple key: "
			    "could not find expected ':'");
	refuse("a: 1\n  b: 2\n", "f:2:4: error: mapping values are not allowed in this context");
	refuse_bytes("ok: 1\nx: \xff\n", 11, "f:2:4: error: invalid leading UTF-8 octet");
	refuse_bytes("ok: 1\nx: \x00\n", 11, "f:2:4: error: control characters are not allowed");
	refuse_bytes("\xff\xfe""a\0", 4, "f:1:1: error: invalid leading UTF-8 octet");
}

static void test_too_many_keys(void **state)
{
	struct ygr_yaml_tree *tree = NULL;
	char text[YGR_YAML_KEYS_MAX * 8 + 16];
	size_t used = 0;
	unsigned int i;

	(void)state;
	for (i = 0; i < YGR_YAML_KEYS_MAX; i++)
		used += sprintf(text + used, "k%u: 1\n", i);
	assert_int_equal(parse_bytes(text, used, &tree), 0);
	assert_int_equal(ygr_yaml_tree_root(tree)->child_nr, YGR_YAML_KEYS_MAX);
	ygr_yaml_tree_destroy(tree);
	used += sprintf(text + used, "last: 1\n");
	refuse_bytes(text, used, "f:257:1: error: too many keys in one mapping");
}

static void test_too_large(void **state)
{
	static char text[YGR_YAML_BYTES_MAX + 1];

	(void)state;
	refuse_bytes(text, sizeof(text), "f: error: larger than 134217728 bytes");
}

/* [1,1,1...]: one node more than allowed. */
static void test_too_many_nodes(void **state)
{
	size_t bytes = 2 * YGR_YAML_NODES_MAX + 1;
	char *text = malloc(bytes);
	size_t i;

	(void)state;
	text[0] = '[';
	for (i = 1; i < bytes; i++)
		text[i] = i % 2 ? '1' : ',';
	text[bytes - 1] = ']';
	refuse_bytes(text, bytes, "f:1:8000000: error: too many values in one file");
	free(text);
}

static const struct ygr_yaml_node *first(struct ygr_yaml_tree **tree, const char *text)
{
	*tree = parse(text);
	return ygr_yaml_tree_root(*tree)->child;
}

static void expect_error(const char *wanted)
{
	char buf[400];

	assert_int_equal(errors.error_nr, 1);
	ygr_text_error_format(&errors.item[0], "f", buf, sizeof(buf));
	assert_string_equal(buf, wanted);
}

static void check_u64(const char *text, bool good, uint64_t wanted, const char *message)
{
	struct ygr_yaml_tree *tree;
	const struct ygr_yaml_node *node = first(&tree, text);
	uint64_t value = 77;

	assert_int_equal(ygr_yaml_tree_get_u64(node, "size", 1, 100, &value, &errors), good);
	assert_int_equal(value, good ? wanted : 77);
	if (!good)
		expect_error(message);
	ygr_yaml_tree_destroy(tree);
}

static void test_get_u64(void **state)
{
	(void)state;
	check_u64("a: 1", true, 1, NULL);
	check_u64("a: 100", true, 100, NULL);
	check_u64("a: 0", false, 0, "f:1:4: error: size: expected a number from 1 to 100, got \"0\"");
	check_u64("a: 101", false, 0, "f:1:4: error: size: expected a number from 1 to 100, got \"101\"");
	check_u64("a: -1", false, 0, "f:1:4: error: size: expected a number from 1 to 100, got \"-1\"");
	check_u64("a: 0x10", false, 0, "f:1:4: error: size: expected a number from 1 to 100, got \"0x10\"");
	check_u64("a: 99999999999999999999", false, 0,
		  "f:1:4: error: size: expected a number from 1 to 100, got \"99999999999999999999\"");
	check_u64("a: [1]", false, 0, "f:1:4: error: size: expected a number, got a list");
	check_u64("a:", false, 0, "f:1:3: error: size: expected a number from 1 to 100, got \"\"");
}

static void test_parse_u64_edges(void **state)
{
	uint64_t value = 5;

	(void)state;
	assert_true(ygr_yaml_tree_parse_u64("18446744073709551615", 20, &value));
	assert_true(value == UINT64_MAX);
	assert_false(ygr_yaml_tree_parse_u64("18446744073709551616", 20, &value));
	assert_false(ygr_yaml_tree_parse_u64("", 0, &value));
	assert_false(ygr_yaml_tree_parse_u64("1 ", 2, &value));
	assert_true(ygr_yaml_tree_parse_u64("12x", 2, &value));
	assert_int_equal(value, 12);
}

static void check_bool(const char *text, bool good, bool wanted, const char *message)
{
	struct ygr_yaml_tree *tree;
	const struct ygr_yaml_node *node = first(&tree, text);
	bool value = !wanted;

	assert_int_equal(ygr_yaml_tree_get_bool(node, "on", &value, &errors), good);
	if (good)
		assert_int_equal(value, wanted);
	else
		expect_error(message);
	ygr_yaml_tree_destroy(tree);
}

static void test_get_bool(void **state)
{
	(void)state;
	check_bool("a: true", true, true, NULL);
	check_bool("a: false", true, false, NULL);
	check_bool("a: yes", false, false, "f:1:4: error: on: unknown value \"yes\" (expected false or true)");
	check_bool("a: ture", false, false, "f:1:4: error: on: unknown value \"ture\" (did you mean \"true\"?)");
	check_bool("a: {}", false, false, "f:1:4: error: on: expected false or true, got a mapping");
}

static void test_get_string(void **state)
{
	struct ygr_yaml_tree *tree;
	const struct ygr_yaml_node *node = first(&tree, "a: x\nb:\nc: []\nd: 5\n");
	const char *text = NULL;

	(void)state;
	assert_true(ygr_yaml_tree_get_string(node, "name", &text, &errors));
	assert_string_equal(text, "x");
	assert_false(ygr_yaml_tree_get_string(node->next, "name", &text, &errors));
	expect_error("f:2:3: error: name: expected a string, got nothing");
	ygr_text_error_init(&errors);
	assert_false(ygr_yaml_tree_get_string(node->next->next, "name", &text, &errors));
	expect_error("f:3:4: error: name: expected a string, got a list");
	assert_true(ygr_yaml_tree_get_string(node->next->next->next, "name", &text, &errors));
	assert_string_equal(text, "5");
	ygr_yaml_tree_destroy(tree);
}

static void test_get_word(void **state)
{
	static const char *const words[] = { "tcp", "file", "null" };
	struct ygr_yaml_tree *tree;
	const struct ygr_yaml_node *node = first(&tree, "a: file\nb: fiel\nc: kafka\n");
	size_t index = 9;

	(void)state;
	assert_true(ygr_yaml_tree_get_word(node, "kind", words, 3, &index, &errors));
	assert_int_equal(index, 1);
	assert_false(ygr_yaml_tree_get_word(node->next, "kind", words, 3, &index, &errors));
	expect_error("f:2:4: error: kind: unknown value \"fiel\" (did you mean \"file\"?)");
	ygr_text_error_init(&errors);
	assert_false(ygr_yaml_tree_get_word(node->next->next, "kind", words, 3, &index, &errors));
	expect_error("f:3:4: error: kind: unknown value \"kafka\" (expected tcp, file or null)");
	assert_int_equal(index, 1);
	ygr_yaml_tree_destroy(tree);
}

static void test_check_map(void **state)
{
	static const char *const known[] = { "path", "port" };
	struct ygr_yaml_tree *tree = parse("path: 1\nprot: 2\nzebra: 3\n");
	char buf[400];

	(void)state;
	assert_false(ygr_yaml_tree_check_map(ygr_yaml_tree_root(tree), "the file",
					     known, 2, &errors));
	assert_int_equal(errors.error_nr, 2);
	ygr_text_error_format(&errors.item[0], "f", buf, sizeof(buf));
	assert_string_equal(buf, "f:2:1: error: unknown key \"prot\" in the file (did you mean \"port\"?)");
	ygr_text_error_format(&errors.item[1], "f", buf, sizeof(buf));
	assert_string_equal(buf, "f:3:1: error: unknown key \"zebra\" in the file");

	ygr_text_error_init(&errors);
	assert_false(ygr_yaml_tree_check_map(ygr_yaml_tree_root(tree)->child, "rule",
					     known, 2, &errors));
	expect_error("f:1:7: error: rule: expected a mapping, got a number");
	ygr_yaml_tree_destroy(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_columns_count_characters),
		cmocka_unit_test(test_scalars_stay_text),
		cmocka_unit_test(test_find_misses),
		cmocka_unit_test(test_duplicate_keys_are_told_and_the_rest_read),
		cmocka_unit_test(test_what_yaml_allows_and_we_do_not),
		cmocka_unit_test(test_depth_at_the_limit_is_fine),
		cmocka_unit_test(test_syntax),
		cmocka_unit_test(test_too_many_keys),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_too_many_nodes),
		cmocka_unit_test(test_get_u64),
		cmocka_unit_test(test_parse_u64_edges),
		cmocka_unit_test(test_get_bool),
		cmocka_unit_test(test_get_string),
		cmocka_unit_test(test_get_word),
		cmocka_unit_test(test_check_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
