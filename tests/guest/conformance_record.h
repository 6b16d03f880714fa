/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether the ring tells of a case of the conformance suite what it must, and nothing else. */
#ifndef YGR_TEST_CONFORMANCE_RECORD_H
#define YGR_TEST_CONFORMANCE_RECORD_H

#include "conformance_check.h"

/*
 * After the actor has ended and all was drained.
 *
 * @status: as stage_play() gave it
 * @generation: of the policy of the case
 *
 * Return: whether status and records are those of the case: one of the event, with its verdict
 * and rule, or none; and whether the record describes the event that was asked for. If not,
 * @why says the first thing that is wrong.
 */
bool record_is_right(const struct guest *guest, const struct stage *stage, int status,
		     uint64_t generation, char why[CHECK_WHY_BYTES]);

#endif
