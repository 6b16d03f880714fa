// SPDX-License-Identifier: GPL-2.0-only
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "process_table.h"
#include "subject.h"

/*
 * One for each MiB of memory: the kernel allows as many threads as fill an
 * eighth of it with stacks of 16 KiB, so that there are eight to a bucket at worst.
 */
#define BUCKET_NR_MIN	(1ul << 10)
#define BUCKET_NR_MAX	(1ul << 16)

#define LOCK_NR		64

static struct hlist_head *buckets;
static u32 bucket_mask;
static spinlock_t locks[LOCK_NR];

int ygr_process_table_init(void)
{
	unsigned long mib = totalram_pages() >> (20 - PAGE_SHIFT);
	unsigned long nr;
	unsigned int i;

	nr = roundup_pow_of_two(clamp(mib, BUCKET_NR_MIN, BUCKET_NR_MAX));
	buckets = kvcalloc(nr, sizeof(*buckets), GFP_KERNEL);
	if (!buckets)
		return -ENOMEM;
	bucket_mask = nr - 1;
	for (i = 0; i < LOCK_NR; i++)
		spin_lock_init(&locks[i]);
	return 0;
}

void ygr_process_table_exit(void (*destroy)(struct ygr_process *process))
{
	struct ygr_process *process;
	struct hlist_node *next;
	u32 i;

	for (i = 0; i <= bucket_mask; i++)
		hlist_for_each_entry_safe(process, next, &buckets[i], node)
			destroy(process);
	kvfree(buckets);
}

/* Process ids are given out in turn, and so spread by themselves. */
static struct hlist_head *bucket_of(u32 tgid)
{
	return &buckets[tgid & bucket_mask];
}

static spinlock_t *lock_of(u32 tgid)
{
	return &locks[tgid % LOCK_NR];
}

struct ygr_process *ygr_process_table_find(const struct task_struct *task)
{
	u64 start_ns = ygr_subject_start_ns(task);
	u32 tgid = task->tgid;
	struct ygr_process *process;

	hlist_for_each_entry_rcu(process, bucket_of(tgid), node)
		if (process->tgid == tgid && process->start_ns == start_ns)
			return process;
	return NULL;
}

void ygr_process_table_lock(const struct task_struct *task)
{
	spin_lock(lock_of(task->tgid));
}

void ygr_process_table_unlock(const struct task_struct *task)
{
	spin_unlock(lock_of(task->tgid));
}

void ygr_process_table_add(struct ygr_process *process)
{
	hlist_add_head_rcu(&process->node, bucket_of(process->tgid));
}

void ygr_process_table_remove(struct ygr_process *process)
{
	hlist_del_rcu(&process->node);
}

void ygr_process_table_visit(void (*visit)(struct ygr_process *process, const void *arg),
			     const void *arg)
{
	struct ygr_process *process;
	u32 i;

	for (i = 0; i <= bucket_mask; i++) {
		rcu_read_lock();
		hlist_for_each_entry_rcu(process, &buckets[i], node)
			visit(process, arg);
		rcu_read_unlock();
		cond_resched();
	}
}
