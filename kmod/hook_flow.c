// SPDX-License-Identifier: GPL-2.0-only
/*
 * What went over a socket, told when it is let go: the kernel's own counts of a TCP
 * connection, and of UDP what was handed down to IP and read by the process.
 */
#include <linux/net.h>
#include <linux/security.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/inet_common.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/tcp.h>
#include <net/udp.h>

#include "address.h"
#include "flow.h"
#include "hooks.h"
#include "pipeline.h"

/* A FIN takes a sequence number, which the kernel counts as a byte received. */
static void fill_tcp(struct ygr_body_close *body, const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u64 sent = READ_ONCE(tp->bytes_sent), again = READ_ONCE(tp->bytes_retrans);
	u32 unsent = READ_ONCE(tp->write_seq) - READ_ONCE(tp->snd_nxt);
	u8 state = READ_ONCE(sk->sk_state);

	/* The process has shut its side down, and the FIN waits behind what it wrote. */
	if (unsent && (state == TCP_FIN_WAIT1 || state == TCP_LAST_ACK || state == TCP_CLOSING))
		unsent--;
	body->bytes_out = sent - min(sent, again);
	body->bytes_in = READ_ONCE(tp->bytes_received);
	if (sock_flag(sk, SOCK_DONE) && body->bytes_in)
		body->bytes_in--;
	body->bytes_unsent = unsent;
	body->packets_out = READ_ONCE(tp->segs_out);
	body->packets_in = READ_ONCE(tp->segs_in);
	body->retransmit_nr = READ_ONCE(tp->total_retrans);
}

static void fill_udp(struct ygr_body_close *body, const struct ygr_flow *flow)
{
	if (!flow)
		return;
	body->bytes_out = atomic64_read(&flow->bytes_out);
	body->bytes_in = atomic64_read(&flow->bytes_in);
	body->packets_out = atomic64_read(&flow->packets_out);
	body->packets_in = atomic64_read(&flow->packets_in);
}

static void fill_flow(struct ygr_body_close *body, const struct ygr_flow *flow)
{
	if (!flow)
		return;
	body->socket_cookie = flow->cookie;
	body->owner_tgid = flow->owner_tgid;
	body->owner_start_ns = flow->owner_start_ns;
	body->begin_ns = flow->begin_ns;
}

/* Connected, taken, or something has gone over it; and not the kernel's own, which has no flow. */
static bool is_worth_telling(const struct sock *sk)
{
	const struct ygr_flow *flow;

	if (sk->sk_kern_sock)
		return false;
	if (sk->sk_state == TCP_ESTABLISHED)
		return true;
	if (ygr_flow_is_tcp(sk) && (READ_ONCE(tcp_sk(sk)->segs_out) || READ_ONCE(tcp_sk(sk)->segs_in)))
		return true;
	flow = ygr_flow_find(sk);
	return flow && (test_bit(YGR_FLOW_ACCEPTED, &flow->bits) ||
			atomic64_read(&flow->packets_out) || atomic64_read(&flow->packets_in));
}

static noinline void tell_closed(const struct socket *sock, const struct sock *sk)
{
	const struct ygr_flow *flow = ygr_flow_find(sk);
	struct ygr_body_close body = {
		.socket_ino = SOCK_INODE((struct socket *)sock)->i_ino,
		.family = sk->sk_family,
		.type = sk->sk_type,
		.protocol = sk->sk_protocol,
		.net_ns = sock_net(sk)->ns.inum,
	};
	struct ygr_event event __uninitialized;

	fill_flow(&body, flow);
	if (ygr_flow_is_tcp(sk))
		fill_tcp(&body, sk);
	else
		fill_udp(&body, flow);
	ygr_address_set_source(&body.local, sk);
	if (inet_sk(sk)->inet_dport)
		ygr_address_set_peer(&body.remote, sk);
	ygr_event_init(&event, YGR_EV_SOCKET_CLOSE, YGR_CLASS_SOCKET, YGR_ON_SOCKET_CLOSE);
	event.settled = true;
	event.match.family = body.family;
	event.match.socket_type = body.type;
	event.match.protocol = body.protocol;
	event.match.addr_family = body.remote.family;
	event.match.port = body.remote.port;
	event.match.addr = body.remote.addr;
	ygr_pipeline_run(&event, &body, sizeof(body));
}

/* Nobody has it any more: the last descriptor is closed, or its process has ended. */
static void notrace on_release(unsigned long ip, unsigned long parent_ip,
			       struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct socket *sock = ygr_attach_arg(fregs, 0);
	const struct sock *sk = sock->sk;

	if (!sk || sk->sk_state == TCP_LISTEN || !in_task())
		return;
	if ((ygr_flow_is_tcp(sk) || ygr_flow_is_udp(sk)) && is_worth_telling(sk) &&
	    !ygr_pipeline_skips(YGR_ON_SOCKET_CLOSE))
		tell_closed(sock, sk);
}

static u32 packets_of(const struct sk_buff *skb)
{
	return max_t(u32, skb_shinfo(skb)->gso_segs, 1);
}

/* @skb: with its UDP header; several datagrams may be in it, which the device takes apart. */
static void count_sent(const struct sk_buff *skb)
{
	const struct sock *sk = skb->sk;
	u32 head = skb_transport_offset(skb) + sizeof(struct udphdr);
	struct ygr_flow *flow;

	if (!sk || !sk_fullsock(sk) || !ygr_flow_is_udp(sk) || skb->len < head)
		return;
	flow = ygr_flow_find(sk);
	if (flow)
		ygr_flow_count_out(flow, skb->len - head, packets_of(skb));
}

static void notrace on_ipv4_send(unsigned long ip, unsigned long parent_ip,
				 struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	count_sent(ygr_attach_arg(fregs, 1));
}

static void notrace on_ipv6_send(unsigned long ip, unsigned long parent_ip,
				 struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	count_sent(ygr_attach_arg(fregs, 0));
}

/* Read by the process, and not only looked at (then its length is negative). */
static void notrace on_udp_read(unsigned long ip, unsigned long parent_ip,
				struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct sock *sk = ygr_attach_arg(fregs, 0);
	const struct sk_buff *skb = ygr_attach_arg(fregs, 1);
	struct ygr_flow *flow;

	if ((int)ygr_attach_number(fregs, 2) < 0 || !in_task())
		return;
	flow = ygr_flow_begin(sk);
	if (flow)
		ygr_flow_count_in(flow, skb->len, packets_of(skb));
}

static void notrace on_sk_free(unsigned long ip, unsigned long parent_ip,
			       struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	ygr_flow_end(ygr_attach_arg(fregs, 0));
}

/* The first is attached before there is anything to end, and let go of last. */
static struct ygr_hook hooks[] = {
	YGR_HOOK_FUNCTION(security_sk_free, on_sk_free),
	YGR_HOOK_FUNCTION(inet_release, on_release),
	YGR_HOOK_HOT_FUNCTION(ip_send_skb, on_ipv4_send),
	YGR_HOOK_HOT_FUNCTION(ip6_send_skb, on_ipv6_send),
	YGR_HOOK_HOT_FUNCTION(skb_consume_udp, on_udp_read),
};

const struct ygr_hook_table ygr_hook_flow_table = { hooks, ARRAY_SIZE(hooks) };

void ygr_hook_flow_begin(void)
{
	ygr_flow_set_followed(hooks[0].state == YGR_HOOK_ATTACHED);
}
