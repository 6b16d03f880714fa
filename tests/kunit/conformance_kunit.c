// SPDX-License-Identifier: GPL-2.0-only
/* The conformance suite, judged inside a kernel; the table is made by tests/conformance/table.c. */
#include "policy_kunit.h"

#include "conformance_table.h"

static void says_what_every_case_says(struct kunit *test)
{
	size_t i;
	u32 j;

	for (i = 0; i < ARRAY_SIZE(conformance); i++) {
		struct kunit_policy policy;

		KUNIT_ASSERT_EQ(test, kunit_policy_verify(test, &policy, conformance[i].blob,
							  conformance[i].bytes), 0);
		KUNIT_ASSERT_EQ(test, kunit_policy_index(test, &policy), 0);
		for (j = 0; j < conformance[i].case_nr; j++)
			kunit_policy_judge(test, "conformance", &conformance[i].cases[j], &policy);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(says_what_every_case_says),
	{}
};

struct kunit_suite conformance_suite = {
	.name = "conformance",
	.test_cases = cases,
};
