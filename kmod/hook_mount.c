// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is mounted where: attempts, by mount(2) and its kin, and by the newer calls that
 * first make a mount (fsconfig) and then give it a place (move_mount).
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/security.h>
#include <linux/string.h>

#include "hooks.h"
#include "mount_options.h"
#include "path.h"
#include "pipeline.h"

static void fill_device(struct ygr_body_mount *body, const struct super_block *sb)
{
	body->dev_major = MAJOR(sb->s_dev);
	body->dev_minor = MINOR(sb->s_dev);
}

/* @where: which file rules look at */
static void init_mount(struct ygr_event *event, u16 type, enum ygr_on on, const struct path *where)
{
	ygr_event_init(event, type, YGR_CLASS_PRIVILEGE, on);
	if (!where)
		return;
	event->inode = d_backing_inode(where->dentry);
	ygr_event_add_path(event, where, NULL);
}

static void add_text(struct ygr_event_strings *strings, u16 tag, const char *text, u32 max)
{
	u32 len = text ? strlen(text) : 0;

	if (len)
		ygr_event_add_string(strings, tag, text, min(len, max), len);
}

/* Whatever a file system takes for options; most take text. */
static void add_options(struct ygr_event_strings *strings, const char *options, char *room)
{
	u32 len = options ? strnlen(options, PAGE_SIZE) : 0;
	bool cut;

	len = ygr_mount_options_copy(options, len, room, YGR_MOUNT_OPTIONS_MAX, &cut);
	if (len)
		ygr_event_add_string(strings, YGR_STR_OPTIONS, room, len,
				     cut ? YGR_LEN_UNKNOWN : len);
}

/*
 * Returns, as do all judge_*() here, what the hook must: 0 or -errno.
 *
 * @source, @fstype, @options: may be NULL
 */
static int run(struct ygr_event *event, const struct ygr_body_mount *body, const char *source,
	       const char *fstype, const char *options)
{
	struct ygr_event_strings strings __uninitialized;
	char room[YGR_MOUNT_OPTIONS_MAX] __uninitialized;

	preempt_disable_notrace();
	if (ygr_pipeline_judge(event)) {
		strings.nr = 0;
		add_text(&strings, YGR_STR_SOURCE, source, YGR_PATH_BYTES_MAX);
		add_text(&strings, YGR_STR_FSTYPE, fstype, NAME_MAX);
		add_options(&strings, options, room);
		ygr_pipeline_record(event, body, sizeof(*body), &strings);
	}
	preempt_enable_notrace();
	return ygr_event_error(event);
}

/* What there is already: its source is what the file system calls itself. */
static int run_of(struct ygr_event *event, struct ygr_body_mount *body, const struct super_block *sb)
{
	fill_device(body, sb);
	return run(event, body, sb->s_id, sb->s_type->name, NULL);
}

static noinline int judge_mount(const char *source, const struct path *where, const char *fstype,
				unsigned long flags, const char *options)
{
	const struct ygr_body_mount body = { .flags = flags, .call = YGR_MOUNT_MOUNT };
	struct ygr_event event __uninitialized;

	init_mount(&event, YGR_EV_MOUNT, YGR_ON_MOUNT, where);
	return run(&event, &body, source, fstype, options);
}

static noinline int judge_kern_mount(const struct super_block *sb)
{
	struct ygr_body_mount body = { .call = YGR_MOUNT_FSCONFIG };
	struct ygr_event event __uninitialized;

	init_mount(&event, YGR_EV_MOUNT, YGR_ON_MOUNT, NULL);
	return run_of(&event, &body, sb);
}

static noinline int judge_umount(struct vfsmount *mnt, int flags)
{
	const struct path where = { .mnt = mnt, .dentry = mnt->mnt_root };
	struct ygr_body_mount body = { .flags = (u32)flags };
	struct ygr_event event __uninitialized;

	init_mount(&event, YGR_EV_UMOUNT, YGR_ON_UMOUNT, &where);
	return run_of(&event, &body, mnt->mnt_sb);
}

/* Where it comes from is nowhere yet, mostly: only what it is is told. */
static noinline int judge_move_mount(const struct path *from, const struct path *to)
{
	struct ygr_event event __uninitialized;
	struct ygr_body_mount body = { 0 };

	init_mount(&event, YGR_EV_MOVE_MOUNT, YGR_ON_MOVE_MOUNT, to);
	return run_of(&event, &body, from->mnt->mnt_sb);
}

static noinline int judge_pivot_root(const struct path *old, const struct path *new)
{
	struct ygr_event event __uninitialized;
	struct ygr_body_mount body = { 0 };

	init_mount(&event, YGR_EV_PIVOT_ROOT, YGR_ON_PIVOT_ROOT, new);
	ygr_event_add_path(&event, old, NULL);
	return run_of(&event, &body, new->mnt->mnt_sb);
}

static void notrace on_mount(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!ygr_pipeline_skips(YGR_ON_MOUNT))
		ygr_attach_answer(fregs, judge_mount(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
						     ygr_attach_arg(fregs, 2), ygr_attach_number(fregs, 3),
						     ygr_attach_arg(fregs, 4)));
}

/* mount(2) comes by here, too, and has been judged. */
static void notrace on_kern_mount(unsigned long ip, unsigned long parent_ip,
				  struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (ygr_compat_current_call() == YGR_COMPAT_CALL_FSCONFIG && !ygr_pipeline_skips(YGR_ON_MOUNT))
		ygr_attach_answer(fregs, judge_kern_mount(ygr_attach_arg(fregs, 0)));
}

static void notrace on_umount(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!ygr_pipeline_skips(YGR_ON_UMOUNT))
		ygr_attach_answer(fregs, judge_umount(ygr_attach_arg(fregs, 0),
						      ygr_attach_number(fregs, 1)));
}

static void notrace on_move_mount(unsigned long ip, unsigned long parent_ip,
				  struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!ygr_pipeline_skips(YGR_ON_MOVE_MOUNT))
		ygr_attach_answer(fregs, judge_move_mount(ygr_attach_arg(fregs, 0),
							  ygr_attach_arg(fregs, 1)));
}

static void notrace on_pivot_root(unsigned long ip, unsigned long parent_ip,
				  struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!ygr_pipeline_skips(YGR_ON_PIVOT_ROOT))
		ygr_attach_answer(fregs, judge_pivot_root(ygr_attach_arg(fregs, 0),
							  ygr_attach_arg(fregs, 1)));
}

static struct ygr_hook hooks[] = {
	YGR_HOOK_FUNCTION(security_sb_mount, on_mount),
	YGR_HOOK_FUNCTION(security_sb_kern_mount, on_kern_mount),
	YGR_HOOK_FUNCTION(security_sb_umount, on_umount),
	YGR_HOOK_FUNCTION(security_move_mount, on_move_mount),
	YGR_HOOK_FUNCTION(security_sb_pivotroot, on_pivot_root),
};

const struct ygr_hook_table ygr_hook_mount_table = { hooks, ARRAY_SIZE(hooks) };
