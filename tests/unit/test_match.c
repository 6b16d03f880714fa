// SPDX-License-Identifier: GPL-2.0-only
/* The matcher against a slow and obvious one, on random policies and events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy_built.h"
#include "policy_random.h"

#define EVENTS	200	/* for each policy */

static struct draft draft;

static void build(struct choices *choices, struct built *built, uint64_t seed)
{
	random_policy(choices, &draft);
	if (built_from_draft(built, &draft))
		fail_msg("seed %llu: code %u at %u", (unsigned long long)seed, built->error.code,
			 built->error.offset);
}

static void compare(uint64_t seed)
{
	struct choices choices = { .state = seed };
	struct ygr_decision quick, slow;
	struct random_event event;
	struct built built;

	build(&choices, &built, seed);
	for (int i = 0; i < EVENTS; i++) {
		random_event(&choices, &built.index, &event);
		if (!random_event_agrees(&built.index, &event, &quick, &slow))
			fail_msg("seed %llu, event %d: rule %u labels %llx, not rule %u labels %llx",
				 (unsigned long long)seed, i, quick.rule_id,
				 (unsigned long long)quick.labels, slow.rule_id,
				 (unsigned long long)slow.labels);
	}
	built_free(&built);
}

static void agrees_with_the_slow_matcher(void **state)
{
	uint64_t policies = getenv("YAGURA_LONG") ? 50000 : 2000;

	(void)state;
	for (uint64_t seed = 1; seed <= policies; seed++)
		compare(seed);
}

/* What decided, and by which tests: @held counts those of the clauses that held. */
static void count_tests(const struct built *built, const struct random_event *event,
			const struct ygr_decision *decision, uint64_t held[YGR_FIELD_NR][2])
{
	const struct ygr_rule *rule = decision->rule;
	uint64_t labels = event->match.labels | decision->labels;

	for (uint32_t i = 0; i < rule->clause_nr; i++) {
		const struct ygr_clause *clause = &built->image.clauses[rule->clause_first + i];
		const struct ygr_test *tests = &built->image.tests[clause->test_first];

		if (ygr_policy_reference_clause(&built->image, clause, &event->reference, labels))
			for (uint32_t t = 0; t < clause->test_nr; t++)
				held[tests[t].field][tests[t].negate]++;
	}
}

/* The comparison means something only if rules of all ranks decide, by all kinds of test. */
static void random_events_reach_everything(void **state)
{
	uint64_t decided[RANDOM_RULES_MAX + 1] = { 0 }, labelled = 0;
	uint64_t held[YGR_FIELD_NR][2] = { 0 };
	uint64_t directories[2] = { 0 };

	(void)state;
	for (uint64_t seed = 1; seed <= 1000; seed++) {
		struct choices choices = { .state = seed };
		struct ygr_decision quick, slow;
		struct random_event event;
		struct built built;

		build(&choices, &built, seed);
		for (int i = 0; i < EVENTS; i++) {
			random_event(&choices, &built.index, &event);
			random_event_agrees(&built.index, &event, &quick, &slow);
			decided[slow.rule_id]++;
			labelled += slow.labels != 0;
			directories[slow.rule != NULL] +=
				random_event_directory(&built.index, &event, &slow) == RANDOM_DIRECTORY_RIGHT;
			if (slow.rule)
				count_tests(&built, &event, &slow, held);
		}
		built_free(&built);
	}
	for (int rank = 0; rank <= 10; rank++)
		assert_true(decided[rank] > 100);
	assert_true(labelled > 1000);
	for (int by_rule = 0; by_rule < 2; by_rule++)
		if (directories[by_rule] < 1000)
			fail_msg("by rule %d: %llu directories", by_rule,
				 (unsigned long long)directories[by_rule]);
	for (int field = 0; field < YGR_FIELD_NR; field++)
		for (int negate = 0; negate < 2; negate++)
			if (held[field][negate] < 20)
				fail_msg("field %d, negate %d: held %llu times", field, negate,
					 (unsigned long long)held[field][negate]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_slow_matcher),
		cmocka_unit_test(random_events_reach_everything),
	};

	return cmocka_run_group_tests_name("match", tests, NULL, NULL);
}
