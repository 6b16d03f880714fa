// SPDX-License-Identifier: GPL-2.0-only
/* Which rule decides about which event: the cases that user space judges as well. */
#include "match.h"
#include "policy_kunit.h"
#include "policy_random.h"

static void judge_suites(struct kunit *test, const struct match_suite *suite)
{
	for (; suite->what; suite++) {
		struct kunit_policy policy;
		u32 i;

		draft_reset(&kunit_draft);
		suite->draw(&kunit_draft);
		kunit_policy_build(test, &policy);
		for (i = 0; i < suite->case_nr; i++)
			kunit_policy_judge(test, suite->what, &suite->cases[i], &policy);
	}
}

static void judges_files(struct kunit *test)
{
	judge_suites(test, match_suites_file);
}

static void judges_sockets(struct kunit *test)
{
	judge_suites(test, match_suites_socket);
}

static void judges_processes(struct kunit *test)
{
	judge_suites(test, match_suites_process);
}

/* Every prefix length against an address that differs in just one bit. */
static void networks_compare_exactly_their_prefix(struct kunit *test)
{
	static const u8 zero[16];
	u32 prefix_len, bit;

	for (prefix_len = 0; prefix_len <= 128; prefix_len++) {
		struct kunit_policy policy;

		draft_reset(&kunit_draft);
		draft_rule(&kunit_draft, YGR_ON_BIT(YGR_ON_CONNECT), YGR_ACTION_DENY);
		draft_test(&kunit_draft, YGR_FIELD_ADDRESS);
		draft_cidr(&kunit_draft, AF_INET6, zero, prefix_len);
		kunit_policy_build(test, &policy);
		for (bit = 0; bit < 128; bit++) {
			u8 addr[16] = { 0 };
			struct ygr_match_event event = {
				.on = YGR_ON_CONNECT, .addr_family = AF_INET6, .addr = addr,
			};

			addr[bit / 8] = 0x80 >> (bit % 8);
			KUNIT_EXPECT_EQ(test, ygr_match(&policy.index, &event).rule_id,
					bit >= prefix_len);
		}
	}
}

#define POLICIES	300
#define EVENTS		100	/* for each policy */

static void agrees_with_the_reference(struct kunit *test)
{
	static struct random_event event;
	u64 seed;
	u32 i;

	for (seed = 1; seed <= POLICIES; seed++) {
		struct choices choices = { .state = seed };
		struct kunit_policy policy;

		random_policy(&choices, &kunit_draft);
		kunit_policy_build(test, &policy);
		for (i = 0; i < EVENTS; i++) {
			struct ygr_decision quick, slow;

			random_event(&choices, &policy.index, &event);
			KUNIT_EXPECT_TRUE_MSG(test, random_event_agrees(&policy.index, &event, &quick, &slow),
					      "seed %llu, event %u: rule %u, not %u", seed, i,
					      quick.rule_id, slow.rule_id);
		}
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(judges_files),
	KUNIT_CASE(judges_sockets),
	KUNIT_CASE(judges_processes),
	KUNIT_CASE(networks_compare_exactly_their_prefix),
	KUNIT_CASE(agrees_with_the_reference),
	{}
};

struct kunit_suite match_suite = {
	.name = "match",
	.test_cases = cases,
};
