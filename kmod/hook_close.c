// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that were written and are closed: a fact, and told when the last descriptor,
 * mapping and request that held the open file is gone. No hook of security modules is
 * asked then before Linux 6.9; locks_remove_file() is called for each file by whoever
 * drops it last: its process, when a descriptor is closed or it ends, or a kernel worker.
 */
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/uio.h>

#include "file_id.h"
#include "hooks.h"
#include "pipeline.h"
#include "policy.h"
#include "writer.h"

/* What an open file of one file system opens in another: told of the former. */
static bool is_told_above(const struct file *file)
{
	return ygr_compat_is_backing_open(file);
}

/* Nobody opened it by a name: shared memory and memfds are files of the kernel's own mounts. */
static bool is_kernels_own(const struct file *file)
{
	return file->f_path.mnt->mnt_flags & MNT_INTERNAL;
}

/* @then: all zero: not known */
static void fill_body(struct ygr_body_close_write *body, const struct file *file,
		      const struct ygr_writer *then)
{
	ygr_file_id_fill(&body->file, file_inode(file));
	body->access = then->access;
	if (body->file.mode & S_IXUGO)
		body->access |= YGR_ACCESS_EXECUTABLE;
	body->open_flags = file->f_flags;
	body->opened_ns = then->opened_ns;
	body->opener_start_ns = then->start_ns;
	body->opener_tgid = then->tgid;
	body->opener_tid = then->tid;
	body->opener_uid = then->uid;
	body->pad = 0;
	body->old_size = then->size;
	body->written_bytes = then->written_bytes;
}

/*
 * The path is told as the opener would say it. Who closes may be a process that has
 * ended and has no root any more, or a kernel thread.
 */
static noinline void tell(const struct file *file, const struct ygr_writer *then)
{
	const struct path root = {
		.mnt = (void *)(unsigned long)then->root_mnt,
		.dentry = (void *)(unsigned long)then->root_dentry,
	};
	struct ygr_body_close_write body __uninitialized;
	struct ygr_event event __uninitialized;

	if (ygr_pipeline_skips(YGR_ON_CLOSE_WRITE))
		return;
	fill_body(&body, file, then);
	ygr_event_init(&event, YGR_EV_CLOSE_WRITE, YGR_CLASS_FILE, YGR_ON_CLOSE_WRITE);
	event.settled = true;
	event.inode = file_inode(file);
	/* Not known, and nobody to ask: then there is no path. */
	if (root.mnt || !current->fs)
		event.root = &root;
	ygr_event_add_path(&event, &file->f_path, NULL);
	ygr_pipeline_run(&event, &body, sizeof(body));
}

static noinline void closed(const struct file *file)
{
	struct ygr_writer writer __uninitialized;

	preempt_disable_notrace();
	switch (ygr_writer_closed(file, &writer)) {
	case YGR_WRITER_IS_NONE:
		break;
	case YGR_WRITER_UNKNOWN:
		/* Where closes are ignored, nothing was kept, and it may be no event at all: it is not counted as one. */
		if (is_kernels_own(file) || ygr_policy_get()->plans[YGR_ON_CLOSE_WRITE] == YGR_POLICY_IGNORES)
			break;
		writer = (struct ygr_writer) { 0 };
		fallthrough;
	case YGR_WRITER_IS_NEWS:
		tell(file, &writer);
	}
	preempt_enable_notrace();
}

static void notrace on_last_close(unsigned long ip, unsigned long parent_ip,
				  struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct file *file = ygr_attach_arg(fregs, 0);

	/* Most files that are closed end here. */
	if (ygr_writer_has(file) && !is_told_above(file))
		closed(file);
}

/* By the file systems that share the kernel's code for writing, once for each call. */
static void notrace on_write(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct kiocb *iocb = ygr_attach_arg(fregs, 0);
	const struct iov_iter *from = ygr_attach_arg(fregs, 1);

	if (!ygr_writer_has(iocb->ki_filp))
		return;
	preempt_disable_notrace();
	ygr_writer_wrote(iocb->ki_filp, iov_iter_count(from));
	preempt_enable_notrace();
}

static struct ygr_hook hooks[] = {
	YGR_HOOK_HOT_FUNCTION(generic_write_checks, on_write),
	YGR_HOOK_HOT_FUNCTION(locks_remove_file, on_last_close),
};

const struct ygr_hook_table ygr_hook_close_table = { hooks, ARRAY_SIZE(hooks) };
