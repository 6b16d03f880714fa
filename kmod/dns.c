// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/tcp.h>
#include <net/udp.h>

#include "address.h"
#include "compat/net_hooks.h"
#include "compat/udp_owner.h"
#include "dns.h"
#include "flow.h"
#include "payload.h"
#include "pipeline.h"
#include "rate.h"
#include "ring.h"

#define PORT		53
#define MESSAGES_MAX	8	/* that are looked for in one TCP segment */

/* Used with bottom halves off: nothing comes in between. */
struct room {
	struct ygr_rate rate;
	u8 bytes[YGR_DNS_BYTES_MAX];
};

static struct room __percpu *rooms;
static bool is_on;

/* A message within a packet. */
struct message {
	const struct sk_buff *skb;
	u32 off;		/* in the packet */
	u32 len;		/* of it that is there */
	u32 true_len;
	struct ygr_body_dns body;
};

static void tell(const struct message *message, const u8 *bytes, u32 len)
{
	const struct ygr_body_dns *body = &message->body;
	struct ygr_event_strings strings __uninitialized;
	struct ygr_event event __uninitialized;

	ygr_event_init(&event, YGR_EV_DNS, YGR_CLASS_SOCKET, YGR_ON_DNS);
	event.settled = true;
	event.no_subject = true;
	event.match.family = body->source.family;
	event.match.socket_type = body->transport == IPPROTO_UDP ? SOCK_DGRAM : SOCK_STREAM;
	event.match.protocol = body->transport;
	event.match.addr_family = body->source.family;
	event.match.port = body->source.port;
	event.match.addr = body->source.addr;
	if (!ygr_pipeline_judge(&event))
		return;
	strings.nr = 0;
	ygr_event_add_string(&strings, YGR_STR_PAYLOAD, (const char *)bytes, len, body->true_len);
	ygr_pipeline_record(&event, body, sizeof(*body), &strings);
}

static void see_message(struct message *message)
{
	u32 len = min_t(u32, min(message->len, message->true_len), YGR_DNS_BYTES_MAX);
	struct room *room;
	const u8 *bytes;

	if (ygr_pipeline_skips(YGR_ON_DNS))
		return;
	room = this_cpu_ptr(rooms);
	if (!ygr_rate_allows(&room->rate, ktime_get_boot_fast_ns(), NSEC_PER_SEC,
			     YGR_DNS_SECOND_MAX)) {
		ygr_ring_drop(YGR_CLASS_SOCKET);
		return;
	}
	bytes = skb_header_pointer(message->skb, message->off, len, room->bytes);
	if (!bytes)
		return;
	message->body.true_len = message->true_len;
	tell(message, bytes, len);
}

static void set_owner(struct ygr_body_dns *body, const struct sock *sk)
{
	const struct ygr_flow *flow = sk && sk_fullsock(sk) ? ygr_flow_find(sk) : NULL;

	if (!flow)
		return;
	body->socket_cookie = flow->cookie;
	body->owner_tgid = flow->owner_tgid;
	body->owner_start_ns = flow->owner_start_ns;
}

/*
 * The socket that a datagram is for. Early demultiplexing has found it, or has not been tried (on
 * the loopback device it is not).
 *
 * Return: false: there is none.
 */
static bool find_udp_owner(struct message *message, const struct nf_hook_state *state)
{
	struct sock *sk = ygr_compat_find_udp(state->net, message->skb, state->pf,
					      htons(message->body.source.port),
					      htons(message->body.destination.port));

	if (IS_ERR(sk))
		return true;
	if (!sk)
		return false;
	set_owner(&message->body, sk);
	sock_put(sk);
	return true;
}

static void see_udp(struct message *message, const struct nf_hook_state *state, u32 off)
{
	const struct sk_buff *skb = message->skb;
	const struct sock *sk = skb->sk;
	u8 head_room[YGR_PAYLOAD_DNS_HEAD];
	const u8 *head;

	message->off = off + sizeof(struct udphdr);
	head = skb_header_pointer(skb, message->off, sizeof(head_room), head_room);
	if (!head || !ygr_payload_is_dns_answer(head, sizeof(head_room)))
		return;
	if (sk)
		set_owner(&message->body, sk);
	else if (!find_udp_owner(message, state))
		return;
	message->len = message->true_len = skb->len - message->off;
	see_message(message);
}

