// SPDX-License-Identifier: GPL-2.0-only
#include <linux/hash.h>
#include <linux/iversion.h>
#include <linux/jiffies.h>
#include <linux/magic.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>

#include <crypto/hash.h>

#include "compat/compat.h"
#include "digest.h"

#define STEP_BYTES	(64u << 10)

/* An entry has a place in the few ways of one set; the one not used for longest gives way. */
#define SET_BITS	11
#define SET_NR		(1u << SET_BITS)
#define WAY_NR		4

/* A file in one state. No padding: compared as bytes. */
struct state {
	u64 ino;
	u64 size;
	s64 mtime_ns;
	s64 ctime_ns;
	u64 version;			/* 0 where the file system keeps none */
	dev_t dev;
	u32 generation;
	const struct task_struct *owner; /* for whom alone it is good; NULL: for all */
};

struct entry {
	struct state state;
	u64 used_at;			/* jiffies; 0: empty */
	u8 digest[YGR_DIGEST_BYTES];
};

struct set {
	spinlock_t lock;
	struct entry ways[WAY_NR];
};

struct counters {
	u64 digested;
	u64 failed;
};

static DEFINE_PER_CPU(struct counters, counters);
static struct crypto_shash *algorithm;
static struct set *sets;

static_assert(sizeof(struct state) == 6 * 8 + sizeof(void *));
static_assert(SET_NR * sizeof(struct set) <= 1 << 20);

int ygr_digest_init(void)
{
	u32 i;

	algorithm = crypto_alloc_shash("sha256", 0, 0);
	if (IS_ERR(algorithm))
		return PTR_ERR(algorithm);
	sets = kvcalloc(SET_NR, sizeof(*sets), GFP_KERNEL);
	if (!sets) {
		crypto_free_shash(algorithm);
		return -ENOMEM;
	}
	for (i = 0; i < SET_NR; i++)
		spin_lock_init(&sets[i].lock);
	return 0;
}

void ygr_digest_exit(void)
{
	kvfree(sets);
	crypto_free_shash(algorithm);
}

/* Where the bytes are: of stacked file systems, the one below. */
static struct inode *data_inode(const struct file *file)
{
	return d_real_inode(file->f_path.dentry);
}

static void fill_state(struct state *state, struct inode *inode)
{
	struct timespec64 mtime = inode_get_mtime(inode);
	struct timespec64 ctime = inode_get_ctime(inode);

	state->ino = inode->i_ino;
	state->size = i_size_read(inode);
	state->mtime_ns = timespec64_to_ns(&mtime);
	state->ctime_ns = timespec64_to_ns(&ctime);
	state->version = IS_I_VERSION(inode) ? inode_query_iversion(inode) : 0;
	state->dev = inode->i_sb->s_dev;
	state->generation = inode->i_generation;
	state->owner = NULL;
}

