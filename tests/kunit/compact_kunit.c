// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records in few bytes: what each says itself, what is told before it, and when there is none. Of
 * files in a tree of the suite's own, in a ring that was full of something else before.
 */
#include <linux/sched.h>
#include <linux/slab.h>

#include "compact.h"
#include "kunit_ring.h"
#include "kunit_tree.h"
#include "neighbours.h"
#include "policy_kunit.h"
#include "record.h"

#define GENERATION	5ull
#define NAME_LEN_MAX	40u

struct fixture {
	struct kunit *test;
	struct kunit_tree *tree;
	struct dentry *etc, *file;
	struct path path;
	u64 pos;		/* where what was not looked at yet starts */
	unsigned int flags;	/* of the current task, as they were */
};

static struct fixture *create(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->test = test;
	f->tree = kunit_tree_create(test);
	f->etc = kunit_tree_add(f->tree, f->tree->root, "etc");
	f->file = kunit_tree_add(f->tree, f->etc, "passwd");
	f->path = (struct path) { .mnt = &f->tree->mount->mnt, .dentry = f->file };
	kunit_ring_empty();
	f->pos = kunit_ring_head();
	return f;
}

/* The thread that runs a test passes for a program that made a system call. */
static void enter(struct fixture *f)
{
	kunit_tree_enter(f->tree);
	f->flags = current->flags;
	current->flags &= ~PF_KTHREAD;
}

static void leave(struct fixture *f)
{
	current->flags = f->flags;
	kunit_tree_leave(f->tree);
}

/* Return: whether there was a record; with @body, its body. */
static bool put_of(struct fixture *f, const struct path *path, const struct dentry *child,
		   u64 generation, u64 body)
{
	const struct ygr_context_judge judge = { .generation = generation };
	u64 *to;

	enter(f);
	to = ygr_compact_begin(YGR_EV_OPEN, YGR_CLASS_FILE, &judge, sizeof(body), path, child, 0);
	if (to) {
		*to = body;
		ygr_ring_commit();
	}
	leave(f);
	return to;
}

static bool put(struct fixture *f)
{
	return put_of(f, &f->path, NULL, GENERATION, 4711);
}

static bool put_short_by(struct fixture *f, const struct path *path, u64 generation, u32 rule_id)
{
	const struct ygr_context *context = ygr_context_slot(current, rule_id);
	unsigned long grace = ygr_compat_grace_periods();
	struct ygr_ring_compact *record = NULL;
	struct ygr_compact_file file;
	u64 pos;

	enter(f);
	if (ygr_compact_find_file(&file, path, grace) &&
	    ygr_context_is_of(context, current, generation, rule_id, grace))
		record = ygr_compact_begin_found(YGR_EV_OPEN, YGR_CLASS_FILE, context, sizeof(u64), path->dentry,
						 &file, &pos);
	if (record) {
		*(u64 *)(record + 1) = 4711;
		ygr_compact_commit(record, pos, YGR_CLASS_FILE);
	}
	leave(f);
	return record;
}

static bool put_short(struct fixture *f, const struct path *path, u64 generation)
{
	return put_short_by(f, path, generation, 0);
}

static bool put_short_other(struct fixture *f, u64 generation)
{
	const struct ygr_context *context = ygr_context_slot(current, 0);
	struct ygr_ring_compact *record = NULL;
	u64 pos;

	enter(f);
	if (ygr_context_is_of(context, current, generation, 0, ygr_compat_grace_periods()))
		record = ygr_compact_begin_other(YGR_EV_OPEN, YGR_CLASS_FILE, context, sizeof(u64), &pos);
	if (record) {
		*(u64 *)(record + 1) = 4711;
		ygr_compact_commit(record, pos, YGR_CLASS_FILE);
	}
	leave(f);
	return record;
}

/* ---- what is in the ring ---- */

static u64 take(struct fixture *f, u16 type)
{
	const struct ygr_ring_compact *record = kunit_ring_at(f->pos);
	u64 pos = f->pos;

	KUNIT_ASSERT_LT(f->test, pos, kunit_ring_head());
	KUNIT_ASSERT_EQ(f->test, record->type, type);
	f->pos += record->len;
	return pos;
}

static u64 take_context(struct fixture *f)
{
	u64 pos = take(f, YGR_EV_CONTEXT);
	const struct ygr_record *record = kunit_ring_at(pos);

	KUNIT_EXPECT_EQ(f->test, record->tid, (u32)current->pid);
	KUNIT_EXPECT_EQ(f->test, memcmp(record->comm, current->comm, TASK_COMM_LEN), 0);
	return pos;
}

