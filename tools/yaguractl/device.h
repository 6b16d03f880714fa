/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/yagura, one function per request. The handle is a status handle: it
 * reads no events and stands in nobody's way. Functions return -errno and print
 * nothing; ygr_device_explain() says it in a sentence.
 */
#ifndef YGR_DEVICE_H
#define YGR_DEVICE_H

#include <stddef.h>
#include <stdint.h>

#include <yagura/ygr_abi.h>
#include <yagura/ygr_policy.h>

/*
 * Open and shake hands; *info is the module's. Return: a descriptor, -ENOENT or
 * -ENXIO: no module; -EACCES, -EPERM: not root; -EPROTO: a module of another ABI
 * version (then *info is filled); other -errno.
 */
int ygr_device_open(struct ygr_info *info);

/*
 * The same, and a module of another ABI version is no failure: *info is filled, or zero where even that cannot be
 * asked. Of the requests below only show and stop are for such a one: -ENOTTY, if it is from before ABI 3.
 */
int ygr_device_open_any(struct ygr_info *info);

int ygr_device_get_info(int fd, struct ygr_info *info);
int ygr_device_get_hook(int fd, uint32_t index, struct ygr_hook_info *hook);
int ygr_device_get_ring(int fd, uint32_t cpu, struct ygr_ring_info *ring);
int ygr_device_get_noise(int fd, uint32_t cpu, struct ygr_noise_stats *stats);
int ygr_device_get_stats(int fd, uint32_t cpu, struct ygr_stats *stats);

/*
 * @load: blob, expect_generation and the rest as the caller set them; generation,
 * error_code and error_offset are the kernel's answer
 */
int ygr_device_load(int fd, struct ygr_policy_load *load);

/*
 * The policy in force: *blob (aligned to 8; the caller frees it).
 * Return: 0; -ENODATA: none, *generation all the same.
 */
int ygr_device_show(int fd, void **blob, size_t *bytes, uint64_t *generation);

/*
 * @number: YGR_IOC_POLICY_CLEAR, CONFIRM, ROLLBACK or LOCK
 * @generation: the one in force then
 */
int ygr_device_change(int fd, unsigned long number, uint64_t expect_generation,
		      uint64_t *generation);

/* Lets go of all hooks, for good. Return: 0; -EALREADY; -EPERM: the policy is locked; -errno. */
int ygr_device_stop(int fd, uint32_t *detached_nr);

int ygr_device_get_state(int fd, struct ygr_policy_state *state);

/* What each rule did: *rules, in the policy's order; the caller frees it. */
int ygr_device_get_rule_stats(int fd, struct ygr_rule_stats **rules, uint32_t *rule_nr,
			      uint64_t *generation);

/* The built-in never-deny set, as text with a NUL; the caller frees it. */
int ygr_device_get_protected(int fd, char **text);

/* What an error of ygr_device_open() means to the person who typed the command. */
const char *ygr_device_explain(int err);

#endif
