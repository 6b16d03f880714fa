// SPDX-License-Identifier: GPL-2.0-only
#include "compact.h"

/* Definitions and what refers to them are within two segments: also in the smallest ring. */
static_assert(YGR_CONTEXT_BYTES + sizeof(struct ygr_ring_directory) + YGR_DIRECTORY_PATH_MAX <=
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
	bool tells_context;
	bool tells_directory;
};

/* Return: false: the directory's path would have to be walked anew. */
static bool find_place(struct place *place, struct ygr_ring *ring, u32 bytes,
		       const struct ygr_context *context, const struct ygr_directory *directory)
{
	u32 told = 0;

	place->tells_context = place->pos >= context->reach_end;
	place->tells_directory = directory && !directory->reach_end;
	if (place->tells_directory)
		told += ygr_directory_bytes(directory);
	place->gap_bytes = ygr_ring_gap_bytes_due(ring, place->pos, YGR_CONTEXT_BYTES + told + bytes);
	place->at = place->pos + place->gap_bytes + told;
	/* It may be just beyond what was in reach. */
	place->tells_context |= place->at >= context->reach_end;
	if (place->tells_context)
		place->at += YGR_CONTEXT_BYTES;
	return !directory || place->tells_directory || place->at < directory->reach_end;
}

static void tell_before(const struct place *place, struct ygr_ring *ring,
			struct ygr_context *context, struct ygr_directory *directory)
{
	u64 pos = place->pos;

	if (place->gap_bytes)
		ygr_ring_fill_gap(ygr_ring_at(ring, pos));
	pos += place->gap_bytes;
	if (place->tells_context) {
		ygr_context_write(context, ygr_ring_at(ring, pos));
		context->pos = pos;
		context->reach_end = ygr_ring_reach_end(pos);
		pos += YGR_CONTEXT_BYTES;
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
		  struct ygr_context *context, struct ygr_directory *directory)
{
	do {
		place->pos = READ_ONCE(ring->reserved);
		if (!find_place(place, ring, bytes, context, directory) ||
		    !ygr_ring_fits(ring, place->at, bytes, ygr_ring_limit(class)))
			return false;
	} while (this_cpu_cmpxchg(ygr_rings.reserved, place->pos, place->at + bytes) != place->pos);
	if (place->at != place->pos)
		tell_before(place, ring, context, directory);
	return true;
}

/* Whether the file has a directory above it in its mount, and a name of its own there. */
static bool has_name(const struct path *path)
{
	const struct dentry *dentry = path->dentry;

	return dentry != path->mnt->mnt_root && dentry != READ_ONCE(dentry->d_parent) &&
	       (!dentry->d_op || !dentry->d_op->d_dname);
}

/* Return: the directory, as it is now; NULL: there is no path in the ordinary way. */
static struct ygr_directory *find_directory(const struct path *path, const struct dentry *child,
					    unsigned long grace, struct ygr_compact_name *name)
{
	const struct dentry *dentry = child ?: path->dentry;
	const struct dentry *parent = child ? path->dentry : READ_ONCE(dentry->d_parent);
	struct ygr_directory *directory = ygr_directory_slot(parent);
	u64 pos = READ_ONCE(this_cpu_ptr(&ygr_rings)->reserved);

	if (!child && !has_name(path))
		return NULL;
	if ((!ygr_directory_is_of(directory, path->mnt, parent, current->fs, grace) ||
	     !ygr_directory_is_unmoved(directory) || pos >= directory->reach_end) &&
	    !ygr_directory_renew(directory, path->mnt, parent, grace, pos))
		return NULL;
	/* After the walk, and before it is asked whether anything was renamed since. */
	*name = ygr_compact_read_name(dentry);
	if (READ_ONCE(dentry->d_parent) != parent || !ygr_directory_is_unmoved(directory))
		return NULL;
	return directory;
}

void *ygr_compact_begin(u16 type, enum ygr_class class, u64 generation, u16 body_len,
			const struct path *path, const struct dentry *child, u32 strings_bytes)
{
	unsigned long grace = ygr_compat_grace_periods();
	struct ygr_ring *ring = this_cpu_ptr(&ygr_rings);
	struct task_struct *task = current;
	struct ygr_context *context = ygr_context_slot(task);
	struct ygr_directory *directory = NULL;
	struct ygr_compact_name name = { .len = 0 };
	struct ygr_ring_compact *record;
	struct place place;
	u32 bytes, flags;

	if (!in_task() || !ring->data)
		return NULL;
	if (path) {
		directory = find_directory(path, child, grace, &name);
		if (!directory)
			return NULL;
	}
	if (!ygr_context_is_of(context, task, generation, grace) &&
	    !ygr_context_renew(context, task, generation, grace))
		return NULL;
	bytes = sizeof(*record) + body_len + ALIGN(name.len, 8) + strings_bytes;

	this_cpu_inc(ygr_rings.nest);
	if (!claim(&place, ring, bytes, class, context, directory))
		goto out_leave;
	record = ygr_ring_at(ring, place.at);
	flags = ygr_subject_call_flags();
	if (path && !child && d_unlinked(path->dentry))
		flags |= YGR_F_UNLINKED;
	ygr_compact_fill(record, bytes, type, class, place.at, context, flags, body_len);
	if (!path || ygr_compact_fill_path(record, place.at, directory, &name))
		return record + 1;
out_leave:
	ygr_ring_commit();
	return NULL;
}

void *ygr_compact_begin_first(u16 type, enum ygr_class class, u64 generation, u16 body_len,
			      const struct path *path)
{
	/* This looks at where the reader is by now, too, which the short way does not. */
	if (ygr_ring_is_crowded())
		return NULL;
	return ygr_compact_begin(type, class, generation, body_len, path, NULL, 0);
}
