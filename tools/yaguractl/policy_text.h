/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Policy text (YAML, docs/POLICY.md) -> model.
 *
 * Pure: no I/O, no clock; user names are looked up by a function of the
 * caller. Any bytes are safe to pass. Every mistake of the text is reported,
 * not only the first; what is only doubtful is a warning.
 */
#ifndef YGR_POLICY_TEXT_H
#define YGR_POLICY_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "policy_model.h"
#include "policy_value.h"
#include "text_error.h"

/*
 * Return: 0 and *model (the caller destroys it), with warnings perhaps;
 * -EBADMSG with at least one error in `errors`; -ENOMEM. *model is untouched
 * on failure.
 */
int ygr_policy_text_parse(const char *text, size_t bytes,
			  const struct ygr_policy_users *users,
			  struct ygr_policy_model **model,
			  struct ygr_text_errors *errors);

#endif
