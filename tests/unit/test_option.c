// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "option.h"

struct inner {
	bool	 is_set;
	const char *path;
};

struct settings {
	const char *text, *path, *other;
	uint64_t number, bytes;
	bool	 flag;
	int	 word;
	struct inner inner;
};

#define AT(member) offsetof(struct settings, member)
static const char *const words[] = { "red", "green", NULL };

static const struct ygr_option inner_options[] = {
	{ "path", YGR_OPTION_PATH, .at = offsetof(struct inner, path), .access = YGR_OPTION_MAKES },
	{ 0 }
};

static const struct ygr_option section_options[] = {
	{ "other", YGR_OPTION_PATH, .at = AT(other) },
	{ 0 }
};

static const struct ygr_option options[] = {
	{ "text",    YGR_OPTION_TEXT,	 .at = AT(text) },
	{ "path",    YGR_OPTION_PATH,	 .at = AT(path), .access = YGR_OPTION_READS },
	{ "number",  YGR_OPTION_NUMBER,	 .at = AT(number), .low = 2, .high = 9, .unit = 1000 },
	{ "bytes",   YGR_OPTION_BYTES,	 .at = AT(bytes), .low = 1, .high = 1ull << 60 },
	{ "flag",    YGR_OPTION_BOOL,	 .at = AT(flag) },
	{ "word",    YGR_OPTION_WORD,	 .at = AT(word), .words = words },
	{ "section", YGR_OPTION_SECTION, .members = section_options },
	{ "inner",   YGR_OPTION_STRUCT,	 .at = AT(inner), .members = inner_options },
	{ 0 }
};

static struct settings settings;
static struct ygr_text_errors errors;
static struct ygr_yaml_tree *tree;

static int set_up(void **state)
{
	(void)state;
	settings = (struct settings) { .text = "before", .number = 1, .word = -1 };
	tree = NULL;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ygr_yaml_tree_destroy(tree);
	return 0;
}

/* Return: how many errors there are. */
static unsigned int read_text(const struct ygr_option *table, const char *text)
{
	ygr_yaml_tree_destroy(tree);
	ygr_text_error_init(&errors);
	assert_int_equal(ygr_yaml_tree_parse(text, strlen(text), &tree, &errors), 0);
	ygr_option_read(table, ygr_yaml_tree_root(tree), "it", &settings, &errors);
	return errors.error_nr;
}

static void expect_error(const char *text, const char *wanted)
{
	char line[400];

	assert_int_equal(read_text(options, text), 1);
	ygr_text_error_format(&errors.item[0], "f", line, sizeof(line));
	assert_string_equal(line, wanted);
}

static void test_values(void **state)
{
	(void)state;
	assert_int_equal(read_text(options, "{text: a, path: /p, number: 3, bytes: 2KiB, flag: true, word: green,\n"
				   " section: {other: /o}, inner: {path: /i}}"), 0);
	assert_string_equal(settings.text, "a");
	assert_string_equal(settings.path, "/p");
	assert_int_equal(settings.number, 3000);
	assert_int_equal(settings.bytes, 2048);
	assert_true(settings.flag);
	assert_int_equal(settings.word, 1);
	assert_string_equal(settings.other, "/o");
	assert_true(settings.inner.is_set);
	assert_string_equal(settings.inner.path, "/i");
}

static void test_what_is_not_there_stays(void **state)
{
	(void)state;
	assert_int_equal(read_text(options, "{number: 4}"), 0);
	assert_string_equal(settings.text, "before");
	assert_int_equal(settings.word, -1);
	assert_false(settings.inner.is_set);
}

static void test_empty_mappings(void **state)
{
	(void)state;
	assert_int_equal(read_text(options, "section:\ninner:\n"), 0);
	assert_true(settings.inner.is_set);
	assert_null(settings.inner.path);
	ygr_option_read(options, NULL, "it", &settings, &errors);
	assert_int_equal(errors.error_nr, 0);
}

static void test_mistakes(void **state)
{
	(void)state;
	expect_error("{nmber: 3}", "f:1:2: error: unknown key \"nmber\" in it (did you mean \"number\"?)");
	expect_error("{number: 10}", "f:1:10: error: number: expected a number from 2 to 9, got \"10\"");
	expect_error("{bytes: 0}", "f:1:9: error: bytes: 0 bytes is not between 1 and 1152921504606846976");
	expect_error("{bytes: 1KB}", "f:1:9: error: bytes: expected a size such as 16MiB "
		     "(bytes, KiB, MiB, GiB, TiB), found \"1KB\"");
	expect_error("{bytes: 17000000TiB}", "f:1:9: error: bytes: expected a size such as 16MiB "
		     "(bytes, KiB, MiB, GiB, TiB), found \"17000000TiB\"");
	expect_error("{path: p}", "f:1:8: error: path: expected an absolute path, found \"p\"");
	expect_error("{word: blue}", "f:1:8: error: word: unknown value \"blue\" (expected red or green)");
	expect_error("{flag: yes}", "f:1:8: error: flag: unknown value \"yes\" (expected false or true)");
	expect_error("{inner: {path: x}}", "f:1:16: error: path: expected an absolute path, found \"x\"");
	expect_error("{section: 3}", "f:1:11: error: section: expected a mapping, got a number");
	expect_error("3", "f:1:1: error: it: expected a mapping, got a number");
}

static void test_a_mistake_leaves_the_value(void **state)
{
	(void)state;
	read_text(options, "{number: 10, word: blue, path: p, bytes: x}");
	assert_int_equal(errors.error_nr, 4);
	assert_int_equal(settings.number, 1);
	assert_int_equal(settings.word, -1);
	assert_null(settings.path);
	assert_int_equal(settings.bytes, 0);
}

static void test_required(void **state)
{
	static const struct ygr_option needs[] = {
		{ "text", YGR_OPTION_TEXT, .at = AT(text), .is_required = true },
		{ 0 }
	};

	(void)state;
	assert_int_equal(read_text(needs, "{text: x}"), 0);
	assert_int_equal(read_text(needs, "{}"), 1);
	assert_string_equal(errors.item[0].message, "it: \"text\" is missing");
}

static int reads_nr, makes_nr;

static void note_path(void *arg, const char *path, enum ygr_option_access access)
{
	assert_ptr_equal(arg, &settings);
	if (access == YGR_OPTION_READS && strcmp(path, "/p") == 0)
		reads_nr++;
	if (access == YGR_OPTION_MAKES && strcmp(path, "/i") == 0)
		makes_nr++;
}

static void test_paths(void **state)
{
	(void)state;
	reads_nr = 0;
	makes_nr = 0;
	ygr_option_for_each_path(options, &settings, note_path, &settings);
	assert_int_equal(reads_nr + makes_nr, 0);
	read_text(options, "{path: /p, section: {other: /o}, inner: {path: /i}}");
	ygr_option_for_each_path(options, &settings, note_path, &settings);
	assert_int_equal(reads_nr, 1);
	assert_int_equal(makes_nr, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_values),
		TEST(test_what_is_not_there_stays),
		TEST(test_empty_mappings),
		TEST(test_mistakes),
		TEST(test_a_mistake_leaves_the_value),
		TEST(test_required),
		TEST(test_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
