// SPDX-License-Identifier: GPL-2.0-only
/* 6.3: a set of capabilities is one number. */
#include <linux/capability.h>

unsigned long long probe(kernel_cap_t cap);
unsigned long long probe(kernel_cap_t cap)
{
	return cap.val;
}
