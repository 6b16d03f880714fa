// SPDX-License-Identifier: GPL-2.0-only
#include "compact.h"
#include "record.h"

/* More than goes before a record. */
#define ROOM_MAX	(YGR_CONTEXT_BYTES_MAX + 2048u)

/* Definitions and what refers to them are within two segments: also in the smallest ring. */
static_assert(YGR_CONTEXT_BYTES_MAX + sizeof(struct ygr_ring_directory) + YGR_DIRECTORY_PATH_MAX <=
	      YGR_RING_BYTES_MIN / YGR_RING_SEGMENT_NR);
static_assert(offsetof(struct ygr_ring_compact, seq) == offsetof(struct ygr_record, seq));
static_assert(offsetof(struct ygr_ring_compact, class) == offsetof(struct ygr_record, class));
static_assert(YGR_EV_CONTEXT > YGR_EV_GAP && YGR_EV_DIRECTORY > YGR_EV_GAP &&
	      YGR_EV_VOID > YGR_EV_GAP);

/* What goes before a record, and where. */
struct place {
	u64 pos;		/* reserved from here on */
	u64 at;			/* the record's own */
	u32 gap_bytes;
	u32 context_bytes;	/* of its record, told or not; 0: it cannot be told */
	bool tells_context;
	bool tells_directory;
};

/* Return: false: the directory's path would have to be walked anew, or there is nothing to tell the context by. */
static bool find_place(struct place *place, struct ygr_ring *ring, u32 bytes,
		       const struct ygr_context *context, const struct ygr_directory *directory)
{
	u32 told = 0;

	place->tells_context = place->pos >= context->reach_end;
	place->tells_directory = directory && !directory->reach_end;
	if (place->tells_directory)
		told += ygr_directory_bytes(directory);
	place->gap_bytes = ygr_ring_gap_bytes_due(ring, place->pos, place->context_bytes + told + bytes);
	place->at = place->pos + place->gap_bytes + told;
	/* It may be just beyond what was in reach. */
	place->tells_context |= place->at >= context->reach_end;
	if (place->tells_context && !place->context_bytes)
		return false;
	if (place->tells_context)
		place->at += place->context_bytes;
	return !directory || place->tells_directory || place->at < directory->reach_end;
}

static void tell_before(const struct place *place, struct ygr_ring *ring,
			struct ygr_context *context, const struct ygr_event_strings *strings,
			struct ygr_directory *directory)
{
	u64 pos = place->pos;

	if (place->gap_bytes)
		ygr_ring_fill_gap(ygr_ring_at(ring, pos));
	pos += place->gap_bytes;
	if (place->tells_context) {
		ygr_context_write(context, ygr_ring_at(ring, pos), place->context_bytes, strings);
		context->pos = pos;
		context->reach_end = ygr_ring_reach_end(pos);
		pos += place->context_bytes;
	}
	if (place->tells_directory) {
		ygr_directory_write(directory, ygr_ring_at(ring, pos));
		directory->pos = pos;
		directory->reach_end = ygr_ring_reach_end(pos);
	}
}

/*
 * Inside nest.
 *
 * Return: whether there is room for it all, and what the record refers to is there.
 */
static bool claim(struct place *place, struct ygr_ring *ring, u32 bytes, enum ygr_class class,
		  struct ygr_context *context, const struct ygr_event_strings *strings,
		  struct ygr_directory *directory)
{
	do {
		place->pos = READ_ONCE(ring->reserved);
		if (!find_place(place, ring, bytes, context, directory) ||
		    !ygr_ring_fits(ring, place->at, bytes, ygr_ring_limit(class)))
			return false;
	} while (this_cpu_cmpxchg(ygr_rings.reserved, place->pos, place->at + bytes) != place->pos);
	if (place->at != place->pos)
		tell_before(place, ring, context, strings, directory);
	return true;
}

/* Whether the file has a directory above it in its mount, and a name of its own there. */
static bool has_name(const struct path *path)
{
	const struct dentry *dentry = path->dentry;

	return dentry != path->mnt->mnt_root && dentry != READ_ONCE(dentry->d_parent) &&
	       (!dentry->d_op || !dentry->d_op->d_dname);
}

