/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A condition as alternatives of tests that must all hold (disjunctive normal
 * form), which is what the blob holds. "not" is pushed down to the tests by who
 * reads the condition, so that only "and" and "or" are done here. Pure.
 */
#ifndef YGR_POLICY_DNF_H
#define YGR_POLICY_DNF_H

#include "policy_model.h"

/* Of one rule: the product of alternatives is what grows. */
#define YGR_POLICY_ALTERNATIVES_MAX	1024

/* Tests in the order of (negate, field), none twice; no test: always holds. */
struct ygr_policy_conjunction {
	uint32_t nr;
	struct ygr_policy_test test[YGR_CLAUSE_TESTS_MAX];
};

/* No alternative: never holds. All zero is that. */
struct ygr_policy_dnf {
	uint32_t nr;
	uint32_t cap;
	struct ygr_policy_conjunction *item;
};

/*
 * The functions below return 0, -ENOMEM, -E2BIG (more alternatives than above),
 * or -EOVERFLOW (more than YGR_CLAUSE_TESTS_MAX tests in one); @dnf stays valid.
 */

/* Always holds. @dnf must be empty. */
int ygr_policy_dnf_set_true(struct ygr_policy_dnf *dnf);

/* One test. @dnf must be empty. */
int ygr_policy_dnf_set_test(struct ygr_policy_dnf *dnf, const struct ygr_policy_test *test);

int ygr_policy_dnf_or(struct ygr_policy_dnf *dnf, const struct ygr_policy_dnf *with);
int ygr_policy_dnf_and(struct ygr_policy_dnf *dnf, const struct ygr_policy_dnf *with);

/* Frees its memory; it is empty then. */
void ygr_policy_dnf_exit(struct ygr_policy_dnf *dnf);

/* Whether two tests ask the same. */
bool ygr_policy_dnf_same_test(const struct ygr_policy_test *a, const struct ygr_policy_test *b);

#endif