static u64 take_directory(struct fixture *f, const char *path)
{
	u64 pos = take(f, YGR_EV_DIRECTORY);
	const struct ygr_ring_directory *record = kunit_ring_at(pos);

	KUNIT_EXPECT_EQ(f->test, record->path_len, (u32)strlen(path));
	KUNIT_EXPECT_EQ(f->test, memcmp(record + 1, path, strlen(path)), 0);
	return pos;
}

/* @directory: where it is; 0: none, and then no name */
static void take_record(struct fixture *f, u64 context, u64 directory, const char *name, u32 flags)
{
	u64 pos = take(f, YGR_EV_OPEN);
	const struct ygr_ring_compact *record = kunit_ring_at(pos);
	u32 name_len = strlen(name), padded = (name_len + 7) / 8 * 8;
	const struct ygr_ring_compact want = {
		.len = sizeof(want) + 8 + padded,
		.type = YGR_EV_OPEN,
		.class = YGR_CLASS_FILE,
		.verdict = YGR_RING_COMPACT,
		.seq = record->seq,
		.time_ns = record->time_ns,
		.context_back = pos - context,
		.directory_back = directory ? pos - directory : 0,
		.flags = flags,
		.body_len = 8,
		.name_len = name_len,
	};
	const char *end = (const char *)(record + 1) + 8;

	KUNIT_EXPECT_EQ(f->test, memcmp(record, &want, sizeof(want)), 0);
	KUNIT_EXPECT_EQ(f->test, *(u64 *)(record + 1), 4711ull);
	KUNIT_EXPECT_EQ(f->test, memcmp(end, name, name_len), 0);
	kunit_expect_zeroes(f->test, end + name_len, padded - name_len);
}

static void expect_end(struct fixture *f)
{
	KUNIT_EXPECT_EQ(f->test, f->pos, kunit_ring_head());
}

/* ---- names ---- */

/* One of less than 8 bytes lies in its dentry, which goes on; a longer one may end where its memory does. */
static void a_name_of_any_length_is_padded(struct kunit *test)
{
	u32 len;

	for (len = 0; len <= NAME_LEN_MAX; len++) {
		u32 padded = (len + 7) / 8 * 8;
		const char *text = kunit_text(test, max(len, 8u));
		const struct ygr_compact_name name = { .bytes = text, .len = len };
		u64 *to = kunit_kmalloc(test, padded ?: 8, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, to);
		memset(to, 0xff, padded ?: 8);
		ygr_compact_put_name(to, &name);
		KUNIT_EXPECT_EQ_MSG(test, memcmp(to, text, len), 0, "%u bytes", len);
		kunit_expect_zeroes(test, (char *)to + len, padded - len);
		if (!len)
			KUNIT_EXPECT_EQ(test, *to, ~0ull);
	}
}

static void a_name_is_told_whole(struct kunit *test)
{
	struct fixture *f = create(test);
	char name[NAME_LEN_MAX + 1] = "";
	u64 context, directory;
	u32 len;

	for (len = 1; len <= NAME_LEN_MAX; len++) {
		name[len - 1] = 'a' + len % 26;
		kunit_tree_name(f->tree, f->file, name, len);
		KUNIT_ASSERT_TRUE(test, put(f));
		if (len == 1) {
			context = take_context(f);
			directory = take_directory(f, "/etc/");
		}
		take_record(f, context, directory, name, 0);
		KUNIT_ASSERT_TRUE(test, put_short(f, &f->path, GENERATION));
		take_record(f, context, directory, name, 0);
	}
	expect_end(f);
}

/* ---- what a record says itself ---- */