static __always_inline bool renew_file(struct ygr_compact_file *file, const struct path *path,
				       const struct dentry *child, unsigned long grace)
{
	const struct dentry *dentry = child ?: path->dentry;
	const struct dentry *parent = child ? path->dentry : READ_ONCE(dentry->d_parent);
	struct ygr_directory *directory = ygr_directory_slot(parent);
	u64 pos = READ_ONCE(this_cpu_ptr(&ygr_rings)->reserved);

	if (!child && !has_name(path))
		return false;
	if ((!ygr_directory_is_of(directory, path->mnt, parent, current->fs, grace) ||
	     !ygr_directory_is_unmoved(directory) || pos >= directory->reach_end) &&
	    !ygr_directory_renew(directory, path->mnt, parent, grace, pos))
		return false;
	/* After the walk, and before it is asked whether anything was renamed since. */
	file->directory = directory;
	file->name = ygr_compact_read_name(dentry);
	return READ_ONCE(dentry->d_parent) == parent && ygr_directory_is_unmoved(directory);
}

bool ygr_compact_renew_file(struct ygr_compact_file *file, const struct path *path, unsigned long grace)
{
	return renew_file(file, path, NULL, grace);
}

/*
 * What the context's record will have for strings by a rule, if it is not so far in reach that it need not be told.
 *
 * Return: its bytes, 0: it is in reach.
 */
static noinline u32 prepare_by_rule(struct ygr_event_strings *strings, const struct ygr_context *context,
				    const struct ygr_context_judge *judge)
{
	strings->nr = 0;
	if (READ_ONCE(this_cpu_ptr(&ygr_rings)->reserved) + ROOM_MAX < context->reach_end)
		return 0;
	ygr_context_add_rule(strings, judge->rule_name, judge->rule_alert, true);
	return sizeof(struct ygr_record) + ygr_record_strings_bytes(strings);
}

/* @file: NULL: the event is not about one; @dentry: its own, NULL: of a child */
static __always_inline void *begin(u16 type, enum ygr_class class, const struct ygr_context_judge *judge,
				   u16 body_len, const struct dentry *dentry,
				   const struct ygr_compact_file *file, u32 strings_bytes)
{
	unsigned long grace = ygr_compat_grace_periods();
	struct ygr_ring *ring = this_cpu_ptr(&ygr_rings);
	struct ygr_directory *directory = file ? file->directory : NULL;
	struct task_struct *task = current;
	struct ygr_context *context = ygr_context_slot(task, judge->rule_id);
	struct ygr_event_strings strings __uninitialized;
	struct ygr_ring_compact *record;
	struct place place __uninitialized;
	u32 bytes, flags;

	if (!ygr_context_is_of(context, task, judge->generation, judge->rule_id, grace) &&
	    !ygr_context_renew(context, task, judge, grace))
		return NULL;
	place.context_bytes = sizeof(struct ygr_record);
	if (judge->rule_id)
		place.context_bytes = prepare_by_rule(&strings, context, judge);
	if (place.context_bytes > YGR_CONTEXT_BYTES_MAX)
		return NULL;
	bytes = sizeof(*record) + body_len + (file ? ALIGN(file->name.len, 8) : 0) + strings_bytes;

	this_cpu_inc(ygr_rings.nest);
	if (!claim(&place, ring, bytes, class, context, &strings, directory))
		goto out_leave;
	record = ygr_ring_at(ring, place.at);
	flags = ygr_subject_call_flags();
	if (dentry && d_unlinked(dentry))
		flags |= YGR_F_UNLINKED;
	ygr_compact_fill(record, bytes, type, class, place.at, context, flags, body_len);
	if (!file || ygr_compact_fill_path(record, place.at, directory, &file->name))
		return record + 1;
out_leave:
	ygr_ring_commit();
	return NULL;
}

/* Whether there is a ring, and a task that its records can be of. */
static bool is_possible(void)
{
	return in_task() && this_cpu_ptr(&ygr_rings)->data;
}

void *ygr_compact_begin(u16 type, enum ygr_class class, const struct ygr_context_judge *judge,
			u16 body_len, const struct path *path, const struct dentry *child,
			u32 strings_bytes)
{
	const struct dentry *dentry = path && !child ? path->dentry : NULL;
	struct ygr_compact_file file __uninitialized;

	if (!is_possible() ||
	    (path && !renew_file(&file, path, child, ygr_compat_grace_periods())))
		return NULL;
	return begin(type, class, judge, body_len, dentry, path ? &file : NULL, strings_bytes);
}

void *ygr_compact_begin_first(u16 type, enum ygr_class class, const struct ygr_context_judge *judge,
			      u16 body_len, const struct dentry *dentry,
			      const struct ygr_compact_file *file)
{
	/* This looks at where the reader is by now, too, which the short way does not. */
	if (!is_possible() || ygr_ring_is_crowded())
		return NULL;
	return begin(type, class, judge, body_len, dentry, file, 0);
}
