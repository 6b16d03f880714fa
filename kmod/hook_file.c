// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files: attempts, seen before the file system acts and before other security
 * modules are asked. io_uring comes through the same functions.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/mman.h>
#include <linux/mount.h>
#include <linux/personality.h>
#include <linux/uidgid.h>

#include "file_id.h"
#include "hooks.h"
#include "pipeline.h"

/* @inode: what rules look at, and the record tells: of the file itself */
static void init_file(struct ygr_event *event, u16 type, enum ygr_on on, const struct inode *inode)
{
	ygr_event_init(event, type, YGR_CLASS_FILE, on);
	event->inode = inode;
}

static void add_xattr(struct ygr_event_strings *strings, const struct ygr_match_text *xattr)
{
	if (xattr->bytes)
		ygr_event_add_whole(strings, YGR_STR_XATTR, xattr->bytes, xattr->len);
}

/*
 * Judges and records. Returns, as do all judge_*() here, what the hook must: 0 or -errno.
 *
 * @inode: whose identity the record tells
 * @access, @open_flags: as in struct ygr_body_file
 */
static int run_at(struct ygr_event *event, const struct inode *inode, u32 access, u32 open_flags)
{
	struct ygr_event_strings strings __uninitialized;
	struct ygr_body_file *body;

	preempt_disable_notrace();
	if (ygr_pipeline_judge(event)) {
		strings.nr = 0;
		add_xattr(&strings, &event->match.xattr);
		body = ygr_pipeline_begin(event, sizeof(*body), &strings);
		if (body) {
			ygr_file_id_fill(&body->file, inode);
			body->access = access;
			body->open_flags = open_flags;
			ygr_record_commit();
		}
	}
	preempt_enable_notrace();
	return ygr_event_error(event);
}

static int run_file(struct ygr_event *event, u32 access, u32 open_flags)
{
	return run_at(event, event->inode, access, open_flags);
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

static noinline int judge_open(const struct file *file, enum ygr_on on)
{
	struct ygr_event event __uninitialized;

	init_file(&event, YGR_EV_OPEN, on, file_inode(file));
	ygr_event_add_path(&event, &file->f_path, NULL);
	return run_file(&event, access_of(file), file->f_flags);
}

/* There is no file yet; the record tells its directory. */
static int judge_create(const struct path *dir, const struct dentry *dentry, umode_t mode)
{
	struct ygr_event event __uninitialized;

	init_file(&event, YGR_EV_CREATE, YGR_ON_CREATE, NULL);
	ygr_event_add_path(&event, dir, dentry);
	return run_at(&event, d_backing_inode(dir->dentry), 0, mode);
}

static int judge_unlink(const struct path *dir, const struct dentry *dentry)
{
	struct ygr_event event __uninitialized;

	init_file(&event, YGR_EV_UNLINK, YGR_ON_UNLINK, d_backing_inode(dentry));
	ygr_event_add_path(&event, dir, dentry);
	return run_file(&event, 0, 0);
}

static int judge_rename(const struct path *old_dir, const struct dentry *old_dentry,
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
static int judge_link(struct dentry *old_dentry, const struct path *new_dir,
		      const struct dentry *new_dentry)
{
	const struct path old = { .mnt = new_dir->mnt, .dentry = old_dentry };
	struct ygr_event event __uninitialized;

	init_file(&event, YGR_EV_LINK, YGR_ON_LINK, d_backing_inode(old_dentry));
	ygr_event_add_path(&event, &old, NULL);
	ygr_event_add_path(&event, new_dir, new_dentry);
	return run_file(&event, 0, 0);
}

static int judge_truncate(const struct path *path)
{
	struct ygr_event event __uninitialized;

	init_file(&event, YGR_EV_TRUNCATE, YGR_ON_TRUNCATE, d_backing_inode(path->dentry));
	ygr_event_add_path(&event, path, NULL);
	return run_file(&event, 0, 0);
}

static int judge_chmod(const struct path *path, umode_t mode)
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
static int judge_chown(const struct path *path, kuid_t uid, kgid_t gid)
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
		spin_lock(&fs->lock);
	path.mnt = fs ? lend_mount(fs, dentry) : NULL;
	ygr_event_add_path(event, path.mnt ? &path : NULL, NULL);
	ret = run_file(event, 0, open_flags);
	if (fs)
		spin_unlock(&fs->lock);
	return ret;
}

static int judge_setxattr(struct dentry *dentry, const char *name, u32 flags)
{
	struct ygr_event event __uninitialized;

	init_file(&event, YGR_EV_SETXATTR, YGR_ON_SETXATTR, d_backing_inode(dentry));
	event.match.xattr.bytes = name;
	event.match.xattr.len = strlen(name);
	return run_by_dentry(&event, dentry, flags);
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

static int judge_mmap(const struct file *file, unsigned long prot)
{
	struct ygr_event event __uninitialized;

	if (!file || !maps_executable(file, prot) ||
	    ygr_pipeline_skips(YGR_ON_MMAP_EXEC))
		return 0;
	init_file(&event, YGR_EV_MMAP_EXEC, YGR_ON_MMAP_EXEC, file_inode(file));
	ygr_event_add_path(&event, &file->f_path, NULL);
	return run_file(&event, YGR_ACCESS_EXEC, prot);
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
	if (ygr_pipeline_skips(on))
		return;
	ygr_attach_answer(fregs, judge_open(file, on));
}

static void notrace on_mknod(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!ygr_pipeline_skips(YGR_ON_CREATE))
		ygr_attach_answer(fregs, judge_create(ygr_attach_arg(fregs, 0),
						      ygr_attach_arg(fregs, 1),
						      ygr_attach_number(fregs, 2)));
}

static void notrace on_unlink(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!ygr_pipeline_skips(YGR_ON_UNLINK))
		ygr_attach_answer(fregs, judge_unlink(ygr_attach_arg(fregs, 0),
						      ygr_attach_arg(fregs, 1)));
}

