// SPDX-License-Identifier: GPL-2.0-only
/* Named lists, the files that they name, and policies that include one another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "policy_says.h"

#define HEAD	"version: 1\nname: t\n"
/* A rule that uses the list "l" as `key`; behind HEAD and one line, it starts on line 5. */
#define USE(key)	"rules:\n  - { name: r, on: exec, do: deny, where: { " key ": $l } }\n"

#define HASH1	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define HASH2	"0000000000000000000000000000000000000000000000000000000000000001"

static void test_lists_are_used(void **state)
{
	(void)state;
	policy_says_printed(HEAD "lists:\n  l: { path: [/a, \"/b/**\"] }\n" USE("path"),
			    "version: 1\nname: t\nrules:\n  - name: r\n    on: [exec]\n    where:\n"
			    "      path: [\"/a\", \"/b/**\"]\n    do: deny\n");
	/* Among other values, in a list of its own, and of another key that is written alike. */
	policy_says_printed(HEAD "lists:\n  l: { path: [/a, /b] }\n  m: { path: [$l, /c] }\nrules:\n"
			    "  - { name: r, on: exec, do: deny, where: { path: [/x, $m], exe: [$l] } }\n",
			    "version: 1\nname: t\nrules:\n  - name: r\n    on: [exec]\n    where:\n"
			    "      path: [\"/x\", \"/a\", \"/b\", \"/c\"]\n      exe: [\"/a\", \"/b\"]\n    do: deny\n");
	policy_says_printed(HEAD "lists:\n  l: { uid: 5 }\nrules:\n"
			    "  - { name: r, on: exec, do: deny, where: { owner: $l, not: { uid: $l } } }\n",
			    "version: 1\nname: t\nrules:\n  - name: r\n    on: [exec]\n    where:\n"
			    "      owner: [5]\n      not:\n        uid: [5]\n    do: deny\n");
}

static void test_equal_lists_take_one_place(void **state)
{
	struct ygr_policy_compiled compiled;

	(void)state;
	policy_says_compile(HEAD "rules:\n"
		"  - { name: a, on: exec, do: deny, where: { path: [/a, /b], uid: 5 } }\n"
		"  - { name: b, on: exec, do: deny, where: { exe: [/a, /b], gid: 5 } }\n"
		"  - { name: c, on: exec, do: deny, where: { exe: [/b, /a] } }\n", &compiled);
	assert_int_equal(compiled.image.text_nr, 4);
	assert_int_equal(compiled.image.range_nr, 1);
	assert_int_equal(compiled.image.tests[0].first, compiled.image.tests[2].first);
	ygr_policy_compile_exit(&compiled);
}

/* A list that several rules use is printed once. */
static void test_shared_lists_are_printed_once(void **state)
{
	(void)state;
	policy_says_printed(HEAD "lists:\n  l: { uid: [1, 3, 5, 7, 9, 11, 13, 15] }\nrules:\n"
			    "  - { name: a, on: exec, do: deny, where: { uid: $l } }\n"
			    "  - { name: b, on: exec, do: deny, where: { owner: $l, gid: 1 } }\n",
			    "version: 1\nname: t\nlists:\n  list-1:\n    uid: [1, 3, 5, 7, 9, 11, 13, 15]\n"
			    "rules:\n"
			    "  - name: a\n    on: [exec]\n    where:\n      uid: $list-1\n    do: deny\n"
			    "  - name: b\n    on: [exec]\n    where:\n      owner: $list-1\n      gid: [1]\n"
			    "    do: deny\n");
}