static void all_but_the_number_is_filled(struct kunit *test)
{
	const struct ygr_context context = { .pos = 1000 };
	const struct ygr_directory directory = {
		.pos = 1200, .marks.rename_seq = raw_read_seqcount(&rename_lock.seqcount),
	};
	const struct ygr_compact_name name = { .bytes = "passwd\xff\xff", .len = 6 };
	struct {
		struct ygr_ring_compact head;
		u64 body[2], name, behind;
	} *record = kunit_kmalloc(test, sizeof(*record), GFP_KERNEL);
	struct ygr_ring_compact want = {
		.len = 72,
		.type = YGR_EV_RENAME,
		.class = YGR_CLASS_FILE,
		.verdict = YGR_RING_COMPACT,
		.seq = ~0ull,
		.context_back = 4000,
		.flags = YGR_F_COMPAT,
		.body_len = 16,
	};

	KUNIT_ASSERT_NOT_NULL(test, record);
	memset(record, 0xff, sizeof(*record));
	ygr_compact_fill(&record->head, 72, YGR_EV_RENAME, YGR_CLASS_FILE, 5000, &context, YGR_F_COMPAT, 16);
	want.time_ns = record->head.time_ns;
	KUNIT_EXPECT_EQ(test, memcmp(&record->head, &want, sizeof(want)), 0);
	KUNIT_EXPECT_LE(test, record->head.time_ns, ktime_get_boot_fast_ns());

	KUNIT_EXPECT_TRUE(test, ygr_compact_fill_path(&record->head, 5000, &directory, &name));
	want.directory_back = 3800;
	want.name_len = 6;
	KUNIT_EXPECT_EQ(test, memcmp(&record->head, &want, sizeof(want)), 0);
	KUNIT_EXPECT_EQ(test, memcmp(&record->name, "passwd\0\0", 8), 0);
	KUNIT_EXPECT_EQ(test, record->body[0] & record->body[1] & record->behind, ~0ull);

	/* Renamed in between: void, but as long as it was. */
	kunit_tree_rename_any();
	KUNIT_EXPECT_FALSE(test, ygr_compact_fill_path(&record->head, 5000, &directory, &name));
	want.type = YGR_EV_VOID;
	KUNIT_EXPECT_EQ(test, memcmp(&record->head, &want, sizeof(want)), 0);
}

static void a_record_finds_its_strings(struct kunit *test)
{
	static const struct {
		u16 body_len, name_len;
		u32 offset;
	} cases[] = { { 0, 0, 0 }, { 8, 0, 8 }, { 0, 1, 8 }, { 16, 8, 24 }, { 16, 9, 32 }, { 0, 255, 256 } };
	struct {
		struct ygr_ring_compact head;
		u64 body;
	} record = { .body = 0 };
	u32 i;

	KUNIT_EXPECT_PTR_EQ(test, (void *)ygr_compact_of(&record.body), (void *)&record.head);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		record.head.body_len = cases[i].body_len;
		record.head.name_len = cases[i].name_len;
		KUNIT_EXPECT_PTR_EQ(test, ygr_compact_strings(&record.body),
				    (void *)&record.body + cases[i].offset);
	}
}

/* ---- what is told before ---- */

static void what_was_told_is_referred_to(struct kunit *test)
{
	struct fixture *f = create(test);
	u64 context, directory, seq;

	seq = this_cpu_ptr(&ygr_rings)->seq;
	KUNIT_ASSERT_TRUE(test, put(f));
	context = take_context(f);
	directory = take_directory(f, "/etc/");
	take_record(f, context, directory, "passwd", 0);
	KUNIT_ASSERT_TRUE(test, put(f));
	take_record(f, context, directory, "passwd", 0);
	KUNIT_ASSERT_TRUE(test, put_short(f, &f->path, GENERATION));
	take_record(f, context, directory, "passwd", 0);
	expect_end(f);
	/* Definitions are no events, and have no number. */
	KUNIT_EXPECT_EQ(test, this_cpu_ptr(&ygr_rings)->seq, seq + 3);
}

static void an_event_may_be_about_no_file(struct kunit *test)
{
	struct fixture *f = create(test);
	u64 context;

	KUNIT_ASSERT_TRUE(test, put_of(f, NULL, NULL, GENERATION, 4711));
	context = take_context(f);
	take_record(f, context, 0, "", 0);
	KUNIT_ASSERT_TRUE(test, put_of(f, NULL, NULL, GENERATION, 4711));
	take_record(f, context, 0, "", 0);
	expect_end(f);
}

