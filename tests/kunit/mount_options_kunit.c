// SPDX-License-Identifier: GPL-2.0-only
/* What is told of a mount's options (mount_options_cases.h), between memory that ends where they do. */
#include "kunit_ring.h"
#include "mount_options.h"
#include "mount_options_cases.h"
#include "policy_kunit.h"

static void copy(struct kunit *test, const struct mount_options_case *c, u32 cap)
{
	u32 len = strlen(c->from), whole = strlen(c->to), want = min(cap, whole);
	const char *from = kunit_copy_of(test, c->from, len);
	char *to = kunit_kmalloc(test, cap ?: 1, GFP_KERNEL);
	bool is_cut = cap < whole, cut = !is_cut;

	KUNIT_ASSERT_NOT_NULL(test, to);
	KUNIT_EXPECT_EQ_MSG(test, ygr_mount_options_copy(from, len, to, cap, &cut), want, "%s in %u",
			    c->from, cap);
	KUNIT_EXPECT_EQ_MSG(test, memcmp(to, c->to, want), 0, "%s in %u", c->from, cap);
	KUNIT_EXPECT_EQ_MSG(test, cut, is_cut, "%s in %u", c->from, cap);
}

static void each_option_in_any_room(struct kunit *test)
{
	const struct mount_options_case *c;
	u32 cap;

	for (c = mount_options_cases; c->from; c++)
		for (cap = 0; cap <= strlen(c->to) + 1; cap++)
			copy(test, c, cap);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_option_in_any_room),
	{}
};

struct kunit_suite mount_options_suite = {
	.name = "mount_options",
	.test_cases = cases,
};
