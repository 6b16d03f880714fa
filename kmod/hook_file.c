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

#include "compact.h"
#include "file.h"
#include "file_id.h"
#include "hooks.h"
#include "noise.h"
#include "pipeline.h"
#include "policy.h"
#include "subject.h"
#include "writer.h"

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

/* O_TRUNC empties a file that is opened for reading only, too. */
static bool writes(const struct file *file)
{
	return (file->f_mode & FMODE_WRITE) || (file->f_flags & O_TRUNC);
}

static u32 access_of(const struct file *file)
{
	u32 mode = (__force u32)file->f_mode, flags = file->f_flags;

	/* By shifts, not by branches. A file without a name is made by its open, and not said to be. */
	return !!(mode & (__force u32)FMODE_READ) * YGR_ACCESS_READ |
	       !!(mode & (__force u32)FMODE_WRITE) * YGR_ACCESS_WRITE |
	       !!(flags & O_TRUNC) * YGR_ACCESS_WRITE |
	       !!(mode & (__force u32)FMODE_CREATED) * YGR_ACCESS_CREATED |
	       !!(flags & __O_TMPFILE) * YGR_ACCESS_CREATED |
	       !!(flags & (__force u32)__FMODE_EXEC) * YGR_ACCESS_EXEC;
}

/* And what is to be known at the close is kept. */
static __always_inline void fill_open(struct ygr_body_file *body, const struct file *file, u64 now_ns)
{
	const u32 access = access_of(file);

	ygr_file_id_fill_known(&body->file, file_inode(file));
	body->access = access;
	body->open_flags = file->f_flags;
	if (ygr_writer_has(file))
		ygr_writer_opened(file, access, &body->file, now_ns);
}

/* An open's file, and what the rules say of such opens in its directory. */
struct place {
	struct ygr_compact_file file;
	struct ygr_directory_verdict verdict;
	bool is_tellable;	/* the directory was found by the long way just now */
};

/* A rule may name the file by the end of its path. That nothing was renamed is asked after a look at that. */
static __always_inline void look_at_name(struct place *place, const struct ygr_policy *policy)
{
	const struct ygr_compact_name *name = &place->file.name;

	if (ygr_policy_index_has_end(&policy->index, name->bytes[name->len - 1]) ||
	    !ygr_directory_is_unmoved(place->file.directory))
		place->verdict.way = YGR_DIRECTORY_JUDGE;
}

/* By the long way; also where no rule looks at opens of that kind. */
static noinline bool find_place_anew(struct place *place, const struct file *file, enum ygr_on on,
				     const struct ygr_policy *policy, unsigned long grace)
{
	const struct ygr_directory_verdict *verdict;

	if (!ygr_compact_renew_file(&place->file, &file->f_path, NULL, grace))
		return false;
	place->is_tellable = true;
	if (!(policy->image.on_mask & YGR_ON_BIT(on))) {
		place->verdict = (struct ygr_directory_verdict) { .way = YGR_DIRECTORY_RECORD };
		return true;
	}
	verdict = ygr_directory_verdict(place->file.directory, on);
	if (verdict->generation != policy->generation)
		ygr_directory_judge(place->file.directory, policy);
	place->verdict = *verdict;
	look_at_name(place, policy);
	return true;
}

/* The first one in its directory for a while, or of its process: that is told before it. */
static noinline bool record_first_open(const struct file *file, enum ygr_on on, struct place *place,
				       const struct ygr_policy *policy, unsigned long grace)
{
	const u32 rule_id = place->verdict.rule_id;
	const struct ygr_context_judge judge = ygr_context_judge_of(policy, rule_id);
	struct ygr_body_file *body = NULL;

	/* Found again, its directory may be another, and so may what is said of it. */
	if (place->is_tellable ||
	    (find_place_anew(place, file, on, policy, grace) &&
	     place->verdict.way == YGR_DIRECTORY_RECORD && place->verdict.rule_id == rule_id))
		body = ygr_compact_begin_first(YGR_EV_OPEN, YGR_CLASS_FILE, &judge, sizeof(*body),
					       file->f_path.dentry, &place->file);
	if (!body) {
		ygr_noise_pass_back(rule_id);
		return false;
	}
	fill_open(body, file, ygr_compact_of(body)->time_ns);
	ygr_record_commit();
	return true;
}

