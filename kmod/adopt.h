/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking in the processes that run when the module is loaded, while they fork,
 * execute and exit. Each is met as it is then: its program by its own link to
 * it, its descent by its parents and theirs.
 *
 * Until that is over, a process that is not in the table has not been reached. What
 * it does is left to us to find out: its children stand behind it in the
 * kernel's list, and an exec makes us look at it again.
 */
#ifndef YGR_ADOPT_H
#define YGR_ADOPT_H

#include <linux/sched.h>

/* From now on, who is not in the table is to be adopted. Before the hooks are attached. */
void ygr_adopt_begin(void);

/*
 * After the hooks are attached. Whom there is no memory for is counted, and met when he
 * executes something. Context: may sleep.
 */
void ygr_adopt_run(void);

/*
 * The current process, which is not in the table, has forked or executed a program.
 * Return: whether it, and what it forked, will be. Context: the table is locked for it.
 */
bool ygr_adopt_is_due(void);

#endif
