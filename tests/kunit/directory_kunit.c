// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a directory's path is found again by: each thing that it depends on is changed alone. And what
 * is told of it.
 */
#include <linux/sched.h>
#include <linux/slab.h>

#include "directory.h"
#include "kunit_ring.h"
#include "kunit_tree.h"
#include "policy_kunit.h"
#include "tally.h"

#define GRACE		7ul
#define TOLD		(1ull << 40)	/* a reach_end: far from where the ring is */

struct fixture {
	struct kunit_tree *tree;
	struct dentry *mnt, *etc, *ssh;
	struct ygr_compat_mnt_links *disk;	/* on /mnt */
	struct dentry *data;			/* there */
	struct ygr_directory directory;
};

static struct fixture *create(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->tree = kunit_tree_create(test);
	f->mnt = kunit_tree_add(f->tree, f->tree->root, "mnt");
	f->etc = kunit_tree_add(f->tree, f->tree->root, "etc");
	f->ssh = kunit_tree_add(f->tree, f->etc, "ssh");
	f->disk = kunit_tree_mount(f->tree, f->tree->mount, f->mnt);
	f->data = kunit_tree_add(f->tree, f->disk->mnt.mnt_root, "data");
	kunit_ring_empty();
	return f;
}

static bool renew_at(struct fixture *f, const struct ygr_compat_mnt_links *mount,
		     const struct dentry *dentry, u64 pos)
{
	bool has_path;

	kunit_tree_enter(f->tree);
	has_path = ygr_directory_renew(&f->directory, &mount->mnt, dentry, GRACE, pos);
	kunit_tree_leave(f->tree);
	return has_path;
}

static bool renew(struct fixture *f, const struct ygr_compat_mnt_links *mount,
		  const struct dentry *dentry)
{
	return renew_at(f, mount, dentry, TOLD);
}

static bool is_of(const struct fixture *f, const struct ygr_compat_mnt_links *mount,
		  const struct dentry *dentry)
{
	return ygr_directory_is_of(&f->directory, &mount->mnt, dentry, &f->tree->fs, GRACE);
}

static void expect_path(struct kunit *test, const struct fixture *f, const char *want)
{
	KUNIT_EXPECT_EQ_MSG(test, f->directory.path_len, (u32)strlen(want), "%s", want);
	KUNIT_EXPECT_EQ_MSG(test, memcmp(f->directory.path, want, strlen(want)), 0, "%.*s, not %s",
			    (int)f->directory.path_len, f->directory.path, want);
}

static void expect_none(struct kunit *test, struct fixture *f, const struct ygr_compat_mnt_links *mount,
			const struct dentry *dentry)
{
	KUNIT_EXPECT_FALSE(test, renew(f, mount, dentry));
	KUNIT_EXPECT_FALSE(test, is_of(f, mount, dentry));
}

/* ---- the walk ---- */

static void each_directory_has_its_path(struct kunit *test)
{
	struct fixture *f = create(test);
	const struct {
		const struct ygr_compat_mnt_links *mount;
		const struct dentry *dentry;
		const char *path;
	} paths[] = {
		{ f->tree->mount, f->tree->root, "/" },
		{ f->tree->mount, f->etc, "/etc/" },
		{ f->tree->mount, f->ssh, "/etc/ssh/" },
		{ f->tree->mount, f->mnt, "/mnt/" },
		{ f->disk, f->disk->mnt.mnt_root, "/mnt/" },
		{ f->disk, f->data, "/mnt/data/" },
	};
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		KUNIT_ASSERT_TRUE(test, renew(f, paths[i].mount, paths[i].dentry));
		expect_path(test, f, paths[i].path);
		/* And is no other's. */
		for (j = 0; j < ARRAY_SIZE(paths); j++)
			KUNIT_EXPECT_EQ(test, is_of(f, paths[j].mount, paths[j].dentry), i == j);
	}
}

/* As whoever has another root says them. */
static void a_root_is_where_the_process_has_it(struct kunit *test)
{
	struct fixture *f = create(test);

	f->tree->fs.root.dentry = f->etc;
	KUNIT_ASSERT_TRUE(test, renew(f, f->tree->mount, f->ssh));
	expect_path(test, f, "/ssh/");
	KUNIT_ASSERT_TRUE(test, renew(f, f->tree->mount, f->etc));
	expect_path(test, f, "/");
	/* What is not below it. */
	expect_none(test, f, f->tree->mount, f->mnt);
	f->tree->fs.root.mnt = &f->disk->mnt;
	f->tree->fs.root.dentry = f->disk->mnt.mnt_root;
	KUNIT_ASSERT_TRUE(test, renew(f, f->disk, f->data));
	expect_path(test, f, "/data/");
}

