/* SPDX-License-Identifier: GPL-2.0-only */
/* Which socket a datagram is for: modules may ask where the kernel has a firewall that does. */
#ifndef YGR_COMPAT_UDP_OWNER_H
#define YGR_COMPAT_UDP_OWNER_H

#include <linux/err.h>
#include <linux/skbuff.h>
#include <net/inet_hashtables.h>
#include <net/ipv6.h>
#include <net/udp.h>

/*
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6, the skb's; @ports: its own, source first
 *
 * Context: softirq. Return: with a reference; NULL: for none; ERR_PTR(): nobody can tell.
 */
static inline struct sock *ygr_compat_find_udp(struct net *net, const struct sk_buff *skb, u8 pf,
					       __be16 source, __be16 destination)
{
#if IS_ENABLED(CONFIG_NF_TPROXY_IPV4) || IS_ENABLED(CONFIG_NF_SOCKET_IPV4)
	if (pf == NFPROTO_IPV4)
		return udp4_lib_lookup(net, ip_hdr(skb)->saddr, source, ip_hdr(skb)->daddr,
				       destination, skb->dev->ifindex);
#endif
#if IS_BUILTIN(CONFIG_IPV6) && \
	(IS_ENABLED(CONFIG_NF_TPROXY_IPV6) || IS_ENABLED(CONFIG_NF_SOCKET_IPV6))
	if (pf == NFPROTO_IPV6)
		return udp6_lib_lookup(net, &ipv6_hdr(skb)->saddr, source, &ipv6_hdr(skb)->daddr,
				       destination, skb->dev->ifindex);
#endif
	return ERR_PTR(-EOPNOTSUPP);
}

#endif
