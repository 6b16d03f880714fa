// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files: attempts, seen before the file system acts and before other security
 * modules are asked. io_uring comes through the same functions.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/mount.h>
#include <linux/security.h>
#include <linux/uidgid.h>

#include "file.h"
#include "hooks.h"
#include "pipeline.h"

/* @inode: what rules look at, and the record tells: of the file itself */
static void init_file(struct ygr_event *event, u16 type, enum ygr_on on, const struct inode *inode)
{
	ygr_event_init(event, type, YGR_CLASS_FILE, on);
	event->inode = inode;
}

/* The common case: what rules look at is what the record tells. */
static int run_file(struct ygr_event *event, u32 access, u32 open_flags)
{
	return ygr_file_run(event, event->inode, access, open_flags, NULL);
}

/* Something is to be made in @dir, whose identity the record tells: it has none yet. */
static int run_in(struct ygr_event *event, const struct path *dir, u32 access, u32 open_flags)
{
	return ygr_file_run(event, d_backing_inode(dir->dentry), access, open_flags, NULL);
}

/* @device: of what is no device, whatever the caller said */
static noinline int judge_create(const struct path *dir, const struct dentry *dentry, umode_t mode, u32 device)
{
	struct ygr_event event __uninitialized;

	init_file(&event, YGR_EV_CREATE, YGR_ON_CREATE, NULL);
	ygr_event_add_path(&event, dir, dentry);
	return run_in(&event, dir, S_ISCHR(mode) || S_ISBLK(mode) ? device : 0, mode);
}

static noinline int judge_mkdir(const struct path *dir, const struct dentry *dentry, umode_t mode)
{
	struct ygr_event event __uninitialized;

	init_file(&event, YGR_EV_MKDIR, YGR_ON_MKDIR, NULL);
	ygr_event_add_path(&event, dir, dentry);
	return run_in(&event, dir, 0, S_IFDIR | (mode & S_IALLUGO));
}

static noinline int judge_symlink(const struct path *dir, const struct dentry *dentry, const char *target)
{
	const u32 len = strnlen(target, PATH_MAX);
	struct ygr_event_strings strings __uninitialized;
	struct ygr_event event __uninitialized;

	init_file(&event, YGR_EV_SYMLINK, YGR_ON_SYMLINK, NULL);
	ygr_event_add_path(&event, dir, dentry);
	strings.nr = 0;
	ygr_event_add_whole(&strings, YGR_STR_TARGET, target, len);
	return ygr_file_run(&event, d_backing_inode(dir->dentry), 0, 0, &strings);
}

/* @type, @on: of a file's name, or of a directory */
static noinline int judge_removal(const struct path *dir, const struct dentry *dentry, u16 type, enum ygr_on on)
{
	struct ygr_event event __uninitialized;

	init_file(&event, type, on, d_backing_inode(dentry));
	ygr_event_add_path(&event, dir, dentry);
	return run_file(&event, 0, 0);
}

static noinline int judge_rename(const struct path *old_dir, const struct dentry *old_dentry,
				 const struct path *new_dir, const struct dentry *new_dentry,
				 unsigned int flags)
{
	struct ygr_event event __uninitialized;

	init_file(&event, YGR_EV_RENAME, YGR_ON_RENAME, d_backing_inode(old_dentry));
	ygr_event_add_path(&event, old_dir, old_dentry);
	ygr_event_add_path(&event, new_dir, new_dentry);
	return run_file(&event, 0, flags);
}

/* Both names are in one mount, or the call has failed before. */
static noinline int judge_link(struct dentry *old_dentry, const struct path *new_dir,
			       const struct dentry *new_dentry)
{
	const struct path old = { .mnt = new_dir->mnt, .dentry = old_dentry };
	struct ygr_event event __uninitialized;

	init_file(&event, YGR_EV_LINK, YGR_ON_LINK, d_backing_inode(old_dentry));
	ygr_event_add_path(&event, &old, NULL);
	ygr_event_add_path(&event, new_dir, new_dentry);
	return run_file(&event, 0, 0);
}

static noinline int judge_truncate(const struct path *path)
{
	struct ygr_event event __uninitialized;

	init_file(&event, YGR_EV_TRUNCATE, YGR_ON_TRUNCATE, d_backing_inode(path->dentry));
	ygr_event_add_path(&event, path, NULL);
	return run_file(&event, 0, 0);
}

