/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's own get_mm_exe_file(), which is not exported. */
#ifndef YGR_COMPAT_EXE_FILE_H
#define YGR_COMPAT_EXE_FILE_H

#include <linux/fs.h>
#include <linux/mm_types.h>
#include <linux/rcupdate.h>

/* Context: any. Return: to be fput(); NULL: @mm has none. */
static inline struct file *ygr_compat_exe_file(struct mm_struct *mm)
{
	struct file *file;

	rcu_read_lock();
#ifdef get_file_rcu
	/* Before 6.7: a macro that tries the one file it is given. */
	do
		file = rcu_dereference(mm->exe_file);
	while (file && !get_file_rcu(file));
#else
	file = get_file_rcu(&mm->exe_file);
#endif
	rcu_read_unlock();
	return file;
}

#endif