static noinline bool record_first_unruled_open(const struct file *file, enum ygr_on on,
					       const struct ygr_policy *policy, unsigned long grace)
{
	struct place place;

	place.is_tellable = false;
	place.verdict.rule_id = 0;
	return record_first_open(file, on, &place, policy, grace);
}

static __always_inline void complete_open(struct ygr_ring_compact *record, u64 pos, const struct file *file)
{
	fill_open((void *)(record + 1), file, record->time_ns);
	ygr_compact_commit(record, pos, YGR_CLASS_FILE);
}

/* No rule looks at it. Return: false: it is not done. */
static noinline bool run_unruled_open(const struct file *file, enum ygr_on on,
				      const struct ygr_policy *policy)
{
	unsigned long grace = ygr_compat_grace_periods();
	struct ygr_ring_compact *record = NULL;
	struct ygr_compact_file found;
	u64 pos;

	if (!ygr_noise_passes(&policy->noise, on, 0,
			      ygr_noise_what_of_open(file_inode(file), file->f_flags)))
		return false;
	if (likely(ygr_compact_find_file(&found, &file->f_path, grace)))
		record = ygr_compact_begin_found(YGR_EV_OPEN, YGR_CLASS_FILE, policy->generation, 0,
						 sizeof(struct ygr_body_file), file->f_path.dentry,
						 &found, grace, &pos);
	if (likely(record)) {
		complete_open(record, pos, file);
		return true;
	}
	return record_first_unruled_open(file, on, policy, grace);
}

/* It is to be recorded, and by which rule is known. Return: false: it is not done. */
static __always_inline bool record_ruled_open(const struct file *file, enum ygr_on on, struct place *place,
					      const struct ygr_policy *policy, unsigned long grace)
{
	struct ygr_ring_compact *record;
	u64 pos;

	if (!ygr_noise_passes(&policy->noise, on, place->verdict.rule_id,
			      ygr_noise_what_of_open(file_inode(file), file->f_flags)))
		return false;
	record = ygr_compact_begin_found(YGR_EV_OPEN, YGR_CLASS_FILE, policy->generation,
					 place->verdict.rule_id, sizeof(struct ygr_body_file),
					 file->f_path.dentry, &place->file, grace, &pos);
	if (unlikely(!record))
		return record_first_open(file, on, place, policy, grace);
	complete_open(record, pos, file);
	return true;
}

static __always_inline bool find_place(struct place *place, const struct file *file, enum ygr_on on,
				       const struct ygr_policy *policy, unsigned long grace)
{
	place->is_tellable = false;
	if (unlikely(!ygr_compact_find_file(&place->file, &file->f_path, grace)))
		return find_place_anew(place, file, on, policy, grace);
	place->verdict = *ygr_directory_verdict(place->file.directory, on);
	if (unlikely(place->verdict.generation != policy->generation))
		return find_place_anew(place, file, on, policy, grace);
	look_at_name(place, policy);
	return true;
}

/* Rules look at opens, and what they say may depend on the directory alone. Return: what was done. */
static noinline enum ygr_directory_way run_ruled_open(const struct file *file, enum ygr_on on,
						      const struct ygr_policy *policy)
{
	unsigned long grace = ygr_compat_grace_periods();
	struct place place __uninitialized;

	if (!find_place(&place, file, on, policy, grace) || place.verdict.way == YGR_DIRECTORY_JUDGE ||
	    (place.verdict.way == YGR_DIRECTORY_RECORD &&
	     !record_ruled_open(file, on, &place, policy, grace)))
		return YGR_DIRECTORY_JUDGE;
	ygr_pipeline_count(policy, place.verdict.rule_id);
	return place.verdict.way;
}

static noinline void keep_writer(const struct file *file)
{
	struct ygr_file_id id __uninitialized;

	ygr_file_id_fill_known(&id, file_inode(file));
	ygr_writer_opened(file, access_of(file), &id, ygr_clock_task_ns());
}

static noinline int judge_open(const struct file *file, enum ygr_on on)
{
	struct ygr_event event __uninitialized;

	init_file(&event, YGR_EV_OPEN, on, file_inode(file));
	ygr_event_add_path(&event, &file->f_path, NULL);
	return run_file(&event, access_of(file), file->f_flags);
}