/* Names are copied by their length, in pieces of 1, 4 and 8 bytes. */
static void a_name_of_any_length_is_whole(struct kunit *test)
{
	struct fixture *f = create(test);
	const char *text = kunit_text(test, NAME_MAX);
	char *want = kunit_kzalloc(test, NAME_MAX + 7, GFP_KERNEL);
	u32 len;

	KUNIT_ASSERT_NOT_NULL(test, want);
	for (len = 1; len <= NAME_MAX; len++) {
		kunit_tree_name(f->tree, f->ssh, text, len);
		memcpy(want, "/etc/", 5);
		memcpy(want + 5, text, len);
		want[5 + len] = '/';
		KUNIT_ASSERT_TRUE(test, renew(f, f->tree->mount, f->ssh));
		KUNIT_EXPECT_EQ(test, f->directory.path_len, len + 6);
		KUNIT_EXPECT_EQ_MSG(test, memcmp(f->directory.path, want, len + 6), 0, "%u bytes", len);
	}
}

/* "/", a name, "/", a name, "/": one byte more than there is room for, and that. */
static void a_path_fits_or_is_none(struct kunit *test)
{
	struct fixture *f = create(test);
	const char *text = kunit_text(test, NAME_MAX);
	const u32 fits = YGR_DIRECTORY_PATH_MAX - 3 - NAME_MAX;
	struct dentry *deep;

	kunit_tree_name(f->tree, f->etc, text, NAME_MAX);
	kunit_tree_name(f->tree, f->ssh, text, fits);
	KUNIT_EXPECT_TRUE(test, renew(f, f->tree->mount, f->ssh));
	KUNIT_EXPECT_EQ(test, f->directory.path_len, YGR_DIRECTORY_PATH_MAX);
	KUNIT_EXPECT_EQ(test, f->directory.path[0], '/');
	KUNIT_EXPECT_EQ(test, f->directory.path[1], text[0]);
	KUNIT_EXPECT_EQ(test, f->directory.path[YGR_DIRECTORY_PATH_MAX - 2], text[fits - 1]);
	KUNIT_EXPECT_EQ(test, f->directory.path[YGR_DIRECTORY_PATH_MAX - 1], '/');
	kunit_tree_name(f->tree, f->ssh, text, fits + 1);
	expect_none(test, f, f->tree->mount, f->ssh);
	kunit_tree_name(f->tree, f->ssh, text, NAME_MAX);
	deep = kunit_tree_add(f->tree, f->ssh, "deep");
	expect_none(test, f, f->tree->mount, deep);
}

static char *make_up(struct dentry *dentry, char *buffer, int bytes)
{
	return ERR_PTR(-ENAMETOOLONG);
}

static void made_up(struct fixture *f)
{
	static const struct dentry_operations operations = { .d_dname = make_up };

	f->ssh->d_op = &operations;
}

static void own_parent(struct fixture *f)
{
	f->etc->d_parent = f->etc;
}

static void unmounted(struct fixture *f)
{
	f->tree->fs.root.mnt = &f->disk->mnt;
	f->tree->fs.root.dentry = f->data;
}

static void name_changes(struct fixture *f)
{
	raw_write_seqcount_begin(&f->etc->d_seq);
}

static void root_changes(struct fixture *f)
{
	raw_write_seqcount_begin(&f->tree->fs.seq);
}

static void something_is_renamed(struct fixture *f)
{
	raw_write_seqcount_begin(&rename_lock.seqcount);
}

/* Out of the ordinary, or while it changes. */
static void what_is_uncertain_has_no_path(struct kunit *test)
{
	void (*const why[])(struct fixture *f) = {
		made_up, own_parent, unmounted, name_changes, root_changes, something_is_renamed,
	};
	struct fixture *f;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(why); i++) {
		f = create(test);
		KUNIT_EXPECT_TRUE(test, renew(f, f->tree->mount, f->ssh));
		why[i](f);
		KUNIT_EXPECT_FALSE_MSG(test, renew(f, f->tree->mount, f->ssh), "reason %u", i);
		KUNIT_EXPECT_FALSE_MSG(test, is_of(f, f->tree->mount, f->ssh), "reason %u", i);
		if (why[i] == something_is_renamed)
			raw_write_seqcount_end(&rename_lock.seqcount);
	}
}

