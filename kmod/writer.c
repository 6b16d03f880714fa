// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cred.h>
#include <linux/fs_struct.h>
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/spinlock.h>

#include "subject.h"
#include "writer.h"

#define BUCKETS_LOG2	10

/* What was neither written nor changed nor made is no news. */
#define NEWS	(YGR_ACCESS_CHANGED | YGR_ACCESS_MAPPED | YGR_ACCESS_CREATED)

/* Held for a few dozen instructions, by who opens, writes or closes a file that hashes here. */
struct bucket {
	spinlock_t lock;
	struct ygr_writer_bucket bucket;
};

static struct bucket *buckets;

int ygr_writer_init(void)
{
	u32 i;

	buckets = kvcalloc(1 << BUCKETS_LOG2, sizeof(*buckets), GFP_KERNEL);
	if (!buckets)
		return -ENOMEM;
	for (i = 0; i < 1 << BUCKETS_LOG2; i++)
		spin_lock_init(&buckets[i].lock);
	return 0;
}

void ygr_writer_exit(void)
{
	kvfree(buckets);
}

static struct bucket *lock(const struct file *file)
{
	struct bucket *bucket = &buckets[hash_ptr(file, BUCKETS_LOG2)];

	spin_lock(&bucket->lock);
	return bucket;
}

static struct ygr_writer *find(struct bucket *bucket, const struct file *file)
{
	return ygr_writer_bucket_find(&bucket->bucket, (unsigned long)file,
				      (unsigned long)file_inode(file));
}

static void fill_opener(struct ygr_writer *writer)
{
	const struct fs_struct *fs = current->fs;

	writer->root_mnt = fs ? (unsigned long)fs->root.mnt : 0;
	writer->root_dentry = fs ? (unsigned long)fs->root.dentry : 0;
	writer->start_ns = ygr_subject_start_ns(current);
	writer->tgid = current->tgid;
	writer->tid = current->pid;
	writer->uid = __kuid_val(current_euid());
}

void ygr_writer_opened(const struct file *file, u32 access, const struct ygr_file_id *id,
		       u64 now_ns)
{
	struct bucket *bucket = lock(file);
	struct ygr_writer *writer = ygr_writer_bucket_put(&bucket->bucket, (unsigned long)file);

	fill_opener(writer);
	writer->inode = (unsigned long)file_inode(file);
	writer->opened_ns = now_ns;
	writer->access = access;
	writer->size = id->size;
	writer->mtime_ns = id->mtime_ns;
	writer->ctime_ns = id->ctime_ns;
	writer->written_bytes = 0;
	spin_unlock(&bucket->lock);
}

void ygr_writer_wrote(const struct file *file, u64 bytes)
{
	struct bucket *bucket = lock(file);
	struct ygr_writer *writer = find(bucket, file);

	if (writer)
		writer->written_bytes += bytes;
	spin_unlock(&bucket->lock);
}

void ygr_writer_mapped(const struct file *file)
{
	struct bucket *bucket = lock(file);
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
	struct bucket *bucket = lock(file);
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
