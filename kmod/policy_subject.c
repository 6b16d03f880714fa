// SPDX-License-Identifier: GPL-2.0-only
#include "policy_subject.h"

static bool is_same_list(const struct ygr_test *a, const struct ygr_test *b)
{
	return a->first == b->first && a->nr == b->nr &&
	       ygr_policy_key_group(a->field) == ygr_policy_key_group(b->field);
}

/* Return: where the list of @test is or belongs. */
static __u32 *find_slot(struct ygr_policy_subjects *subjects, const struct ygr_policy_image *image,
			const struct ygr_test *test)
{
	__u32 i = (test->first * 31 + test->nr) % YGR_POLICY_SUBJECT_SLOTS;

	while (subjects->first_test[i] &&
	       !is_same_list(&image->tests[subjects->first_test[i] - 1], test))
		i = (i + 1) % YGR_POLICY_SUBJECT_SLOTS;
	return &subjects->first_test[i];
}

__u32 ygr_policy_subject_note(struct ygr_policy_subjects *subjects,
			      const struct ygr_policy_image *image, __u32 i)
{
	__u32 *first = find_slot(subjects, image, &image->tests[i]);

	if (*first)
		return *first - 1;
	if (subjects->nr == YGR_POLICY_SUBJECT_SPANS_MAX)
		return image->test_nr;
	subjects->nr++;
	*first = i + 1;
	return i;
}
