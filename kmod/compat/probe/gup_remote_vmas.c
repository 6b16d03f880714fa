// SPDX-License-Identifier: GPL-2.0-only
/* Until 6.5 get_user_pages_remote() also returned vmas. */
#include <linux/mm.h>

long probe(struct mm_struct *mm, struct page **page);
long probe(struct mm_struct *mm, struct page **page)
{
	return get_user_pages_remote(mm, 0, 1, FOLL_FORCE, page, (struct vm_area_struct **)NULL,
				     (int *)NULL);
}