static noinline int judge_chmod(const struct path *path, umode_t mode)
{
	const struct inode *inode = d_backing_inode(path->dentry);
	struct ygr_event event __uninitialized;

	init_file(&event, YGR_EV_CHMOD, YGR_ON_CHMOD, inode);
	ygr_event_add_path(&event, path, NULL);
	if (mode & (S_ISUID | S_ISGID))
		event.file_attr |= YGR_FILE_TO_SETID;
	if (mode & S_IXUGO)
		event.file_attr |= YGR_FILE_TO_EXECUTABLE;
	return run_file(&event, 0, (inode->i_mode & S_IFMT) | (mode & S_IALLUGO));
}

/* An id that stays as it is, is ~0. */
static noinline int judge_chown(const struct path *path, kuid_t uid, kgid_t gid)
{
	struct ygr_event event __uninitialized;

	init_file(&event, YGR_EV_CHOWN, YGR_ON_CHOWN, d_backing_inode(path->dentry));
	ygr_event_add_path(&event, path, NULL);
	return run_file(&event, __kgid_val(gid), __kuid_val(uid));
}

/* Whether @dentry can be reached through the mount of @from. */
static bool is_below(const struct path *from, struct dentry *dentry)
{
	return from->mnt->mnt_sb == dentry->d_sb && is_subdir(dentry, from->mnt->mnt_root);
}

/* The mount of the subject's root or working directory, if @dentry can be reached through it. */
static struct vfsmount *lend_mount(const struct fs_struct *fs, struct dentry *dentry)
{
	if (is_below(&fs->root, dentry))
		return fs->root.mnt;
	return is_below(&fs->pwd, dentry) ? fs->pwd.mnt : NULL;
}

/*
 * The hook is told of no mount: one is lent, or there is no path. The lock stands
 * in for a reference, as in add_cwd(). Who is about to end has no directories any more.
 */
static int run_by_dentry(struct ygr_event *event, struct dentry *dentry, u32 open_flags)
{
	struct fs_struct *fs = current->fs;
	struct path path = { .dentry = dentry };
	int ret;

	if (fs)
		ygr_compat_fs_lock(fs);
	path.mnt = fs ? lend_mount(fs, dentry) : NULL;
	ygr_event_add_path(event, path.mnt ? &path : NULL, NULL);
	ret = run_file(event, 0, open_flags);
	if (fs)
		ygr_compat_fs_unlock(fs);
	return ret;
}

static noinline int judge_xattr(struct dentry *dentry, u16 type, enum ygr_on on, const char *name, u32 flags)
{
	struct ygr_event event __uninitialized;

	init_file(&event, type, on, d_backing_inode(dentry));
	event.match.xattr.bytes = name;
	event.match.xattr.len = strlen(name);
	return run_by_dentry(&event, dentry, flags);
}

static noinline int judge_chattr(struct dentry *dentry, u32 flags)
{
	struct ygr_event event __uninitialized;

	init_file(&event, YGR_EV_CHATTR, YGR_ON_CHATTR, d_backing_inode(dentry));
	return run_by_dentry(&event, dentry, flags);
}

static void notrace on_mknod(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!ygr_pipeline_skips(YGR_ON_CREATE))
		ygr_attach_answer(fregs, judge_create(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
						      ygr_attach_number(fregs, 2),
						      ygr_attach_number(fregs, 3)));
}

static void notrace on_mkdir(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!ygr_pipeline_skips(YGR_ON_MKDIR))
		ygr_attach_answer(fregs, judge_mkdir(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
						     ygr_attach_number(fregs, 2)));
}

static void notrace on_rmdir(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!ygr_pipeline_skips(YGR_ON_RMDIR))
		ygr_attach_answer(fregs, judge_removal(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
						       YGR_EV_RMDIR, YGR_ON_RMDIR));
}

static void notrace on_symlink(unsigned long ip, unsigned long parent_ip,
			       struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!ygr_pipeline_skips(YGR_ON_SYMLINK))
		ygr_attach_answer(fregs, judge_symlink(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
						       ygr_attach_arg(fregs, 2)));
}

static void notrace on_unlink(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!ygr_pipeline_skips(YGR_ON_UNLINK))
		ygr_attach_answer(fregs, judge_removal(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
						       YGR_EV_UNLINK, YGR_ON_UNLINK));
}

static void notrace on_rename(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!ygr_pipeline_skips(YGR_ON_RENAME))
		ygr_attach_answer(fregs, judge_rename(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
						      ygr_attach_arg(fregs, 2), ygr_attach_arg(fregs, 3),
						      ygr_attach_number(fregs, 4)));
}

static void notrace on_link(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!ygr_pipeline_skips(YGR_ON_LINK))
		ygr_attach_answer(fregs, judge_link(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
						    ygr_attach_arg(fregs, 2)));
}

/* Until 6.2 for files that are open, too. Both also ask on behalf of open(O_TRUNC). */
static void notrace on_path_truncate(unsigned long ip, unsigned long parent_ip,
				     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!ygr_pipeline_skips(YGR_ON_TRUNCATE))
		ygr_attach_answer(fregs, judge_truncate(ygr_attach_arg(fregs, 0)));
}

