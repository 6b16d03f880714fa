// SPDX-License-Identifier: GPL-2.0-only
/* 5.11: handlers are given ftrace_regs, not pt_regs; who wants a guard against recursion says so. */
#include <linux/ftrace.h>

static void handler(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
		    struct ftrace_regs *fregs)
{
}

void probe(struct ftrace_ops *ops);
void probe(struct ftrace_ops *ops)
{
	ops->func = handler;
	ops->flags = FTRACE_OPS_FL_RECURSION;
}
