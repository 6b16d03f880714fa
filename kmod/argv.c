// SPDX-License-Identifier: GPL-2.0-only
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/uaccess.h>

#include <yagura/ygr_event.h>

#include "argv.h"
#include "compat/compat.h"

static u32 room_in_page(unsigned long addr)
{
	return PAGE_SIZE - offset_in_page(addr);
}

u32 ygr_argv_read_current(char *buffer, u32 *true_len)
{
	const struct mm_struct *mm = current->mm;
	unsigned long start = mm->arg_start;
	u32 wanted, copied = 0;

	*true_len = mm->arg_end - start;
	wanted = min(*true_len, YGR_ARGV_BYTES_MAX);
	while (copied < wanted) {
		u32 step = min(wanted - copied, room_in_page(start + copied));

		if (copy_from_user_nofault(buffer + copied, (void __user *)(start + copied), step))
			break;
		copied += step;
	}
	return copied;
}

/*
 * Goes through one page's worth of arguments.
 *
 * Return: bytes of it that belong to the vector; @left_nr counts the
 * arguments down.
 */
static u32 scan_page(const char *bytes, u32 room, int *left_nr)
{
	u32 i = 0;

	while (i < room && *left_nr)
		if (!bytes[i++])
			--*left_nr;
	return i;
}

/*
 * The strings of the new program lie upwards from bprm->p: the arguments, then
 * the environment; only counting tells where the one ends. The kernel has
 * bounded them by the stack limit when it copied them.
 */
u32 ygr_argv_read_bprm(const struct linux_binprm *bprm, char *buffer, u32 *true_len)
{
	unsigned long pos = bprm->p;
	int left_nr = bprm->argc;
	u32 seen = 0, copied = 0;

	while (left_nr) {
		struct page *page;
		const char *bytes;
		u32 used, step;
		long got;

		mmap_read_lock(bprm->mm);
		got = ygr_compat_get_page(bprm->mm, pos, &page);
		mmap_read_unlock(bprm->mm);
		if (got != 1) {
			*true_len = YGR_LEN_UNKNOWN;
			return copied;
		}
		bytes = kmap_local_page(page);
		used = scan_page(bytes + offset_in_page(pos), room_in_page(pos), &left_nr);
		step = min(used, YGR_ARGV_BYTES_MAX - copied);
		memcpy(buffer + copied, bytes + offset_in_page(pos), step);
		kunmap_local(bytes);
		put_page(page);
		copied += step;
		seen += used;
		pos += used;
		cond_resched();
	}
	*true_len = seen;
	return copied;
}