static void so_many_mounts_and_no_more(struct kunit *test)
{
	struct fixture *f = create(test);
	struct ygr_compat_mnt_links *mount = f->tree->mount;
	char want[64] = "/";
	u32 i;

	for (i = 1; i <= YGR_PATH_MOUNTS_MAX; i++) {
		mount = kunit_tree_mount(f->tree, mount,
					 kunit_tree_add(f->tree, mount->mnt.mnt_root, "on"));
		strlcat(want, "on/", sizeof(want));
		KUNIT_ASSERT_TRUE(test, renew(f, mount, mount->mnt.mnt_root));
		expect_path(test, f, want);
		KUNIT_EXPECT_TRUE(test, is_of(f, mount, mount->mnt.mnt_root));
	}
	mount = kunit_tree_mount(f->tree, mount, kunit_tree_add(f->tree, mount->mnt.mnt_root, "on"));
	expect_none(test, f, mount, mount->mnt.mnt_root);
}

/* ---- whether it is still that ---- */

static struct fixture *walked_create(struct kunit *test)
{
	struct fixture *f = create(test);

	KUNIT_ASSERT_TRUE(test, renew(f, f->disk, f->data));
	KUNIT_EXPECT_TRUE(test, is_of(f, f->disk, f->data));
	KUNIT_EXPECT_TRUE(test, ygr_directory_is_unmoved(&f->directory));
	return f;
}

static void root_dentry(struct fixture *f)
{
	f->tree->fs.root.dentry = f->etc;
}

static void root_mount(struct fixture *f)
{
	f->tree->fs.root.mnt = &f->disk->mnt;
}

static void mount_moved_on(struct fixture *f)
{
	f->disk->parent = f->disk;
}

static void mount_moved_to(struct fixture *f)
{
	f->disk->where = f->etc;
}

static void a_change_is_seen(struct kunit *test)
{
	void (*const changes[])(struct fixture *f) = {
		root_dentry, root_mount, root_changes, mount_moved_on, mount_moved_to,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		struct fixture *f = walked_create(test);

		changes[i](f);
		KUNIT_EXPECT_FALSE_MSG(test, is_of(f, f->disk, f->data), "change %u", i);
	}
}

static void a_key_is_all_of_it(struct kunit *test)
{
	struct fixture *f = walked_create(test);
	const struct vfsmount *mnt = &f->disk->mnt;
	struct fs_struct *fs = &f->tree->fs;

	KUNIT_EXPECT_FALSE(test, is_of(f, f->tree->mount, f->data));
	KUNIT_EXPECT_FALSE(test, is_of(f, f->disk, f->ssh));
	KUNIT_EXPECT_FALSE(test, ygr_directory_is_of(&f->directory, mnt, f->data, fs, GRACE + 1));
	KUNIT_EXPECT_FALSE(test, ygr_directory_is_of(&f->directory, mnt, f->data, fs, GRACE - 1));
	KUNIT_EXPECT_TRUE(test, ygr_directory_is_of(&f->directory, mnt, f->data, fs, GRACE));
}

/* Of several mounts on the way, each. */
static void each_mount_is_looked_at(struct kunit *test)
{
	struct fixture *f = create(test);
	struct ygr_compat_mnt_links *mounts[YGR_PATH_MOUNTS_MAX + 1] = { f->tree->mount };
	struct ygr_compat_mnt_links *last;
	u32 i;

	for (i = 0; i < YGR_PATH_MOUNTS_MAX; i++)
		mounts[i + 1] = kunit_tree_mount(f->tree, mounts[i],
						 kunit_tree_add(f->tree, mounts[i]->mnt.mnt_root, "on"));
	last = mounts[YGR_PATH_MOUNTS_MAX];
	KUNIT_ASSERT_TRUE(test, renew(f, last, last->mnt.mnt_root));
	for (i = 1; i <= YGR_PATH_MOUNTS_MAX; i++) {
		struct ygr_compat_mnt_links *parent = mounts[i]->parent;
		struct dentry *where = mounts[i]->where;

		mounts[i]->parent = f->disk;
		KUNIT_EXPECT_FALSE_MSG(test, is_of(f, last, last->mnt.mnt_root), "mount %u", i);
		mounts[i]->parent = parent;
		mounts[i]->where = f->etc;
		KUNIT_EXPECT_FALSE_MSG(test, is_of(f, last, last->mnt.mnt_root), "mount %u", i);
		mounts[i]->where = where;
		KUNIT_EXPECT_TRUE_MSG(test, is_of(f, last, last->mnt.mnt_root), "mount %u", i);
	}
	/* One that is not on the way. */
	f->disk->where = f->etc;
	KUNIT_EXPECT_TRUE(test, is_of(f, last, last->mnt.mnt_root));
}

