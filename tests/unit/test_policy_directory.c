// SPDX-License-Identifier: GPL-2.0-only
/* Files of a directory that are one policy. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy_print.h"
#include "policy_says.h"

#define NAMES_MAX	10

static struct ygr_text_errors errors;

/* All files that have no second slash in their names are the directory's, in this order. */
static int compile(const struct policy_says_file *files, struct ygr_policy_compiled *compiled)
{
	const struct ygr_policy_host host = policy_says_host(files);
	char *names[NAMES_MAX];
	size_t nr = 0;

	for (const struct policy_says_file *file = files; file->name; file++)
		if (!strchr(file->name + strlen("d/"), '/'))
			names[nr++] = (char *)file->name + strlen("d/");
	ygr_text_error_init(&errors);
	return ygr_policy_compile_directory("d", names, nr, &host, compiled, &errors);
}

#define FILES(...)	((const struct policy_says_file []) { __VA_ARGS__, { NULL, NULL } })

/* It compiles, and prints as @wanted; the wanted text ends with the last rule's name. */
static void is_policy(const struct policy_says_file *files, const char *wanted)
{
	struct ygr_policy_compiled compiled;
	size_t bytes;
	char *text;
	FILE *out;

	if (compile(files, &compiled)) {
		ygr_text_error_print(stderr, "d", &errors);
		fail();
	}
	assert_int_equal(errors.warning_nr, 0);
	out = open_memstream(&text, &bytes);
	assert_int_equal(ygr_policy_print(out, &compiled.image), 0);
	fclose(out);
	assert_string_equal(text, wanted);
	free(text);
	ygr_policy_compile_exit(&compiled);
}

static void is_mistake(const struct policy_says_file *files, const char *wanted)
{
	struct ygr_policy_compiled compiled;
	size_t bytes;
	char *text;
	FILE *out;

	assert_int_equal(compile(files, &compiled), -EBADMSG);
	out = open_memstream(&text, &bytes);
	ygr_text_error_print(out, "d", &errors);
	fclose(out);
	assert_string_equal(text, wanted);
	free(text);
}

#define V		"version: 1\n"
/* The uid is the name, so that no two rules are about the same. */
#define RULE(name)	"rules: [{ name: r" name ", on: exec, do: deny, where: { uid: " name " } }]\n"
#define PRINTED(name)	"  - name: r" name "\n    on: [exec]\n    where:\n      uid: [" name "]\n    do: deny\n"

static void test_rules_in_order(void **state)
{
	(void)state;
	is_policy(FILES({ "d/1.yaml", V RULE("1") }, { "d/2.yaml", V RULE("2") }, { "d/3.yaml", V RULE("3") }),
		  "version: 1\nname: policy\nrules:\n" PRINTED("1") PRINTED("2") PRINTED("3"));
}

static void test_one_file(void **state)
{
	(void)state;
	is_policy(FILES({ "d/1.yaml", V "name: one\n" RULE("1") }), "version: 1\nname: one\nrules:\n" PRINTED("1"));
}

static void test_a_file_without_rules(void **state)
{
	(void)state;
	is_policy(FILES({ "d/1.yaml", V "serial: 3\n" }, { "d/2.yaml", V RULE("1") }),
		  "version: 1\nname: policy\nserial: 3\nrules:\n" PRINTED("1"));
}

static void test_any_file_says_what_the_whole_is(void **state)
{
	(void)state;
	is_policy(FILES({ "d/1.yaml", V RULE("1") }, { "d/2.yaml", V "options: { breaker: 5/10s }\n" },
			{ "d/3.yaml", V "name: whole\n" }),
		  "version: 1\nname: whole\noptions:\n  breaker: 5/10s\nrules:\n" PRINTED("1"));
}

/* The rules before are of the policy as well. */
static void test_the_mode_is_all_files(void **state)
{
	(void)state;
	is_policy(FILES({ "d/1.yaml", V RULE("1") }, { "d/2.yaml", V "mode: monitor\n" }),
		  "version: 1\nname: policy\nrules:\n"
		  "  - name: r1\n    on: [exec]\n    where:\n      uid: [1]\n    do: deny\n    mode: monitor\n");
}

static void test_each_is_said_once(void **state)
{
	(void)state;
	is_mistake(FILES({ "d/1.yaml", V "name: one\nmode: monitor\n" },
			 { "d/2.yaml", V "mode: enforce\n" RULE("1") "name: two\n" },
			 { "d/3.yaml", V "serial: 1\noptions: {}\n" },
			 { "d/4.yaml", V "\n  \noptions: {}\nserial: 1\n" }),
		   "d/2.yaml:2:1: error: \"mode\" is of the whole policy, and said already (first in d/1.yaml:3:1)\n"
		   "d/2.yaml:4:1: error: \"name\" is of the whole policy, and said already (first in d/1.yaml:2:1)\n"
		   "d/4.yaml:4:1: error: \"options\" is of the whole policy, and said already (first in d/3.yaml:3:1)\n"
		   "d/4.yaml:5:1: error: \"serial\" is of the whole policy, and said already (first in d/3.yaml:2:1)\n");
}

static void test_a_list_is_for_the_files_after_it(void **state)
{
	static const char list[] = V "lists: { l: { uid: 1 } }\n";
	static const char use[] = V "rules: [{ name: r1, on: exec, do: deny, where: { uid: $l } }]\n";

	(void)state;
	is_policy(FILES({ "d/1.yaml", list }, { "d/2.yaml", use }),
		  "version: 1\nname: policy\nrules:\n" PRINTED("1"));
	is_mistake(FILES({ "d/1.yaml", use }, { "d/2.yaml", list }),
		   "d/1.yaml:2:55: error: rule \"r1\": there is no list \"l\"\n");
}

