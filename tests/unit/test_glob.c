// SPDX-License-Identifier: GPL-2.0-only
/* Globs: what each construct matches, and another matcher for comparison. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "glob.h"
#include "glob_cases.h"
#include "policy_random.h"

static void each_case(void **state)
{
	(void)state;
	for (const struct glob_case *c = glob_cases; c->glob; c++) {
		uint32_t glob_len = (uint32_t)strlen(c->glob), len = (uint32_t)strlen(c->text);

		if (ygr_glob_match(c->glob, glob_len, c->text, len) != c->matches)
			fail_msg("%s %s %s", c->glob, c->matches ? "does not match" : "matches", c->text);
		if (ygr_policy_reference_glob(c->glob, glob_len, c->text, len) != c->matches)
			fail_msg("the reference says otherwise of %s and %s", c->glob, c->text);
	}
}

static void bytes_beyond_the_ends_do_not_count(void **state)
{
	(void)state;
	assert_true(ygr_glob_match("/a*x", 3, "/abcx", 4));
	assert_false(ygr_glob_match("/abc", 4, "/abc", 3));
	assert_true(ygr_glob_match("@\0*", 3, "@\0a\0", 4));
	assert_false(ygr_glob_match("@\0*", 3, "@a\0", 3));
	assert_false(ygr_glob_match("/*", 2, "", 0));
}

static void well_formed(void **state)
{
	static const char *const good[] = { "/a", "/\\a", "/\\\\", "/**", "/a\\*/b", "/\\" "?" };
	static const char *const bad[] = { "/a\\", "/a\\/b", "/\\\\\\", "\\/" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(ygr_glob_is_good(good[i], (uint32_t)strlen(good[i]), false));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(ygr_glob_is_good(bad[i], (uint32_t)strlen(bad[i]), false));
	assert_false(ygr_glob_is_good("/a\0b", 4, false));
	assert_true(ygr_glob_is_good("@a\0b", 4, true));
	assert_true(ygr_glob_is_good("@\\\0", 3, true));
}

static void literals_are_what_matches_share(void **state)
{
	static const struct {
		const char *glob;
		uint32_t head_len, tail_off;
	} expected[] = {
		{ "/a/b", 4, 0 },
		{ "/a/*", 3, 4 },
		{ "/a/**/b.sh", 3, 5 },
		{ "/**/*.sh", 1, 5 },
		{ "/a?c", 2, 3 },
		{ "/a\\*b", 2, 4 },
		{ "/a\\*", 2, 4 },
		{ "/*", 1, 2 },
		{ "/a\\", 2, 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		struct ygr_glob_literals found =
			ygr_glob_find_literals(expected[i].glob, (uint32_t)strlen(expected[i].glob));

		assert_int_equal(found.head_len, expected[i].head_len);
		assert_int_equal(found.tail_off, expected[i].tail_off);
	}
}

static void agrees_with_the_reference(void **state)
{
	uint64_t rounds = getenv("YAGURA_LONG") ? 10000000 : 200000, matched = 0;
	struct choices choices = { .state = 1 };

	(void)state;
	for (uint64_t i = 0; i < rounds; i++) {
		char glob[RANDOM_TEXT_BYTES], text[RANDOM_TEXT_BYTES];
		bool quick;

		random_glob(&choices, '/', glob);
		random_path(&choices, text);
		quick = ygr_glob_match(glob, (uint32_t)strlen(glob), text, (uint32_t)strlen(text));
		matched += quick;
		if (quick != ygr_policy_reference_glob(glob, (uint32_t)strlen(glob), text,
						       (uint32_t)strlen(text)))
			fail_msg("%s %s %s", glob, quick ? "matches" : "does not match", text);
	}
	assert_in_range(matched, rounds / 20, rounds / 2);
}

/* Few letters and many stars: where a matcher that gives up too early is caught. */
static void agrees_on_dense_globs(void **state)
{
	static const char pattern[] = "ab*?/\\", text_bytes[] = "ab/";
	uint64_t rounds = getenv("YAGURA_LONG") ? 10000000 : 200000;
	struct choices choices = { .state = 2 };

	(void)state;
	for (uint64_t i = 0; i < rounds; i++) {
		char glob[12] = "/", text[12] = "/";
		uint32_t glob_len = 2 + choose(&choices, 9), len = 2 + choose(&choices, 9), j;

		for (j = 1; j < glob_len; j++)
			glob[j] = pattern[choose(&choices, sizeof(pattern) - 1)];
		for (j = 1; j < len; j++)
			text[j] = text_bytes[choose(&choices, sizeof(text_bytes) - 1)];
		if (!ygr_glob_is_good(glob, glob_len, false))
			continue;
		if (ygr_glob_match(glob, glob_len, text, len) !=
		    ygr_policy_reference_glob(glob, glob_len, text, len))
			fail_msg("%s and %s", glob, text);
	}
}

/* The worst that a policy may ask for: one that tries every way would never return. */
static void many_stars_end_soon(void **state)
{
	char glob[YGR_POLICY_GLOB_MAX], text[YGR_POLICY_PATH_MAX];

	(void)state;
	memset(text, 'a', sizeof(text));
	text[0] = '/';
	for (uint32_t i = 0; i < sizeof(glob); i++)
		glob[i] = "*a"[i % 2];
	glob[0] = '/';
	glob[sizeof(glob) - 1] = 'b';
	assert_false(ygr_glob_match(glob, sizeof(glob), text, sizeof(text)));
	assert_false(ygr_policy_reference_glob(glob, sizeof(glob), text, sizeof(text)));
	text[sizeof(text) - 1] = 'b';
	assert_true(ygr_glob_match(glob, sizeof(glob), text, sizeof(text)));
	assert_true(ygr_policy_reference_glob(glob, sizeof(glob), text, sizeof(text)));
	text[sizeof(text) - 1] = 'a';
	for (uint32_t i = 0; i + 1 < sizeof(text); i += 2)
		text[i] = '/';
	memcpy(glob, "/**/*a/*a/*a/*a/*a/b", 20);
	assert_false(ygr_glob_match(glob, 20, text, sizeof(text)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_case),
		cmocka_unit_test(bytes_beyond_the_ends_do_not_count),
		cmocka_unit_test(well_formed),
		cmocka_unit_test(literals_are_what_matches_share),
		cmocka_unit_test(agrees_with_the_reference),
		cmocka_unit_test(agrees_on_dense_globs),
		cmocka_unit_test(many_stars_end_soon),
	};

	return cmocka_run_group_tests_name("glob", tests, NULL, NULL);
}
