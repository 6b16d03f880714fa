// SPDX-License-Identifier: GPL-2.0-only
/* 5.17: what a worker of io_uring or of a work queue is about, in a place of its own. */
#include <linux/sched.h>

void *probe(const struct task_struct *task);
void *probe(const struct task_struct *task)
{
	return task->worker_private;
}
