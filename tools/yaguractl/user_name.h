/* SPDX-License-Identifier: GPL-2.0-only */
/* User names and numbers, by the host's user database. */
#ifndef YGR_USER_NAME_H
#define YGR_USER_NAME_H

#include <stdbool.h>
#include <stdint.h>

/* Return: whether there is such a user. context: unused. */
bool ygr_user_name_find_uid(const char *name, uint32_t *uid, void *context);

/*
 * The name of a user, good until the next call, or NULL. A bounded cache, unknown
 * users included, keeps a stream of events from becoming a stream of look-ups.
 */
const char *ygr_user_name_of(uint32_t uid, void *context);

#endif
