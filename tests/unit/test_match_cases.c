// SPDX-License-Identifier: GPL-2.0-only
/* Each case by the matcher, by the reference, and by the matcher amid many other rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "match_cases.h"
#include "policy_built.h"
#include "policy_reference.h"

static struct draft draft;

static const struct match_suite *const all[] = {
	match_suites_file, match_suites_socket, match_suites_process,
};

static void find_bits(const struct ygr_policy_index *index, enum ygr_subject_kind kind,
		      const struct ygr_match_text *text, struct ygr_subject_bits *bits,
		      const struct ygr_subject_bits **to)
{
	if (!text->bytes)
		return;
	ygr_policy_index_subject(index, kind, text->bytes, text->len, bits);
	*to = bits;
}

static struct ygr_decision judge(const struct built *built, const struct match_case *c)
{
	struct ygr_match_event event = c->event;
	struct ygr_subject_bits bits[4] = { 0 };

	find_bits(&built->index, YGR_SUBJECT_EXE, &c->exe, &bits[0], &event.exe);
	find_bits(&built->index, YGR_SUBJECT_EXE, &c->parent, &bits[1], &event.parent);
	find_bits(&built->index, YGR_SUBJECT_CGROUP, &c->cgroup, &bits[2], &event.cgroup);
	for (int i = 0; i < MATCH_ANCESTORS; i++)
		find_bits(&built->index, YGR_SUBJECT_EXE, &c->ancestors[i], &bits[3], &event.ancestors);
	return ygr_match(&built->index, &event);
}

static struct ygr_decision judge_slowly(const struct built *built, const struct match_case *c)
{
	const struct ygr_reference_event event = {
		.match = &c->event, .exe = c->exe, .parent = c->parent, .cgroup = c->cgroup,
		.ancestors = c->ancestors, .ancestor_nr = MATCH_ANCESTORS,
	};

	return ygr_policy_reference_match(&built->image, &event, NULL, NULL);
}

static void expect(const struct match_suite *suite, const struct match_case *c, const char *by,
		   const struct built *built, struct ygr_decision decision)
{
	const struct ygr_rule *rule = c->rule_id ? &built->image.rules[c->rule_id - 1] : NULL;

	if (decision.rule_id != c->rule_id || decision.labels != c->labels)
		fail_msg("%s: %s: %s: rule %u labels %#llx, not rule %u labels %#llx", suite->what,
			 c->what, by, decision.rule_id, (unsigned long long)decision.labels,
			 c->rule_id, (unsigned long long)c->labels);
	assert_ptr_equal(decision.rule, rule);
	assert_int_equal(decision.action, rule ? rule->action : YGR_ACTION_ALLOW);
	assert_int_equal(decision.mode, rule ? rule->mode : YGR_MODE_ENFORCE);
}

/* Rules that share words, directories, ends and networks with the cases, and never hold. */
static void add_noise(void)
{
	static const char *const names[] = { "/tmp", "/etc", "/usr/bin", "/home", "/run", "/a/b" };
	char path[64];

	for (uint32_t i = 0; i < 300; i++) {
		draft_rule(&draft, YGR_ON_WITH_FILE, YGR_ACTION_RECORD);
		draft_test(&draft, YGR_FIELD_PATH);
		snprintf(path, sizeof(path), "%s/noise-%u", names[i % 6], i);
		draft_text(&draft, YGR_TEXT_EXACT, path);
		snprintf(path, sizeof(path), "%s/noise-%u/", names[i % 6], i);
		draft_text(&draft, YGR_TEXT_PREFIX, path);
		snprintf(path, sizeof(path), ".noise-%u", i);
		draft_text(&draft, YGR_TEXT_SUFFIX, path);
		snprintf(path, sizeof(path), "%s/noise-%u/**/[x]?", names[i % 6], i);
		draft_text(&draft, YGR_TEXT_GLOB, path);
		draft_rule(&draft, YGR_ON_WITH_ADDRESS, YGR_ACTION_RECORD);
		draft_test(&draft, YGR_FIELD_ADDRESS);
		draft_cidr(&draft, AF_INET, (const uint8_t[4]) { 172, 16, i >> 8, i & 255 }, 32);
		draft_cidr(&draft, AF_INET6, (const uint8_t[16]) { 0xfd, i & 255, i >> 8 }, 8 + i % 16);
	}
}

static void judge_suite(const struct match_suite *suite, bool with_noise)
{
	struct built built;

	draft_reset(&draft);
	suite->draw(&draft);
	if (with_noise)
		add_noise();
	if (built_from_draft(&built, &draft))
		fail_msg("%s: code %u at %u", suite->what, built.error.code, built.error.offset);
	for (uint32_t i = 0; i < suite->case_nr; i++) {
		const struct match_case *c = &suite->cases[i];

		expect(suite, c, with_noise ? "amid others" : "the matcher", &built, judge(&built, c));
		expect(suite, c, "the reference", &built, judge_slowly(&built, c));
	}
	built_free(&built);
}

static void each_case(void **state)
{
	uint32_t cases = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		for (const struct match_suite *suite = all[i]; suite->what; suite++) {
			judge_suite(suite, false);
			judge_suite(suite, true);
			cases += suite->case_nr;
		}
	}
	assert_true(cases >= 250);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_case),
	};

	return cmocka_run_group_tests_name("match_cases", tests, NULL, NULL);
}