/* Anything, anywhere: is asked apart, and last. */
static void a_rename_is_seen(struct kunit *test)
{
	struct fixture *f = walked_create(test);

	kunit_tree_rename_any();
	KUNIT_EXPECT_TRUE(test, is_of(f, f->disk, f->data));
	KUNIT_EXPECT_FALSE(test, ygr_directory_is_unmoved(&f->directory));
	KUNIT_ASSERT_TRUE(test, renew(f, f->disk, f->data));
	KUNIT_EXPECT_TRUE(test, ygr_directory_is_unmoved(&f->directory));
	/* While it is being done, too. */
	raw_write_seqcount_begin(&rename_lock.seqcount);
	KUNIT_EXPECT_FALSE(test, ygr_directory_is_unmoved(&f->directory));
	raw_write_seqcount_end(&rename_lock.seqcount);
	KUNIT_EXPECT_FALSE(test, ygr_directory_is_unmoved(&f->directory));
}

/* ---- what was told, and what is ---- */

/* In the ring, as compact.c does. */
static void tell(struct fixture *f)
{
	struct ygr_ring *ring = this_cpu_ptr(&ygr_rings);

	f->directory.pos = ring->published;
	ygr_directory_write(&f->directory, kunit_ring_at(f->directory.pos));
	f->directory.reach_end = ygr_ring_reach_end(f->directory.pos);
}

static void the_same_path_is_not_told_again(struct kunit *test)
{
	struct fixture *f = walked_create(test);
	u64 reach_end;

	KUNIT_EXPECT_EQ(test, f->directory.reach_end, 0ull);
	tell(f);
	reach_end = f->directory.reach_end;
	kunit_tree_rename_any();
	KUNIT_EXPECT_TRUE(test, renew_at(f, f->disk, f->data, f->directory.pos + 64));
	KUNIT_EXPECT_EQ(test, f->directory.reach_end, reach_end);
	KUNIT_EXPECT_TRUE(test, renew_at(f, f->disk, f->data, reach_end - 8));
	KUNIT_EXPECT_EQ(test, f->directory.reach_end, reach_end);
	/* Out of reach. */
	KUNIT_EXPECT_TRUE(test, renew_at(f, f->disk, f->data, reach_end));
	KUNIT_EXPECT_EQ(test, f->directory.reach_end, 0ull);
	expect_path(test, f, "/mnt/data/");
}

static void another_path_is_told(struct kunit *test)
{
	static const char *const names[] = { "dat", "datas", "dxta", "xata", "datx" };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		struct fixture *f = walked_create(test);

		tell(f);
		kunit_tree_name(f->tree, f->data, names[i], strlen(names[i]));
		KUNIT_EXPECT_TRUE(test, renew_at(f, f->disk, f->data, f->directory.pos + 64));
		KUNIT_EXPECT_EQ_MSG(test, f->directory.reach_end, 0ull, "%s", names[i]);
	}
}

/* The directory above, in its slot: all of its path is in what was told, and is not it. */
static void the_beginning_of_a_path_is_another(struct kunit *test)
{
	struct fixture *f = walked_create(test);

	tell(f);
	KUNIT_EXPECT_TRUE(test, renew_at(f, f->disk, f->disk->mnt.mnt_root, f->directory.pos + 64));
	expect_path(test, f, "/mnt/");
	KUNIT_EXPECT_EQ(test, f->directory.reach_end, 0ull);
}

