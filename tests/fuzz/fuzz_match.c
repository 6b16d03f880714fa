// SPDX-License-Identifier: GPL-2.0-only
/* The matcher and the slow one of the unit tests agree on policies made of the input. */
#include <stdlib.h>

#include "../unit/policy_random.h"

#define EVENTS	16

static _Alignas(8) uint8_t blob[RANDOM_POLICY_BYTES];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct choices choices = { .bytes = data, .left = bytes, .state = 1 };
	struct ygr_policy_index index;
	struct ygr_policy_image image;
	struct ygr_policy_error error;
	struct random_event random;
	void *memory;

	if (ygr_policy_verify(blob, random_policy(&choices, blob), &image, &error))
		abort();
	memory = malloc(ygr_policy_index_bytes(&image));
	if (!memory || ygr_policy_index_build(&index, &image, memory, &error))
		abort();
	for (int i = 0; i < EVENTS; i++) {
		random_event(&choices, &random);
		if (ygr_match(&index, &random.event).rule_id != match_slowly(&image, &random.event))
			abort();
	}
	free(memory);
	return 0;
}