static void test_the_same_name_twice(void **state)
{
	(void)state;
	is_mistake(FILES({ "d/1.yaml", V RULE("1") }, { "d/2.yaml", V RULE("2") }, { "d/3.yaml", V RULE("1") }),
		   "d/3.yaml:2:17: error: another rule is named \"r1\" (first in d/1.yaml:2:9)\n");
	is_mistake(FILES({ "d/1.yaml", V "lists:\n  l: { uid: 1 }\n" }, { "d/2.yaml", V "lists: { l: { uid: 2 } }\n" }),
		   "d/2.yaml:2:10: error: another list is named \"l\" (first in d/1.yaml:3:3)\n");
	is_mistake(FILES({ "d/1.yaml", V "rules:\n- { name: a, on: exec, do: deny }\n- { name: a, on: exec, do: deny }\n" }),
		   "d/1.yaml:4:11: error: another rule is named \"a\" (first on line 3)\n");
}

static void test_a_label_is_all_files(void **state)
{
	(void)state;
	is_policy(FILES({ "d/1.yaml", V "rules: [{ name: s, on: exec, do: label, set: l }]\n" },
			{ "d/2.yaml", V "rules: [{ name: d, on: exec, do: deny, where: { label: l } }]\n" }),
		  "version: 1\nname: policy\nlabels: [l]\nrules:\n"
		  "  - name: s\n    on: [exec]\n    do: label\n    set: [l]\n"
		  "  - name: d\n    on: [exec]\n    where:\n      label: [l]\n    do: deny\n");
}

static void test_includes(void **state)
{
	(void)state;
	is_policy(FILES({ "d/1.yaml", V "include: parts/x.yaml\n" RULE("2") }, { "d/parts/x.yaml", V RULE("1") }),
		  "version: 1\nname: policy\nrules:\n" PRINTED("1") PRINTED("2"));
	is_mistake(FILES({ "d/1.yaml", V "include: parts/x.yaml\n" }, { "d/parts/x.yaml", V "mode: monitor\n" }),
		   "d/parts/x.yaml:2:1: error: unknown key \"mode\" in an included file\n");
	is_mistake(FILES({ "d/1.yaml", V "include: 2.yaml\n" }, { "d/2.yaml", V RULE("1") }),
		   "d/1.yaml:2:10: error: file \"2.yaml\": it was read already\n");
	is_mistake(FILES({ "d/1.yaml", V "include: 1.yaml\n" }),
		   "d/1.yaml:2:10: error: file \"1.yaml\": it includes itself\n");
}

static void test_mistakes_of_all_files(void **state)
{
	(void)state;
	is_mistake(FILES({ "d/1.yaml", "[\n" }, { "d/2.yaml", "- x\n" }, { "d/3.yaml", "rule: []\n" },
			 { "d/4.yaml", V "rules: 3\n" }),
		   "d/1.yaml:2:1: error: while parsing a flow node: did not find expected node content\n"
		   "d/2.yaml:1:1: error: policy: expected a mapping, got a list\n"
		   "d/3.yaml:1:1: error: unknown key \"rule\" in policy (did you mean \"rules\"?)\n"
		   "d/3.yaml:1:1: error: policy: missing key \"version\"\n"
		   "d/4.yaml:2:8: error: rules: expected a list, got a number\n");
}

/* It was there when the directory was read. */
static void test_a_file_that_went_away(void **state)
{
	static char gone[] = "gone.yaml";
	const struct ygr_policy_host host = policy_says_host(NULL);
	struct ygr_policy_compiled compiled;
	char *names[] = { gone };
	char line[200];

	(void)state;
	ygr_text_error_init(&errors);
	assert_int_equal(ygr_policy_compile_directory("d", names, 1, &host, &compiled, &errors), -EBADMSG);
	assert_int_equal(errors.error_nr, 1);
	ygr_text_error_format(&errors.item[0], "d", line, sizeof(line));
	assert_string_equal(line, "d: error: file \"gone.yaml\": No such file or directory");
}

static void test_source_has_all_files(void **state)
{
	struct ygr_policy_compiled compiled;
	char *source;

	(void)state;
	assert_int_equal(compile(FILES({ "d/1.yaml", V "# hm\n" }, { "d/2.yaml", V RULE("1") }), &compiled), 0);
	source = ygr_policy_compile_source(&compiled);
	assert_string_equal(source, "# ---- d/1.yaml ----\n" V "# hm\n# ---- d/2.yaml ----\n" V RULE("1"));
	free(source);
	ygr_policy_compile_exit(&compiled);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules_in_order),
		cmocka_unit_test(test_one_file),
		cmocka_unit_test(test_a_file_without_rules),
		cmocka_unit_test(test_any_file_says_what_the_whole_is),
		cmocka_unit_test(test_the_mode_is_all_files),
		cmocka_unit_test(test_each_is_said_once),
		cmocka_unit_test(test_a_list_is_for_the_files_after_it),
		cmocka_unit_test(test_the_same_name_twice),
		cmocka_unit_test(test_a_label_is_all_files),
		cmocka_unit_test(test_includes),
		cmocka_unit_test(test_mistakes_of_all_files),
		cmocka_unit_test(test_a_file_that_went_away),
		cmocka_unit_test(test_source_has_all_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
