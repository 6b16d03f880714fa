/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a record tells of the event that a case of the conformance suite describes. */
#ifndef YGR_TEST_CONFORMANCE_CHECK_H
#define YGR_TEST_CONFORMANCE_CHECK_H

#include "conformance_stage.h"

#define CHECK_WHY_BYTES	256

struct check {
	const struct guest *guest;
	const struct stage *stage;
	const struct ygr_match_event *match;	/* what the case says */
	uint64_t generation;
	char	*why;			/* of CHECK_WHY_BYTES: the first thing that is wrong */
};

/* Says why. Return: false. */
__attribute__((format(printf, 2, 3))) bool check_fail(const struct check *check, const char *fmt, ...);

/* Each says why not. @what: what the number, the flag of a record is */
bool check_number(const struct check *check, const char *what, uint64_t there, uint64_t wanted);
bool check_flag(const struct check *check, const struct guest_event *event, const char *what,
		uint32_t flag, bool wanted);

/* Who, from where, with what file or socket; also that what a case does not say is not there. */
bool check_event(const struct check *check, const struct guest_event *event);

#endif
