/* SPDX-License-Identifier: GPL-2.0-only */
/* A process's controlling terminal. */
#ifndef YGR_TERMINAL_H
#define YGR_TERMINAL_H

#include <linux/sched.h>

#define YGR_TERMINAL_NAME_BYTES	64

struct ygr_terminal {
	u32 major;		/* both 0: none */
	u32 minor;
	char name[YGR_TERMINAL_NAME_BYTES]; /* below /dev; ends in NUL */
};

/* Context: any but interrupts. Return: whether it has one; else @terminal has zeroes. */
bool ygr_terminal_find(struct task_struct *task, struct ygr_terminal *terminal);

#endif
