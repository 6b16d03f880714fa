// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files: attempts, seen before the file system acts and before other security
 * modules are asked. io_uring comes through the same functions.
 */
#include <linux/fs.h>
#include <linux/mman.h>
#include <linux/mount.h>
#include <linux/personality.h>

#include "file_id.h"
#include "hooks.h"
#include "pipeline.h"

static void init_file(struct ygr_event *event, u16 type, enum ygr_on on, const struct path *path,
		      const struct dentry *child)
{
	ygr_event_init(event, type, YGR_CLASS_FILE, on);
	ygr_event_add_path(event, path, child);
}

/*
 * Judges and records, as do all judge_*() here. @access and @open_flags: as in struct ygr_body_file.
 * Return: true to deny.
 */
static bool run_file(struct ygr_event *event, const struct inode *inode, u32 access, u32 open_flags)
{
	struct ygr_event_strings strings __uninitialized;
	struct ygr_body_file body __uninitialized;

	preempt_disable_notrace();
	if (ygr_pipeline_judge(event)) {
		ygr_file_id_fill(&body.file, inode);
		body.access = access;
		body.open_flags = open_flags;
		strings.nr = 0;
		ygr_pipeline_record(event, &body, sizeof(body), &strings);
	}
	preempt_enable_notrace();
	return ygr_event_is_denied(event);
}

/* O_TRUNC empties a file that is opened for reading only, too. */
static bool writes(const struct file *file)
{
	return (file->f_mode & FMODE_WRITE) || (file->f_flags & O_TRUNC);
}

static u32 access_of(const struct file *file)
{
	u32 access = 0;

	if (file->f_mode & FMODE_READ)
		access |= YGR_ACCESS_READ;
	if (writes(file))
		access |= YGR_ACCESS_WRITE;
	/* A file without a name is made by its open, and not said to be. */
	if ((file->f_mode & FMODE_CREATED) || (file->f_flags & __O_TMPFILE))
		access |= YGR_ACCESS_CREATED;
	if (file->f_flags & __FMODE_EXEC)
		access |= YGR_ACCESS_EXEC;
	return access;
}

static noinline bool judge_open(const struct file *file, enum ygr_on on)
{
	struct ygr_event event __uninitialized;

	init_file(&event, YGR_EV_OPEN, on, &file->f_path, NULL);
	return run_file(&event, file_inode(file), access_of(file), file->f_flags);
}

static bool judge_create(const struct path *dir, const struct dentry *dentry, umode_t mode)
{
	struct ygr_event event __uninitialized;

	init_file(&event, YGR_EV_CREATE, YGR_ON_CREATE, dir, dentry);
	return run_file(&event, d_backing_inode(dir->dentry), 0, mode);
}

static bool judge_unlink(const struct path *dir, const struct dentry *dentry)
{
	struct ygr_event event __uninitialized;

	init_file(&event, YGR_EV_UNLINK, YGR_ON_UNLINK, dir, dentry);
	return run_file(&event, d_backing_inode(dentry), 0, 0);
}

static bool judge_rename(const struct path *old_dir, const struct dentry *old_dentry,
			  const struct path *new_dir, const struct dentry *new_dentry,
			  unsigned int flags)
{
	struct ygr_event event __uninitialized;

	init_file(&event, YGR_EV_RENAME, YGR_ON_RENAME, old_dir, old_dentry);
	ygr_event_add_path(&event, new_dir, new_dentry);
	return run_file(&event, d_backing_inode(old_dentry), 0, flags);
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
	       !is_noexec(&file->f_path);
}

static bool judge_mmap(const struct file *file, unsigned long prot)
{
	struct ygr_event event __uninitialized;

	if (!file || !maps_executable(file, prot))
		return false;
	init_file(&event, YGR_EV_MMAP_EXEC, YGR_ON_MMAP_EXEC, &file->f_path, NULL);
	return run_file(&event, file_inode(file), YGR_ACCESS_EXEC, prot);
}

static void notrace on_open(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct file *file = ygr_attach_arg(fregs, 0);
	enum ygr_on on = writes(file) ? YGR_ON_OPEN_WRITE : YGR_ON_OPEN_READ;

	/* What a file system opens beneath a file that has been judged above. */
	if (ygr_compat_is_backing_open(file))
		return;
	/* Most opens end here, before anything is set up for them. */
	if (on == YGR_ON_OPEN_READ && !ygr_pipeline_is_watched(on))
		return;
	if (judge_open(file, on))
		ygr_attach_deny(fregs);
}

static void notrace on_mknod(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (judge_create(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
			  (unsigned long)ygr_attach_arg(fregs, 2)))
		ygr_attach_deny(fregs);
}

static void notrace on_unlink(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (judge_unlink(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1)))
		ygr_attach_deny(fregs);
}

static void notrace on_rename(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (judge_rename(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
			  ygr_attach_arg(fregs, 2), ygr_attach_arg(fregs, 3),
			  (unsigned long)ygr_attach_arg(fregs, 4)))
		ygr_attach_deny(fregs);
}

static void notrace on_mmap(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (judge_mmap(ygr_attach_arg(fregs, 0), (unsigned long)ygr_attach_arg(fregs, 1)))
		ygr_attach_deny(fregs);
}

static struct ygr_hook hooks[] = {
	YGR_HOOK_FUNCTION(security_file_open, on_open),
	YGR_HOOK_FUNCTION(security_path_mknod, on_mknod),
	YGR_HOOK_FUNCTION(security_path_unlink, on_unlink),
	YGR_HOOK_FUNCTION(security_path_rename, on_rename),
	YGR_HOOK_FUNCTION(security_mmap_file, on_mmap),
};

const struct ygr_hook_table ygr_hook_file_table = { hooks, ARRAY_SIZE(hooks) };
