/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is learnt of an exec where it may sleep, before it is judged, and told when it has
 * succeeded: capabilities of its file, its layer of an overlayfs, and, of a script, which
 * file was asked for before its interpreter was.
 *
 * It hangs on the process, which executes one program at a time, until the success takes
 * it, the next attempt replaces it, or the process ends.
 */
#ifndef YGR_EXEC_FACTS_H
#define YGR_EXEC_FACTS_H

#include <linux/binfmts.h>

#include <yagura/ygr_event.h>

#include "file_caps.h"

struct ygr_exec_facts {
	const struct linux_binprm *bprm; /* compared, not looked into */
	u32 step_nr;			/* files checked: a script, its interpreter */
	/* Of the last file. */
	bool has_caps;
	bool is_upper;
	struct ygr_file_caps caps;
	/* Of the first file. */
	bool first_is_upper;
	struct ygr_file_id first;
	u32 len;
	u32 true_len;			/* of its path; 0: not known */
	char path[];
};

/*
 * Notes what is known of bprm->file, which is about to be checked.
 *
 * Context: process, may sleep.
 */
void ygr_exec_facts_note(const struct linux_binprm *bprm);

/* What has been noted so far, for a denial. Context: as above. Return: NULL: nothing. */
const struct ygr_exec_facts *ygr_exec_facts_find(const struct linux_binprm *bprm);

/*
 * The same, which is the caller's now, to be kfree()d. Context: task, preemption off.
 */
struct ygr_exec_facts *ygr_exec_facts_take(const struct linux_binprm *bprm);

#endif
