/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is kept of a socket that something goes over, TCP or UDP: a number that joins its
 * events, who began it and when, and how much went where the kernel itself does not
 * count (UDP).
 *
 * Made when the socket connects, is accepted, sends or receives; found by its struct sock;
 * gone when that is freed. At most YGR_FLOW_NR_MAX: what is beyond, and what there is no memory
 * for, is counted and has events without these. Nobody waits.
 */
#ifndef YGR_FLOW_H
#define YGR_FLOW_H

#include <linux/atomic.h>
#include <linux/rculist.h>
#include <net/sock.h>

#define YGR_FLOW_NR_MAX		(256u << 10)	/* some 40 MiB */

enum ygr_flow_bit {
	YGR_FLOW_ACCEPTED,	/* it was taken, not made */
	YGR_FLOW_SAID,		/* its first bytes have been told, or judged */
};

struct ygr_flow {
	struct hlist_node node;		/* flow.c's */
	struct rcu_head rcu;
	const struct sock *sk;		/* not to be followed */
	u64 cookie;			/* of no other socket since boot */
	u64 begin_ns;			/* CLOCK_BOOTTIME */
	u64 owner_start_ns;
	u32 owner_tgid;
	unsigned long bits;		/* enum ygr_flow_bit */
	/* UDP */
	atomic64_t bytes_out;
	atomic64_t bytes_in;
	atomic64_t packets_out;
	atomic64_t packets_in;
};

/* Return: 0 or -ENOMEM. Before the hooks are attached; exit() after they are gone. */
int ygr_flow_init(void);
void ygr_flow_exit(void);

/* Whether a socket is of the kind that is followed. */
static inline bool ygr_flow_is_tcp(const struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_TCP && sk->sk_type == SOCK_STREAM &&
	       (sk->sk_family == AF_INET || sk->sk_family == AF_INET6);
}

static inline bool ygr_flow_is_udp(const struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_UDP && sk->sk_type == SOCK_DGRAM &&
	       (sk->sk_family == AF_INET || sk->sk_family == AF_INET6);
}

/*
 * Context: any, preemption off, which keeps it.
 * Return: NULL: there is none.
 */
struct ygr_flow *ygr_flow_find(const struct sock *sk);

/*
 * The same; if there is none, the current process begins it. Sockets of other kinds, and
 * the kernel's own, have none.
 *
 * Context: task, preemption off, which keeps it.
 * Return: NULL: none, or it could not be kept.
 */
struct ygr_flow *ygr_flow_begin(const struct sock *sk);

/* The socket is being freed. Context: any. */
void ygr_flow_end(const struct sock *sk);

/*
 * Whether ygr_flow_end() will be told: without it another socket could be taken for one that
 * is gone, so nothing is kept. Before init() false.
 */
void ygr_flow_set_followed(bool followed);

static inline void ygr_flow_count_out(struct ygr_flow *flow, u64 bytes, u32 packets)
{
	atomic64_add(bytes, &flow->bytes_out);
	atomic64_add(packets, &flow->packets_out);
}

static inline void ygr_flow_count_in(struct ygr_flow *flow, u64 bytes, u32 packets)
{
	atomic64_add(bytes, &flow->bytes_in);
	atomic64_add(packets, &flow->packets_in);
}

/* Sockets that could not be kept, since load. */
u64 ygr_flow_failed_nr(void);

#endif
