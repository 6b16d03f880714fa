// SPDX-License-Identifier: GPL-2.0-only
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>

#include "flow.h"
#include "subject.h"

#define BUCKET_BITS	14
#define BUCKET_NR	(1u << BUCKET_BITS)
#define LOCK_NR		64

static struct hlist_head *buckets;
static raw_spinlock_t locks[LOCK_NR];
static bool is_followed;
static atomic_t flow_nr = ATOMIC_INIT(0);
static atomic64_t last_cookie;
static atomic64_t failed_nr = ATOMIC64_INIT(0);

int ygr_flow_init(void)
{
	unsigned int i;

	buckets = kvcalloc(BUCKET_NR, sizeof(*buckets), GFP_KERNEL);
	if (!buckets)
		return -ENOMEM;
	for (i = 0; i < LOCK_NR; i++)
		raw_spin_lock_init(&locks[i]);
	/* No module before us has come so far: it had as many sockets as nanoseconds at most. */
	atomic64_set(&last_cookie, ktime_get_boot_fast_ns());
	return 0;
}

void ygr_flow_exit(void)
{
	struct ygr_flow *flow;
	struct hlist_node *next;
	u32 i;

	for (i = 0; i < BUCKET_NR; i++)
		hlist_for_each_entry_safe(flow, next, &buckets[i], node)
			kfree(flow);
	kvfree(buckets);
}

void ygr_flow_set_followed(bool followed)
{
	WRITE_ONCE(is_followed, followed);
}

static u32 bucket_of(const struct sock *sk)
{
	return hash_ptr((void *)sk, BUCKET_BITS);
}

struct ygr_flow *ygr_flow_find(const struct sock *sk)
{
	struct ygr_flow *flow;

	hlist_for_each_entry_rcu(flow, &buckets[bucket_of(sk)], node,
				 rcu_read_lock_any_held())
		if (flow->sk == sk)
			return flow;
	return NULL;
}

/* Counted first, so that no number of CPUs goes beyond. */
static struct ygr_flow *create(const struct sock *sk)
{
	struct ygr_flow *flow;

	if (atomic_inc_return(&flow_nr) > YGR_FLOW_NR_MAX)
		goto out_full;
	flow = kzalloc(sizeof(*flow), GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN);
	if (!flow)
		goto out_full;
	flow->sk = sk;
	flow->cookie = atomic64_inc_return(&last_cookie);
	flow->begin_ns = ktime_get_boot_fast_ns();
	flow->owner_tgid = current->tgid;
	flow->owner_start_ns = ygr_subject_start_ns(current);
	return flow;

out_full:
	atomic_dec(&flow_nr);
	atomic64_inc(&failed_nr);
	return NULL;
}

/* Softirqs end sockets too: hence without interrupts. */
static struct ygr_flow *add(struct ygr_flow *flow)
{
	u32 bucket = bucket_of(flow->sk);
	struct ygr_flow *other;
	unsigned long flags;

	raw_spin_lock_irqsave(&locks[bucket % LOCK_NR], flags);
	other = ygr_flow_find(flow->sk);
	if (!other)
		hlist_add_head_rcu(&flow->node, &buckets[bucket]);
	raw_spin_unlock_irqrestore(&locks[bucket % LOCK_NR], flags);
	if (!other)
		return flow;
	/* Another thread was first: nobody has seen ours. */
	kfree(flow);
	atomic_dec(&flow_nr);
	return other;
}

struct ygr_flow *ygr_flow_begin(const struct sock *sk)
{
	struct ygr_flow *flow;

	if (!ygr_flow_is_tcp(sk) && !ygr_flow_is_udp(sk))
		return NULL;
	flow = ygr_flow_find(sk);
	if (likely(flow))
		return flow;
	if (sk->sk_kern_sock || !READ_ONCE(is_followed))
		return NULL;
	flow = create(sk);
	return flow ? add(flow) : NULL;
}

void ygr_flow_end(const struct sock *sk)
{
	u32 bucket = bucket_of(sk);
	struct ygr_flow *flow;
	unsigned long flags;

	/* Nobody begins a flow of a socket that is being freed. */
	if (hlist_empty(&buckets[bucket]))
		return;
	raw_spin_lock_irqsave(&locks[bucket % LOCK_NR], flags);
	flow = ygr_flow_find(sk);
	if (flow)
		hlist_del_rcu(&flow->node);
	raw_spin_unlock_irqrestore(&locks[bucket % LOCK_NR], flags);
	if (!flow)
		return;
	atomic_dec(&flow_nr);
	kfree_rcu(flow, rcu);
}

u64 ygr_flow_failed_nr(void)
{
	return atomic64_read(&failed_nr);
}
