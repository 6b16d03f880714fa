/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Policies for suites: verified and indexed in memory of just the size that each
 * says it needs, so that KASAN sees one byte too many.
 */
#ifndef YGR_KUNIT_POLICY_H
#define YGR_KUNIT_POLICY_H

#include <kunit/test.h>

#include "match_cases.h"
#include "policy_draft.h"
#include "policy_index.h"

/* Good for as long as the test. */
struct kunit_policy {
	void *blob;
	struct ygr_policy_image image;
	struct ygr_policy_index index;
	struct ygr_policy_error error;
};

/* Return: what ygr_policy_verify() says of a copy of @bytes of @blob. */
int kunit_policy_verify(struct kunit *test, struct kunit_policy *policy, const void *blob,
			size_t bytes);

/* Return: what ygr_policy_index_build() says of the verified image. */
int kunit_policy_index(struct kunit *test, struct kunit_policy *policy);

/* The draft that all suites use, one after the other. */
extern struct draft kunit_draft;

/* Fails the test unless the draft verifies and can be indexed. */
void kunit_policy_build(struct kunit *test, struct kunit_policy *policy);

/* Expects of the matcher what the case says; @suite: what the case is part of. */
void kunit_policy_judge(struct kunit *test, const char *suite, const struct match_case *c,
			const struct kunit_policy *policy);

extern struct kunit_suite conformance_suite;
extern struct kunit_suite policy_verify_suite;
extern struct kunit_suite match_suite;
extern struct kunit_suite glob_suite;
extern struct kunit_suite exec_suite;
extern struct kunit_suite payload_suite;
extern struct kunit_suite noise_suite;
extern struct kunit_suite mount_options_suite;
extern struct kunit_suite writer_slot_suite;
extern struct kunit_suite clock_suite;
extern struct kunit_suite context_suite;
extern struct kunit_suite directory_suite;
extern struct kunit_suite record_suite;
extern struct kunit_suite compact_suite;

#endif