/* Its directory is what the hook has, and locked. */
static void a_child_is_named_in_its_directory(struct kunit *test)
{
	struct fixture *f = create(test);
	const struct path etc = { .mnt = f->path.mnt, .dentry = f->etc };
	const struct path root = { .mnt = f->path.mnt, .dentry = f->tree->root };
	struct dentry *child = kunit_tree_add(f->tree, f->etc, "new");
	u64 context, directory;

	/* One that is being created is not hashed yet: and not removed. */
	child->d_hash.pprev = NULL;
	KUNIT_ASSERT_TRUE(test, put_of(f, &etc, child, GENERATION, 4711));
	context = take_context(f);
	directory = take_directory(f, "/etc/");
	take_record(f, context, directory, "new", 0);
	KUNIT_ASSERT_TRUE(test, put_of(f, &root, f->etc, GENERATION, 4711));
	directory = take_directory(f, "/");
	take_record(f, context, directory, "etc", 0);
	/* It has been moved elsewhere. */
	KUNIT_EXPECT_FALSE(test, put_of(f, &root, child, GENERATION, 4711));
	expect_end(f);
}

static void what_has_changed_is_told(struct kunit *test)
{
	struct fixture *f = create(test);
	u64 context, directory;

	KUNIT_ASSERT_TRUE(test, put(f));
	context = take_context(f);
	directory = take_directory(f, "/etc/");
	take_record(f, context, directory, "passwd", 0);

	/* Another policy. */
	KUNIT_EXPECT_FALSE(test, put_short(f, &f->path, GENERATION + 1));
	KUNIT_ASSERT_TRUE(test, put_of(f, &f->path, NULL, GENERATION + 1, 4711));
	context = take_context(f);
	KUNIT_EXPECT_EQ(test, ((struct ygr_record *)kunit_ring_at(context))->generation, GENERATION + 1);
	take_record(f, context, directory, "passwd", 0);

	/* The directory is renamed. */
	kunit_tree_name(f->tree, f->etc, "etd", 3);
	kunit_tree_rename_any();
	KUNIT_EXPECT_FALSE(test, put_short(f, &f->path, GENERATION + 1));
	KUNIT_ASSERT_TRUE(test, put_of(f, &f->path, NULL, GENERATION + 1, 4711));
	directory = take_directory(f, "/etd/");
	take_record(f, context, directory, "passwd", 0);

	/* The file is, elsewhere than anything that was told. */
	kunit_tree_name(f->tree, f->file, "shadow", 6);
	kunit_tree_rename_any();
	KUNIT_EXPECT_FALSE(test, put_short(f, &f->path, GENERATION + 1));
	KUNIT_ASSERT_TRUE(test, put_of(f, &f->path, NULL, GENERATION + 1, 4711));
	take_record(f, context, directory, "shadow", 0);

	/* A grace period of RCU is over: all is looked at again, and nothing is told again. */
	kunit_grace_periods++;
	KUNIT_EXPECT_FALSE(test, put_short(f, &f->path, GENERATION + 1));
	KUNIT_ASSERT_TRUE(test, put_of(f, &f->path, NULL, GENERATION + 1, 4711));
	take_record(f, context, directory, "shadow", 0);
	KUNIT_EXPECT_TRUE(test, put_short(f, &f->path, GENERATION + 1));
	take_record(f, context, directory, "shadow", 0);

	/* The file is removed, and its directory's name stays. */
	f->file->d_hash.pprev = NULL;
	KUNIT_EXPECT_TRUE(test, put_short(f, &f->path, GENERATION + 1));
	take_record(f, context, directory, "shadow", YGR_F_UNLINKED);
	KUNIT_ASSERT_TRUE(test, put_of(f, &f->path, NULL, GENERATION + 1, 4711));
	take_record(f, context, directory, "shadow", YGR_F_UNLINKED);
	expect_end(f);
}

struct told {
	u64 context, directory;
	u32 context_nr, directory_nr, record_nr;
};

/* What one event left in the ring, and that what it refers to is near enough. */
static void take_near(struct fixture *f, struct told *told, const char *path)
{
	const u64 segment_bytes = ygr_ring_geometry.data_bytes / YGR_RING_SEGMENT_NR;

	if (((struct ygr_record *)kunit_ring_at(f->pos))->type == YGR_EV_CONTEXT) {
		told->context = take_context(f);
		told->context_nr++;
	}
	if (((struct ygr_record *)kunit_ring_at(f->pos))->type == YGR_EV_DIRECTORY) {
		told->directory = take_directory(f, path);
		told->directory_nr++;
	}
	KUNIT_ASSERT_GE(f->test, told->context / segment_bytes + 1, f->pos / segment_bytes);
	KUNIT_ASSERT_GE(f->test, told->directory / segment_bytes + 1, f->pos / segment_bytes);
	take_record(f, told->context, told->directory, "passwd", 0);
	told->record_nr++;
	/* All of it is read at once. */
	WRITE_ONCE(this_cpu_ptr(&ygr_rings)->consumer->tail, f->pos);
}

