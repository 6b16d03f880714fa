// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hostile blobs: the input itself, and a good blob of random rules with bytes of it
 * replaced, as no input would get past the section table often. What verifies is
 * indexed and judged by.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <yagura/ygr_abi.h>

#include "../unit/policy_built.h"
#include "../unit/policy_random.h"

#define EVENTS	4

static struct draft draft;

/* In a buffer of just that size, so that a byte read beyond it is seen. */
static void *copy_of(const void *bytes, size_t nr)
{
	void *copy = malloc(nr ? nr : 1);

	if (!copy)
		abort();
	memcpy(copy, bytes, nr);
	return copy;
}

static void judge(struct built *built, struct choices *choices)
{
	struct ygr_decision quick, slow;
	struct random_event event;

	for (int i = 0; i < EVENTS; i++) {
		random_event(choices, &built->index, &event);
		if (!random_event_agrees(&built->index, &event, &quick, &slow))
			abort();
	}
}

/* Takes over @blob. */
static void load(void *blob, size_t bytes, struct choices *choices)
{
	struct built built;

	if (!built_from_blob(&built, blob, bytes))
		judge(&built, choices);
	else if (!built.error.code || built.error.offset > bytes)
		abort();
	built_free(&built);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct choices choices = { .state = 1 };
	uint32_t damage;
	void *blob;

	load(copy_of(data, bytes), bytes, &choices);

	choices.bytes = data;
	choices.left = bytes;
	damage = choose(&choices, 4);
	random_policy(&choices, &draft);
	bytes = draft_bytes_nr(&draft);
	blob = malloc(bytes);
	if (!blob)
		abort();
	draft_assemble(&draft, blob);
	while (damage--) {
		uint32_t at = choose(&choices, 256) << 8 | choose(&choices, 256);

		((uint8_t *)blob)[at % bytes] = (uint8_t)choose(&choices, 256);
	}
	load(blob, bytes, &choices);
	return 0;
}
