// SPDX-License-Identifier: GPL-2.0-only
/*
 * A bucket of files that are open for writing, beside a list that says the same slowly
 * (tests/unit/test_writer_slot.c has the rules one by one).
 */
#include <linux/slab.h>

#include "policy_kunit.h"
#include "writer_slot.h"

#define STEP_NR		200000u
#define FILE_NR		14u	/* more than a bucket holds */
#define INODE_NR	3u

/* What ought to be there, in no order. */
struct list {
	struct ygr_writer writers[YGR_WRITER_WAYS];
	u32 nr;
};

struct play {
	struct ygr_writer_bucket bucket;
	struct list list;
	u64 random;
	u32 found_nr, other_nr, taken_nr, forgotten_nr;
};

static u32 roll(struct play *play, u32 sides)
{
	play->random = play->random * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)(play->random >> 33) % sides;
}

static struct ygr_writer *list_find(struct list *list, u64 file)
{
	u32 i;

	for (i = 0; i < list->nr; i++)
		if (list->writers[i].file == file)
			return &list->writers[i];
	return NULL;
}

static void list_drop(struct list *list, struct ygr_writer *writer)
{
	*writer = list->writers[--list->nr];
}

static struct ygr_writer *list_oldest(struct list *list)
{
	struct ygr_writer *oldest = &list->writers[0];
	u32 i;

	for (i = 1; i < list->nr; i++)
		if (list->writers[i].opened_ns < oldest->opened_ns)
			oldest = &list->writers[i];
	return oldest;
}

static void list_put(struct play *play, const struct ygr_writer *writer)
{
	struct ygr_writer *same = list_find(&play->list, writer->file);

	if (same) {
		list_drop(&play->list, same);
	} else if (play->list.nr == YGR_WRITER_WAYS) {
		list_drop(&play->list, list_oldest(&play->list));
		play->forgotten_nr++;
	}
	play->list.writers[play->list.nr++] = *writer;
}

/* No two are opened at the same time, and not in the order that they are put in. */
static void put(struct play *play, u64 file, u64 inode, u32 step)
{
	struct ygr_writer writer;
	u8 *byte;

	for (byte = (u8 *)&writer; byte < (u8 *)(&writer + 1); byte++)
		*byte = roll(play, 256);
	writer.file = file;
	writer.inode = inode;
	writer.opened_ns = (u64)roll(play, 1000) << 32 | step;
	*ygr_writer_bucket_put(&play->bucket, file) = writer;
	list_put(play, &writer);
}

static void find(struct kunit *test, struct play *play, u64 file, u64 inode)
{
	const struct ygr_writer *want = list_find(&play->list, file);
	const struct ygr_writer *found = ygr_writer_bucket_find(&play->bucket, file, inode);

	if (!want || want->inode != inode) {
		KUNIT_EXPECT_PTR_EQ(test, found, NULL);
		play->other_nr += want ? 1 : 0;
		return;
	}
	KUNIT_ASSERT_NOT_NULL(test, found);
	KUNIT_EXPECT_EQ(test, memcmp(found, want, sizeof(*want)), 0);
	play->found_nr++;
}

static void take(struct kunit *test, struct play *play, u64 file, u64 inode)
{
	struct ygr_writer *want = list_find(&play->list, file);
	struct ygr_writer *slot = ygr_writer_bucket_find(&play->bucket, file, inode);

	if (!want || want->inode != inode) {
		KUNIT_EXPECT_PTR_EQ(test, slot, NULL);
		return;
	}
	KUNIT_ASSERT_NOT_NULL(test, slot);
	KUNIT_EXPECT_EQ(test, memcmp(slot, want, sizeof(*want)), 0);
	ygr_writer_bucket_free(&play->bucket, slot);
	list_drop(&play->list, want);
	play->taken_nr++;
}

static void says_what_the_list_says(struct kunit *test)
{
	struct play *play = kunit_kzalloc(test, sizeof(*play), GFP_KERNEL);
	u32 step, file, inode;

	KUNIT_ASSERT_NOT_NULL(test, play);
	play->random = 4711;
	for (step = 0; step < STEP_NR; step++) {
		file = 1 + roll(play, FILE_NR);
		inode = 1 + roll(play, INODE_NR);
		switch (roll(play, 4)) {
		case 0:
		case 1:
			put(play, file, inode, step);
			break;
		case 2:
			find(test, play, file, inode);
			break;
		case 3:
			take(test, play, file, inode);
			break;
		}
	}
	KUNIT_EXPECT_GT(test, play->found_nr, STEP_NR / 100);
	KUNIT_EXPECT_GT(test, play->other_nr, STEP_NR / 100);
	KUNIT_EXPECT_GT(test, play->taken_nr, STEP_NR / 100);
	KUNIT_EXPECT_GT(test, play->forgotten_nr, STEP_NR / 100);
}

/* Whichever slot the oldest is in, it is the one that makes room, and no other. */
static void the_oldest_makes_room_wherever_it_is(struct kunit *test)
{
	struct ygr_writer_bucket *bucket = kunit_kzalloc(test, sizeof(*bucket), GFP_KERNEL);
	u32 oldest, i;

	KUNIT_ASSERT_NOT_NULL(test, bucket);
	for (oldest = 0; oldest < YGR_WRITER_WAYS; oldest++) {
		struct ygr_writer writer = { .inode = 1 };

		memset(bucket, 0, sizeof(*bucket));
		for (i = 0; i <= YGR_WRITER_WAYS; i++) {
			writer.file = 10 + i;
			writer.opened_ns = i == oldest ? 1 : 100 - i;
			*ygr_writer_bucket_put(bucket, writer.file) = writer;
		}
		for (i = 0; i <= YGR_WRITER_WAYS; i++)
			KUNIT_EXPECT_EQ(test, !ygr_writer_bucket_find(bucket, 10 + i, 1), i == oldest);
	}
}

/* What has become free is used before anybody is forgotten. */
static void a_free_slot_goes_first(struct kunit *test)
{
	struct ygr_writer_bucket *bucket = kunit_kzalloc(test, sizeof(*bucket), GFP_KERNEL);
	struct ygr_writer writer = { .inode = 1 };
	u32 freed, i;

	KUNIT_ASSERT_NOT_NULL(test, bucket);
	for (freed = 0; freed < YGR_WRITER_WAYS; freed++) {
		memset(bucket, 0, sizeof(*bucket));
		for (i = 0; i < YGR_WRITER_WAYS; i++) {
			writer.file = 10 + i;
			writer.opened_ns = 100 + i;
			*ygr_writer_bucket_put(bucket, writer.file) = writer;
		}
		ygr_writer_bucket_free(bucket, ygr_writer_bucket_find(bucket, 10 + freed, 1));
		writer.file = 99;
		writer.opened_ns = 1;
		*ygr_writer_bucket_put(bucket, writer.file) = writer;
		for (i = 0; i < YGR_WRITER_WAYS; i++)
			KUNIT_EXPECT_EQ(test, !ygr_writer_bucket_find(bucket, 10 + i, 1), i == freed);
		KUNIT_EXPECT_NOT_NULL(test, ygr_writer_bucket_find(bucket, 99, 1));
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(says_what_the_list_says),
	KUNIT_CASE(the_oldest_makes_room_wherever_it_is),
	KUNIT_CASE(a_free_slot_goes_first),
	{}
};

struct kunit_suite writer_slot_suite = {
	.name = "writer_slot",
	.test_cases = cases,
};
