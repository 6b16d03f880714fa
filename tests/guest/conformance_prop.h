/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file that an event of the conformance suite is about: of that name or of none, with that
 * identity, owner, mode and digest.
 */
#ifndef YGR_TEST_CONFORMANCE_PROP_H
#define YGR_TEST_CONFORMANCE_PROP_H

#include "policy_event.h"

#define PROP_DIR	"/stage"	/* a tmpfs, where all of this is */
#define PROP_OWNER	4242u		/* nobody that a rule asks for; unless the case says who */

/*
 * Makes the places that files may be in. Fails the cmocka test. prop_teardown() after it,
 * whatever came of it.
 */
void prop_setup(void);
void prop_teardown(void);

/* Whether there is a file system with fs-verity. */
bool prop_has_verity(void);

/* Whether such an event is about a name that is not there yet. */
bool prop_is_to_be_made(enum ygr_on on);

struct prop {
	const char *names[YGR_MATCH_PATHS_MAX];	/* as the actor says them; "": it has the file open */
	int dir_fd;		/* where names that do not begin with "/" are: its working directory */
	int fd;			/* of a file without a name; or -1 */
	char text[YGR_MATCH_PATHS_MAX][48]; /* where made-up names are */
};

/*
 * In a child; ends it when something is wrong, and says what on stderr.
 *
 * @root: of the actor, where names that begin with "/" are
 * @number: of the case, for a name of its own
 */
void prop_make(struct prop *prop, const struct ygr_policy_event *event, const char *root,
	       unsigned int number);

/* The same for whoever needs another file there: in a child, too. */
void prop_make_folders(const char *path);
__attribute__((noreturn, format(printf, 1, 2))) void prop_fail(const char *fmt, ...);

#endif
