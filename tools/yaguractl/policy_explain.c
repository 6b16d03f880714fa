// SPDX-License-Identifier: GPL-2.0-only
#include "policy_explain.h"

#include <errno.h>
#include <string.h>

#include "policy_field.h"
#include "policy_reference.h"
#include "policy_word.h"

/* Clauses of a rule that are told apart; a long "any" says no more than that. */
#define CLAUSES_TOLD	4

/* An event while it is explained. */
struct story {
	FILE *out;
	const struct ygr_policy_image *image;
	struct ygr_reference_event event;
	uint64_t labels;
	uint32_t passed_nr;	/* rules about other events, not told */
};

static const char *string_of(const struct story *story, uint32_t off)
{
	return story->image->strings + off;
}

/* The tests of a clause that do not hold, for the event's first path or for its second. */
static void put_failed_tests(const struct story *story, const struct ygr_clause *clause)
{
	const char *before = "";
	uint32_t i;

	for (i = 0; i < clause->test_nr; i++) {
		const struct ygr_test *test = &story->image->tests[clause->test_first + i];

		if (ygr_policy_reference_test(story->image, test, &story->event, 0, story->labels))
			continue;
		fprintf(story->out, "%s%s is %samong its values", before,
			ygr_policy_field[test->field].key, test->negate ? "" : "not ");
		before = ", ";
	}
	if (!*before)
		fputs("its paths do not hold together", story->out);
}

static void put_failure(const struct story *story, const struct ygr_rule *rule)
{
	uint32_t i;

	if (rule->expires_s && story->event.match->now_s >= rule->expires_s) {
		fputs("has expired", story->out);
		return;
	}
	fputs("does not hold: ", story->out);
	for (i = 0; i < rule->clause_nr && i < CLAUSES_TOLD; i++) {
		if (i)
			fputs("; nor ", story->out);
		put_failed_tests(story, &story->image->clauses[rule->clause_first + i]);
	}
	if (i < rule->clause_nr)
		fprintf(story->out, "; nor %u more alternatives", rule->clause_nr - i);
}

static void put_labels(const struct story *story, uint64_t labels)
{
	for (; labels; labels &= labels - 1)
		fprintf(story->out, " %s",
			string_of(story, story->image->labels[__builtin_ctzll(labels)].name_off));
}

static const char *error_name(uint32_t error)
{
	return strerrorname_np((int)error) ?: "?";
}

static void put_action(const struct story *story, const struct ygr_rule *rule)
{
	fprintf(story->out, "holds: %s", ygr_policy_word_action[rule->action]);
	if (rule->action == YGR_ACTION_DENY)
		fprintf(story->out, " with %s%s%s", error_name(rule->error),
			rule->flags & YGR_RULE_F_KILL ? " and kill" : "",
			rule->mode == YGR_MODE_MONITOR ? ", in monitor mode: only recorded" : "");
	if (rule->labels) {
		fputs(", sets", story->out);
		put_labels(story, rule->labels);
	}
}

/* Return: whether it decides. */
static bool tell_rule(struct story *story, const struct ygr_rule *rule, bool all)
{
	bool is_about = rule->on & YGR_ON_BIT(story->event.match->on);
	bool holds = ygr_policy_reference_rule(story->image, rule, &story->event, story->labels);

	if (!is_about && !all) {
		story->passed_nr++;
		return false;
	}
	fprintf(story->out, "%6u  %s: ", (uint32_t)(rule - story->image->rules) + 1,
		string_of(story, rule->name_off));
	if (holds)
		put_action(story, rule);
	else if (!is_about)
		fprintf(story->out, "is not about %s", ygr_policy_word_on[story->event.match->on]);
	else
		put_failure(story, rule);
	putc('\n', story->out);
	if (holds)
		story->labels |= rule->labels;
	return holds && rule->action != YGR_ACTION_LABEL;
}

static void put_verdict(const struct story *story, const struct ygr_decision *decision)
{
	const struct ygr_rule *rule = decision->rule;
	bool is_quiet = YGR_ON_BIT(story->event.match->on) & YGR_ON_QUIET;

	if (!rule) {
		fprintf(story->out, "allowed, and %srecorded: no rule decides\n", is_quiet ? "not " : "");
		return;
	}
	switch (decision->action) {
	case YGR_ACTION_DENY:
		fprintf(story->out, decision->mode == YGR_MODE_MONITOR ?
			"allowed, and recorded as \"would deny\"" : "denied with %s, and recorded",
			error_name(rule->error));
		break;
	case YGR_ACTION_IGNORE:
		fputs("allowed, and not recorded", story->out);
		break;
	case YGR_ACTION_RECORD:
		fputs("allowed, and recorded", story->out);
		break;
	default:
		fprintf(story->out, "allowed, and %srecorded", is_quiet ? "not " : "");
	}
	fprintf(story->out, ": rule \"%s\" decides\n", string_of(story, rule->name_off));
}

int ygr_policy_explain_print(FILE *out, const struct ygr_policy_index *index,
			     struct ygr_policy_event *event,
			     const struct ygr_policy_explain_options *options)
{
	struct story story = { .out = out, .image = index->image };
	struct ygr_decision decision;
	uint32_t i;

	ygr_policy_event_bind(event, index);
	story.event = (struct ygr_reference_event) {
		.match = &event->match, .exe = event->exe, .parent = event->parent,
		.cgroup = event->cgroup, .ancestors = event->ancestors,
		.ancestor_nr = event->ancestor_nr,
	};
	story.labels = event->match.labels;
	for (i = 0; i < index->image->rule_nr; i++)
		if (tell_rule(&story, &index->image->rules[i], options->all))
			break;
	if (story.passed_nr)
		fprintf(out, "        (%u rules before are about other events)\n", story.passed_nr);
	decision = ygr_match(index, &event->match);
	put_verdict(&story, &decision);
	if (decision.rule_id == (i < index->image->rule_nr ? i + 1 : 0))
		return 0;
	fputs("the matcher decides otherwise than the rules say: this is a bug, please report it\n", out);
	return -EPROTO;
}
