/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A record in few bytes: what it has in common with others is told in records of its own
 * (context.h, directory.h), in the same reservation if it has not been told lately.
 *
 * For events that are allowed. Not for those of interrupts, kernel threads, io_uring workers and tasks that act with borrowed credentials, nor for files that have no path in
 * the ordinary way: these are whole records.
 */
#ifndef YGR_COMPACT_H
#define YGR_COMPACT_H

#include <linux/preempt.h>

#include <yagura/ygr_abi.h>

#include "clock.h"
#include "context.h"
#include "directory.h"
#include "ring_produce.h"
#include "subject.h"

/* A file's last name, in the directory that was told. */
struct ygr_compact_name {
	const unsigned char *bytes;
	u32 len;
};

/* A file, as its directory and its name in it: both of the same moment, as long as nothing is renamed. */
struct ygr_compact_file {
	struct ygr_directory *directory;
	struct ygr_compact_name name;
};

/*
 * @path: of the file, or, with @child, of the directory that it is in, which is locked; NULL: the
 *	event is not about a file
 * @strings_bytes: room for strings, a multiple of 8, at ygr_compact_strings()
 *
 * Context: preemption off until it is committed.
 * Return: where the caller writes the whole body before it commits; NULL: make it a whole record
 * (there is no room, or it has to be one).
 */
void *ygr_compact_begin(u16 type, enum ygr_class class, const struct ygr_context_judge *judge,
			u16 body_len, const struct path *path, const struct dentry *child,
			u32 strings_bytes);

/*
 * The same for an event that would have gone the short way (below), if what it refers to had been told: only while
 * the ring is calm, since nobody has been asked about it (noise.h).
 *
 * @dentry, @file: of the file, as it was found just now; NULL: the event is not about one
 */
void *ygr_compact_begin_first(u16 type, enum ygr_class class, const struct ygr_context_judge *judge,
			      u16 body_len, const struct dentry *dentry,
			      const struct ygr_compact_file *file);

/*
 * The file of @path, with a directory that can be told: walked anew if it has to be.
 *
 * @grace: read before what is known of @path
 *
 * Context: preemption off, as long as it is used.
 * Return: false: it has no path in the ordinary way, or is being renamed.
 */
bool ygr_compact_renew_file(struct ygr_compact_file *file, const struct path *path, unsigned long grace);

/* From the body to its record, and to its strings. */
static inline struct ygr_ring_compact *ygr_compact_of(void *body)
{
	return (struct ygr_ring_compact *)body - 1;
}

static inline void *ygr_compact_strings(void *body)
{
	const struct ygr_ring_compact *record = ygr_compact_of(body);

	return body + record->body_len + ALIGN(record->name_len, 8);
}

/* ---- the same in place, where a call would cost what it does ---- */

static __always_inline struct ygr_compact_name ygr_compact_read_name(const struct dentry *dentry)
{
	return (struct ygr_compact_name) {
		.bytes = READ_ONCE(dentry->d_name.name), .len = READ_ONCE(dentry->d_name.len),
	};
}

/* Padded with zeroes. A name of less than 8 bytes lies in its dentry, with room behind it. */
static __always_inline void ygr_compact_put_name(u64 *to, const struct ygr_compact_name *name)
{
	const unsigned char *from = name->bytes, *end = from + name->len;
	u32 rest = name->len % 8;
	__le64 last;

	for (; end - from >= 8; from += 8)
		memcpy(to++, from, 8);
	if (!rest)
		return;
	if (name->len < 8) {
		memcpy(&last, from, 8);
		*to = (__force u64)cpu_to_le64(le64_to_cpu(last) << (64 - 8 * rest) >> (64 - 8 * rest));
		return;
	}
	memcpy(&last, end - 8, 8);
	*to = (__force u64)cpu_to_le64(le64_to_cpu(last) >> (64 - 8 * rest));
}

static __always_inline void ygr_compact_fill(struct ygr_ring_compact *record, u32 bytes, u16 type,
					     enum ygr_class class, u64 pos,
					     const struct ygr_context *context, u32 flags,
					     u16 body_len)
{
	record->len = bytes;
	record->type = type;
	record->class = class;
	record->verdict = YGR_RING_COMPACT;
	record->time_ns = ygr_clock_task_ns();
	record->context_back = pos - context->pos;
	record->directory_back = 0;
	record->flags = flags;
	record->body_len = body_len;
	record->name_len = 0;
}

/*
 * Of a file, at the place that was reserved for it.
 *
 * Return: false: it was renamed meanwhile, and the record is void.
 */