static void test_mistakes_in_lists(void **state)
{
	(void)state;
	policy_says(HEAD "lists: [l]\nrules: []\n", "p:3:8: error: lists: expected a mapping, got a list\n");
	policy_says(HEAD "lists: { l: [/a] }\nrules: []\n",
		    "p:3:13: error: list \"l\": expected a mapping, got a list\n");
	policy_says(HEAD "lists: { l: {} }\nrules: []\n",
		    "p:3:13: error: list \"l\": missing the kind of its values, such as \"path: []\"\n");
	policy_says(HEAD "lists: { l: { file: x } }\nrules: []\n",
		    "p:3:13: error: list \"l\": missing the kind of its values, such as \"path: []\"\n");
	policy_says(HEAD "lists: { l: { path: /a, uid: 1 } }\nrules: []\n",
		    "p:3:30: error: list \"l\" holds \"path\" already: a list is of one kind\n");
	policy_says(HEAD "lists: { l: { pth: /a } }\nrules: []\n",
		    "p:3:15: error: unknown key \"pth\" in list \"l\" (did you mean \"path\"?)\n");
	policy_says(HEAD "lists: { l: { label: a } }\nrules: []\n",
		    "p:3:15: error: unknown key \"label\" in list \"l\"\n");
	policy_says(HEAD "lists: { l: { path: [] } }\nrules: []\n",
		    "p:3:21: error: list \"l\": path: the list is empty\n");
	policy_says(HEAD "lists: { l: { uid: [x, 5-] } }\nrules: []\n",
		    "p:3:21: error: list \"l\": no user is named \"x\" on this host\n"
		    "p:3:24: error: list \"l\": uid \"5-\": expected a number or a range such as 1000-1999\n");
	policy_says(HEAD "lists: { \"a b\": { path: /a } }\nrules: []\n",
		    "p:3:10: error: name of the list: \"a b\" is not 1 to 63 of A-Z a-z 0-9 . _ -\n");
	policy_says(HEAD "lists: { l: { uid: 1 } }\n" USE("path"),
		    "p:5:51: error: rule \"r\": list \"l\" holds values of \"uid\", not of \"path\"\n");
	policy_says(HEAD "lists: { m: { uid: 1 } }\nrules: []\n", "p:3:10: warning: list \"m\" is not used\n");
	policy_says(HEAD "lists: { m: { uid: 1 } }\n" USE("uid"),
		    "p:5:50: error: rule \"r\": there is no list \"l\" (did you mean \"m\"?)\n");
	policy_says(HEAD "lists: { scratch: { uid: 1 } }\nrules:\n"
		    "  - { name: r, on: exec, do: deny, where: { uid: $scrach } }\n",
		    "p:5:50: error: rule \"r\": there is no list \"scrach\" (did you mean \"scratch\"?)\n");
	policy_says(HEAD "lists: { m: { uid: 1 } }\nrules:\n"
		    "  - { name: r, on: exec, do: deny, where: { uid: [3, $l] } }\n",
		    "p:5:54: error: rule \"r\": there is no list \"l\" (did you mean \"m\"?)\n");
}

static void test_text_files(void **state)
{
	static const struct policy_says_file files[] = {
		{ "iocs.txt", "# a feed\n" HASH1 "\r\n\n  " HASH2 "  # seen in May\n" },
		{ "two.txt", HASH2 "\n" HASH1 "\n" HASH2 "\n" HASH1 },
		{ "bad.txt", HASH1 "\n\tnothash\n" HASH2 " x\n" },
		{ "empty.txt", "# nothing\n\n" },
		{ "latin.txt", "/a\n /gr\xfc\xdf\x65 # gr\xc3\xbc\xc3\x9f\x65\n/gr\xc3\xbc\xc3\x9f\x65\n" },
		{ NULL, NULL },
	};

	(void)state;
	policy_says_with(files, HEAD "lists: { l: { sha256: [], file: iocs.txt } }\n" USE("sha256"), "");
	policy_says_with(files, HEAD "lists: { l: { sha256: " HASH1 ", file: iocs.txt } }\n" USE("sha256"),
			 "iocs.txt:2:1: warning: list \"l\": sha256: this value stands twice\n");
	policy_says_with(files, HEAD "lists: { l: { sha256: [], file: two.txt } }\n" USE("verity"),
			 "two.txt:3:1: warning: list \"l\": sha256: 2 values stand twice, this is the first\n");
	policy_says_with(files, HEAD "lists: { l: { sha256: [], file: bad.txt } }\n" USE("sha256"),
			 "bad.txt:2:2: error: list \"l\": sha256 \"nothash\": expected 64 hexadecimal digits, got 7 characters\n"
			 "bad.txt:3:1: error: list \"l\": sha256 \"" HASH2 " x\": expected 64 hexadecimal digits, got 66 characters\n");
	policy_says_with(files, HEAD "lists: { l: { sha256: [], file: empty.txt } }\n" USE("sha256"),
			 "p:3:13: error: list \"l\" has no value\n");
	policy_says_with(files, HEAD "lists: { l: { path: [], file: latin.txt } }\n" USE("path"),
			 "latin.txt:2:2: error: list \"l\": not UTF-8\n");
	policy_says_with(files, HEAD "lists: { l: { sha256: [], file: none.txt } }\n" USE("sha256"),
			 "p:3:33: error: file \"none.txt\": No such file or directory\n");
	policy_says_with(files, HEAD "lists: { l: { sha256: [], file: [x] } }\n" USE("sha256"),
			 "p:3:33: error: list \"l\": file: expected a string, got a list\n");
}

