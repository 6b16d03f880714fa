/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses of the kernel's as records and rules have them. */
#ifndef YGR_ADDRESS_H
#define YGR_ADDRESS_H

#include <linux/string.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>

#include <yagura/ygr_event.h>

static inline void ygr_address_set_ipv4(struct ygr_address *to, __be32 addr, u16 port)
{
	to->family = AF_INET;
	to->port = port;
	memcpy(to->addr, &addr, 4);
}

/* A v4-mapped address is the IPv4 address: a rule must not be dodged by spelling. */
static inline void ygr_address_set_ipv6(struct ygr_address *to, const struct in6_addr *addr,
					u16 port, u32 scope_id)
{
	if (ipv6_addr_v4mapped(addr)) {
		ygr_address_set_ipv4(to, addr->s6_addr32[3], port);
		return;
	}
	to->family = AF_INET6;
	to->port = port;
	to->scope_id = scope_id;
	memcpy(to->addr, addr, 16);
}

/* What the socket is bound to. */
static inline void ygr_address_set_bound(struct ygr_address *to, const struct sock *sk)
{
	if (sk->sk_family == AF_INET)
		ygr_address_set_ipv4(to, inet_sk(sk)->inet_rcv_saddr, inet_sk(sk)->inet_num);
	else if (sk->sk_family == AF_INET6)
		ygr_address_set_ipv6(to, &sk->sk_v6_rcv_saddr, inet_sk(sk)->inet_num, 0);
}

/* What its packets come from: good after the port has been given back, too. */
static inline void ygr_address_set_source(struct ygr_address *to, const struct sock *sk)
{
	u16 port = ntohs(inet_sk(sk)->inet_sport);

	if (sk->sk_family == AF_INET)
		ygr_address_set_ipv4(to, inet_sk(sk)->inet_saddr, port);
	else if (sk->sk_family == AF_INET6)
		ygr_address_set_ipv6(to, &inet6_sk(sk)->saddr, port, 0);
}

/* What it is connected to, or was last. */
static inline void ygr_address_set_peer(struct ygr_address *to, const struct sock *sk)
{
	if (sk->sk_family == AF_INET)
		ygr_address_set_ipv4(to, inet_sk(sk)->inet_daddr, ntohs(inet_sk(sk)->inet_dport));
	else if (sk->sk_family == AF_INET6)
		ygr_address_set_ipv6(to, &sk->sk_v6_daddr, ntohs(inet_sk(sk)->inet_dport), 0);
}

#endif
