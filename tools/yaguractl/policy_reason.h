/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a text was refused: one sentence, for whoever knows the place. Pure. */
#ifndef YGR_POLICY_REASON_H
#define YGR_POLICY_REASON_H

#include "text_error.h"

struct ygr_policy_reason {
	char text[2 * YGR_TEXT_MESSAGE_BYTES];
};

/* Return: -EINVAL, so that a refusal is one statement. */
int ygr_policy_reason_set(struct ygr_policy_reason *why, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
