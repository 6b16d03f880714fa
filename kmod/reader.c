// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compiler.h>
#include <linux/ktime.h>
#include <linux/sched.h>

#include "reader.h"

static u64 absent_since_ns;	/* 0: there is one */
static pid_t reader_tgid;	/* 0: there is none */

void ygr_reader_came(void)
{
	WRITE_ONCE(absent_since_ns, 0);
	WRITE_ONCE(reader_tgid, current->tgid);
}

void ygr_reader_went(void)
{
	WRITE_ONCE(absent_since_ns, ktime_get_boot_fast_ns());
	WRITE_ONCE(reader_tgid, 0);
}

bool ygr_reader_is(const struct task_struct *task)
{
	return task->tgid == READ_ONCE(reader_tgid);
}

bool ygr_reader_is_missing(u32 timeout_s)
{
	u64 since_ns = READ_ONCE(absent_since_ns);

	return timeout_s && since_ns &&
	       ktime_get_boot_fast_ns() - since_ns >= (u64)timeout_s * NSEC_PER_SEC;
}