/* Another directory in its slot, which has the same path: what was told is good for both. */
static void a_path_is_told_not_a_directory(struct kunit *test)
{
	struct fixture *f = walked_create(test);
	struct dentry *other = kunit_tree_add(f->tree, f->disk->mnt.mnt_root, "data");

	tell(f);
	KUNIT_EXPECT_TRUE(test, renew_at(f, f->disk, other, f->directory.pos + 64));
	KUNIT_EXPECT_EQ(test, f->directory.reach_end, ygr_ring_reach_end(f->directory.pos));
	KUNIT_EXPECT_TRUE(test, is_of(f, f->disk, other));
	KUNIT_EXPECT_FALSE(test, is_of(f, f->disk, f->data));
}

/* In memory of just the size it says, in which there is something else. */
static void a_path_of_any_length_is_padded(struct kunit *test)
{
	u32 len;

	for (len = 1; len <= YGR_DIRECTORY_PATH_MAX; len += len < 40 ? 1 : 59) {
		const char *path = kunit_text(test, len);
		struct ygr_directory directory = { .path = path, .path_len = len };
		u32 bytes = ygr_directory_bytes(&directory);
		struct ygr_ring_directory *record = kunit_kmalloc(test, bytes, GFP_KERNEL);
		const struct ygr_ring_directory want = {
			.len = bytes, .type = YGR_EV_DIRECTORY, .path_len = len,
		};

		KUNIT_ASSERT_NOT_NULL(test, record);
		KUNIT_EXPECT_EQ(test, bytes, (u32)sizeof(want) + (len + 7) / 8 * 8);
		memset(record, 0xff, bytes);
		ygr_directory_write(&directory, record);
		KUNIT_EXPECT_EQ_MSG(test, memcmp(record, &want, sizeof(want)), 0, "%u bytes", len);
		KUNIT_EXPECT_EQ_MSG(test, memcmp(record + 1, path, len), 0, "%u bytes", len);
		kunit_expect_zeroes(test, (char *)(record + 1) + len, bytes - sizeof(want) - len);
	}
}

/* ---- slots ---- */

static void neighbours_share_no_slot(struct kunit *test)
{
	struct ygr_directory *first = this_cpu_ptr(ygr_directories);
	static bool used[YGR_DIRECTORY_NR];
	unsigned long address = 0xffff888012340000ul;
	u32 i;

	memset(used, 0, sizeof(used));
	for (i = 0; i < YGR_DIRECTORY_NR; i++) {
		/* Of 192 bytes each, as slabs of struct dentry have them. */
		u32 slot = ygr_directory_slot((const struct dentry *)(address + 192 * i)) - first;

		KUNIT_ASSERT_LT(test, slot, (u32)YGR_DIRECTORY_NR);
		KUNIT_EXPECT_FALSE(test, used[slot]);
		used[slot] = true;
	}
}

/* ---- what rules say of it ---- */

static void expect_verdict(struct kunit *test, struct fixture *f, const struct ygr_policy *policy,
			   enum ygr_on on, enum ygr_directory_way way, u32 rule_id)
{
	const struct ygr_directory_verdict *verdict = ygr_directory_verdict(&f->directory, on);

	ygr_directory_judge(&f->directory, on, policy);
	KUNIT_EXPECT_EQ(test, verdict->generation, policy->generation);
	KUNIT_EXPECT_EQ(test, (u32)verdict->way, (u32)way);
	KUNIT_EXPECT_EQ(test, verdict->rule_id, rule_id);
	KUNIT_EXPECT_PTR_EQ(test, verdict->tally, rule_id ? &policy->tallies->held[rule_id - 1] : NULL);
}

