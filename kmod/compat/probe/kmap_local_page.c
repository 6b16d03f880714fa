// SPDX-License-Identifier: GPL-2.0-only
/* 5.11: mappings that are the task's and not the CPU's. */
#include <linux/highmem.h>

void *probe(struct page *page);
void *probe(struct page *page)
{
	return kmap_local_page(page);
}
