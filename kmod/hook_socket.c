// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets: attempts, and connections taken. Sockets that the kernel makes for
 * itself are not told.
 */
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/un.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "hooks.h"
#include "pipeline.h"

static void set_ipv4(struct ygr_address *to, __be32 addr, u16 port)
{
	to->family = AF_INET;
	to->port = port;
	memcpy(to->addr, &addr, 4);
}

/* A v4-mapped address is the IPv4 address: a rule must not be dodged by spelling. */
static void set_ipv6(struct ygr_address *to, const struct in6_addr *addr, u16 port, u32 scope_id)
{
	if (ipv6_addr_v4mapped(addr)) {
		set_ipv4(to, addr->s6_addr32[3], port);
		return;
	}
	to->family = AF_INET6;
	to->port = port;
	to->scope_id = scope_id;
	memcpy(to->addr, addr, 16);
}

/* @len is the caller's word: nothing beyond it is looked at. */
static void set_sockaddr(struct ygr_address *to, const struct sockaddr *from, int len)
{
	const struct sockaddr_in *in = (const void *)from;
	const struct sockaddr_in6 *in6 = (const void *)from;

	if (len < (int)sizeof(from->sa_family))
		return;
	if (from->sa_family == AF_INET && len >= (int)sizeof(*in))
		set_ipv4(to, in->sin_addr.s_addr, ntohs(in->sin_port));
	else if (from->sa_family == AF_INET6 && len >= SIN6_LEN_RFC2133)
		set_ipv6(to, &in6->sin6_addr, ntohs(in6->sin6_port),
			 len >= (int)sizeof(*in6) ? in6->sin6_scope_id : 0);
}

/* IPv4's bind() takes no family for its own, if no address is given either. */
static void set_bind_address(struct ygr_address *to, const struct sock *sk,
			     const struct sockaddr *from, int len)
{
	const struct sockaddr_in *in = (const void *)from;

	if (sk && sk->sk_family == AF_INET && len >= (int)sizeof(*in) &&
	    from->sa_family == AF_UNSPEC && in->sin_addr.s_addr == htonl(INADDR_ANY))
		set_ipv4(to, in->sin_addr.s_addr, ntohs(in->sin_port));
	else
		set_sockaddr(to, from, len);
}

/*
 * Who connects to the unspecified address is connected to the one the socket
 * is bound to, or else to the loopback one. IPv6 does not ask for the bound
 * one, only for its family.
 */
static void set_connect_address(struct ygr_address *to, const struct sock *sk,
				const struct sockaddr *from, int len)
{
	static const struct in6_addr loopback = IN6ADDR_LOOPBACK_INIT;

	set_sockaddr(to, from, len);
	if (!sk || (sk->sk_family != AF_INET && sk->sk_family != AF_INET6))
		return;
	if (to->family == AF_INET && !memchr_inv(to->addr, 0, 4))
		set_ipv4(to, inet_sk(sk)->inet_saddr ?: htonl(INADDR_LOOPBACK), to->port);
	if (to->family != AF_INET6 || memchr_inv(to->addr, 0, 16))
		return;
	if (sk->sk_family == AF_INET6 && ipv6_addr_v4mapped(&sk->sk_v6_rcv_saddr))
		set_ipv4(to, htonl(INADDR_LOOPBACK), to->port);
	else
		set_ipv6(to, &loopback, to->port, to->scope_id);
}

static void set_local(struct ygr_address *to, const struct sock *sk)
{
	if (sk->sk_family == AF_INET)
		set_ipv4(to, inet_sk(sk)->inet_rcv_saddr, inet_sk(sk)->inet_num);
	else if (sk->sk_family == AF_INET6)
		set_ipv6(to, &sk->sk_v6_rcv_saddr, inet_sk(sk)->inet_num, 0);
}