static void notrace on_file_truncate(unsigned long ip, unsigned long parent_ip,
				     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct file *file = ygr_attach_arg(fregs, 0);

	if (!ygr_pipeline_skips(YGR_ON_TRUNCATE))
		ygr_attach_answer(fregs, judge_truncate(&file->f_path));
}

static void notrace on_chmod(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!ygr_pipeline_skips(YGR_ON_CHMOD))
		ygr_attach_answer(fregs, judge_chmod(ygr_attach_arg(fregs, 0),
						     ygr_attach_number(fregs, 1)));
}

static void notrace on_chown(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const kuid_t uid = KUIDT_INIT(ygr_attach_number(fregs, 1));
	const kgid_t gid = KGIDT_INIT(ygr_attach_number(fregs, 2));

	if (!ygr_pipeline_skips(YGR_ON_CHOWN))
		ygr_attach_answer(fregs, judge_chown(ygr_attach_arg(fregs, 0), uid, gid));
}

/* The first argument is of the mount, which is not told itself. */
static void notrace on_setxattr(unsigned long ip, unsigned long parent_ip,
				struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const unsigned int dentry = YGR_COMPAT_SETXATTR_DENTRY;

	if (!ygr_pipeline_skips(YGR_ON_SETXATTR))
		ygr_attach_answer(fregs, judge_xattr(ygr_attach_arg(fregs, dentry), YGR_EV_SETXATTR,
						     YGR_ON_SETXATTR, ygr_attach_arg(fregs, dentry + 1),
						     ygr_attach_number(fregs, dentry + 4)));
}

/* Since 6.2 access lists, which are attributes to the system calls, have a hook of their own. */
static void notrace on_set_acl(unsigned long ip, unsigned long parent_ip,
			       struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!ygr_pipeline_skips(YGR_ON_SETXATTR))
		ygr_attach_answer(fregs, judge_xattr(ygr_attach_arg(fregs, 1), YGR_EV_SETXATTR, YGR_ON_SETXATTR,
						     ygr_attach_arg(fregs, 2), 0));
}

static void notrace on_removexattr(unsigned long ip, unsigned long parent_ip,
				   struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const unsigned int dentry = YGR_COMPAT_SETXATTR_DENTRY;

	if (!ygr_pipeline_skips(YGR_ON_REMOVEXATTR))
		ygr_attach_answer(fregs, judge_xattr(ygr_attach_arg(fregs, dentry), YGR_EV_REMOVEXATTR,
						     YGR_ON_REMOVEXATTR, ygr_attach_arg(fregs, dentry + 1), 0));
}

/* No hook of security modules before 6.17, and the way of all that change them, since 5.13. */
static void notrace on_chattr(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const u32 flags = ygr_compat_fileattr_flags(ygr_attach_arg(fregs, 2));

	if (!ygr_pipeline_skips(YGR_ON_CHATTR))
		ygr_attach_answer(fregs, judge_chattr(ygr_attach_arg(fregs, 1), flags));
}

static struct ygr_hook hooks[] = {
	YGR_HOOK_FUNCTION(security_path_mknod, on_mknod),
	YGR_HOOK_FUNCTION(security_path_mkdir, on_mkdir),
	YGR_HOOK_FUNCTION(security_path_symlink, on_symlink),
	YGR_HOOK_HOT_FUNCTION(security_path_unlink, on_unlink),
	YGR_HOOK_FUNCTION(security_path_rmdir, on_rmdir),
	YGR_HOOK_FUNCTION(security_path_rename, on_rename),
	YGR_HOOK_FUNCTION(security_path_link, on_link),
	YGR_HOOK_FUNCTION(security_path_truncate, on_path_truncate),
	YGR_HOOK_YOUNG_FUNCTION(security_file_truncate, on_file_truncate),
	YGR_HOOK_FUNCTION(security_path_chmod, on_chmod),
	YGR_HOOK_FUNCTION(security_path_chown, on_chown),
	YGR_HOOK_FUNCTION(security_inode_setxattr, on_setxattr),
	YGR_HOOK_YOUNG_FUNCTION(security_inode_set_acl, on_set_acl),
	YGR_HOOK_FUNCTION(security_inode_removexattr, on_removexattr),
	YGR_HOOK_YOUNG_FUNCTION(security_inode_remove_acl, on_removexattr),
	YGR_HOOK_FUNCTION(vfs_fileattr_set, on_chattr),
};

const struct ygr_hook_table ygr_hook_file_table = { hooks, ARRAY_SIZE(hooks) };
