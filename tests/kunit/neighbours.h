/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What stands in for the neighbours of the code under test that a user-mode kernel cannot have
 * (tree RCU), or that would bring half the module along (the tables of repeats and of processes).
 */
#ifndef YGR_KUNIT_NEIGHBOURS_H
#define YGR_KUNIT_NEIGHBOURS_H

#include <linux/types.h>

/* Grace periods of RCU that have begun or ended. */
extern unsigned long kunit_grace_periods;

/* Path of the current process's program. NULL: not known. */
extern const char *kunit_exe;

/* In place of a slot of the table: where ygr_noise_hold() lets a record be written. */
struct kunit_hold {
	void *room;
	u32 room_bytes;		/* a longer record is refused */
	u32 asked_bytes;	/* out */
	u32 held_nr;		/* out: records that were finished */
};

/* As an event has it. NULL: none. */
struct ygr_coalesce_slot *kunit_hold_slot(struct kunit_hold *hold);

#endif
