/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One value of a rule, text -> item: a path, a user, a network, a port.
 *
 * Pure, save for the memory of a path; user names are looked up by a function
 * of the caller. On failure the value is untouched and `why` holds a sentence
 * that says what was expected, and what to write instead where that is known.
 */
#ifndef YGR_POLICY_VALUE_H
#define YGR_POLICY_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "policy_model.h"

/* The uid of a user name. Return: whether there is such a user. */
typedef bool (*ygr_policy_find_uid_fn)(const char *name, uint32_t *uid, void *context);

struct ygr_policy_users {
	ygr_policy_find_uid_fn find_uid;
	void *context;
};

/* Return: 0; -EINVAL with a sentence in why[0 .. cap - 1]; -ENOMEM. */
int ygr_policy_value_parse(enum ygr_dimension dimension, const char *text,
			   const struct ygr_policy_users *users,
			   union ygr_policy_value *value, char *why, size_t cap);

#endif
