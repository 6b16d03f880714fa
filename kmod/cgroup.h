/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which of the policy's lists of cgroups the current task's is in, by its path
 * in the unified hierarchy. Remembered per CPU for the cgroups met last: a
 * cgroup never gets another name, and its id names it for ever.
 */
#ifndef YGR_CGROUP_H
#define YGR_CGROUP_H

#include "policy_index.h"

struct ygr_policy;

/* Return: 0 or -ENOMEM. */
int ygr_cgroup_init(void);
void ygr_cgroup_exit(void);

/*
 * Context: task, preemption off; good as long.
 * Return: NULL: its path is too long.
 */
const struct ygr_subject_bits *ygr_cgroup_bits(const struct ygr_policy *policy);

#endif