static bool is_same(const struct state *a, const struct state *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/*
 * A writable mapping is told of when a page of it is written first and not again for long,
 * so nothing must be open for writing: exec sees to that, but not for the layers of a stacked
 * file system, nor for a memfd, whose writers are not counted. A network or FUSE
 * file system need not tell of any change, and Btrfs gives the files of all its
 * subvolumes the same numbers.
 */
static bool tells_of_changes(const struct inode *inode)
{
	if (inode_is_open_for_write(inode))
		return false;
	switch (inode->i_sb->s_magic) {
	case EXT4_SUPER_MAGIC:	/* and those before it */
	case XFS_SUPER_MAGIC:
	case F2FS_SUPER_MAGIC:
	case SQUASHFS_MAGIC:
	case EROFS_SUPER_MAGIC_V1:
		return true;
	default:
		return false;
	}
}

/* Whether the next change will have another time than the last: the clock of both ticks slowly. */
static bool is_settled(const struct inode *inode, const struct state *state)
{
	struct timespec64 now;

	ktime_get_coarse_real_ts64(&now);
	return state->ctime_ns + inode->i_sb->s_time_gran + 2 * TICK_NSEC < timespec64_to_ns(&now);
}

static struct set *set_of(const struct state *state)
{
	u64 who = state->ino ^ (u64)state->dev << 32 ^ (unsigned long)state->owner;

	return &sets[hash_64(who, SET_BITS)];
}

/* With the set locked. Return: NULL: it is not there. */
static struct entry *look_up(struct set *set, const struct state *state)
{
	struct entry *entry;

	for (entry = set->ways; entry < set->ways + WAY_NR; entry++)
		if (entry->used_at && is_same(&entry->state, state))
			return entry;
	return NULL;
}

static bool find(const struct state *state, u8 *digest)
{
	struct set *set = set_of(state);
	struct entry *entry;

	spin_lock(&set->lock);
	entry = look_up(set, state);
	if (entry) {
		memcpy(digest, entry->digest, YGR_DIGEST_BYTES);
		entry->used_at = get_jiffies_64();
	}
	spin_unlock(&set->lock);
	return entry;
}

/* Whether both are states of one file, and for the same tasks. */
static bool is_successor(const struct state *a, const struct state *b)
{
	return a->ino == b->ino && a->dev == b->dev && a->owner == b->owner;
}

/* Forgets what was known of the file in any state. */
static void drop(const struct state *state)
{
	struct set *set = set_of(state);
	struct entry *entry;

	spin_lock(&set->lock);
	for (entry = set->ways; entry < set->ways + WAY_NR; entry++)
		if (is_successor(&entry->state, state))
			entry->used_at = 0;
	spin_unlock(&set->lock);
}

static void keep(const struct state *state, const u8 *digest)
{
	struct set *set = set_of(state);
	struct entry *entry, *victim = set->ways;

	spin_lock(&set->lock);
	for (entry = set->ways; entry < set->ways + WAY_NR; entry++) {
		if (entry->used_at && is_successor(&entry->state, state)) {
			victim = entry;
			break;
		}
		if (entry->used_at < victim->used_at)
			victim = entry;
	}
	victim->state = *state;
	victim->used_at = get_jiffies_64();
	memcpy(victim->digest, digest, YGR_DIGEST_BYTES);
	spin_unlock(&set->lock);
}

/* @step: STEP_BYTES of memory */
static int hash_in_steps(struct shash_desc *desc, struct file *file, u64 bytes_max, void *step)
{
	loff_t pos = 0;
	ssize_t got;
	int ret;

	while ((got = kernel_read(file, step, STEP_BYTES, &pos)) > 0) {
		if (pos > bytes_max)
			return -EFBIG;
		if (fatal_signal_pending(current))
			return -EINTR;
		ret = crypto_shash_update(desc, step, got);
		if (ret)
			return ret;
		cond_resched();
	}
	return got;
}

static int hash(struct file *file, u64 bytes_max, u8 *digest)
{
	SHASH_DESC_ON_STACK(desc, algorithm);
	void *step = kvmalloc(STEP_BYTES, GFP_KERNEL);
	int ret;

	if (!step)
		return -ENOMEM;
	desc->tfm = algorithm;
	ret = crypto_shash_init(desc);
	if (!ret)
		ret = hash_in_steps(desc, file, bytes_max, step);
	if (!ret)
		ret = crypto_shash_final(desc, digest);
	kvfree(step);
	return ret;
}

/* Digests what the cache has not. @before: the file's state, which the cache was asked for. */
static int digest_anew(struct file *file, struct inode *inode, const struct state *before,
		       u64 bytes_max, u8 *digest)
{
	bool is_sure = tells_of_changes(inode) && is_settled(inode, before);
	struct state after;
	int ret;

	if (before->size > bytes_max)
		return -EFBIG;
	ret = hash(file, bytes_max, digest);
	if (ret)
		return ret;
	fill_state(&after, inode);
	if (!is_sure || !is_same(before, &after))
		after.owner = current;
	keep(&after, digest);
	return 0;
}

/* What this task alone has been given for an exec that did not succeed is not for the next one. */
static void drop_own(const struct state *state)
{
	struct state own = *state;

	own.owner = current;
	drop(&own);
}

int ygr_digest_file(struct file *file, u64 bytes_max, u8 digest[YGR_DIGEST_BYTES])
{
	struct inode *inode = data_inode(file);
	struct state state;
	int ret;

	fill_state(&state, inode);
	drop_own(&state);
	if (state.size <= bytes_max && find(&state, digest))
		return 0;
	ret = digest_anew(file, inode, &state, bytes_max, digest);
	if (ret)
		this_cpu_inc(counters.failed);
	else
		this_cpu_inc(counters.digested);
	return ret;
}

bool ygr_digest_find(const struct file *file, u64 bytes_max, u8 digest[YGR_DIGEST_BYTES])
{
	struct state state;

	fill_state(&state, data_inode(file));
	if (state.size > bytes_max)
		return false;
	if (find(&state, digest))
		return true;
	state.owner = current;
	return find(&state, digest);
}

bool ygr_digest_verity(const struct file *file, u8 digest[YGR_DIGEST_BYTES])
{
	return ygr_compat_get_verity(data_inode(file), digest);
}

void ygr_digest_stats(unsigned int cpu, struct ygr_stats *stats)
{
	const struct counters *from = per_cpu_ptr(&counters, cpu);

	stats->digested += READ_ONCE(from->digested);
	stats->digest_failed += READ_ONCE(from->failed);
}

/* Faster code for the processor at hand, where there is any. */
MODULE_SOFTDEP("pre: crypto-sha256");