/*
 * Three times around the ring: what a record refers to lies in its own segment or the one before,
 * and is told again where it does not. As few times as that can be done with.
 */
static void nothing_is_referred_to_from_too_far(struct kunit *test)
{
	struct fixture *f = create(test);
	const u64 end = f->pos + 3 * ygr_ring_geometry.data_bytes;
	struct told told = { 0 };

	while (f->pos < end) {
		if (!put_short(f, &f->path, GENERATION))
			KUNIT_ASSERT_TRUE(test, put(f));
		take_near(f, &told, "/etc/");
	}
	expect_end(f);
	KUNIT_EXPECT_GT(test, told.record_nr, 3000u);
	/* Each is good for one segment at least, and for two at most. */
	KUNIT_EXPECT_GE(test, told.context_nr, 3u * YGR_RING_SEGMENT_NR / 2);
	KUNIT_EXPECT_LE(test, told.context_nr, 3u * YGR_RING_SEGMENT_NR + 1);
	KUNIT_EXPECT_GE(test, told.directory_nr, 3u * YGR_RING_SEGMENT_NR / 2);
	KUNIT_EXPECT_LE(test, told.directory_nr, 3u * YGR_RING_SEGMENT_NR + 1);
}

/* Behind a directory that is told as well, a record may be just beyond its context's reach, which its place was not. */
static void nor_from_beyond_what_is_told_before(struct kunit *test)
{
	struct fixture *f = create(test);
	const u64 end = f->pos + 20 * ygr_ring_geometry.data_bytes;
	struct told told = { 0 };
	char path[] = "/et?/";
	u32 nr = 0, beyond_nr = 0;

	while (f->pos < end) {
		u64 reach_end = ygr_ring_reach_end(told.context), pos = f->pos;
		u32 context_nr = told.context_nr;

		path[3] = 'a' + nr++ % 26;
		kunit_tree_name(f->tree, f->etc, path + 1, 3);
		kunit_tree_rename_any();
		KUNIT_ASSERT_TRUE(test, put(f));
		take_near(f, &told, path);
		beyond_nr += pos < reach_end && told.context_nr != context_nr;
	}
	expect_end(f);
	KUNIT_EXPECT_EQ(test, told.directory_nr, nr);
	/* That it came to that. */
	KUNIT_EXPECT_GT(test, beyond_nr, 10u);
}

/* ---- when there is none ---- */

static void nothing_is_left_behind(struct fixture *f)
{
	KUNIT_EXPECT_FALSE(f->test, put(f));
	KUNIT_EXPECT_FALSE(f->test, put_short(f, &f->path, GENERATION));
	KUNIT_EXPECT_EQ(f->test, this_cpu_ptr(&ygr_rings)->nest, 0u);
	expect_end(f);
}

static char *make_up(struct dentry *dentry, char *buffer, int bytes)
{
	return ERR_PTR(-ENAMETOOLONG);
}

/* The root of a mount has its name in another; a pipe has none; some are made up. */
static void a_file_without_a_name_there_has_none(struct kunit *test)
{
	static const struct dentry_operations operations = { .d_dname = make_up };
	struct fixture *f = create(test);

	f->path.dentry = f->tree->root;
	nothing_is_left_behind(f);
	f->path.dentry = kunit_tree_add(f->tree, NULL, "pipe:[1]");
	nothing_is_left_behind(f);
	f->path.dentry = f->file;
	f->file->d_op = &operations;
	KUNIT_EXPECT_FALSE(test, put(f));
	expect_end(f);
}

static void a_file_beyond_the_root_has_none(struct kunit *test)
{
	struct fixture *f = create(test);

	f->tree->fs.root.dentry = kunit_tree_add(f->tree, f->tree->root, "srv");
	nothing_is_left_behind(f);
}

static void who_acts_for_others_has_none(struct kunit *test)
{
	struct fixture *f = create(test);
	struct ygr_event event = { .verdict = YGR_VERDICT_ALLOW };
	const struct ygr_context_judge judge = { .generation = GENERATION };
	const struct ygr_event_strings none = { .nr = 0 };

	preempt_disable();
	KUNIT_EXPECT_NULL(test, ygr_compact_begin(YGR_EV_OPEN, YGR_CLASS_FILE, &judge, 0, NULL, NULL, 0));
	ygr_event_init(&event, YGR_EV_OPEN, YGR_CLASS_FILE, YGR_ON_OPEN_READ);
	KUNIT_EXPECT_NULL(test, ygr_record_begin_plain(&event, 0, &none));
	preempt_enable();
	expect_end(f);
}

