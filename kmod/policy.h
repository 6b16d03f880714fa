/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The policy in force: bytes -> verified (policy_object.h) -> published -> kept -> freed.
 *
 * A published policy is immutable, its tallies apart. Readers take it under RCU and
 * judge one event by that one generation; there is always one, the empty one at
 * first. Generations only grow: a policy that returns is a new generation.
 *
 * The policy before the one in force is kept, so that going back can fail neither for
 * lack of memory nor of its author: two policies' memory, and three's while one is
 * loaded. A policy on trial that does not stay is not kept.
 */
#ifndef YGR_POLICY_KERNEL_H
#define YGR_POLICY_KERNEL_H

#include <linux/rcupdate.h>
#include <linux/refcount.h>

#include <yagura/ygr_abi.h>

#include "label.h"
#include "noise_limits.h"
#include "policy_index.h"

struct ygr_tallies;

/* What is to be done about an event of a kind, whatever it is. */
enum ygr_policy_plan {
	YGR_POLICY_RECORDS,		/* no rule looks at it: it is recorded, unless it is noise */
	YGR_POLICY_SKIPS,		/* no rule looks at it, and it is not recorded by itself */
	YGR_POLICY_IGNORES,		/* a rule does not want it: it is counted */
	YGR_POLICY_JUDGES,
	YGR_POLICY_JUDGES_DIRECTORIES,	/* for which its directory may be enough */
};

struct ygr_policy {
	refcount_t users;		/* policy_object.h */
	u64 generation;			/* 0: nothing was ever published */
	u64 blob_bytes;			/* 0: the empty policy */
	u64 memory_bytes;		/* blob, index and tallies */
	const void *blob;		/* what the image points into */
	void *index_memory;
	struct ygr_policy_image image;
	struct ygr_policy_index index;	/* of the image; how it is judged by */
	struct ygr_label_map labels;	/* filled before it is published */
	struct ygr_noise_limits noise;
	u8 plans[YGR_ON_NR];		/* enum ygr_policy_plan */
	struct ygr_tallies *tallies;	/* what its rules did; NULL: the empty policy */
};

extern struct ygr_policy __rcu *ygr_policy_in_force;	/* policy.c's */

/*
 * Never NULL. Valid while preemption stays off: that is an RCU read section, and
 * costs a hook nothing besides.
 */
static __always_inline const struct ygr_policy *ygr_policy_get(void)
{
	return rcu_dereference_sched(ygr_policy_in_force);
}

/*
 * @signed_only: take only policies that are signed
 *
 * Return: 0 or -errno. Before the hooks are attached; exit() when no reader can be
 * there any more.
 */
int ygr_policy_init(bool signed_only);
void ygr_policy_exit(void);

bool ygr_policy_is_signed_only(void);

/* Until the next boot. Context: any. */
bool ygr_policy_is_locked(void);

/*
 * What the ioctls of ygr_abi.h do; flags and padding are checked. One that fails
 * changes nothing. Where the generation is not the expected one (-ESTALE) it is set
 * to the one in force. Context: process, may sleep.
 *
 * load(): takes a copy of the caller's blob. -EINVAL (empty, trial too long), -E2BIG,
 * -EPERM (locked), -EFAULT, -ENOMEM, -EBADMSG and -EKEYREJECTED (with error_code and
 * error_offset), -ESTALE.
 */
int ygr_policy_load(struct ygr_policy_load *load);

/* -EPERM (locked), -EKEYREJECTED (only signed ones are taken), -ENOMEM, -ESTALE. */
int ygr_policy_clear(struct ygr_policy_change *change);

/* -ENOENT, -ESTALE. */
int ygr_policy_confirm(struct ygr_policy_change *change);

/* -EPERM (locked), -ENOENT, -EKEYREJECTED (its serial is behind), -ESTALE. */
int ygr_policy_rollback(struct ygr_policy_change *change);

/* -EBUSY (a trial runs), -ESTALE. A second time: 0, and nothing more. */
int ygr_policy_lock(struct ygr_policy_change *change);

/* -EFAULT, -ENOSPC (blob_bytes tells the room needed), -ENODATA. */
int ygr_policy_show(struct ygr_policy_show *show);

void ygr_policy_state(struct ygr_policy_state *state);

/* -EFAULT, -ENOSPC (rule_nr tells the room needed). */
int ygr_policy_stats(struct ygr_policy_stats *stats);

#endif
