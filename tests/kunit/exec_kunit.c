// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is read of an environment and of a file's capabilities, in memory that ends where the text
 * does: KASAN sees one byte too many.
 */
#include <linux/slab.h>

#include "env_pick.h"
#include "file_caps.h"
#include "policy_kunit.h"

static void *copy_of(struct kunit *test, const void *bytes, size_t len)
{
	void *copy = kunit_kmalloc(test, len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	return memcpy(copy, bytes, len);
}

struct env_case {
	const char *names;
	const char *env;
	size_t env_len;
	const char *want;
	size_t want_len;
};

#define ENV(names, env, want)	{ names, env, sizeof(env) - 1, want, sizeof(want) - 1 }

static const struct env_case env_cases[] = {
	ENV("A", "A=1\0", "A=1\0"),
	ENV("LD_*,B", "PATH=x\0LD_PRELOAD=/x\0B=2\0LD=3\0", "LD_PRELOAD=/x\0B=2\0"),
	ENV("A", "A=1", "A=1\0"),
	ENV("A", "AA=1\0=A\0A\0", ""),
	ENV("", "A=1\0", ""),
};

static void pick(struct kunit *test, const struct env_case *c, size_t step)
{
	struct ygr_env_names *names = kunit_kzalloc(test, sizeof(*names), GFP_KERNEL);
	char *out = kunit_kzalloc(test, 64, GFP_KERNEL);
	struct ygr_env_pick state;
	size_t at, part;

	KUNIT_ASSERT_EQ(test, ygr_env_names_parse(names, c->names), 0);
	ygr_env_pick_init(&state, names, out, 64);
	for (at = 0; at < c->env_len; at += part) {
		part = min(step, c->env_len - at);
		ygr_env_pick_feed(&state, copy_of(test, c->env + at, part), part);
	}
	ygr_env_pick_end(&state);
	KUNIT_EXPECT_EQ(test, (size_t)state.len, c->want_len);
	KUNIT_EXPECT_EQ(test, (size_t)state.true_len, c->want_len);
	KUNIT_EXPECT_EQ(test, memcmp(out, c->want, c->want_len), 0);
}

static void variables_are_picked_in_any_pieces(struct kunit *test)
{
	size_t i, step;

	for (i = 0; i < ARRAY_SIZE(env_cases); i++)
		for (step = 1; step <= env_cases[i].env_len; step++)
			pick(test, &env_cases[i], step);
}

static void room_is_kept_to(struct kunit *test)
{
	struct ygr_env_names *names = kunit_kzalloc(test, sizeof(*names), GFP_KERNEL);
	char *out = kunit_kmalloc(test, 5, GFP_KERNEL);
	struct ygr_env_pick state;

	KUNIT_ASSERT_EQ(test, ygr_env_names_parse(names, "A"), 0);
	ygr_env_pick_init(&state, names, out, 5);
	ygr_env_pick_feed(&state, "A=123456789\0A=1", 15);
	ygr_env_pick_end(&state);
	KUNIT_EXPECT_EQ(test, state.len, 5u);
	KUNIT_EXPECT_EQ(test, state.true_len, 16ull);
}

#define V2	"\1\0\0\2" "\0\x20\0\0" "\1\0\0\0" "\2\0\0\0" "\3\0\0\0"

static void capabilities_are_read_within_their_bounds(struct kunit *test)
{
	struct ygr_file_caps caps = { .permitted = 0 };
	size_t len;

	for (len = 0; len < sizeof(V2) - 1; len++)
		KUNIT_EXPECT_EQ(test, ygr_file_caps_parse(copy_of(test, V2, len), len, &caps), -EINVAL);
	KUNIT_EXPECT_EQ(test, ygr_file_caps_parse(copy_of(test, V2 "\0\0\0", len + 4), len + 4, &caps), -EINVAL);
	KUNIT_EXPECT_EQ(test, ygr_file_caps_parse(copy_of(test, V2, len), len, &caps), 0);
	KUNIT_EXPECT_EQ(test, caps.permitted, 0x200002000ull);
	KUNIT_EXPECT_EQ(test, caps.inheritable, 0x300000001ull);
	KUNIT_EXPECT_TRUE(test, caps.is_effective);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(variables_are_picked_in_any_pieces),
	KUNIT_CASE(room_is_kept_to),
	KUNIT_CASE(capabilities_are_read_within_their_bounds),
	{}
};

struct kunit_suite exec_suite = {
	.name = "exec",
	.test_cases = cases,
};