/* Whole records say so, once, where there is no room. */
static void a_full_ring_takes_none(struct kunit *test)
{
	struct fixture *f = create(test);
	u64 dropped = this_cpu_ptr(&ygr_rings)->dropped[YGR_CLASS_FILE];
	u32 nr = 0, short_nr = 0;

	while (nr < 5000 && put(f))
		nr++;
	while (short_nr < 5000 && put_short(f, &f->path, GENERATION))
		short_nr++;
	KUNIT_EXPECT_GT(test, nr, 500u);
	KUNIT_EXPECT_EQ(test, short_nr, 0u);
	KUNIT_EXPECT_EQ(test, this_cpu_ptr(&ygr_rings)->nest, 0u);
	KUNIT_EXPECT_EQ(test, this_cpu_ptr(&ygr_rings)->dropped[YGR_CLASS_FILE], dropped);
	kunit_ring_empty();
	KUNIT_EXPECT_TRUE(test, put(f));
}

/* Of no file, and with nothing to refer to but who it was. */
static void the_short_way_without_a_file(struct kunit *test)
{
	struct fixture *f = create(test);
	u64 context;

	KUNIT_EXPECT_FALSE(test, put_short_other(f, GENERATION));
	expect_end(f);
	KUNIT_ASSERT_TRUE(test, put_of(f, NULL, NULL, GENERATION, 4711));
	context = take_context(f);
	take_record(f, context, 0, "", 0);
	KUNIT_EXPECT_TRUE(test, put_short_other(f, GENERATION));
	take_record(f, context, 0, "", 0);
	/* What was told is of another policy. */
	KUNIT_EXPECT_FALSE(test, put_short_other(f, GENERATION + 1));
	expect_end(f);
	KUNIT_EXPECT_EQ(test, this_cpu_ptr(&ygr_rings)->nest, 0u);
}

static bool put_first_by(struct fixture *f, const struct ygr_context_judge *judge)
{
	struct ygr_compact_file file;
	u64 *to = NULL;

	enter(f);
	if (ygr_compact_renew_file(&file, &f->path, ygr_compat_grace_periods()))
		to = ygr_compact_begin_first(YGR_EV_OPEN, YGR_CLASS_FILE, judge, sizeof(*to),
					     f->path.dentry, &file);
	if (to) {
		*to = 4711;
		ygr_ring_commit();
	}
	leave(f);
	return to;
}

static bool put_first(struct fixture *f)
{
	const struct ygr_context_judge judge = { .generation = GENERATION };

	return put_first_by(f, &judge);
}

/* One that a rule decided about refers to a context of its own, which names the rule. */
static void a_rule_has_a_context_of_its_own(struct kunit *test)
{
	const struct ygr_context_judge judge = {
		.generation = GENERATION, .rule_id = 5, .rule_name = "watch", .rule_alert = "",
	};
	struct fixture *f = create(test);
	u64 context, by_rule, directory;
	const struct ygr_record *record;

	KUNIT_ASSERT_TRUE(test, put(f));
	context = take_context(f);
	directory = take_directory(f, "/etc/");
	take_record(f, context, directory, "passwd", 0);
	KUNIT_EXPECT_FALSE(test, put_short_by(f, &f->path, GENERATION, 5));
	KUNIT_ASSERT_TRUE(test, put_first_by(f, &judge));
	by_rule = take_context(f);
	take_record(f, by_rule, directory, "passwd", 0);
	record = kunit_ring_at(by_rule);
	KUNIT_EXPECT_EQ(test, record->rule_id, 5u);
	KUNIT_EXPECT_EQ(test, record->len, sizeof(*record) + sizeof(struct ygr_string) + 8);
	KUNIT_EXPECT_EQ(test, ((const struct ygr_record *)kunit_ring_at(context))->rule_id, 0u);
	KUNIT_EXPECT_TRUE(test, put_short_by(f, &f->path, GENERATION, 5));
	take_record(f, by_rule, directory, "passwd", 0);
	KUNIT_EXPECT_TRUE(test, put_short(f, &f->path, GENERATION));
	take_record(f, context, directory, "passwd", 0);
	KUNIT_EXPECT_FALSE(test, put_short_by(f, &f->path, GENERATION, 6));
	expect_end(f);
}

