/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which tests of a policy have the same list of programs or of cgroups: each
 * distinct list is one bit of a process's (policy_index.h). Pure.
 */
#ifndef YGR_POLICY_SUBJECT_H
#define YGR_POLICY_SUBJECT_H

#include "policy_key.h"

/* More than there may be lists, so that a search ends; few, as they are on the stack. */
#define YGR_POLICY_SUBJECT_SLOTS	(YGR_POLICY_SUBJECT_SPANS_MAX * 5 / 4)

/* Starts as zeroes. */
struct ygr_policy_subjects {
	__u32 nr;		/* lists noted */
	__u32 first_test[YGR_POLICY_SUBJECT_SLOTS]; /* 1 + index of the first that has the list; 0: empty */
};

/*
 * @i: a test of a program or cgroup
 * Return: the test that had its list first, which may be itself, or image->test_nr: there are
 * too many lists.
 */
__u32 ygr_policy_subject_note(struct ygr_policy_subjects *subjects,
			      const struct ygr_policy_image *image, __u32 i);

#endif
