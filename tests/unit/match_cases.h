/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the matcher must say: policies, and for each, events with the rule that
 * decides. The same cases are judged in user space (test_match_cases.c) and in a
 * kernel (match_kunit.c), by the matcher and by the reference.
 */
#ifndef YGR_TEST_MATCH_CASES_H
#define YGR_TEST_MATCH_CASES_H

#include "policy_draft.h"

#define MATCH_ANCESTORS	8

struct match_case {
	const char *what;
	__u32 rule_id;			/* 1 + index of the rule that decides; 0: none */
	__u64 labels;			/* that the event sets */
	struct ygr_match_event event;	/* without bits of programs and cgroups: */
	struct ygr_match_text exe;
	struct ygr_match_text parent;
	struct ygr_match_text cgroup;
	struct ygr_match_text ancestors[MATCH_ANCESTORS];
};

struct match_suite {
	const char *what;
	void (*draw)(struct draft *draft);
	const struct match_case *cases;
	__u32 case_nr;
};

/* Until one without a name. */
extern const struct match_suite match_suites_file[];
extern const struct match_suite match_suites_socket[];
extern const struct match_suite match_suites_process[];

/* For writing them. */
#define TEXT(text)	{ .bytes = (text), .len = sizeof(text) - 1 }
#define ONE_PATH(text)	.path_nr = 1, .paths = { TEXT(text) }
#define TWO_PATHS(a, b)	.path_nr = 2, .paths = { TEXT(a), TEXT(b) }
#define SUITE(name)	{ #name, draw_##name, name##_cases, sizeof(name##_cases) / sizeof(name##_cases[0]) }
#define ON(what)	YGR_ON_BIT(YGR_ON_##what)

#endif