/* However its context came out of reach: alone, or behind a directory that is told before the record. */
static void nor_is_its_context_told_without_its_name(struct kunit *test)
{
	const struct ygr_context_judge judge = {
		.generation = GENERATION, .rule_id = 5, .rule_name = "watch", .rule_alert = "",
	};
	struct fixture *f = create(test);
	const u64 end = f->pos + 20 * ygr_ring_geometry.data_bytes;
	struct told told = { 0 };
	char path[] = "/et?/";
	u32 nr = 0;

	while (f->pos < end) {
		u32 context_nr = told.context_nr;
		const struct ygr_record *record;

		path[3] = 'a' + nr++ % 26;
		kunit_tree_name(f->tree, f->etc, path + 1, 3);
		kunit_tree_rename_any();
		KUNIT_ASSERT_TRUE(test, put_first_by(f, &judge));
		take_near(f, &told, path);
		record = kunit_ring_at(told.context);
		if (told.context_nr != context_nr)
			KUNIT_ASSERT_EQ(test, record->len, sizeof(*record) + sizeof(struct ygr_string) + 8);
	}
	expect_end(f);
	KUNIT_EXPECT_EQ(test, told.directory_nr, nr);
	KUNIT_EXPECT_GE(test, told.context_nr, 20u * YGR_RING_SEGMENT_NR / 2);
}

/* A definition is short enough for the smallest ring, or there is none. */
static void a_rule_that_says_much_has_none(struct kunit *test)
{
	const char *text = kunit_text(test, YGR_CONTEXT_STRINGS_MAX + 1);
	struct ygr_context_judge judge = { .generation = GENERATION, .rule_id = 5, .rule_name = "watch" };
	struct fixture *f = create(test);
	char *alert = kunit_kzalloc(test, YGR_CONTEXT_STRINGS_MAX + 1, GFP_KERNEL);
	/* With the strings' heads, and the name. */
	const u32 room = YGR_CONTEXT_STRINGS_MAX - 2 * sizeof(struct ygr_string) - 8;

	KUNIT_ASSERT_NOT_NULL(test, alert);
	memcpy(alert, text, room);
	judge.rule_alert = alert;
	KUNIT_EXPECT_TRUE(test, put_first_by(f, &judge));
	alert[room] = 'a';
	KUNIT_EXPECT_FALSE(test, put_first_by(f, &(struct ygr_context_judge) {
		.generation = GENERATION, .rule_id = 6, .rule_name = "watch", .rule_alert = alert,
	}));
	KUNIT_EXPECT_EQ(test, this_cpu_ptr(&ygr_rings)->nest, 0u);
}

/*
 * What nobody is asked about is not recorded in a ring that is more than half full, in no way; once it has been read,
 * the next one finds that out, and the short way is open again.
 */
static void a_ring_that_was_read_is_calm_again(struct kunit *test)
{
	struct fixture *f = create(test);
	struct ygr_ring *ring = this_cpu_ptr(&ygr_rings);
	const u64 crowded = kunit_ring_head() + ygr_ring_geometry.data_bytes / 8 * 5;

	while (kunit_ring_head() < crowded)
		KUNIT_ASSERT_TRUE(test, put(f));
	KUNIT_EXPECT_FALSE(test, put_short(f, &f->path, GENERATION));
	KUNIT_EXPECT_FALSE(test, put_first(f));
	KUNIT_EXPECT_TRUE(test, put(f));
	WRITE_ONCE(ring->consumer->tail, ring->published);
	KUNIT_EXPECT_FALSE(test, put_short(f, &f->path, GENERATION));
	KUNIT_EXPECT_TRUE(test, put_first(f));
	KUNIT_EXPECT_TRUE(test, put_short(f, &f->path, GENERATION));
}

/* What was lost is told before anything else, and not by the short way. */
static void what_was_lost_is_told_first(struct kunit *test)
{
	struct fixture *f = create(test);
	u64 context, directory;

	KUNIT_ASSERT_TRUE(test, put(f));
	context = take_context(f);
	directory = take_directory(f, "/etc/");
	take_record(f, context, directory, "passwd", 0);
	preempt_disable();
	ygr_ring_drop(YGR_CLASS_SOCKET);
	preempt_enable();
	KUNIT_EXPECT_FALSE(test, put_short(f, &f->path, GENERATION));
	expect_end(f);
	KUNIT_ASSERT_TRUE(test, put(f));
	take(f, YGR_EV_GAP);
	take_record(f, context, directory, "passwd", 0);
	KUNIT_EXPECT_TRUE(test, put_short(f, &f->path, GENERATION));
	take_record(f, context, directory, "passwd", 0);
	expect_end(f);
}

