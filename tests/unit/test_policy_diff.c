// SPDX-License-Identifier: GPL-2.0-only
/* What "policy diff" says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "policy_compiled.h"
#include "policy_diff.h"

#define HEAD	"version: 1\nname: p\nrules:\n"
#define ONE	"  - { name: one, on: exec, do: deny, where: { path: /a } }\n"
#define ONE_B	"  - { name: one, on: exec, do: deny, where: { path: /b } }\n"
#define TWO	"  - { name: two, on: connect, do: record }\n"
#define THREE	"  - { name: three, on: open, do: ignore }\n"

/* NULL: no policy. The caller frees *said. */
static int diff(const char *old_text, const char *new_text, char **said)
{
	struct ygr_policy_file old, new;
	size_t len;
	FILE *out = open_memstream(said, &len);
	int nr;

	if (old_text)
		policy_compile(&old, old_text);
	policy_compile(&new, new_text);
	nr = ygr_policy_diff_print(out, old_text ? &old.image : NULL, &new.image);
	fclose(out);
	if (old_text)
		ygr_policy_file_close(&old);
	ygr_policy_file_close(&new);
	return nr;
}

static void test_same(void **state)
{
	char *said;

	(void)state;
	assert_int_equal(diff(HEAD ONE TWO, "# other comment\n" HEAD ONE TWO, &said), 0);
	assert_string_equal(said, "");
	free(said);
}

static void test_added_and_removed(void **state)
{
	char *said;

	(void)state;
	assert_int_equal(diff(HEAD ONE TWO, HEAD ONE THREE, &said), 2);
	assert_non_null(strstr(said, "-   - name: two\n"));
	assert_non_null(strstr(said, "+   - name: three\n"));
	assert_null(strstr(said, "name: one"));
	free(said);
}

static void test_changed(void **state)
{
	char *said;

	(void)state;
	assert_int_equal(diff(HEAD ONE TWO, HEAD ONE_B TWO, &said), 1);
	assert_ptr_equal(strstr(said, "~ rule one\n"), said);
	assert_non_null(strstr(said, "/a"));
	assert_non_null(strstr(said, "/b"));
	assert_null(strstr(said, "on: exec"));
	free(said);
}

static void test_moved(void **state)
{
	char *said;

	(void)state;
	assert_int_equal(diff(HEAD ONE TWO THREE, HEAD TWO THREE ONE, &said), 1);
	assert_string_equal(said, "^ rule one\n");
	free(said);
}

static void test_from_none(void **state)
{
	char *said;

	(void)state;
	assert_int_equal(diff(NULL, HEAD ONE, &said), 2);
	assert_ptr_equal(strstr(said, "~ policy\n"), said);
	assert_non_null(strstr(said, "+   - name: one\n"));
	free(said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_added_and_removed),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_moved),
		cmocka_unit_test(test_from_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