static __always_inline bool ygr_compact_fill_path(struct ygr_ring_compact *record, u64 pos,
						  const struct ygr_directory *directory,
						  const struct ygr_compact_name *name)
{
	record->directory_back = pos - directory->pos;
	record->name_len = name->len;
	ygr_compact_put_name((void *)(record + 1) + record->body_len, name);
	if (likely(ygr_directory_is_unmoved(directory)))
		return true;
	record->type = YGR_EV_VOID;
	return false;
}

/*
 * The short way, if nothing has to be told first. Begins a nest, which ygr_compact_commit() or
 * ygr_ring_commit() ends.
 *
 * @reach_end: of what it will refer to
 * Return: its place; NULL: there is none, and no nest; ygr_compact_begin() has to try, or the ring is crowded.
 */
static __always_inline struct ygr_ring_compact *ygr_compact_reserve(u32 bytes, u64 reach_end, u64 *pos)
{
	struct ygr_ring *ring = this_cpu_ptr(&ygr_rings);
	u64 at;

	this_cpu_inc(ygr_rings.nest);
	at = READ_ONCE(ring->reserved);
	if (unlikely(at >= reach_end || ring->gap_nr || at + bytes > ring->calm_end ||
		     this_cpu_cmpxchg(ygr_rings.reserved, at, at + bytes) != at)) {
		ygr_ring_commit();
		return NULL;
	}
	*pos = at;
	return ygr_ring_at(ring, at);
}

/*
 * The file of @path, if the path of its directory was walked lately, and is what it was.
 *
 * @grace: read before what is known of @path
 */
static __always_inline bool ygr_compact_find_file(struct ygr_compact_file *file, const struct path *path,
						  unsigned long grace)
{
	const struct dentry *dentry = path->dentry;
	const struct dentry *parent = READ_ONCE(dentry->d_parent);

	file->name = ygr_compact_read_name(dentry);
	file->directory = ygr_directory_slot(parent);
	/*
	 * That nothing was renamed is asked last of the file: so what was read above belongs together. One without
	 * a directory (a pipe, a memfd) is its own parent, from which no path was ever walked.
	 */
	return likely(dentry != path->mnt->mnt_root &&
		      ygr_directory_is_of(file->directory, path->mnt, parent, current->fs, grace) &&
		      ygr_directory_is_unmoved(file->directory));
}

/*
 * The short way for an event about a file, if all that it refers to has been told. @type, @class (one that may be
 * lost), @body_len: constants. @context: the task's, as it is now
 *
 * Context: a system call's, preemption off until it is committed.
 * Return: the record, to be committed by ygr_compact_commit() with what was put into @pos; NULL: as
 * ygr_compact_reserve().
 */
static __always_inline struct ygr_ring_compact *
ygr_compact_begin_found(u16 type, enum ygr_class class, const struct ygr_context *context, u16 body_len,
			const struct dentry *dentry, const struct ygr_compact_file *file, u64 *pos)
{
	u32 flags = ygr_subject_call_flags(), bytes;
	struct ygr_ring_compact *record;

	if (unlikely(d_unlinked(dentry)))
		flags |= YGR_F_UNLINKED;
	bytes = sizeof(*record) + body_len + ALIGN(file->name.len, 8);
	record = ygr_compact_reserve(bytes, min(context->reach_end, file->directory->reach_end), pos);
	if (unlikely(!record))
		return NULL;
	ygr_compact_fill(record, bytes, type, class, *pos, context, flags, body_len);
	if (likely(ygr_compact_fill_path(record, *pos, file->directory, &file->name)))
		return record;
	ygr_ring_commit();
	return NULL;
}

/* The same about no file. */
static __always_inline struct ygr_ring_compact *
ygr_compact_begin_other(u16 type, enum ygr_class class, const struct ygr_context *context, u16 body_len, u64 *pos)
{
	struct ygr_ring_compact *record;
	u32 bytes = sizeof(*record) + body_len;

	record = ygr_compact_reserve(bytes, context->reach_end, pos);
	if (likely(record))
		ygr_compact_fill(record, bytes, type, class, *pos, context, ygr_subject_call_flags(),
				 body_len);
	return record;
}

static __always_inline void ygr_compact_commit(struct ygr_ring_compact *record, u64 pos,
					       enum ygr_class class)
{
	ygr_ring_leave_one(this_cpu_ptr(&ygr_rings), pos, &record->seq, class, record->len);
}

#endif
