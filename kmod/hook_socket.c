// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets: attempts, and connections taken. Sockets that the kernel makes for
 * itself are not told.
 */
#include <linux/in6.h>
#include <linux/net.h>
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

static void add_unix_path(struct ygr_event *event, const struct sockaddr *from, int len)
{
	const struct sockaddr_un *un = (const void *)from;
	int path_len = len - (int)offsetof(struct sockaddr_un, sun_path);

	if (path_len <= 0 || from->sa_family != AF_UNIX)
		return;
	path_len = min_t(int, path_len, sizeof(un->sun_path));
	if (un->sun_path[0])
		path_len = strnlen(un->sun_path, path_len);
	ygr_event_add_whole(event, YGR_STR_UNIX_PATH, un->sun_path, path_len);
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

static void fill_event(struct ygr_event *event, u16 type, enum ygr_on on,
		       const struct ygr_body_socket *body)
{
	event->type = type;
	event->class = YGR_CLASS_SOCKET;
	event->on = on;
	event->body = body;
	event->body_len = sizeof(*body);
}

static bool run_socket(struct ygr_event *event, const struct ygr_address *judged)
{
	event->family = judged->family;
	event->port = judged->port;
	event->addr = judged->addr;
	return ygr_pipeline_run_preemptible(event);
}

static bool create_denied(int family, int type, int protocol, int kern)
{
	const struct ygr_body_socket body = {
		.family = family, .type = type, .protocol = protocol,
	};
	struct ygr_event event = { 0 };

	if (kern)
		return false;
	fill_event(&event, YGR_EV_SOCKET_CREATE, YGR_ON_SOCKET_CREATE, &body);
	return ygr_pipeline_run_preemptible(&event);
}

static bool bind_denied(const struct socket *sock, const struct sockaddr *address, int len)
{
	struct ygr_body_socket body = { 0 };
	struct ygr_event event = { 0 };

	fill_socket(&body, sock);
	memset(&body.local, 0, sizeof(body.local));
	set_sockaddr(&body.local, address, len);
	fill_event(&event, YGR_EV_BIND, YGR_ON_BIND, &body);
	add_unix_path(&event, address, len);
	return run_socket(&event, &body.local);
}

static bool listen_denied(const struct socket *sock, int backlog)
{
	struct ygr_body_socket body = { .backlog = backlog };
	struct ygr_event event = { 0 };

	fill_socket(&body, sock);
	fill_event(&event, YGR_EV_LISTEN, YGR_ON_LISTEN, &body);
	return run_socket(&event, &body.local);
}

static bool connect_denied(const struct socket *sock, const struct sockaddr *address, int len)
{
	struct ygr_body_socket body = { 0 };
	struct ygr_event event = { 0 };

	fill_socket(&body, sock);
	set_sockaddr(&body.remote, address, len);
	fill_event(&event, YGR_EV_CONNECT, YGR_ON_CONNECT, &body);
	add_unix_path(&event, address, len);
	return run_socket(&event, &body.remote);
}

/* The attempt: nobody has come yet, so only a denial is worth a record. */
static bool accept_denied(const struct socket *sock)
{
	struct ygr_body_socket body = { 0 };
	struct ygr_event event = { .only_if_denied = true };

	if (!ygr_pipeline_may_deny(YGR_ON_ACCEPT))
		return false;
	fill_socket(&body, sock);
	fill_event(&event, YGR_EV_ACCEPT, YGR_ON_ACCEPT, &body);
	return run_socket(&event, &body.local);
}

/* A connection becomes a socket of the current task. */
static void tell_accepted(const struct sock *sk, const struct socket *parent)
{
	struct ygr_body_socket body = { 0 };
	struct ygr_event event = { .settled = true };

	body.socket_ino = SOCK_INODE((struct socket *)parent)->i_ino;
	body.family = sk->sk_family;
	body.type = sk->sk_type;
	body.protocol = sk->sk_protocol;
	set_local(&body.local, sk);
	set_remote(&body.remote, sk);
	fill_event(&event, YGR_EV_ACCEPT, YGR_ON_ACCEPT, &body);
	run_socket(&event, &body.local);
}

static void notrace on_create(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (create_denied((long)ygr_attach_arg(fregs, 0), (long)ygr_attach_arg(fregs, 1),
			  (long)ygr_attach_arg(fregs, 2), (long)ygr_attach_arg(fregs, 3)))
		ygr_attach_deny(fregs);
}

static void notrace on_bind(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (bind_denied(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
			(long)ygr_attach_arg(fregs, 2)))
		ygr_attach_deny(fregs);
}

static void notrace on_listen(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (listen_denied(ygr_attach_arg(fregs, 0), (long)ygr_attach_arg(fregs, 1)))
		ygr_attach_deny(fregs);
}

static void notrace on_connect(unsigned long ip, unsigned long parent_ip,
			       struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (connect_denied(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
			   (long)ygr_attach_arg(fregs, 2)))
		ygr_attach_deny(fregs);
}

static void notrace on_accept(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (accept_denied(ygr_attach_arg(fregs, 0)))
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
	YGR_HOOK_FUNCTION(security_socket_accept, on_accept),
	YGR_HOOK_FUNCTION(security_sock_graft, on_graft),
};

const struct ygr_hook_table ygr_hook_socket_table = { hooks, ARRAY_SIZE(hooks) };