/* A "#" is a comment only where a word could begin. */
static void test_lines(void **state)
{
	static const struct policy_says_file files[] = {
		{ "f", "\xef\xbb\xbf/a#b\r\n /c d \t# e\n#/f\n  # /g\n/h #i#j\n" },
		{ NULL, NULL },
	};
	const struct ygr_policy_host host = policy_says_host(files);
	static const char text[] = HEAD "lists: { l: { path: [], file: f } }\n" USE("path");
	struct ygr_policy_compiled compiled;
	struct ygr_text_errors errors;

	(void)state;
	ygr_text_error_init(&errors);
	assert_int_equal(ygr_policy_compile("p", text, strlen(text), &host, &compiled, &errors), 0);
	assert_int_equal(compiled.image.text_nr, 3);
	assert_string_equal(compiled.image.strings + compiled.image.texts[0].str_off, "/a#b");
	assert_string_equal(compiled.image.strings + compiled.image.texts[1].str_off, "/c d");
	assert_string_equal(compiled.image.strings + compiled.image.texts[2].str_off, "/h");
	ygr_policy_compile_exit(&compiled);
}

static void test_includes(void **state)
{
	static const struct policy_says_file files[] = {
		{ "a.yaml", "version: 1\ninclude: [dir/b.yaml]\nlists: { l: { uid: 7 } }\n"
			    "rules:\n  - { name: a, on: exec, do: deny, where: { uid: $l } }\n" },
		{ "dir/b.yaml", "version: 1\nlists: { m: { path: [], file: c.txt } }\n"
				"rules:\n  - { name: b, on: exec, do: allow, where: { path: $m } }\n" },
		{ "dir/c.txt", "/c\n" },
		{ NULL, NULL },
	};
	const struct ygr_policy_host host = policy_says_host(files);
	static const char text[] = HEAD "rules:\n  - { name: p, on: exec, do: deny, where: { gid: 5, uid: $l } }\n"
				   "include: a.yaml\n";
	struct ygr_policy_compiled compiled;
	struct ygr_text_errors errors;
	char *source;

	(void)state;
	ygr_text_error_init(&errors);
	assert_int_equal(ygr_policy_compile("p", text, strlen(text), &host, &compiled, &errors), 0);
	/* What is included comes first, at every level. */
	assert_int_equal(compiled.model->rule_nr, 3);
	assert_string_equal(compiled.model->rule[0].name, "b");
	assert_string_equal(compiled.model->rule[1].name, "a");
	assert_string_equal(compiled.model->rule[2].name, "p");
	assert_int_equal(errors.warning_nr, 1);
	assert_string_equal(errors.item[0].message,
			    "rule \"p\" is unreachable: rule \"a\" decides all that it is about");
	source = ygr_policy_compile_source(&compiled);
	assert_non_null(strstr(source, "include: a.yaml\n# ---- a.yaml ----\nversion: 1\n"));
	assert_non_null(strstr(source, "\n# ---- dir/c.txt ----\n/c\n"));
	free(source);
	ygr_policy_compile_exit(&compiled);
}

