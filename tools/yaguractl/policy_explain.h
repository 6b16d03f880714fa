/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why an event gets its verdict: rule by rule, up to the one that decides, which
 * condition does not hold. Judged by the slow matcher, and compared with the kernel's.
 */
#ifndef YGR_POLICY_EXPLAIN_H
#define YGR_POLICY_EXPLAIN_H

#include <stdio.h>

#include "policy_event.h"

struct ygr_policy_explain_options {
	bool all;	/* also the rules that are about other events */
};

/*
 * @event: is bound to @index by this
 * Return: 0; -EPROTO if the two matchers differ, which is a bug (and is printed).
 */
int ygr_policy_explain_print(FILE *out, const struct ygr_policy_index *index,
			     struct ygr_policy_event *event,
			     const struct ygr_policy_explain_options *options);

#endif
