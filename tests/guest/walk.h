/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs with a history (prog_walk.c), under many names, and whether a rule
 * about it holds at its end.
 */
#ifndef YGR_TEST_WALK_H
#define YGR_TEST_WALK_H

#include "guest_assert.h"

#define LINE		"/tmp/line"
#define PROGRAM(c)	LINE "/" c	/* "a" .. "j", all alike */
#define FILE_X		LINE "/x"	/* what the walks open at their end */
#define WALK_STEPS_MAX	48
#define WALK_WAIT_MS	(5 * GUEST_WAIT_MS)	/* some walk while the guest is made busy */

/* cmocka setup of a group: the programs, and nothing else; and with guest_setup(). */
int walk_setup_programs(void **state);
int walk_setup(void **state);

struct walk {
	const char *where;		/* of a rule about open-write of FILE_X, in YAML's flow style */
	bool holds;
	const char *steps[WALK_STEPS_MAX]; /* the first is the program; "open X" is added at the end */
};

/* Each in a process of its own, with a policy of its own. */
void walk_all(struct guest *guest, const struct walk *walks, size_t nr);

#define walk_table(guest, walks)	walk_all(guest, walks, sizeof(walks) / sizeof((walks)[0]))

/* Return: the pid of a process that walks, and does not end with anything added. */
pid_t walk_start(const char *const *steps);

/* Return: its status. */
int walk_wait(pid_t pid);
int walk_status(const char *const *steps);

/* walk_status() of these steps. */
#define walk_now(...)	walk_status((const char *const []){ __VA_ARGS__, NULL })
#define walk_begin(...)	walk_start((const char *const []){ __VA_ARGS__, NULL })

#endif
