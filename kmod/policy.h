/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The policy in force: bytes -> verified -> published -> retired -> freed.
 *
 * A published policy is immutable. Readers take it under RCU and judge one
 * event by that one generation; there is always one, the empty one at first.
 */
#ifndef YGR_POLICY_KERNEL_H
#define YGR_POLICY_KERNEL_H

#include <linux/rcupdate.h>

#include <yagura/ygr_abi.h>

#include "policy_index.h"

struct ygr_policy {
	u64 generation;			/* 0: nothing was ever published */
	u64 blob_bytes;			/* 0: the empty policy */
	const void *blob;		/* what the image points into */
	void *index_memory;
	struct ygr_policy_image image;
	struct ygr_policy_index index;	/* of the image; how it is judged by */
};

/*
 * Never NULL. Valid while preemption stays off: that is an RCU read section, and
 * costs a hook nothing besides.
 */
const struct ygr_policy *ygr_policy_get(void);

/*
 * Takes a copy of the caller's blob, verifies and publishes it; all or nothing.
 *
 * Context: process, may sleep.
 * Return: 0; -EINVAL (empty), -E2BIG, -EFAULT, -ENOMEM, -EBADMSG (with
 * error_code and error_offset), -ESTALE (generation is set to the one in force).
 */
int ygr_policy_load(struct ygr_policy_load *load);

/* Publishes the empty policy. Return: 0, -ENOMEM, -ESTALE. */
int ygr_policy_clear(struct ygr_policy_clear *clear);

/* Return: 0, -EFAULT, -ENOSPC (blob_bytes tells the room needed), -ENODATA. */
int ygr_policy_show(struct ygr_policy_show *show);

/* No reader can be there any more. */
void ygr_policy_exit(void);

#endif
