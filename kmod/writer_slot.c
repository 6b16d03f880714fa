// SPDX-License-Identifier: GPL-2.0-only
#include "writer_slot.h"

static struct ygr_writer *slot_of(struct ygr_writer_bucket *bucket, __u64 file)
{
	__u32 i;

	for (i = 0; i < YGR_WRITER_WAYS; i++)
		if (bucket->slots[i].file == file)
			return &bucket->slots[i];
	return NULL;
}

static struct ygr_writer *oldest(struct ygr_writer_bucket *bucket)
{
	struct ygr_writer *best = &bucket->slots[0];
	__u32 i;

	for (i = 1; i < YGR_WRITER_WAYS; i++)
		if (bucket->slots[i].opened_ns < best->opened_ns)
			best = &bucket->slots[i];
	return best;
}

struct ygr_writer *ygr_writer_bucket_put_among(struct ygr_writer_bucket *bucket, __u64 file)
{
	struct ygr_writer *slot = slot_of(bucket, file);

	if (slot)
		return slot;
	if (bucket->used_nr == YGR_WRITER_WAYS) {
		slot = oldest(bucket);
	} else {
		slot = slot_of(bucket, 0);
		bucket->used_nr++;
	}
	slot->file = file;
	return slot;
}

struct ygr_writer *ygr_writer_bucket_find(struct ygr_writer_bucket *bucket, __u64 file, __u64 inode)
{
	struct ygr_writer *slot = bucket->used_nr ? slot_of(bucket, file) : NULL;

	return slot && slot->inode == inode ? slot : NULL;
}

void ygr_writer_bucket_free(struct ygr_writer_bucket *bucket, struct ygr_writer *slot)
{
	slot->file = 0;
	bucket->used_nr--;
}
