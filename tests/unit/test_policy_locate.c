// SPDX-License-Identifier: GPL-2.0-only
/* Which rule a byte of a blob belongs to, and what a verifier's code means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <yagura/ygr_abi.h>

#include "policy_locate.h"
#include "policy_says.h"
#include "policy_word.h"

static const char text[] =
	"version: 1\nname: p\nrules:\n"
	"  - { name: one, on: exec, do: deny, where: { path: [/a, /b], uid: 1 } }\n"
	"  - { name: two, on: connect, do: deny, mode: monitor,\n"
	"      where: { cidr: 10.0.0.0/8, port: 22, not: { uid: 5 } } }\n"
	"  - { name: three, on: open, do: record, where: { any: [ { file: memfd }, { not: { path: /c } } ] } }\n";

static struct ygr_policy_compiled compiled;

#define image	(compiled.image)

static int setup(void **state)
{
	(void)state;
	policy_says_compile(text, &compiled);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ygr_policy_compile_exit(&compiled);
	return 0;
}

static __u32 offset_of(const void *place)
{
	return (const char *)place - (const char *)compiled.blob;
}

static const char *rule_at(const void *place)
{
	return ygr_policy_locate_rule(&image, offset_of(place));
}

static void check(const void *place, long rule, long test, long value)
{
	struct ygr_policy_location at = ygr_policy_locate(&image, offset_of(place));

	assert_int_equal(at.rule, rule);
	assert_int_equal(at.test, test);
	assert_int_equal(at.value, value);
}

static void test_bytes_of_a_rule(void **state)
{
	(void)state;
	assert_string_equal(rule_at(&image.rules[0]), "one");
	assert_string_equal(rule_at(&image.rules[1].mode), "two");
	assert_string_equal(rule_at((const char *)&image.rules[3] - 1), "three");
	check(&image.rules[1], 1, -1, -1);
}

static void test_bytes_of_an_alternative(void **state)
{
	(void)state;
	check(&image.clauses[0], 0, -1, -1);
	check(&image.clauses[1].test_nr, 1, -1, -1);
	check(&image.clauses[3], 2, -1, -1);
	check(&image.tests[0], 0, 0, -1);
	check(&image.tests[4].bits, 1, 4, -1);
	check(&image.tests[6], 2, 6, -1);
}

/* Tests: 0 path, 1 uid; 2 cidr, 3 port, 4 not uid; 5 file; 6 not path. */
static void test_bytes_of_a_value(void **state)
{
	(void)state;
	check(&image.texts[0], 0, 0, 0);
	check(&image.texts[1].kind, 0, 0, 1);
	check(&image.texts[2], 2, 6, 0);
	check(&image.ranges[0], 0, 1, 0);
	check(&image.ranges[1], 1, 3, 0);
	check(&image.ranges[2].high, 1, 4, 0);
	check(&image.cidrs[0].addr[2], 1, 2, 0);
}

static void test_bytes_of_no_rule(void **state)
{
	(void)state;
	assert_null(rule_at(compiled.blob));
	assert_null(rule_at(image.strings));
	assert_null(ygr_policy_locate_rule(&image, image.header->total_bytes));
	assert_null(ygr_policy_locate_rule(&image, 0xffffffffu));
	check(compiled.blob, -1, -1, -1);
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
	for (a = 0; a <= YGR_POLICY_E_NOISE; a++)
		for (b = 0; b < a; b++)
			assert_string_not_equal(ygr_policy_word_error(a), ygr_policy_word_error(b));
	assert_string_equal(ygr_policy_word_error(YGR_POLICY_E_NOISE + 1),
			    ygr_policy_word_error(0xffffffffu));
	assert_string_not_equal(ygr_policy_word_error(YGR_POLICY_E_NOISE),
				ygr_policy_word_error(YGR_POLICY_E_NOISE + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes_of_a_rule),
		cmocka_unit_test(test_bytes_of_an_alternative),
		cmocka_unit_test(test_bytes_of_a_value),
		cmocka_unit_test(test_bytes_of_no_rule),
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_every_error_has_words),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