/* @device: of what is no device, whatever the caller said */
static int judge_create(const struct path *dir, const struct dentry *dentry, umode_t mode,
			u32 device)
{
	struct ygr_event event __uninitialized;

	if (ygr_pipeline_skips(YGR_ON_CREATE))
		return 0;
	init_file(&event, YGR_EV_CREATE, YGR_ON_CREATE, NULL);
	ygr_event_add_path(&event, dir, dentry);
	return run_in(&event, dir, S_ISCHR(mode) || S_ISBLK(mode) ? device : 0, mode);
}

static int judge_mkdir(const struct path *dir, const struct dentry *dentry, umode_t mode)
{
	struct ygr_event event __uninitialized;

	if (ygr_pipeline_skips(YGR_ON_MKDIR))
		return 0;
	init_file(&event, YGR_EV_MKDIR, YGR_ON_MKDIR, NULL);
	ygr_event_add_path(&event, dir, dentry);
	return run_in(&event, dir, 0, S_IFDIR | (mode & S_IALLUGO));
}

static int judge_symlink(const struct path *dir, const struct dentry *dentry, const char *target)
{
	const u32 len = strnlen(target, PATH_MAX);
	struct ygr_event_strings strings __uninitialized;
	struct ygr_event event __uninitialized;

	if (ygr_pipeline_skips(YGR_ON_SYMLINK))
		return 0;
	init_file(&event, YGR_EV_SYMLINK, YGR_ON_SYMLINK, NULL);
	ygr_event_add_path(&event, dir, dentry);
	strings.nr = 0;
	ygr_event_add_whole(&strings, YGR_STR_TARGET, target, len);
	return ygr_file_run(&event, d_backing_inode(dir->dentry), 0, 0, &strings);
}

/* @type, @on: of a file's name, or of a directory */
static int judge_removal(const struct path *dir, const struct dentry *dentry, u16 type,
			 enum ygr_on on)
{
	struct ygr_event event __uninitialized;

	if (ygr_pipeline_skips(on))
		return 0;
	init_file(&event, type, on, d_backing_inode(dentry));
	ygr_event_add_path(&event, dir, dentry);
	return run_file(&event, 0, 0);
}

static int judge_rename(const struct path *old_dir, const struct dentry *old_dentry,
			const struct path *new_dir, const struct dentry *new_dentry,
			unsigned int flags)
{
	struct ygr_event event __uninitialized;

	if (ygr_pipeline_skips(YGR_ON_RENAME))
		return 0;
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

	if (ygr_pipeline_skips(YGR_ON_LINK))
		return 0;
	init_file(&event, YGR_EV_LINK, YGR_ON_LINK, d_backing_inode(old_dentry));
	ygr_event_add_path(&event, &old, NULL);
	ygr_event_add_path(&event, new_dir, new_dentry);
	return run_file(&event, 0, 0);
}

static int judge_truncate(const struct path *path)
{
	struct ygr_event event __uninitialized;

	if (ygr_pipeline_skips(YGR_ON_TRUNCATE))
		return 0;
	init_file(&event, YGR_EV_TRUNCATE, YGR_ON_TRUNCATE, d_backing_inode(path->dentry));
	ygr_event_add_path(&event, path, NULL);
	return run_file(&event, 0, 0);
}

