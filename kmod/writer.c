// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>

#include "subject.h"
#include "writer.h"

/* What was neither written nor changed nor made is no news. */
#define NEWS	(YGR_ACCESS_CHANGED | YGR_ACCESS_MAPPED | YGR_ACCESS_CREATED)

struct ygr_writer_locked *ygr_writers __ro_after_init;

int ygr_writer_init(void)
{
	u32 i;

	ygr_writers = kvcalloc(1 << YGR_WRITER_BUCKETS_LOG2, sizeof(*ygr_writers), GFP_KERNEL);
	if (!ygr_writers)
		return -ENOMEM;
	for (i = 0; i < 1 << YGR_WRITER_BUCKETS_LOG2; i++)
		spin_lock_init(&ygr_writers[i].lock);
	return 0;
}

void ygr_writer_exit(void)
{
	kvfree(ygr_writers);
}

static struct ygr_writer *find(struct ygr_writer_locked *bucket, const struct file *file)
{
	return ygr_writer_bucket_find(&bucket->bucket, (unsigned long)file,
				      (unsigned long)file_inode(file));
}

void ygr_writer_opened(const struct file *file, u32 access, const struct ygr_file_id *id,
		       u64 now_ns)
{
	const struct task_struct *task = current;
	struct ygr_writer_opener by = {
		.start_ns = ygr_subject_start_ns(task),
		.ids = ygr_context_pair(task->pid, task->tgid),
		.uid = __kuid_val(current_euid()),
	};

	if (task->fs)
		by.root = task->fs->root;
	ygr_writer_put(file, access, id, now_ns, by);
}

void ygr_writer_forget(const struct file *file)
{
	struct ygr_writer_locked *bucket = ygr_writer_lock(file);
	struct ygr_writer *slot = find(bucket, file);

	if (slot)
		ygr_writer_bucket_free(&bucket->bucket, slot);
	spin_unlock(&bucket->lock);
}

void ygr_writer_wrote(const struct file *file, u64 bytes)
{
	struct ygr_writer_locked *bucket = ygr_writer_lock(file);
	struct ygr_writer *writer = find(bucket, file);

	if (writer)
		writer->written_bytes += bytes;
	spin_unlock(&bucket->lock);
}

void ygr_writer_mapped(const struct file *file)
{
	struct ygr_writer_locked *bucket = ygr_writer_lock(file);
	struct ygr_writer *writer = find(bucket, file);

	if (writer)
		writer->access |= YGR_ACCESS_MAPPED;
	spin_unlock(&bucket->lock);
}

/* Others may have changed it, too; and who changes it within one tick of the clock is not seen here. */
static bool is_changed(const struct ygr_writer *writer, const struct inode *inode)
{
	const struct timespec64 mtime = inode_get_mtime(inode), ctime = inode_get_ctime(inode);

	return writer->written_bytes || writer->size != i_size_read(inode) ||
	       writer->mtime_ns != ygr_file_id_ns(&mtime) ||
	       writer->ctime_ns != ygr_file_id_ns(&ctime);
}

enum ygr_writer_end ygr_writer_closed(const struct file *file, struct ygr_writer *writer)
{
	struct ygr_writer_locked *bucket = ygr_writer_lock(file);
	struct ygr_writer *slot = find(bucket, file);
	enum ygr_writer_end end = YGR_WRITER_UNKNOWN;

	if (slot) {
		if (is_changed(slot, file_inode(file)))
			slot->access |= YGR_ACCESS_CHANGED;
		end = slot->access & NEWS ? YGR_WRITER_IS_NEWS : YGR_WRITER_IS_NONE;
		/* Most are opened and closed, and nothing is done to them. */
		if (end == YGR_WRITER_IS_NEWS)
			*writer = *slot;
		ygr_writer_bucket_free(&bucket->bucket, slot);
	}
	spin_unlock(&bucket->lock);
	return end;
}
