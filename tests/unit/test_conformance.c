// SPDX-License-Identifier: GPL-2.0-only
/* The conformance suite, judged in user space: by the kernel's matcher and by the slow one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "../conformance/cases.h"
#include "policy_event.h"
#include "policy_file.h"
#include "policy_reference.h"

#define CASES_MIN	300

/* The policy of the case before, which mostly is that of this one. */
static struct ygr_policy_file file;
static const char *compiled;
static struct ygr_policy_event event;

static void compile(const struct conformance_case *one)
{
	if (compiled == one->policy)
		return;
	if (compiled)
		ygr_policy_file_close(&file);
	compiled = NULL;
	if (ygr_policy_file_parse(&file, one->file, one->policy, strlen(one->policy), false))
		fail_msg("%s:%u: its policy does not compile", one->file, one->line);
	compiled = one->policy;
}

static void put_verdict(char *out, size_t cap, const struct ygr_decision *decision)
{
	const char *const words[] = {
		[YGR_ACTION_ALLOW] = "allow", [YGR_ACTION_RECORD] = "record",
		[YGR_ACTION_IGNORE] = "ignore",
	};
	const struct ygr_rule *rule = decision->rule;

	if (decision->action != YGR_ACTION_DENY)
		snprintf(out, cap, "%s", words[decision->action]);
	else if (decision->mode == YGR_MODE_MONITOR)
		snprintf(out, cap, "would-deny");
	else
		snprintf(out, cap, "%s:%s", rule->flags & YGR_RULE_F_KILL ? "kill" : "deny",
			 strerrorname_np((int)rule->error));
}

static void expect(const struct conformance_case *one, const char *who,
		   const struct ygr_decision *decision)
{
	const char *rule = decision->rule ? file.image.strings + decision->rule->name_off : "-";
	char verdict[32];

	put_verdict(verdict, sizeof(verdict), decision);
	if (strcmp(verdict, one->verdict) || strcmp(rule, one->rule))
		fail_msg("%s:%u: %s says %s %s: %s", one->file, one->line, who, verdict, rule, one->text);
}

static void judge(void **state)
{
	const struct conformance_case *one = *state;
	struct ygr_reference_event slow;
	struct ygr_decision decision;
	char why[256];

	compile(one);
	if (ygr_policy_event_parse(&event, one->word_nr, one->words, why, sizeof(why)))
		fail_msg("%s:%u: %s", one->file, one->line, why);
	event.match.now_s = (__u64)time(NULL);
	ygr_policy_event_bind(&event, &file.index);
	decision = ygr_match(&file.index, &event.match);
	expect(one, "the matcher", &decision);
	slow = (struct ygr_reference_event) {
		.match = &event.match, .exe = event.exe, .parent = event.parent, .cgroup = event.cgroup,
		.ancestors = event.ancestors, .ancestor_nr = event.ancestor_nr,
	};
	decision = ygr_policy_reference_match(&file.image, &slow, NULL, NULL);
	expect(one, "the reference", &decision);
}

int main(void)
{
	struct conformance_cases cases;
	struct CMUnitTest *tests;
	size_t i;

	conformance_cases_read(&cases, "tests/conformance");
	if (cases.nr < CASES_MIN) {
		fprintf(stderr, "only %zu cases\n", cases.nr);
		return 1;
	}
	tests = calloc(cases.nr, sizeof(*tests));
	for (i = 0; i < cases.nr; i++)
		tests[i] = (struct CMUnitTest) {
			.name = cases.list[i].text, .test_func = judge,
			.initial_state = &cases.list[i],
		};
	return _cmocka_run_group_tests("conformance", tests, cases.nr, NULL, NULL);
}
