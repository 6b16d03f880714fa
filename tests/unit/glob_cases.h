/* SPDX-License-Identifier: GPL-2.0-only */
/* What each construct of a glob matches: for user space and for KUnit. */
#ifndef YGR_TEST_GLOB_CASES_H
#define YGR_TEST_GLOB_CASES_H

#include "pure.h"

struct glob_case {
	const char *glob;
	const char *text;
	bool matches;
};

/* Until one without a glob. */
extern const struct glob_case glob_cases[];

#endif