static void set_remote(struct ygr_address *to, const struct sock *sk)
{
	if (sk->sk_family == AF_INET)
		set_ipv4(to, inet_sk(sk)->inet_daddr, ntohs(inet_sk(sk)->inet_dport));
	else if (sk->sk_family == AF_INET6)
		set_ipv6(to, &sk->sk_v6_daddr, ntohs(inet_sk(sk)->inet_dport), 0);
}

static void add_unix_path(struct ygr_event_strings *strings, const struct sockaddr *from, int len)
{
	const struct sockaddr_un *un = (const void *)from;
	int path_len = len - (int)offsetof(struct sockaddr_un, sun_path);

	if (path_len <= 0 || from->sa_family != AF_UNIX)
		return;
	path_len = min_t(int, path_len, sizeof(un->sun_path));
	if (un->sun_path[0])
		path_len = strnlen(un->sun_path, path_len);
	ygr_event_add_whole(strings, YGR_STR_UNIX_PATH, un->sun_path, path_len);
}

static void init_socket(struct ygr_event *event, u16 type, enum ygr_on on)
{
	ygr_event_init(event, type, YGR_CLASS_SOCKET, on);
}

/* The address that rules look at; it must outlive the event. */
static void judge_by(struct ygr_event *event, const struct ygr_address *address)
{
	event->match.family = address->family;
	event->match.port = address->port;
	event->match.addr = address->addr;
}

static void fill_socket(struct ygr_body_socket *body, const struct socket *sock)
{
	const struct sock *sk = sock->sk;

	body->socket_ino = SOCK_INODE((struct socket *)sock)->i_ino;
	body->type = sock->type;
	if (!sk)
		return;
	body->family = sk->sk_family;
	body->protocol = sk->sk_protocol;
	set_local(&body->local, sk);
}

static bool judge_create(int family, int type, int protocol, int kern)
{
	const struct ygr_body_socket body = {
		.family = family, .type = type, .protocol = protocol,
	};
	struct ygr_event event __uninitialized;

	if (kern)
		return false;
	init_socket(&event, YGR_EV_SOCKET_CREATE, YGR_ON_SOCKET_CREATE);
	return ygr_pipeline_run(&event, &body, sizeof(body));
}

/* An attempt to use @address, which may be the name of a Unix socket. */
static bool run_named(struct ygr_event *event, const struct ygr_body_socket *body,
		      const struct sockaddr *address, int len)
{
	struct ygr_event_strings strings __uninitialized;

	preempt_disable_notrace();
	if (ygr_pipeline_judge(event)) {
		strings.nr = 0;
		add_unix_path(&strings, address, len);
		ygr_pipeline_record(event, body, sizeof(*body), &strings);
	}
	preempt_enable_notrace();
	return ygr_event_is_denied(event);
}

static bool judge_bind(const struct socket *sock, const struct sockaddr *address, int len)
{
	struct ygr_body_socket body = { 0 };
	struct ygr_event event __uninitialized;

	fill_socket(&body, sock);
	memset(&body.local, 0, sizeof(body.local));
	set_bind_address(&body.local, sock->sk, address, len);
	init_socket(&event, YGR_EV_BIND, YGR_ON_BIND);
	judge_by(&event, &body.local);
	return run_named(&event, &body, address, len);
}

static bool judge_listen(const struct socket *sock, int backlog)
{
	struct ygr_body_socket body = { .backlog = backlog };
	struct ygr_event event __uninitialized;

	fill_socket(&body, sock);
	init_socket(&event, YGR_EV_LISTEN, YGR_ON_LISTEN);
	judge_by(&event, &body.local);
	return ygr_pipeline_run(&event, &body, sizeof(body));
}

static bool judge_connect(const struct socket *sock, const struct sockaddr *address, int len)
{
	struct ygr_body_socket body = { 0 };
	struct ygr_event event __uninitialized;

	fill_socket(&body, sock);
	set_connect_address(&body.remote, sock->sk, address, len);
	init_socket(&event, YGR_EV_CONNECT, YGR_ON_CONNECT);
	judge_by(&event, &body.remote);
	return run_named(&event, &body, address, len);
}

