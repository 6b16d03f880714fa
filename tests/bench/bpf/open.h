/* SPDX-License-Identifier: GPL-2.0-only */
/* What is recorded of an open. */
#ifndef YGR_BENCH_BPF_OPEN_H
#define YGR_BENCH_BPF_OPEN_H

#include "record.h"

#define PATH_BYTES	4096
#define PATH_SHORT	256	/* most paths; resolved right in the ring */

struct file_record {
	struct ygr_record head;
	struct ygr_body_file body;
	struct ygr_string string;
};

struct short_path_record {
	struct file_record file;
	char path[PATH_SHORT];
};

/* The zeroes that pad a path to the size of a map's key go beyond its longest. */
struct long_path_record {
	struct file_record file;
	char path[PATH_BYTES + JUDGE_PREFIX_BYTES];
};

_Static_assert(sizeof(struct file_record) == 224, "no padding");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct long_path_record);
} scratch SEC(".maps");

static __always_inline bool writes(const struct file *file)
{
	return (file->f_mode & FMODE_WRITE) || (file->f_flags & O_TRUNC);
}

static __always_inline __u32 access_of(__u32 mode, __u32 flags)
{
	__u32 access = 0;

	if (mode & FMODE_READ)
		access |= YGR_ACCESS_READ;
	if ((mode & FMODE_WRITE) || (flags & O_TRUNC))
		access |= YGR_ACCESS_WRITE;
	if ((mode & FMODE_CREATED) || (flags & O_TMPFILE_FLAG))
		access |= YGR_ACCESS_CREATED;
	if (flags & FMODE_EXEC_FLAG)
		access |= YGR_ACCESS_EXEC;
	return access;
}

static __always_inline void fill_times(struct ygr_file_id *id, const struct inode *inode)
{
	const struct inode___seconds *newer = (const void *)inode;

	if (bpf_core_field_exists(newer->i_mtime_sec)) {
		id->mtime_ns = newer->i_mtime_sec * 1000000000 + newer->i_mtime_nsec;
		id->ctime_ns = newer->i_ctime_sec * 1000000000 + newer->i_ctime_nsec;
	} else {
		id->mtime_ns = inode->i_mtime.tv_sec * 1000000000 + inode->i_mtime.tv_nsec;
		id->ctime_ns = inode->i_ctime.tv_sec * 1000000000 + inode->i_ctime.tv_nsec;
	}
}

static __always_inline void fill_identity(struct ygr_file_id *id, const struct inode *inode)
{
	__u32 dev = inode->i_sb->s_dev;

	id->ino = inode->i_ino;
	id->dev_major = dev >> 20;
	id->dev_minor = dev & 0xfffff;
	id->ino_generation = inode->i_generation;
	id->mode = inode->i_mode;
	id->uid = inode->i_uid.val;
	id->gid = inode->i_gid.val;
	id->size = inode->i_size;
	fill_times(id, inode);
}

static __always_inline void fill_file(struct ygr_body_file *body, const struct file *file)
{
	fill_identity(&body->file, file->f_inode);
	body->access = access_of(file->f_mode, file->f_flags);
	body->open_flags = file->f_flags;
}

static __always_inline void fill_string(struct ygr_string *string, __u32 len)
{
	string->tag = YGR_STR_PATH;
	string->pad = 0;
	string->len = len;
	string->true_len = len;
	string->pad2 = 0;
}

/* Everything but the path, which is in place: @len bytes of it. */
static __always_inline void fill_about(struct file_record *record, __u16 type, __u8 class,
				       const struct file *file, __u32 len,
				       const struct judgement *judgement)
{
	fill_head(&record->head, type, class, sizeof(*record) + len, sizeof(record->body),
		  judgement);
	fill_file(&record->body, file);
	fill_string(&record->string, len);
}

static __always_inline void fill_open(struct file_record *record, const struct file *file,
				      __u32 len, const struct judgement *judgement)
{
	fill_about(record, YGR_EV_OPEN, YGR_CLASS_FILE, file, len, judgement);
}

/*
 * The path goes to the scratch. A kernel that preempts could let another
 * process at it meanwhile; Debian's does not preempt the kernel unless booted so.
 *
 * Return: its length without the NUL, or negative.
 */
static __always_inline long resolve(struct long_path_record *record, struct file *file)
{
	return bpf_d_path(&file->f_path, record->path, PATH_BYTES) - 1;
}

static __always_inline struct long_path_record *find_scratch(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&scratch, &zero);
}

/* @len: of the path in @record */
static __always_inline void output_open(struct long_path_record *record, const struct file *file,
					__u32 len, const struct judgement *judgement)
{
	fill_open(&record->file, file, len, judgement);
	if (len <= PATH_BYTES &&
	    bpf_ringbuf_output(&ring, record, sizeof(record->file) + len, BPF_RB_NO_WAKEUP))
		count_loss();
}

static __always_inline void record_open_by_copy(struct file *file)
{
	struct long_path_record *record = find_scratch();
	long len;

	if (!record)
		return;
	len = resolve(record, file);
	if (len < 0 || len > PATH_BYTES) {
		count_loss();
		return;
	}
	output_open(record, file, len, NULL);
}

#endif
