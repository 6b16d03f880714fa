// SPDX-License-Identifier: GPL-2.0-only
/* Which kind a name or pattern is, and that its text comes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "policy_pattern.h"

struct pattern {
	const char *text;
	enum ygr_text_kind kind;
	const char *bytes;
	const char *again;	/* as it is formatted; NULL: as it was written */
};

static const struct pattern patterns[] = {
	{ "/", YGR_TEXT_EXACT, "/", NULL },
	{ "/etc/shadow", YGR_TEXT_EXACT, "/etc/shadow", NULL },
	{ "/etc/...", YGR_TEXT_EXACT, "/etc/...", NULL },
	{ "/a\\*b", YGR_TEXT_EXACT, "/a*b", NULL },
	{ "/a\\?", YGR_TEXT_EXACT, "/a?", NULL },
	{ "/a\\\\b", YGR_TEXT_EXACT, "/a\\b", NULL },
	{ "/**", YGR_TEXT_PREFIX, "/", NULL },
	{ "/tmp/**", YGR_TEXT_PREFIX, "/tmp/", NULL },
	{ "/a\\*/**", YGR_TEXT_PREFIX, "/a*/", NULL },
	{ "*.sh", YGR_TEXT_SUFFIX, ".sh", NULL },
	{ "**/*.sh", YGR_TEXT_SUFFIX, ".sh", "*.sh" },
	{ "/**/*.sh", YGR_TEXT_SUFFIX, ".sh", "*.sh" },
	{ "**/authorized_keys", YGR_TEXT_SUFFIX, "/authorized_keys", NULL },
	{ "/**/authorized_keys", YGR_TEXT_SUFFIX, "/authorized_keys", "**/authorized_keys" },
	{ "*\\*", YGR_TEXT_SUFFIX, "*", NULL },
	{ "**/a\\?", YGR_TEXT_SUFFIX, "/a?", NULL },
	{ "/tmp/*", YGR_TEXT_GLOB, "/tmp/*", NULL },
	{ "/tmp/?", YGR_TEXT_GLOB, "/tmp/?", NULL },
	{ "/tmp/*.sh", YGR_TEXT_GLOB, "/tmp/*.sh", NULL },
	{ "/home/*/.ssh/**", YGR_TEXT_GLOB, "/home/*/.ssh/**", NULL },
	{ "/a/**/b", YGR_TEXT_GLOB, "/a/**/b", NULL },
	{ "/a/**/\\*", YGR_TEXT_GLOB, "/a/**/\\*", NULL },
	{ "/?", YGR_TEXT_GLOB, "/?", NULL },
	{ "/a*", YGR_TEXT_GLOB, "/a*", NULL },
	{ "*.s?", YGR_TEXT_GLOB, "/**/*.s?", "/**/*.s?" },
	{ "*", YGR_TEXT_GLOB, "/**/*", "/**/*" },
	{ "**/a/b", YGR_TEXT_GLOB, "/**/a/b", "/**/a/b" },
	{ "**/*a*", YGR_TEXT_GLOB, "/**/*a*", "/**/*a*" },
	{ "*.d/x", YGR_TEXT_GLOB, "/**/*.d/x", "/**/*.d/x" },
	{ "/a/\\**", YGR_TEXT_GLOB, "/a/\\**", NULL },
};

static const struct pattern abstract_patterns[] = {
	{ "@x", YGR_TEXT_EXACT, "@x", NULL },
	{ "@", YGR_TEXT_EXACT, "@", NULL },
	{ "@a//../b/", YGR_TEXT_EXACT, "@a//../b/", NULL },
	{ "@a\\*", YGR_TEXT_EXACT, "@a*", NULL },
	{ "@x*", YGR_TEXT_GLOB, "@x*", NULL },
	{ "@x/**", YGR_TEXT_GLOB, "@x/**", NULL },
	{ "/run/x.sock", YGR_TEXT_EXACT, "/run/x.sock", NULL },
	{ "*.sock", YGR_TEXT_SUFFIX, ".sock", NULL },
};

