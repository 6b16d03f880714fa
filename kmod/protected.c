// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cred.h>
#include <linux/fs_struct.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/tty.h>
#include <linux/tty_driver.h>

#include "protected.h"
#include "protected_list.h"
#include "subject.h"

/* Paths are as the process sees them: in a chroot they say nothing. */
static bool is_in_chroot(void)
{
	const struct fs_struct *ours = current->fs;
	/* Process 1 does not end, and keeps its fs while it runs. */
	const struct fs_struct *first = init_pid_ns.child_reaper->fs;

	/* A task on its way out has none, and nothing to rescue. */
	return !ours || READ_ONCE(ours->root.dentry) != READ_ONCE(first->root.dentry) ||
	       READ_ONCE(ours->root.mnt) != READ_ONCE(first->root.mnt);
}

static bool is_own_root(void)
{
	return uid_eq(current_euid(), GLOBAL_ROOT_UID) &&
	       !(ygr_subject_attr() & (YGR_PROCESS_USER_NS | YGR_PROCESS_MNT_NS)) &&
	       !is_in_chroot();
}

static bool is_on_console(void)
{
	struct tty_struct *tty = get_current_tty();
	bool is_console = tty && tty->driver->type != TTY_DRIVER_TYPE_PTY;

	tty_kref_put(tty);
	return is_console;
}

/* What the event is about; NOT, unless the list's word can be trusted for that file. */
static enum ygr_protected_kind kind_of_object(const struct ygr_event *event)
{
	const struct inode *inode = event->inode;
	const struct ygr_match_text *path = &event->match.paths[0];

	if (!inode || !event->match.path_nr)
		return YGR_PROTECTED_NOT;
	if (!uid_eq(inode->i_uid, GLOBAL_ROOT_UID) || (inode->i_mode & 0022))
		return YGR_PROTECTED_NOT;
	return ygr_protected_list_find(path->bytes, path->len);
}

static enum ygr_protected_kind kind_of_subject(void)
{
	const char *exe;
	u32 len = ygr_process_exe(&exe);

	return len ? ygr_protected_list_find(exe, len) : YGR_PROTECTED_NOT;
}

static bool is_kind(enum ygr_protected_kind kind)
{
	return kind == YGR_PROTECTED_PROGRAM || (kind == YGR_PROTECTED_SHELL && is_on_console());
}

bool ygr_protected_holds(const struct ygr_event *event)
{
	enum ygr_protected_kind object;

	if (is_global_init(current))
		return true;
	if (!is_own_root())
		return false;
	object = kind_of_object(event);
	switch (event->match.on) {
	case YGR_ON_EXEC:
		return is_kind(object);
	case YGR_ON_OPEN_READ:
	case YGR_ON_MMAP_EXEC:
		if (object == YGR_PROTECTED_LOADER || is_kind(object))
			return true;
		fallthrough;
	default:
		return is_kind(kind_of_subject());
	}
}
