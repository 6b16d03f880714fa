// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "env_pick.h"

struct picked {
	char bytes[8192];
	uint32_t len;
	uint64_t true_len;
};

/* The environment in pieces of @step bytes. */
static struct picked pick_in(const char *list, const char *env, size_t bytes, size_t step, uint32_t cap)
{
	struct ygr_env_names names;
	struct ygr_env_pick pick;
	struct picked picked = { .len = 0 };

	assert_int_equal(ygr_env_names_parse(&names, list), 0);
	ygr_env_pick_init(&pick, &names, picked.bytes, cap);
	for (size_t at = 0; at < bytes; at += step)
		ygr_env_pick_feed(&pick, env + at, (uint32_t)(bytes - at < step ? bytes - at : step));
	ygr_env_pick_end(&pick);
	picked.len = pick.len;
	picked.true_len = pick.true_len;
	return picked;
}

static void check(const char *list, const char *env, size_t bytes, const char *want, size_t want_len)
{
	for (size_t step = 1; step <= bytes + 1; step++) {
		struct picked picked = pick_in(list, env, bytes, step, sizeof(picked.bytes));

		assert_int_equal(picked.len, want_len);
		assert_int_equal(picked.true_len, want_len);
		assert_memory_equal(picked.bytes, want, want_len);
	}
}

#define CHECK(list, env, want)	check(list, env, sizeof(env) - 1, want, sizeof(want) - 1)

static void named_variables_are_picked(void **state)
{
	(void)state;
	CHECK("A", "A=1\0", "A=1\0");
	CHECK("A", "B=1\0A=2\0AA=3\0", "A=2\0");
	CHECK("A,BC", "BC=1\0A=2\0C=3\0B=4\0", "BC=1\0A=2\0");
	CHECK("LD_*", "LD_PRELOAD=/x\0LD=2\0LD_=3\0XLD_A=4\0", "LD_PRELOAD=/x\0LD_=3\0");
	CHECK("A", "A=1\0A=2\0", "A=1\0A=2\0");
	CHECK("A", "A=\0", "A=\0");
	CHECK("A", "A=b=c\0", "A=b=c\0");
	CHECK("\xff*", "\xff\xfe=1\0", "\xff\xfe=1\0");
}

static void others_are_not(void **state)
{
	(void)state;
	CHECK("", "A=1\0", "");
	CHECK("A", "", "");
	CHECK("A", "\0\0\0", "");
	CHECK("A", "A\0", "");
	CHECK("A", "=A=1\0", "");
	CHECK("ENV", "ENVIRONMENT=1\0EN=2\0env=3\0", "");
	CHECK("LD_*", "LD\0_=1\0", "");
}

/* Names of 64 bytes are looked at, and no longer ones. */
static void long_names_are_not(void **state)
{
	char env[300];
	struct picked picked;

	(void)state;
	for (size_t len = 60; len < 280; len++) {
		memset(env, 'x', len);
		memcpy(env, "LD_", 3);
		memcpy(env + len, "=1", 3);
		picked = pick_in("LD_*", env, len + 3, 4096, sizeof(picked.bytes));
		assert_int_equal(picked.len, len <= YGR_ENV_NAME_MAX + 1 ? len + 3 : 0);
		assert_int_equal(picked.true_len, picked.len);
	}
}

static void what_lacks_its_end_has_one(void **state)
{
	(void)state;
	CHECK("A", "A=1", "A=1\0");
	CHECK("A", "B=1\0A", "");
}

static void lengths_are_bounded_and_told(void **state)
{
	static char env[6000];
	struct picked picked;

	(void)state;
	memset(env, 'x', sizeof(env));
	memcpy(env, "A=", 2);
	env[2 + YGR_ENV_VALUE_MAX] = '\0';
	picked = pick_in("A", env, 2 + YGR_ENV_VALUE_MAX + 1, 4096, sizeof(picked.bytes));
	assert_int_equal(picked.len, 2 + YGR_ENV_VALUE_MAX + 1);
	assert_int_equal(picked.true_len, picked.len);

	env[2 + YGR_ENV_VALUE_MAX] = 'x';
	memcpy(env + 5900, "\0B=2", 5);
	picked = pick_in("A,B", env, 5905, 4096, sizeof(picked.bytes));
	assert_int_equal(picked.len, 2 + YGR_ENV_VALUE_MAX + 1 + 4);
	assert_int_equal(picked.true_len, 5900 + 1 + 4);
	assert_memory_equal(picked.bytes + picked.len - 5, "\0B=2", 5);

	picked = pick_in("A,B", env, 5905, 4096, 10);
	assert_int_equal(picked.len, 10);
	assert_int_equal(picked.true_len, 5905);
	assert_memory_equal(picked.bytes, "A=xxxxxxxx", 10);
}

static void names_are_checked(void **state)
{
	static const char *const bad[] = {
		",", "A,", ",A", "A,,B", "A=B", "*", "A*B", "A**",
		"0123456789012345678901234567890123456789012345678901234567890123",
	};
	struct ygr_env_names names;
	char many[3 * YGR_ENV_NAMES_MAX + 3] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(ygr_env_names_parse(&names, bad[i]), -EINVAL);
		assert_int_equal(names.nr, 0);
	}
	for (unsigned int i = 0; i < YGR_ENV_NAMES_MAX; i++)
		strcat(many, i ? ",A" : "A");
	assert_int_equal(ygr_env_names_parse(&names, many), 0);
	assert_int_equal(names.nr, YGR_ENV_NAMES_MAX);
	strcat(many, ",A");
	assert_int_equal(ygr_env_names_parse(&names, many), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(named_variables_are_picked),
		cmocka_unit_test(others_are_not),
		cmocka_unit_test(long_names_are_not),
		cmocka_unit_test(what_lacks_its_end_has_one),
		cmocka_unit_test(lengths_are_bounded_and_told),
		cmocka_unit_test(names_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