/* The attempt: nobody has come yet, so only a denial is worth a record. */
static bool judge_accept(const struct socket *sock)
{
	struct ygr_body_socket body = { 0 };
	struct ygr_event event __uninitialized;

	if (!ygr_pipeline_may_deny(YGR_ON_ACCEPT))
		return false;
	fill_socket(&body, sock);
	init_socket(&event, YGR_EV_ACCEPT, YGR_ON_ACCEPT);
	event.only_if_denied = true;
	judge_by(&event, &body.local);
	return ygr_pipeline_run(&event, &body, sizeof(body));
}

/* A connection becomes a socket of the current task. */
static void tell_accepted(const struct sock *sk, const struct socket *parent)
{
	struct ygr_body_socket body = {
		.socket_ino = SOCK_INODE((struct socket *)parent)->i_ino,
		.family = sk->sk_family,
		.type = sk->sk_type,
		.protocol = sk->sk_protocol,
	};
	struct ygr_event event __uninitialized;

	set_local(&body.local, sk);
	set_remote(&body.remote, sk);
	init_socket(&event, YGR_EV_ACCEPT, YGR_ON_ACCEPT);
	event.settled = true;
	judge_by(&event, &body.local);
	ygr_pipeline_run(&event, &body, sizeof(body));
}

static void notrace on_create(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (judge_create((long)ygr_attach_arg(fregs, 0), (long)ygr_attach_arg(fregs, 1),
			  (long)ygr_attach_arg(fregs, 2), (long)ygr_attach_arg(fregs, 3)))
		ygr_attach_deny(fregs);
}

static void notrace on_bind(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (judge_bind(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
			(long)ygr_attach_arg(fregs, 2)))
		ygr_attach_deny(fregs);
}

static void notrace on_listen(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (judge_listen(ygr_attach_arg(fregs, 0), (long)ygr_attach_arg(fregs, 1)))
		ygr_attach_deny(fregs);
}

static void notrace on_connect(unsigned long ip, unsigned long parent_ip,
			       struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (judge_connect(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
			   (long)ygr_attach_arg(fregs, 2)))
		ygr_attach_deny(fregs);
}

/* TCP Fast Open connects in the first send, without a connect(). */
static void notrace on_sendmsg(unsigned long ip, unsigned long parent_ip,
			       struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct socket *sock = ygr_attach_arg(fregs, 0);
	const struct msghdr *msg = ygr_attach_arg(fregs, 1);

	if (likely(!(msg->msg_flags & MSG_FASTOPEN)) || !msg->msg_name ||
	    sock->type != SOCK_STREAM)
		return;
	if (judge_connect(sock, msg->msg_name, msg->msg_namelen))
		ygr_attach_deny(fregs);
}

static void notrace on_accept(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (judge_accept(ygr_attach_arg(fregs, 0)))
		ygr_attach_deny(fregs);
}

static void notrace on_graft(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (in_task() && !(current->flags & PF_KTHREAD))
		tell_accepted(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1));
}

static struct ygr_hook hooks[] = {
	YGR_HOOK_FUNCTION(security_socket_create, on_create),
	YGR_HOOK_FUNCTION(security_socket_bind, on_bind),
	YGR_HOOK_FUNCTION(security_socket_listen, on_listen),
	YGR_HOOK_FUNCTION(security_socket_connect, on_connect),
	YGR_HOOK_FUNCTION(security_socket_sendmsg, on_sendmsg),
	YGR_HOOK_FUNCTION(security_socket_accept, on_accept),
	YGR_HOOK_FUNCTION(security_sock_graft, on_graft),
};

const struct ygr_hook_table ygr_hook_socket_table = { hooks, ARRAY_SIZE(hooks) };