/* Only a segment that starts with a message is understood, and what follows within it. */
static void see_tcp(struct message *message, const struct nf_hook_state *state, u32 off)
{
	const struct sk_buff *skb = message->skb;
	u8 head_room[2 + YGR_PAYLOAD_DNS_HEAD];
	struct tcphdr tcp_room;
	const struct tcphdr *tcp = skb_header_pointer(skb, off, sizeof(tcp_room), &tcp_room);
	unsigned int i;

	/* Only who is connected has an answer; who is not connected is not asked on the loopback device. */
	if (!tcp || (!skb->sk && !(state->in->flags & IFF_LOOPBACK)))
		return;
	set_owner(&message->body, skb->sk);
	off += tcp->doff * 4;
	for (i = 0; i < MESSAGES_MAX && off < skb->len; i++, off += 2 + message->true_len) {
		const u8 *head = skb_header_pointer(skb, off, sizeof(head_room), head_room);

		message->true_len = head ? ygr_payload_dns_length(head, sizeof(head_room)) : 0;
		if (!message->true_len)
			return;
		message->off = off + 2;
		message->len = skb->len - message->off;
		see_message(message);
	}
}

/* @off: of the transport header */
static void see_packet(struct message *message, const struct nf_hook_state *state, u8 protocol,
		       u32 off)
{
	__be16 port_room[2];
	const __be16 *ports = skb_header_pointer(message->skb, off, sizeof(port_room), port_room);

	if (likely(!ports || ports[0] != htons(PORT)))
		return;
	message->body.net_ns = state->net->ns.inum;
	message->body.transport = protocol;
	message->body.source.port = ntohs(ports[0]);
	message->body.destination.port = ntohs(ports[1]);
	if (protocol == IPPROTO_UDP)
		see_udp(message, state, off);
	else
		see_tcp(message, state, off);
}

static unsigned int on_ipv4(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct iphdr *ip = ip_hdr(skb);
	struct message message;

	if (ip->protocol != IPPROTO_UDP && ip->protocol != IPPROTO_TCP)
		return NF_ACCEPT;
	memset(&message, 0, sizeof(message));
	message.skb = skb;
	ygr_address_set_ipv4(&message.body.source, ip->saddr, 0);
	ygr_address_set_ipv4(&message.body.destination, ip->daddr, 0);
	see_packet(&message, state, ip->protocol, skb_network_offset(skb) + ip_hdrlen(skb));
	return NF_ACCEPT;
}

/* A fragment has not been put together yet here: only the first has ports, and is taken as cut. */
static unsigned int on_ipv6(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct ipv6hdr *ip = ipv6_hdr(skb);
	struct message message;
	u8 protocol = ip->nexthdr;
	__be16 fragment = 0;
	int off = ipv6_skip_exthdr(skb, skb_network_offset(skb) + sizeof(*ip), &protocol, &fragment);

	if (off < 0 || fragment || (protocol != IPPROTO_UDP && protocol != IPPROTO_TCP))
		return NF_ACCEPT;
	memset(&message, 0, sizeof(message));
	message.skb = skb;
	ygr_address_set_ipv6(&message.body.source, &ip->saddr, 0, 0);
	ygr_address_set_ipv6(&message.body.destination, &ip->daddr, 0, 0);
	see_packet(&message, state, protocol, off);
	return NF_ACCEPT;
}

static const struct nf_hook_ops hooks[] = {
	{
		.hook = on_ipv4, .pf = NFPROTO_IPV4, .hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP_PRI_LAST,
	},
	{
		.hook = on_ipv6, .pf = NFPROTO_IPV6, .hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP6_PRI_LAST,
	},
};

static int __net_init enter_net(struct net *net)
{
	return ygr_compat_add_net_hooks(net, hooks, ARRAY_SIZE(hooks));
}

static void __net_exit leave_net(struct net *net)
{
	ygr_compat_remove_net_hooks(net, hooks, ARRAY_SIZE(hooks));
}

static struct pernet_operations net_ops = {
	.init = enter_net,
	.exit = leave_net,
};

void ygr_dns_init(bool wanted)
{
	int ret = -ENOMEM;

	if (!wanted)
		return;
	rooms = alloc_percpu(struct room);
	if (rooms)
		ret = register_pernet_subsys(&net_ops);
	is_on = !ret;
	if (ret)
		pr_warn("answers of name servers are not seen (%d)\n", ret);
}

void ygr_dns_stop(void)
{
	if (!is_on)
		return;
	is_on = false;
	unregister_pernet_subsys(&net_ops);
	/* Who was in a hook when it went is under RCU. */
	synchronize_net();
}

void ygr_dns_exit(void)
{
	ygr_dns_stop();
	free_percpu(rooms);
}
