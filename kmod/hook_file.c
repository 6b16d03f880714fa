// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files: attempts, seen before the file system acts and before other security
 * modules are asked. io_uring comes through the same functions.
 */
#include <linux/fs.h>
#include <linux/mman.h>

#include "file_id.h"
#include "hooks.h"
#include "pipeline.h"

/* Judges and records one file event; true: deny. */
static bool run_file(u16 type, enum ygr_on on, const struct ygr_body_file *body, u32 path_nr,
		     struct ygr_event_path first, struct ygr_event_path second)
{
	struct ygr_event event = {
		.type = type,
		.class = YGR_CLASS_FILE,
		.on = on,
		.body = body,
		.body_len = sizeof(*body),
		.path_nr = path_nr,
		.paths = { first, second },
	};

	return ygr_pipeline_run_preemptible(&event);
}

static bool run_one(u16 type, enum ygr_on on, const struct ygr_body_file *body,
		    const struct path *path, const struct dentry *child)
{
	const struct ygr_event_path one = { path, child }, none = { 0 };

	return run_file(type, on, body, 1, one, none);
}

static bool open_denied(const struct file *file)
{
	bool writes = file->f_mode & FMODE_WRITE;
	enum ygr_on on = writes ? YGR_ON_OPEN_WRITE : YGR_ON_OPEN_READ;
	struct ygr_body_file body = { .open_flags = file->f_flags };

	if (!writes && !ygr_pipeline_is_watched(on))
		return false;
	ygr_file_id_fill(&body.file, file_inode(file));
	if (file->f_mode & FMODE_READ)
		body.access |= YGR_ACCESS_READ;
	if (writes)
		body.access |= YGR_ACCESS_WRITE;
	if (file->f_mode & FMODE_CREATED)
		body.access |= YGR_ACCESS_CREATED;
	if (file->f_flags & __FMODE_EXEC)
		body.access |= YGR_ACCESS_EXEC;
	return run_one(YGR_EV_OPEN, on, &body, &file->f_path, NULL);
}

static bool create_denied(const struct path *dir, const struct dentry *dentry, umode_t mode)
{
	struct ygr_body_file body = { .open_flags = mode };

	ygr_file_id_fill(&body.file, d_backing_inode(dir->dentry));
	return run_one(YGR_EV_CREATE, YGR_ON_CREATE, &body, dir, dentry);
}

static bool unlink_denied(const struct path *dir, const struct dentry *dentry)
{
	struct ygr_body_file body = { 0 };

	ygr_file_id_fill(&body.file, d_backing_inode(dentry));
	return run_one(YGR_EV_UNLINK, YGR_ON_UNLINK, &body, dir, dentry);
}

static bool rename_denied(const struct path *old_dir, const struct dentry *old_dentry,
			  const struct path *new_dir, const struct dentry *new_dentry,
			  unsigned int rename_flags)
{
	struct ygr_body_file body = { .open_flags = rename_flags };
	const struct ygr_event_path from = { old_dir, old_dentry }, to = { new_dir, new_dentry };

	ygr_file_id_fill(&body.file, d_backing_inode(old_dentry));
	return run_file(YGR_EV_RENAME, YGR_ON_RENAME, &body, 2, from, to);
}

static bool mmap_denied(const struct file *file, unsigned long prot)
{
	struct ygr_body_file body = { .open_flags = prot, .access = YGR_ACCESS_EXEC };

	if (!file || !(prot & PROT_EXEC))
		return false;
	ygr_file_id_fill(&body.file, file_inode(file));
	return run_one(YGR_EV_MMAP_EXEC, YGR_ON_MMAP_EXEC, &body, &file->f_path, NULL);
}

static void notrace on_open(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (open_denied(ygr_attach_arg(fregs, 0)))
		ygr_attach_deny(fregs);
}

static void notrace on_mknod(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (create_denied(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
			  (unsigned long)ygr_attach_arg(fregs, 2)))
		ygr_attach_deny(fregs);
}

static void notrace on_unlink(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (unlink_denied(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1)))
		ygr_attach_deny(fregs);
}

static void notrace on_rename(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (rename_denied(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
			  ygr_attach_arg(fregs, 2), ygr_attach_arg(fregs, 3),
			  (unsigned long)ygr_attach_arg(fregs, 4)))
		ygr_attach_deny(fregs);
}

static void notrace on_mmap(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (mmap_denied(ygr_attach_arg(fregs, 0), (unsigned long)ygr_attach_arg(fregs, 1)))
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