static int judge_chmod(const struct path *path, umode_t mode)
{
	const struct inode *inode = d_backing_inode(path->dentry);
	struct ygr_event event __uninitialized;

	if (ygr_pipeline_skips(YGR_ON_CHMOD))
		return 0;
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

	if (ygr_pipeline_skips(YGR_ON_CHOWN))
		return 0;
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

static int judge_xattr(struct dentry *dentry, u16 type, enum ygr_on on, const char *name, u32 flags)
{
	struct ygr_event event __uninitialized;

	if (ygr_pipeline_skips(on))
		return 0;
	init_file(&event, type, on, d_backing_inode(dentry));
	event.match.xattr.bytes = name;
	event.match.xattr.len = strlen(name);
	return run_by_dentry(&event, dentry, flags);
}

static int judge_setxattr(struct dentry *dentry, const char *name, u32 flags)
{
	return judge_xattr(dentry, YGR_EV_SETXATTR, YGR_ON_SETXATTR, name, flags);
}

static int judge_removexattr(struct dentry *dentry, const char *name)
{
	return judge_xattr(dentry, YGR_EV_REMOVEXATTR, YGR_ON_REMOVEXATTR, name, 0);
}

static int judge_chattr(struct dentry *dentry, u32 flags)
{
	struct ygr_event event __uninitialized;

	if (ygr_pipeline_skips(YGR_ON_CHATTR))
		return 0;
	init_file(&event, YGR_EV_CHATTR, YGR_ON_CHATTR, d_backing_inode(dentry));
	return run_by_dentry(&event, dentry, flags);
}

static void notrace on_open(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct file *file = ygr_attach_arg(fregs, 0);
	enum ygr_on on = writes(file) ? YGR_ON_OPEN_WRITE : YGR_ON_OPEN_READ;
	enum ygr_directory_way way = YGR_DIRECTORY_JUDGE;
	const struct ygr_policy *policy;
	enum ygr_pipeline_plan plan;
	int error = 0;

	/* What a file system opens beneath a file that has been judged above. */
	if (ygr_compat_is_backing_open(file))
		return;
	preempt_disable_notrace();
	plan = ygr_pipeline_plan(on, &policy);
	/* For whom somebody else acts, only a long record has room for. */
	if (plan == YGR_PIPELINE_RECORDS && !ygr_subject_is_proxy() &&
	    run_unruled_open(file, on, policy))
		goto out;
	if (plan == YGR_PIPELINE_JUDGES && (policy->index.by_directory_on & YGR_ON_BIT(on)) &&
	    !ygr_subject_is_proxy()) {
		way = run_ruled_open(file, on, policy);
		if (way == YGR_DIRECTORY_RECORD)
			goto out;
	}
	/* Most opens need nothing to be set up for them. */
	if (plan != YGR_PIPELINE_SKIPS && way == YGR_DIRECTORY_JUDGE)
		error = judge_open(file, on);
	if (ygr_writer_has(file) && !error)
		keep_writer(file);
out:
	preempt_enable_notrace();
	ygr_attach_answer(fregs, error);
}

static void notrace on_mknod(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	ygr_attach_answer(fregs, judge_create(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
					      ygr_attach_number(fregs, 2),
					      ygr_attach_number(fregs, 3)));
}

static void notrace on_mkdir(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	ygr_attach_answer(fregs, judge_mkdir(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
					     ygr_attach_number(fregs, 2)));
}

static void notrace on_rmdir(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	ygr_attach_answer(fregs, judge_removal(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
					       YGR_EV_RMDIR, YGR_ON_RMDIR));
}

static void notrace on_symlink(unsigned long ip, unsigned long parent_ip,
			       struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	ygr_attach_answer(fregs, judge_symlink(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
					       ygr_attach_arg(fregs, 2)));
}

static void notrace on_unlink(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	ygr_attach_answer(fregs, judge_removal(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
					       YGR_EV_UNLINK, YGR_ON_UNLINK));
}

static void notrace on_rename(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	ygr_attach_answer(fregs, judge_rename(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
					      ygr_attach_arg(fregs, 2), ygr_attach_arg(fregs, 3),
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
	const unsigned int dentry = YGR_COMPAT_SETXATTR_DENTRY;

	ygr_attach_answer(fregs, judge_setxattr(ygr_attach_arg(fregs, dentry),
						ygr_attach_arg(fregs, dentry + 1),
						ygr_attach_number(fregs, dentry + 4)));
}

/* Since 6.2 access lists, which are attributes to the system calls, have a hook of their own. */
static void notrace on_set_acl(unsigned long ip, unsigned long parent_ip,
			       struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	ygr_attach_answer(fregs, judge_setxattr(ygr_attach_arg(fregs, 1), ygr_attach_arg(fregs, 2),
						0));
}

static void notrace on_removexattr(unsigned long ip, unsigned long parent_ip,
				   struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const unsigned int dentry = YGR_COMPAT_SETXATTR_DENTRY;

	ygr_attach_answer(fregs, judge_removexattr(ygr_attach_arg(fregs, dentry),
						   ygr_attach_arg(fregs, dentry + 1)));
}

/* No hook of security modules before 6.17, and the way of all that change them, since 5.13. */
static void notrace on_chattr(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const u32 flags = ygr_compat_fileattr_flags(ygr_attach_arg(fregs, 2));

	ygr_attach_answer(fregs, judge_chattr(ygr_attach_arg(fregs, 1), flags));
}

static struct ygr_hook hooks[] = {
	YGR_HOOK_HOT_FUNCTION(security_file_open, on_open),
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
