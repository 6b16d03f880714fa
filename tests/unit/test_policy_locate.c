// SPDX-License-Identifier: GPL-2.0-only
/* Which rule a byte of a blob belongs to, and what a verifier's code means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "policy_blob.h"
#include "policy_locate.h"
#include "policy_text.h"
#include "policy_word.h"

static const char text[] =
	"version: 1\nname: p\nrules:\n"
	"  - { name: one, on: exec, do: deny, where: { path: [/a, /b], uid: 1 } }\n"
	"  - { name: two, on: connect, do: deny, mode: monitor,\n"
	"      where: { cidr: 10.0.0.0/8, port: 22, not: { uid: 5 } } }\n"
	"  - { name: three, on: open, do: record, where: { not: { path: /c } } }\n";

static void *blob;
static struct ygr_policy_image image;

static int setup(void **state)
{
	const struct ygr_policy_users users = { 0 };
	struct ygr_policy_model *model;
	struct ygr_text_errors errors;
	struct ygr_policy_error error;
	size_t bytes;

	(void)state;
	ygr_text_error_init(&errors);
	if (ygr_policy_text_parse(text, strlen(text), &users, &model, &errors) ||
	    ygr_policy_blob_build(model, &blob, &bytes))
		return -1;
	ygr_policy_model_destroy(model);
	return ygr_policy_verify(blob, bytes, &image, &error);
}

static int teardown(void **state)
{
	(void)state;
	free(blob);
	return 0;
}

static const char *rule_at(const void *place)
{
	return ygr_policy_locate_rule(&image, (const char *)place - (const char *)blob);
}

static void test_bytes_of_a_rule(void **state)
{
	(void)state;
	assert_string_equal(rule_at(&image.rules[0]), "one");
	assert_string_equal(rule_at(&image.rules[1].mode), "two");
	assert_string_equal(rule_at((const char *)&image.rules[3] - 1), "three");
}

static void test_bytes_of_an_item(void **state)
{
	(void)state;
	assert_string_equal(rule_at(&image.paths[0]), "one");
	assert_string_equal(rule_at(&image.paths[1].kind), "one");
	assert_string_equal(rule_at(&image.paths[2]), "three");
	assert_string_equal(rule_at(&image.uids[0]), "one");
	assert_string_equal(rule_at(&image.uids[1]), "two");
	assert_string_equal(rule_at(&image.cidrs[0]), "two");
	assert_string_equal(rule_at(&image.ports[0].high), "two");
}

static void test_bytes_of_no_rule(void **state)
{
	(void)state;
	assert_null(rule_at(blob));
	assert_null(rule_at(image.strings));
	assert_null(ygr_policy_locate_rule(&image, image.header->total_bytes));
	assert_null(ygr_policy_locate_rule(&image, 0xffffffffu));
}

static void test_modes(void **state)
{
	__u32 nr[YGR_MODE_NR];

	(void)state;
	ygr_policy_locate_modes(&image, nr);
	assert_int_equal(nr[YGR_MODE_ENFORCE], 2);
	assert_int_equal(nr[YGR_MODE_MONITOR], 1);
}

/* Each code of the ABI has a sentence of its own; others do not crash. */
static void test_every_error_has_words(void **state)
{
	uint32_t a, b;

	(void)state;
	for (a = 0; a <= 20; a++)
		for (b = 0; b < a; b++)
			assert_string_not_equal(ygr_policy_word_error(a), ygr_policy_word_error(b));
	assert_string_equal(ygr_policy_word_error(21), ygr_policy_word_error(0xffffffffu));
	assert_string_not_equal(ygr_policy_word_error(20), ygr_policy_word_error(21));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes_of_a_rule),
		cmocka_unit_test(test_bytes_of_an_item),
		cmocka_unit_test(test_bytes_of_no_rule),
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_every_error_has_words),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
