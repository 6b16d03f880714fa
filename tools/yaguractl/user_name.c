// SPDX-License-Identifier: GPL-2.0-only
#include "user_name.h"

#include <pwd.h>
#include <stddef.h>
#include <stdio.h>

/* One entry per slot; a newcomer takes the place. 256 * 40 bytes. */
#define CACHE_NR	256
#define NAME_BYTES	33

struct entry {
	uint32_t uid;
	bool used;
	char name[NAME_BYTES];	/* "": no such user */
};

static struct entry cache[CACHE_NR];

bool ygr_user_name_find_uid(const char *name, uint32_t *uid, void *context)
{
	const struct passwd *user = getpwnam(name);

	(void)context;
	if (user)
		*uid = user->pw_uid;
	return user;
}

const char *ygr_user_name_of(uint32_t uid, void *context)
{
	struct entry *entry = &cache[uid % CACHE_NR];
	const struct passwd *user;

	(void)context;
	if (!entry->used || entry->uid != uid) {
		user = getpwuid(uid);
		entry->used = true;
		entry->uid = uid;
		snprintf(entry->name, sizeof(entry->name), "%s", user ? user->pw_name : "");
	}
	return entry->name[0] ? entry->name : NULL;
}