/* ---- as record.c makes them ---- */

static void strings_follow_the_name(struct kunit *test)
{
	struct fixture *f = create(test);
	struct ygr_event event = { .verdict = YGR_VERDICT_ALLOW, .generation = GENERATION };
	const char *argv = kunit_text(test, 11);
	u32 cut;

	ygr_event_init(&event, YGR_EV_OPEN, YGR_CLASS_FILE, YGR_ON_OPEN_READ);
	ygr_event_add_path(&event, &f->path, NULL);
	for (cut = 0; cut < 2; cut++) {
		struct ygr_event_strings strings = { .nr = 0 };
		const struct ygr_string want = { .tag = YGR_STR_ARGV, .len = 11, .true_len = 11 + cut };
		const struct ygr_ring_compact *record;
		const struct ygr_string *string;
		u64 body = 4711;
		void *to;

		ygr_event_add_string(&strings, YGR_STR_ARGV, argv, 11, 11 + cut);
		enter(f);
		to = ygr_record_begin_plain(&event, sizeof(body), &strings);
		if (to)
			ygr_record_finish(to, &body, sizeof(body));
		leave(f);
		KUNIT_ASSERT_NOT_NULL(test, to);
		if (!cut) {
			take_context(f);
			take_directory(f, "/etc/");
		}
		record = kunit_ring_at(take(f, YGR_EV_OPEN));
		KUNIT_EXPECT_EQ(test, record->len, (u32)(sizeof(*record) + 8 + 8 + sizeof(want) + 16));
		KUNIT_EXPECT_EQ(test, record->flags, cut ? (u32)YGR_F_TRUNCATED : 0u);
		KUNIT_EXPECT_EQ(test, *(u64 *)(record + 1), body);
		KUNIT_EXPECT_EQ(test, memcmp((u8 *)(record + 1) + 8, "passwd\0\0", 8), 0);
		string = (void *)(record + 1) + 16;
		KUNIT_EXPECT_EQ(test, memcmp(string, &want, sizeof(want)), 0);
		KUNIT_EXPECT_EQ(test, memcmp(string + 1, argv, 11), 0);
		kunit_expect_zeroes(test, (u8 *)(string + 1) + 11, 5);
	}
	/* Of a file by a mount that nobody knows, there is no path. */
	event.paths[0].path = NULL;
	enter(f);
	KUNIT_EXPECT_NULL(test, ygr_record_begin_plain(&event, 8, &(struct ygr_event_strings) { .nr = 0 }));
	leave(f);
	expect_end(f);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_name_of_any_length_is_padded),
	KUNIT_CASE(a_name_is_told_whole),
	KUNIT_CASE(all_but_the_number_is_filled),
	KUNIT_CASE(a_record_finds_its_strings),
	KUNIT_CASE(what_was_told_is_referred_to),
	KUNIT_CASE(an_event_may_be_about_no_file),
	KUNIT_CASE(a_child_is_named_in_its_directory),
	KUNIT_CASE(what_has_changed_is_told),
	KUNIT_CASE(nothing_is_referred_to_from_too_far),
	KUNIT_CASE(nor_from_beyond_what_is_told_before),
	KUNIT_CASE(a_file_without_a_name_there_has_none),
	KUNIT_CASE(a_file_beyond_the_root_has_none),
	KUNIT_CASE(who_acts_for_others_has_none),
	KUNIT_CASE(a_full_ring_takes_none),
	KUNIT_CASE(the_short_way_without_a_file),
	KUNIT_CASE(a_rule_has_a_context_of_its_own),
	KUNIT_CASE(nor_is_its_context_told_without_its_name),
	KUNIT_CASE(a_rule_that_says_much_has_none),
	KUNIT_CASE(a_ring_that_was_read_is_calm_again),
	KUNIT_CASE(what_was_lost_is_told_first),
	KUNIT_CASE(strings_follow_the_name),
	{}
};

struct kunit_suite compact_suite = {
	.name = "compact",
	.suite_init = kunit_module_begin,
	.suite_exit = kunit_module_end,
	.test_cases = cases,
};