static void test_mistakes_in_included_files(void **state)
{
	static const struct policy_says_file files[] = {
		{ "loop.yaml", "version: 1\ninclude: [loop.yaml]\n" },
		{ "back.yaml", "version: 1\ninclude: [p]\n" },
		{ "named.yaml", "version: 1\nname: x\nmode: enforce\n" },
		{ "bad.yaml", "version: 1\nrules:\n  - { name: r, on: exec, do: dny }\n" },
		{ "syntax.yaml", "version: [\n" },
		{ "same.yaml", "version: 1\nlists: { l: { uid: 1 } }\nrules: [ { name: r, on: exec, do: deny, where: { uid: 3 } } ]\n" },
		{ "1", "version: 1\ninclude: \"2\"\n" }, { "2", "version: 1\ninclude: \"3\"\n" },
		{ "3", "version: 1\ninclude: \"4\"\n" }, { "4", "version: 1\ninclude: \"5\"\n" },
		{ "5", "version: 1\ninclude: \"6\"\n" }, { "6", "version: 1\ninclude: \"7\"\n" },
		{ "7", "version: 1\ninclude: \"8\"\n" }, { "8", "version: 1\n" },
		{ NULL, NULL },
	};

	(void)state;
	policy_says_with(files, HEAD "include: none.yaml\nrules: []\n",
			 "p:3:10: error: file \"none.yaml\": No such file or directory\n");
	policy_says_with(files, HEAD "include: [loop.yaml]\nrules: []\n",
			 "loop.yaml:2:11: error: file \"loop.yaml\": it includes itself\n");
	policy_says_with(files, HEAD "include: [back.yaml]\nrules: []\n",
			 "back.yaml:2:11: error: file \"p\": it includes itself\n");
	policy_says_with(files, HEAD "include: [\"8\", \"8\"]\nrules: []\n",
			 "p:3:16: error: file \"8\": it was read already\n");
	policy_says_with(files, HEAD "include: [\"1\"]\nrules: []\n",
			 "7:2:10: error: file \"8\": included too deeply: at most 8 files in one another\n");
	policy_says_with(files, HEAD "include: [\"2\"]\nrules: []\n", "");
	policy_says_with(files, HEAD "include: [named.yaml]\nrules: []\n",
			 "named.yaml:2:1: error: unknown key \"name\" in an included file\n"
			 "named.yaml:3:1: error: unknown key \"mode\" in an included file\n");
	policy_says_with(files, HEAD "include: [bad.yaml, syntax.yaml]\nrules: [ x ]\n",
			 "p:4:10: error: rule 2: expected a mapping, got a string\n"
			 "bad.yaml:3:30: error: rule \"r\": do: unknown value \"dny\" (did you mean \"deny\"?)\n"
			 "syntax.yaml:2:1: error: while parsing a flow node: did not find expected node content\n");
	policy_says_with(files, HEAD "include: [same.yaml]\nlists: { l: { uid: 2 } }\n" USE("uid"),
			 "p:4:10: error: another list is named \"l\" (first in same.yaml:2:10)\n"
			 "p:6:13: error: another rule is named \"r\" (first in same.yaml:3:10)\n");
}

/* What the index refuses is told in the file that says it. */
static void test_refusals_are_told_in_their_file(void **state)
{
	char text[40000];
	const struct policy_says_file files[] = { { "many.yaml", text }, { NULL, NULL } };
	size_t used = sprintf(text, "version: 1\nrules:\n");
	unsigned int i;

	(void)state;
	for (i = 0; i < 257; i++)
		used += sprintf(text + used, "  - { name: r%u, on: exec, do: deny, where: { path: /a, uid: %u } }\n",
				i, i);
	policy_says_with(files, HEAD "include: [many.yaml]\nrules: []\n",
			 "many.yaml:3:46: error: rule \"r0\": too many rules about the same path, file, network or event: /a\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists_are_used),
		cmocka_unit_test(test_equal_lists_take_one_place),
		cmocka_unit_test(test_shared_lists_are_printed_once),
		cmocka_unit_test(test_mistakes_in_lists),
		cmocka_unit_test(test_text_files),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_includes),
		cmocka_unit_test(test_mistakes_in_included_files),
		cmocka_unit_test(test_refusals_are_told_in_their_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
