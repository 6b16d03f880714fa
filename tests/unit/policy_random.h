/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random policies and events, and what a slow and obvious matcher says of them.
 *
 * Names, users and networks are few and short, so that rules overlap, nest,
 * exclude one another and miss by one. The same choices give the same policy.
 */
#ifndef YGR_TEST_POLICY_RANDOM_H
#define YGR_TEST_POLICY_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include "match.h"

/* Where choices come from: the bytes, and when they are used up, the state. */
struct choices {
	const uint8_t *bytes;
	size_t left;
	uint64_t state;		/* not 0 */
};

/* Return: 0 .. @nr - 1. */
uint32_t choose(struct choices *choices, uint32_t nr);

#define RANDOM_POLICY_BYTES	65536

/* A blob that verifies, aligned to 8. Return: its size. */
size_t random_policy(struct choices *choices, uint8_t blob[RANDOM_POLICY_BYTES]);

/* Room for what an event points to. */
struct random_event {
	struct ygr_match_event event;
	char path[YGR_MATCH_PATHS_MAX][64];
	uint8_t addr[16];
};

void random_event(struct choices *choices, struct random_event *event);

/* Every rule, one after the other; every item of every span. Return: rule id or 0. */
uint32_t match_slowly(const struct ygr_policy_image *image, const struct ygr_match_event *event);

#endif
