// SPDX-License-Identifier: GPL-2.0-only
/* 5.17: a page is had only if it is there. */
#include <linux/mm.h>

unsigned int probe(void);
unsigned int probe(void)
{
	return FOLL_NOFAULT;
}
