/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A draft of a policy, made ready to judge.
 */
#ifndef YGR_TEST_POLICY_BUILT_H
#define YGR_TEST_POLICY_BUILT_H

#include "policy_draft.h"

struct built {
	void *blob;
	size_t bytes;
	void *memory;
	struct ygr_policy_image image;
	struct ygr_policy_index index;
	struct ygr_policy_error error;
};

/*
 * Takes over @blob, which was allocated.
 *
 * Return: 0, or what verifying or indexing it returned, with built->error. To be freed either way.
 */
int built_from_blob(struct built *built, void *blob, size_t bytes);

/* Aborts if the draft is too large. */
int built_from_draft(struct built *built, const struct draft *draft);

void built_free(struct built *built);

#endif
