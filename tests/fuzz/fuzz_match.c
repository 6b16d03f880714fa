// SPDX-License-Identifier: GPL-2.0-only
/* The matcher and the reference agree on policies and events made of the input. */
#include <stdint.h>
#include <stdlib.h>

#include <yagura/ygr_abi.h>

#include "../unit/policy_built.h"
#include "../unit/policy_random.h"

#define EVENTS	16

static struct draft draft;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct choices choices = { .bytes = data, .left = bytes, .state = 1 };
	struct ygr_decision quick, slow;
	struct random_event event;
	struct built built;

	random_policy(&choices, &draft);
	if (built_from_draft(&built, &draft)) {
		/* Input can name one key too often, and nothing else. */
		if (built.error.code != YGR_POLICY_E_SHARED)
			abort();
		built_free(&built);
		return 0;
	}
	for (int i = 0; i < EVENTS; i++) {
		random_event(&choices, &built.index, &event);
		if (!random_event_agrees(&built.index, &event, &quick, &slow))
			abort();
	}
	built_free(&built);
	return 0;
}
