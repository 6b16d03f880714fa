// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>

#include "policy_kunit.h"

struct draft kunit_draft;

int kunit_policy_verify(struct kunit *test, struct kunit_policy *policy, const void *blob,
			size_t bytes)
{
	policy->blob = kunit_kmalloc(test, bytes ? bytes : 1, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, policy->blob);
	memcpy(policy->blob, blob, bytes);
	return ygr_policy_verify(policy->blob, bytes, &policy->image, &policy->error);
}

int kunit_policy_index(struct kunit *test, struct kunit_policy *policy)
{
	void *memory = kunit_kmalloc(test, ygr_policy_index_bytes(&policy->image), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, memory);
	return ygr_policy_index_build(&policy->index, &policy->image, memory, &policy->error);
}

void kunit_policy_build(struct kunit *test, struct kunit_policy *policy)
{
	size_t bytes = draft_bytes_nr(&kunit_draft);
	void *blob = kunit_kmalloc(test, bytes, GFP_KERNEL);

	KUNIT_ASSERT_NE(test, bytes, 0);
	KUNIT_ASSERT_NOT_NULL(test, blob);
	draft_assemble(&kunit_draft, blob);
	KUNIT_ASSERT_EQ(test, kunit_policy_verify(test, policy, blob, bytes), 0);
	KUNIT_ASSERT_EQ(test, kunit_policy_index(test, policy), 0);
}
