// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that can be executed: files that are mapped so, and whatever else becomes
 * executable, which no file says what it holds. And files that are but memory.
 */
#include <linux/fs.h>
#include <linux/hugetlb.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mount.h>
#include <linux/personality.h>
#include <linux/security.h>
#include <linux/shmem_fs.h>

#include "file.h"
#include "hooks.h"
#include "path.h"
#include "writer.h"

/* @file: NULL: memory that is of no file */
static void init_mapping(struct ygr_event *event, u16 type, enum ygr_on on, const struct file *file)
{
	ygr_event_init(event, type, YGR_CLASS_FILE, on);
	if (!file)
		return;
	event->inode = file_inode(file);
	ygr_event_add_path(event, &file->f_path, NULL);
}

static bool is_noexec(const struct path *path)
{
	return (path->mnt->mnt_flags & MNT_NOEXEC) || (path->mnt->mnt_sb->s_iflags & SB_I_NOEXEC);
}

/* Asked for, or added by the kernel, which for READ_IMPLIES_EXEC does so after the hook. */
static bool maps_executable(const struct file *file, unsigned long prot)
{
	if (prot & PROT_EXEC)
		return true;
	return (prot & PROT_READ) && (current->personality & READ_IMPLIES_EXEC) &&
	       !(file && is_noexec(&file->f_path));
}

static noinline int judge_anonymous(unsigned long prot)
{
	struct ygr_event event __uninitialized;

	init_mapping(&event, YGR_EV_MMAP_EXEC, YGR_ON_EXEC_MEMORY, NULL);
	return ygr_file_run(&event, NULL, YGR_ACCESS_WRITE | YGR_ACCESS_EXEC, prot, NULL);
}

static noinline int judge_mapped_file(const struct file *file, unsigned long prot)
{
	struct ygr_event event __uninitialized;

	init_mapping(&event, YGR_EV_MMAP_EXEC, YGR_ON_MMAP_EXEC, file);
	return ygr_file_run(&event, event.inode, YGR_ACCESS_EXEC, prot, NULL);
}

/* What is of no file is empty: only if it can be written as well, is there something to run. */
static int judge_mmap(const struct file *file, unsigned long prot)
{
	if (!maps_executable(file, prot))
		return 0;
	if (file)
		return ygr_pipeline_skips(YGR_ON_MMAP_EXEC) ? 0 : judge_mapped_file(file, prot);
	if (!(prot & PROT_WRITE))
		return 0;
	return ygr_pipeline_skips(YGR_ON_EXEC_MEMORY) ? 0 : judge_anonymous(prot);
}

/*
 * WRITE: it can be written, or pages of it are its own, which they become by being
 * written. The caller has locked the memory map.
 */
static noinline int judge_mprotect(const struct vm_area_struct *vma, unsigned long prot)
{
	struct ygr_event event __uninitialized;
	u32 access = YGR_ACCESS_EXEC;

	if ((vma->vm_flags & VM_WRITE) || vma->anon_vma)
		access |= YGR_ACCESS_WRITE;
	init_mapping(&event, YGR_EV_MPROTECT_EXEC, YGR_ON_EXEC_MEMORY, vma->vm_file);
	return ygr_file_run(&event, event.inode, access, prot, NULL);
}

/* What memfd_create() makes of the name it is given, and nobody else of his. */
#define MEMFD		"memfd:"

/* strncmp() alone would take half of what an ignored one may cost. */
static bool is_memfd(const char *name)
{
	u32 i;

#pragma GCC unroll 6
	for (i = 0; i < strlen(MEMFD); i++)
		if (name[i] != MEMFD[i])
			return false;
	return true;
}

/* The name as d_path() will tell it. Nothing else of this event is in the scratch. */
static void add_memfd_path(struct ygr_event_strings *strings, const char *name)
{
	char *path = ygr_path_scratch(YGR_PATH_SLOT_FIRST);
	u32 len = strnlen(name, NAME_MAX);

	path[0] = '/';
	memcpy(path + 1, name, len);
	ygr_event_add_whole(strings, YGR_STR_PATH, path, len + 1);
}

static noinline int judge_memfd(const char *name)
{
	struct ygr_event_strings strings __uninitialized;
	struct ygr_event event __uninitialized;
	int ret;

	ygr_event_init(&event, YGR_EV_MEMFD, YGR_CLASS_FILE, YGR_ON_MEMFD);
	event.flags = YGR_F_MEMFD;
	preempt_disable_notrace();
	strings.nr = 0;
	add_memfd_path(&strings, name);
	ret = ygr_file_run(&event, NULL, 0, 0, &strings);
	preempt_enable_notrace();
	return ret;
}

/* It need not be mapped to be written to become so: mprotect() asks no more than this open's mode. */
static bool may_be_written(const struct file *file, unsigned long flags)
{
	return file && (flags & MAP_TYPE) != MAP_PRIVATE && ygr_writer_has(file);
}

static void notrace on_mmap(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct file *file = ygr_attach_arg(fregs, 0);
	int error = judge_mmap(file, ygr_attach_number(fregs, 1));

	ygr_attach_answer(fregs, error);
	if (error || !may_be_written(file, ygr_attach_number(fregs, 2)))
		return;
	preempt_disable_notrace();
	ygr_writer_mapped(file);
	preempt_enable_notrace();
}

static void notrace on_mprotect(unsigned long ip, unsigned long parent_ip,
				struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct vm_area_struct *vma = ygr_attach_arg(fregs, 0);
	unsigned long prot = ygr_attach_number(fregs, 2);

	if ((prot & PROT_EXEC) && !(vma->vm_flags & VM_EXEC) && !ygr_pipeline_skips(YGR_ON_EXEC_MEMORY))
		ygr_attach_answer(fregs, judge_mprotect(vma, prot));
}

/* No hook of security modules before 6.18: these make the file, of ordinary or of huge pages. */
static void notrace on_file_setup(unsigned long ip, unsigned long parent_ip,
				  struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const char *name = ygr_attach_arg(fregs, 0);

	if (is_memfd(name) && !ygr_pipeline_skips(YGR_ON_MEMFD))
		ygr_attach_answer(fregs, judge_memfd(name));
}

static struct ygr_hook hooks[] = {
	YGR_HOOK_HOT_FUNCTION(security_mmap_file, on_mmap),
	YGR_HOOK_HOT_FUNCTION(security_file_mprotect, on_mprotect),
	YGR_HOOK_FUNCTION(shmem_file_setup, on_file_setup),
	YGR_HOOK_FUNCTION(hugetlb_file_setup, on_file_setup),
};

const struct ygr_hook_table ygr_hook_memory_table = { hooks, ARRAY_SIZE(hooks) };