/* By the path that was walked, or, if it is told, by the record's. Another walk forgets it. */
static void a_verdict_goes_with_the_path(struct kunit *test)
{
	const u64 opens = YGR_ON_BIT(YGR_ON_OPEN_READ) | YGR_ON_BIT(YGR_ON_OPEN_WRITE);
	struct fixture *f = create(test);
	struct ygr_policy *policy = kunit_kzalloc(test, sizeof(*policy), GFP_KERNEL);
	struct ygr_tallies tallies = { .rule_nr = 3 };
	atomic64_t held[3];
	struct kunit_policy built;

	KUNIT_ASSERT_NOT_NULL(test, policy);
	draft_reset(&kunit_draft);
	draft_rule(&kunit_draft, YGR_ON_BIT(YGR_ON_OPEN_WRITE), YGR_ACTION_IGNORE);
	draft_test(&kunit_draft, YGR_FIELD_PATH);
	draft_text(&kunit_draft, YGR_TEXT_PREFIX, "/etc/ssh/");
	draft_rule(&kunit_draft, opens, YGR_ACTION_RECORD);
	draft_test(&kunit_draft, YGR_FIELD_PATH);
	draft_text(&kunit_draft, YGR_TEXT_PREFIX, "/etc/");
	draft_rule(&kunit_draft, opens, YGR_ACTION_DENY);
	draft_test(&kunit_draft, YGR_FIELD_PATH);
	draft_text(&kunit_draft, YGR_TEXT_PREFIX, "/mnt/data/");
	kunit_policy_build(test, &built);
	policy->image = built.image;
	policy->index = built.index;
	policy->generation = 3;
	tallies.held = held;	/* one copy: whatever CPU this is */
	policy->tallies = &tallies;

	KUNIT_ASSERT_TRUE(test, renew(f, f->tree->mount, f->ssh));
	expect_verdict(test, f, policy, YGR_ON_OPEN_WRITE, YGR_DIRECTORY_LEAVE, 1);
	expect_verdict(test, f, policy, YGR_ON_OPEN_READ, YGR_DIRECTORY_RECORD, 2);
	/* Neither has thrown the other's away. */
	KUNIT_EXPECT_EQ(test, (u32)f->directory.writes.way, (u32)YGR_DIRECTORY_LEAVE);
	KUNIT_EXPECT_EQ(test, f->directory.writes.generation, policy->generation);
	KUNIT_ASSERT_TRUE(test, renew(f, f->tree->mount, f->etc));
	KUNIT_EXPECT_EQ(test, f->directory.reads.generation | f->directory.writes.generation, 0ull);
	expect_verdict(test, f, policy, YGR_ON_OPEN_WRITE, YGR_DIRECTORY_RECORD, 2);
	KUNIT_ASSERT_TRUE(test, renew(f, f->tree->mount, f->mnt));
	expect_verdict(test, f, policy, YGR_ON_OPEN_WRITE, YGR_DIRECTORY_RECORD, 0);
	expect_verdict(test, f, policy, YGR_ON_OPEN_READ, YGR_DIRECTORY_LEAVE, 0);
	KUNIT_ASSERT_TRUE(test, renew(f, f->disk, f->data));
	expect_verdict(test, f, policy, YGR_ON_OPEN_WRITE, YGR_DIRECTORY_JUDGE, 0);
	/* Told: what was walked is not looked at any more. */
	KUNIT_ASSERT_TRUE(test, renew(f, f->tree->mount, f->ssh));
	ygr_directory_write(&f->directory, kunit_ring_at(0));
	f->directory.pos = 0;
	f->directory.reach_end = TOLD;
	f->directory.path = NULL;
	f->directory.path_len = 0;
	expect_verdict(test, f, policy, YGR_ON_OPEN_WRITE, YGR_DIRECTORY_LEAVE, 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_directory_has_its_path),
	KUNIT_CASE(a_root_is_where_the_process_has_it),
	KUNIT_CASE(a_name_of_any_length_is_whole),
	KUNIT_CASE(a_path_fits_or_is_none),
	KUNIT_CASE(what_is_uncertain_has_no_path),
	KUNIT_CASE(so_many_mounts_and_no_more),
	KUNIT_CASE(a_change_is_seen),
	KUNIT_CASE(a_key_is_all_of_it),
	KUNIT_CASE(each_mount_is_looked_at),
	KUNIT_CASE(a_rename_is_seen),
	KUNIT_CASE(the_same_path_is_not_told_again),
	KUNIT_CASE(another_path_is_told),
	KUNIT_CASE(the_beginning_of_a_path_is_another),
	KUNIT_CASE(a_path_is_told_not_a_directory),
	KUNIT_CASE(a_path_of_any_length_is_padded),
	KUNIT_CASE(neighbours_share_no_slot),
	KUNIT_CASE(a_verdict_goes_with_the_path),
	{}
};

struct kunit_suite directory_suite = {
	.name = "directory",
	.suite_init = kunit_module_begin,
	.suite_exit = kunit_module_end,
	.test_cases = cases,
};
