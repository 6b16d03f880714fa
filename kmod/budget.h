/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many events each process, or cgroup, may have recorded in a second, so that none
 * drowns the others. Two limits:
 *
 *	budget	 so many in a second, whatever else happens
 *	share	 while the ring is crowded: no more than all others have had on average, as
 *		 if there were one more of them. So who is alone in filling a ring stops at
 *		 half of it, and the rest is there for whoever comes. What was had before
 *		 counts half with every second
 *
 * Who is over a limit has its events counted instead, by class, until the caller tells
 * of them. One table per CPU, as there is one ring: nothing is shared between CPUs, and the
 * limits are of each CPU. Fixed size; of four entries that a name may have, the least busy gives way.
 *
 * Pure. Whoever calls keeps others away.
 */
#ifndef YGR_BUDGET_H
#define YGR_BUDGET_H

#include <yagura/ygr_event.h>

#include "pure.h"

#define YGR_BUDGET_WAY_NR	4u
#define YGR_BUDGET_ENTRY_NR	128u	/* a power of two */

/* While the ring is crowded, everybody may have this many: a short process is heard. */
#define YGR_BUDGET_SHARE_MIN	16u

/* Who: a process by start time and id, a cgroup by its id and 0. Not all zero. */
struct ygr_budget_id {
	__u64 major;
	__u64 minor;
};

struct ygr_budget_entry {
	struct ygr_budget_id id; /* all zero: nobody */
	__u64 period;		/* that both of these are of */
	__u32 taken;		/* in it */
	__u32 recent;		/* and half of that of the one before, and so on */
	__u32 suppressed_nr;	/* not told yet: sum of suppressed[] */
	__u64 first_ns;		/* of these */
	__u64 last_ns;
	__u64 suppressed[YGR_CLASS_NR];
};

/* All zero is an empty one. */
struct ygr_budget {
	struct ygr_budget_entry entries[YGR_BUDGET_ENTRY_NR];
	struct ygr_budget_entry *last;	/* who asked before: mostly who asks again */
	__u64 period;		/* a number that changes when a second is over */
	__u64 recent;		/* of all together */
	__u32 busy_nr;		/* entries that asked in this period */
	__u32 untold_nr;	/* entries with something suppressed */
};

/* The entry of @id. Return: NULL: there is none. */
struct ygr_budget_entry *ygr_budget_find(struct ygr_budget *budget, struct ygr_budget_id id);

/* Who gives way to @id: tell what is untold of it, then assign(). */
struct ygr_budget_entry *ygr_budget_choose(struct ygr_budget *budget, struct ygr_budget_id id);

/* @entry: nothing of it is untold */
void ygr_budget_assign(struct ygr_budget *budget, struct ygr_budget_entry *entry,
		       struct ygr_budget_id id);

/* @nr events of it that were recorded before they were asked about. */
void ygr_budget_charge(struct ygr_budget *budget, struct ygr_budget_entry *entry, __u64 period,
		       __u32 nr);

/*
 * Whether one more event of @entry may be recorded. Changes but the period.
 *
 * @period: the present one
 * @limit: 0: none
 */
bool ygr_budget_allows(struct ygr_budget *budget, struct ygr_budget_entry *entry, __u64 period,
		       __u32 limit, bool is_crowded);

/* It will be. After allows(). */
static inline void ygr_budget_take(struct ygr_budget *budget, struct ygr_budget_entry *entry)
{
	entry->taken++;
	entry->recent++;
	budget->recent++;
}

/* It will not. */
void ygr_budget_suppress(struct ygr_budget *budget, struct ygr_budget_entry *entry,
			 enum ygr_class class, __u64 now_ns);

/* What is suppressed of @entry has been told. */
void ygr_budget_settle(struct ygr_budget *budget, struct ygr_budget_entry *entry);

#endif
