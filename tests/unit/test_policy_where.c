// SPDX-License-Identifier: GPL-2.0-only
/* What conditions become: alternatives of tests, as they are printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "policy_says.h"

/* One letter for a field, "!" for a negated test, the first value: "p:/a u:0 !u:5". */
static void put_test(FILE *out, const struct ygr_policy_test *test)
{
	char text[YGR_POLICY_VALUE_TEXT];

	fprintf(out, "%s%s:", test->negate ? "!" : "", ygr_policy_field[test->field].key);
	if (!test->values) {
		fprintf(out, "%llx", (unsigned long long)test->bits);
		return;
	}
	ygr_policy_value_format(test->field, &test->values->item[0], text);
	fprintf(out, "%s%s", text, test->values->nr > 1 ? ".." : "");
}

/* All alternatives of the first rule, "|" between them. */
static void becomes(const char *where, const char *wanted)
{
	struct ygr_policy_compiled compiled;
	const struct ygr_policy_model *model;
	char text[2000], *got;
	size_t bytes;
	uint32_t i, j;
	FILE *out;

	snprintf(text, sizeof(text), "version: 1\nname: t\nrules:\n"
		 "  - { name: r, on: exec, do: deny, where: %s }\n", where);
	policy_says_compile(text, &compiled);
	model = compiled.model;
	out = open_memstream(&got, &bytes);
	for (i = 0; i < model->clause_nr; i++) {
		fputs(i ? " | " : "", out);
		for (j = 0; j < model->clause[i].test_nr; j++) {
			fputs(j ? " " : "", out);
			put_test(out, &model->test[model->clause[i].test_first + j]);
		}
	}
	fclose(out);
	assert_string_equal(got, wanted);
	free(got);
	ygr_policy_compile_exit(&compiled);
	free(policy_says_print(text));
}

static void test_one_alternative(void **state)
{
	(void)state;
	becomes("{ path: /a }", "path:/a");
	becomes("{ path: [/a, /b] }", "path:/a..");
	becomes("{ uid: 0, path: /a }", "path:/a uid:0");
	becomes("{ not: { path: /a, uid: 0 } }", "!path:/a !uid:0");
	becomes("{ not: { path: [/a, /b] } }", "!path:/a..");
	becomes("{ not: { uid: 5 }, uid: 0-9 }", "uid:0-9 !uid:5");
	becomes("{ all: [ { path: \"/a/**\" }, { path: \"*.sh\" } ] }", "path:/a/** path:*.sh");
	becomes("{ path: \"/a/**\", all: [ { path: \"*.sh\" } ] }", "path:/a/** path:*.sh");
	becomes("{ all: [ { path: \"*.sh\" } ], path: \"/a/**\" }", "path:*.sh path:/a/**");
	becomes("{ file: [setuid, memfd], process: container }", "file:21 process:80");
}

static void test_alternatives(void **state)
{
	(void)state;
	becomes("{ any: [ { path: /a }, { uid: 0 } ] }", "path:/a | uid:0");
	becomes("{ any: [ { path: /a, uid: 0 }, { gid: 4 } ] }", "path:/a uid:0 | gid:4");
	becomes("{ path: /a, any: [ { uid: 0 }, { gid: 4 } ] }", "path:/a uid:0 | path:/a gid:4");
	becomes("{ all: [ { any: [ { uid: 1 }, { uid: 2 } ] }, { any: [ { gid: 1 }, { gid: 2 } ] } ] }",
		"uid:1 gid:1 | uid:1 gid:2 | uid:2 gid:1 | uid:2 gid:2");
	becomes("{ any: [ { any: [ { uid: 1 }, { uid: 2 } ] }, { uid: 3 } ] }", "uid:1 | uid:2 | uid:3");
	becomes("{ any: [ { not: { uid: 1, gid: 2 } }, { uid: 3 } ] }", "!uid:1 !gid:2 | uid:3");
}

/* `not` of a map negates each key; of `all` and `any`, what they say. */
static void test_negation(void **state)
{
	(void)state;
	becomes("{ not: { all: [ { path: /a }, { uid: 0 } ] } }", "!path:/a | !uid:0");
	becomes("{ not: { all: [ { path: /a, uid: 0 } ] } }", "!path:/a | !uid:0");
	becomes("{ not: { any: [ { path: /a }, { uid: 0 } ] } }", "!path:/a !uid:0");
	becomes("{ not: { any: [ { path: /a, uid: 0 }, { gid: 4 } ] } }", "!path:/a !gid:4 | !uid:0 !gid:4");
	becomes("{ not: { path: /a, all: [ { uid: 0 }, { gid: 4 } ] } }", "!path:/a !uid:0 | !path:/a !gid:4");
	becomes("{ not: { all: [ { not: { uid: 0, gid: 4 } } ] } }", "uid:0 | gid:4");
	becomes("{ not: { all: [ { uid: 1, not: { gid: 4 } } ] } }", "!uid:1 | gid:4");
	becomes("{ not: { any: [ { not: { uid: 0 } }, { not: { all: [ { gid: 4 }, { gid: 5-9, uid: 7 } ] } } ] } }",
		"uid:0 uid:7 gid:4 gid:5-9");
}

static void test_repetitions_are_dropped(void **state)
{
	(void)state;
	becomes("{ all: [ { uid: 0 }, { uid: 0 } ] }", "uid:0");
	becomes("{ any: [ { uid: 0 }, { uid: 0 } ] }", "uid:0");
	becomes("{ any: [ { uid: 0, gid: 4 }, { gid: 4, uid: root } ] }", "uid:0 gid:4");
	becomes("{ uid: 0, any: [ { uid: 0 }, { gid: 4 } ] }", "uid:0 | uid:0 gid:4");
	becomes("{ path: [/b, /a, /b] }", "path:/b..");
}

static void test_values(void **state)
{
	(void)state;
	becomes("{ uid: [90-100, 22, 80-95, 22, 101] }", "uid:22..");
	becomes("{ uid: www-data }", "uid:33");
	becomes("{ gid: adm }", "gid:4");
	becomes("{ loginuid: unset }", "loginuid:unset");
	becomes("{ loginuid: www-data }", "loginuid:33");
	becomes("{ owner: root }", "owner:0");
	becomes("{ file-id: \"8:1:12345\" }", "file-id:8:1:12345");
	becomes("{ same-file-as: /bin/x }", "file-id:8:1:77");
	becomes("{ argv: \"$$(id)\" }", "argv:$(id)");
	becomes("{ cgroup-id: 18446744073709551615 }", "cgroup-id:18446744073709551615");
	becomes("{ sha256: E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855 }",
		"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void test_most_tests_of_an_alternative(void **state)
{
	char text[4000];
	size_t used = sprintf(text, "version: 1\nname: t\nrules:\n"
				    "  - name: r\n    on: exec\n    do: deny\n    where:\n      all:\n");
	unsigned int i;

	(void)state;
	for (i = 0; i < YGR_CLAUSE_TESTS_MAX; i++)
		used += sprintf(text + used, "        - { uid: 0-%u }\n", 50 + i);
	policy_says(text, "");
	sprintf(text + used, "        - { uid: 0-%u }\n", 50 + i);
	policy_says(text, "p:8:7: error: \"where\" of rule \"r\" makes an alternative of more than 32 conditions\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_alternative),
		cmocka_unit_test(test_alternatives),
		cmocka_unit_test(test_negation),
		cmocka_unit_test(test_repetitions_are_dropped),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_most_tests_of_an_alternative),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
