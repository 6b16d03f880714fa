// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>

#include "policy_kunit.h"
#include "policy_verify.h"

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

/* In memory that ends where the text does. */
static void confine(struct kunit *test, struct ygr_match_text *text)
{
	char *copy;

	if (!text->bytes)
		return;
	copy = kunit_kmalloc(test, text->len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, copy);
	text->bytes = memcpy(copy, text->bytes, text->len);
}

static void find_bits(const struct ygr_policy_index *index, enum ygr_subject_kind kind,
		      const struct ygr_match_text *text, struct ygr_subject_bits *bits,
		      const struct ygr_subject_bits **to)
{
	if (!text->bytes)
		return;
	ygr_policy_index_subject(index, kind, text->bytes, text->len, bits);
	*to = bits;
}

void kunit_policy_judge(struct kunit *test, const char *suite, const struct match_case *c,
			const struct kunit_policy *policy)
{
	const struct ygr_rule *rule = c->rule_id ? &policy->image.rules[c->rule_id - 1] : NULL;
	struct ygr_subject_bits bits[4] = { 0 };
	struct ygr_match_event event = c->event;
	struct ygr_decision decision;
	u32 i;

	for (i = 0; i < event.path_nr; i++)
		confine(test, &event.paths[i]);
	confine(test, &event.argv);
	confine(test, &event.xattr);
	confine(test, &event.unix_name);
	find_bits(&policy->index, YGR_SUBJECT_EXE, &c->exe, &bits[0], &event.exe);
	find_bits(&policy->index, YGR_SUBJECT_EXE, &c->parent, &bits[1], &event.parent);
	find_bits(&policy->index, YGR_SUBJECT_CGROUP, &c->cgroup, &bits[2], &event.cgroup);
	for (i = 0; i < MATCH_ANCESTORS; i++)
		find_bits(&policy->index, YGR_SUBJECT_EXE, &c->ancestors[i], &bits[3],
			  &event.ancestors);
	decision = ygr_match(&policy->index, &event);
	KUNIT_EXPECT_EQ_MSG(test, decision.rule_id, c->rule_id, "%s: %s", suite, c->what);
	KUNIT_EXPECT_EQ_MSG(test, decision.labels, c->labels, "%s: %s", suite, c->what);
	KUNIT_EXPECT_PTR_EQ_MSG(test, decision.rule, rule, "%s: %s", suite, c->what);
	KUNIT_EXPECT_EQ(test, decision.action, rule ? rule->action : YGR_ACTION_ALLOW);
	KUNIT_EXPECT_EQ(test, decision.mode, rule ? rule->mode : YGR_MODE_ENFORCE);
}
