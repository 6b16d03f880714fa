// SPDX-License-Identifier: GPL-2.0-only
/* What is worth a copy (payload_cases.h), in memory that ends where it does; and the first of many. */
#include <linux/slab.h>

#include "payload_cases.h"
#include "policy_kunit.h"
#include "rate.h"
#include "recent.h"

static void each_payload(struct kunit *test)
{
	const struct payload_case *c;

	for (c = payload_cases; c->bytes; c++) {
		u8 *copy = kunit_kmalloc(test, c->len ?: 1, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, copy);
		memcpy(copy, c->bytes, c->len);
		KUNIT_EXPECT_EQ_MSG(test, c->result, payload_case_result(c, copy), "case %td",
				    c - payload_cases);
	}
}

static void first_of_many(struct kunit *test)
{
	struct ygr_recent *recent = kunit_kzalloc(test, sizeof(*recent), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, recent);
	KUNIT_EXPECT_TRUE(test, ygr_recent_is_new(recent, 1ull << 40, 100, 60));
	KUNIT_EXPECT_FALSE(test, ygr_recent_is_new(recent, 1ull << 40, 159, 60));
	KUNIT_EXPECT_TRUE(test, ygr_recent_is_new(recent, 2ull << 40, 159, 60));
	KUNIT_EXPECT_TRUE(test, ygr_recent_is_new(recent, 1ull << 40, 160, 60));
}

static void so_many_in_a_window(struct kunit *test)
{
	struct ygr_rate rate = { 0 };
	int i;

	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_TRUE(test, ygr_rate_allows(&rate, 1000, 1000, 3));
	KUNIT_EXPECT_FALSE(test, ygr_rate_allows(&rate, 1999, 1000, 3));
	KUNIT_EXPECT_TRUE(test, ygr_rate_allows(&rate, 2000, 1000, 3));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_payload),
	KUNIT_CASE(first_of_many),
	KUNIT_CASE(so_many_in_a_window),
	{}
};

struct kunit_suite payload_suite = {
	.name = "payload",
	.test_cases = cases,
};
