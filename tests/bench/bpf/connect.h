/* SPDX-License-Identifier: GPL-2.0-only */
/* What is recorded of a connect. */
#ifndef YGR_BENCH_BPF_CONNECT_H
#define YGR_BENCH_BPF_CONNECT_H

#include "record.h"

#include <bpf/bpf_endian.h>

#define LOOPBACK	0x7f000001

struct socket_record {
	struct ygr_record head;
	struct ygr_body_socket body;
};

_Static_assert(sizeof(struct socket_record) == 240, "no padding");

static __always_inline void clear_address(struct ygr_address *address)
{
	__u64 *words = (__u64 *)address;

	words[0] = words[1] = words[2] = 0;
}

static __always_inline void set_ipv4(struct ygr_address *to, __u32 addr, __u16 port)
{
	to->family = AF_INET;
	to->port = port;
	*(__u32 *)to->addr = addr;
}

static __always_inline void set_local(struct ygr_address *to, const struct sock *sk, __u16 family)
{
	clear_address(to);
	if (family == AF_INET) {
		set_ipv4(to, sk->__sk_common.skc_rcv_saddr, sk->__sk_common.skc_num);
	} else if (family == AF_INET6) {
		bpf_core_read(to->addr, sizeof(to->addr), &sk->__sk_common.skc_v6_rcv_saddr);
		to->family = AF_INET6;
		to->port = sk->__sk_common.skc_num;
	}
}

/* No address stands for the one the socket is bound to, or else the loopback one. */
static __always_inline void set_remote(struct ygr_address *to, const struct sock *sk,
				       const struct sockaddr_in *from, int len)
{
	struct sockaddr_in6 in6;

	clear_address(to);
	if (from->sin_family == AF_INET && len >= 16) {
		__u32 addr = from->sin_addr;

		if (!addr)
			addr = sk->__sk_common.skc_rcv_saddr ?: bpf_htonl(LOOPBACK);
		set_ipv4(to, addr, bpf_ntohs(from->sin_port));
	} else if (from->sin_family == AF_INET6 && len >= 24) {
		if (bpf_probe_read_kernel(&in6, sizeof(in6), from))
			return;
		to->family = AF_INET6;
		to->port = bpf_ntohs(in6.sin6_port);
		to->scope_id = in6.sin6_scope_id;
		__builtin_memcpy(to->addr, in6.sin6_addr, sizeof(to->addr));
	}
}

/* That socket's until the next boot. Asked for by a call only once: it is kept in the socket. */
static __always_inline __u64 cookie_of(const struct sock *sk)
{
	__u64 cookie = sk->__sk_common.skc_cookie.counter;

	return cookie ?: bpf_get_socket_cookie((void *)sk);
}

static __always_inline void fill_socket(struct ygr_body_socket *body, const struct socket *sock,
					const struct sock *sk, const struct ygr_address *remote)
{
	__u16 family = sk->__sk_common.skc_family;

	body->socket_ino = sock->file->f_inode->i_ino;
	body->family = family;
	body->type = sock->type;
	body->protocol = sk->sk_protocol;
	body->pad = 0;
	body->backlog = 0;
	body->pad2 = 0;
	set_local(&body->local, sk, family);
	body->remote = *remote;
	body->socket_cookie = cookie_of(sk);
	/* Of the process at the other end, which a connect does not know. */
	body->peer_start_ns = 0;
	body->peer_tgid = 0;
	body->peer_uid = 0;
}

static __always_inline void record_connect(const struct socket *sock, const struct sock *sk,
					   const struct ygr_address *remote,
					   const struct judgement *judgement)
{
	struct socket_record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);

	if (!record) {
		count_loss();
		return;
	}
	fill_head(&record->head, YGR_EV_CONNECT, YGR_CLASS_SOCKET, sizeof(*record),
		  sizeof(record->body), judgement);
	fill_socket(&record->body, sock, sk, remote);
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
}

#endif