static void check_kind(const struct pattern *wanted, bool abstract)
{
	struct ygr_policy_pattern pattern, twice;
	char text[YGR_POLICY_PATTERN_TEXT];
	struct ygr_policy_reason why;

	if (ygr_policy_pattern_parse(wanted->text, "path", abstract, &pattern, &why))
		fail_msg("%s", why.text);
	if (pattern.kind != wanted->kind)
		print_error("of \"%s\":\n", wanted->text);
	assert_int_equal(pattern.kind, wanted->kind);
	assert_string_equal(pattern.bytes, wanted->bytes);
	assert_int_equal(pattern.len, strlen(wanted->bytes));

	ygr_policy_pattern_format(pattern.bytes, pattern.len, pattern.kind, text);
	assert_string_equal(text, wanted->again ?: wanted->text);
	assert_int_equal(ygr_policy_pattern_parse(text, "path", abstract, &twice, &why), 0);
	assert_int_equal(twice.kind, pattern.kind);
	assert_string_equal(twice.bytes, pattern.bytes);
}

static void test_kinds(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		check_kind(&patterns[i], false);
	for (i = 0; i < sizeof(abstract_patterns) / sizeof(abstract_patterns[0]); i++)
		check_kind(&abstract_patterns[i], true);
}

static void refuses(const char *text, bool abstract, const char *wanted)
{
	struct ygr_policy_pattern pattern;
	struct ygr_policy_reason why = { "" };

	ygr_policy_pattern_parse(text, "path", abstract, &pattern, &why);
	assert_string_equal(why.text, wanted);
}

static void test_refused(void **state)
{
	(void)state;
	refuses("a", false, "path \"a\" is not absolute");
	refuses("a*", false, "path \"a*\" is not absolute");
	refuses("**", false, "path \"**\" is not absolute");
	refuses("***", false, "path \"***\" is not absolute");
	refuses("@x", false, "path \"@x\" is not absolute");
	refuses("x@", true, "path \"x@\" is not absolute");
	refuses("?", true, "path \"?\" is not absolute");
	refuses("/a**", false, "path \"/a**\": \"**\" must be a whole name between slashes");
	refuses("/**a/b", false, "path \"/**a/b\": \"**\" must be a whole name between slashes");
	refuses("/***", false, "path \"/***\": \"**\" must be a whole name between slashes");
	refuses("*/**/**", false, "path \"*/**/**\": the second \"**\" adds nothing");
	refuses("/*/../x", false, "path \"/*/../x\" is not normal: it has \"..\"");
	refuses("**/.", false, "path \"**/.\" is not normal: it has \".\"");
	refuses("*//x", false, "path \"*//x\" is not normal: it has \"//\"");
	refuses("/a*/", false, "path \"/a*/\" ends in \"/\": write \"/a*\" for the directory itself, "
		"\"/a*/**\" for what is below it");
	refuses("/a\\b", false, "path \"/a\\b\": \"\\\" must be followed by \"*\", \"?\" or \"\\\"");
	refuses("@a\\", true, "path \"@a\\\": \"\\\" must be followed by \"*\", \"?\" or \"\\\"");
}

/* A pattern of so many letters behind its start. */
static void check_length(const char *start, size_t nr, const char *wanted)
{
	struct ygr_policy_pattern pattern;
	struct ygr_policy_reason why = { "" };
	char text[9000];
	size_t len = strlen(start);

	memcpy(text, start, len);
	memset(text + len, 'a', nr);
	text[len + nr] = '\0';
	ygr_policy_pattern_parse(text, "path", false, &pattern, &why);
	assert_string_equal(why.text, wanted);
}

static void test_lengths(void **state)
{
	(void)state;
	check_length("/", YGR_POLICY_PATH_MAX - 1, "");
	check_length("/", YGR_POLICY_PATH_MAX, "path of 4096 bytes is longer than 4095");
	check_length("/*", YGR_POLICY_GLOB_MAX - 2, "");
	check_length("/*", YGR_POLICY_GLOB_MAX - 1, "path of 256 bytes is longer than 255");
	check_length("*", YGR_POLICY_GLOB_MAX, "");
	check_length("*", YGR_POLICY_GLOB_MAX + 1, "path of 256 bytes is longer than 255");
	check_length("/", 8500, "path of 8501 bytes is longer than 4095");
	check_length("/\\*", YGR_POLICY_PATH_MAX - 2, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
