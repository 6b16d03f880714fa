// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compiler.h>
#include <linux/ktime.h>

#include "reader.h"

static u64 absent_since_ns;	/* 0: there is one */

void ygr_reader_came(void)
{
	WRITE_ONCE(absent_since_ns, 0);
}

void ygr_reader_went(void)
{
	WRITE_ONCE(absent_since_ns, ktime_get_boot_fast_ns());
}

bool ygr_reader_is_missing(u32 timeout_s)
{
	u64 since_ns = READ_ONCE(absent_since_ns);

	return timeout_s && since_ns &&
	       ktime_get_boot_fast_ns() - since_ns >= (u64)timeout_s * NSEC_PER_SEC;
}
