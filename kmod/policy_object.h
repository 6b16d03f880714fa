/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A policy as an object: its memory, and the way from a caller's bytes to something
 * that can be judged by. References are for who reads it without judging; judging is
 * under RCU, and policy.c gives up its own reference only when nobody does any more.
 */
#ifndef YGR_POLICY_OBJECT_H
#define YGR_POLICY_OBJECT_H

#include "policy.h"

/* The empty policy, with one reference. Context: may sleep. Return: NULL: no memory. */
struct ygr_policy *ygr_policy_object_create(void);

/* What hooks ask first, from image and index: create() and fill() have done it. After ygr_noise_init(). */
void ygr_policy_object_conclude(struct ygr_policy *policy);

void ygr_policy_object_get(struct ygr_policy *policy);

/* @policy: may be NULL, and filled in part. Context: may sleep. */
void ygr_policy_object_put(struct ygr_policy *policy);

/*
 * Copies the blob in, has its signature checked first, so that the verifier has only a
 * trusted author's bytes to chew, then verifies and indexes it.
 *
 * @policy: empty. On failure fit for put() only
 * @load: of acceptable sizes
 * @must_be_signed: else a signature need not be there, but be good if it is
 *
 * Context: process, may sleep.
 * Return: 0; -ENOMEM; -EFAULT; -EKEYREJECTED or -EBADMSG with @error, which is zero otherwise.
 */
int ygr_policy_object_fill(struct ygr_policy *policy, const struct ygr_policy_load *load,
			   bool must_be_signed, struct ygr_policy_error *error);

#endif
