// SPDX-License-Identifier: GPL-2.0-only
/* The exit tracepoint was taught to say whether the whole process is dead. */
#include <trace/events/sched.h>

static void handler(void *data, struct task_struct *task, bool group_dead)
{
}

int probe(void);
int probe(void)
{
	return register_trace_sched_process_exit(handler, NULL);
}