static void notrace on_rename(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!ygr_pipeline_skips(YGR_ON_RENAME))
		ygr_attach_answer(fregs, judge_rename(ygr_attach_arg(fregs, 0),
						      ygr_attach_arg(fregs, 1),
						      ygr_attach_arg(fregs, 2),
						      ygr_attach_arg(fregs, 3),
						      ygr_attach_number(fregs, 4)));
}

static void notrace on_link(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	ygr_attach_answer(fregs, judge_link(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
					    ygr_attach_arg(fregs, 2)));
}

/* Until 6.2 for files that are open, too. Both also ask on behalf of open(O_TRUNC). */
static void notrace on_path_truncate(unsigned long ip, unsigned long parent_ip,
				     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	ygr_attach_answer(fregs, judge_truncate(ygr_attach_arg(fregs, 0)));
}

static void notrace on_file_truncate(unsigned long ip, unsigned long parent_ip,
				     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct file *file = ygr_attach_arg(fregs, 0);

	ygr_attach_answer(fregs, judge_truncate(&file->f_path));
}

static void notrace on_chmod(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	ygr_attach_answer(fregs, judge_chmod(ygr_attach_arg(fregs, 0),
					     ygr_attach_number(fregs, 1)));
}

static void notrace on_chown(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const kuid_t uid = KUIDT_INIT(ygr_attach_number(fregs, 1));
	const kgid_t gid = KGIDT_INIT(ygr_attach_number(fregs, 2));

	ygr_attach_answer(fregs, judge_chown(ygr_attach_arg(fregs, 0), uid, gid));
}

/* The first argument is of the mount, which is not told itself. */
static void notrace on_setxattr(unsigned long ip, unsigned long parent_ip,
				struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	ygr_attach_answer(fregs, judge_setxattr(ygr_attach_arg(fregs, 1), ygr_attach_arg(fregs, 2),
						ygr_attach_number(fregs, 5)));
}

/* Since 6.2 access lists, which are attributes to the system calls, have a hook of their own. */
static void notrace on_set_acl(unsigned long ip, unsigned long parent_ip,
			       struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	ygr_attach_answer(fregs, judge_setxattr(ygr_attach_arg(fregs, 1), ygr_attach_arg(fregs, 2),
						0));
}

static void notrace on_mmap(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	ygr_attach_answer(fregs, judge_mmap(ygr_attach_arg(fregs, 0),
					    ygr_attach_number(fregs, 1)));
}

static struct ygr_hook hooks[] = {
	YGR_HOOK_FUNCTION(security_file_open, on_open),
	YGR_HOOK_FUNCTION(security_path_mknod, on_mknod),
	YGR_HOOK_FUNCTION(security_path_unlink, on_unlink),
	YGR_HOOK_FUNCTION(security_path_rename, on_rename),
	YGR_HOOK_FUNCTION(security_path_link, on_link),
	YGR_HOOK_FUNCTION(security_path_truncate, on_path_truncate),
	YGR_HOOK_YOUNG_FUNCTION(security_file_truncate, on_file_truncate),
	YGR_HOOK_FUNCTION(security_path_chmod, on_chmod),
	YGR_HOOK_FUNCTION(security_path_chown, on_chown),
	YGR_HOOK_FUNCTION(security_inode_setxattr, on_setxattr),
	YGR_HOOK_YOUNG_FUNCTION(security_inode_set_acl, on_set_acl),
	YGR_HOOK_FUNCTION(security_mmap_file, on_mmap),
};

const struct ygr_hook_table ygr_hook_file_table = { hooks, ARRAY_SIZE(hooks) };
