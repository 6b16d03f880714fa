// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets: attempts, and connections taken. Sockets that the kernel makes for
 * itself are not told.
 */
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/pid.h>
#include <linux/security.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/un.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "address.h"
#include "compact.h"
#include "destination.h"
#include "flow.h"
#include "hooks.h"
#include "noise.h"
#include "pipeline.h"
#include "policy.h"
#include "stream.h"
#include "subject.h"

/* @len is the caller's word: nothing beyond it is looked at. */
static __always_inline void set_sockaddr(struct ygr_address *to, const struct sockaddr *from, int len)
{
	const struct sockaddr_in *in = (const void *)from;
	const struct sockaddr_in6 *in6 = (const void *)from;

	if (len < (int)sizeof(from->sa_family))
		return;
	if (from->sa_family == AF_INET && len >= (int)sizeof(*in))
		ygr_address_set_ipv4(to, in->sin_addr.s_addr, ntohs(in->sin_port));
	else if (from->sa_family == AF_INET6 && len >= SIN6_LEN_RFC2133)
		ygr_address_set_ipv6(to, &in6->sin6_addr, ntohs(in6->sin6_port),
			 len >= (int)sizeof(*in6) ? in6->sin6_scope_id : 0);
}

/* IPv4 takes no family for its own when it binds (if no address is given either) or sends. */
static void set_ipv4_or_sockaddr(struct ygr_address *to, const struct sock *sk,
				 const struct sockaddr *from, int len)
{
	const struct sockaddr_in *in = (const void *)from;

	if (sk && sk->sk_family == AF_INET && len >= (int)sizeof(*in) &&
	    from->sa_family == AF_UNSPEC)
		ygr_address_set_ipv4(to, in->sin_addr.s_addr, ntohs(in->sin_port));
	else
		set_sockaddr(to, from, len);
}

/*
 * Who connects or sends to the unspecified address reaches the one the socket
 * is bound to, or else the loopback one. IPv6 does not ask for the bound
 * one, only for its family.
 */
static noinline void replace_by_own(struct ygr_address *to, const struct sock *sk)
{
	static const struct in6_addr loopback = IN6ADDR_LOOPBACK_INIT;

	if (!sk || (sk->sk_family != AF_INET && sk->sk_family != AF_INET6))
		return;
	if (to->family == AF_INET) {
		ygr_address_set_ipv4(to, inet_sk(sk)->inet_saddr ?: htonl(INADDR_LOOPBACK), to->port);
		return;
	}
	if (sk->sk_family == AF_INET6 && ipv6_addr_v4mapped(&sk->sk_v6_rcv_saddr))
		ygr_address_set_ipv4(to, htonl(INADDR_LOOPBACK), to->port);
	else
		ygr_address_set_ipv6(to, &loopback, to->port, to->scope_id);
}

static __always_inline void replace_unspecified(struct ygr_address *to, const struct sock *sk)
{
	struct in6_addr addr;

	memcpy(&addr, to->addr, sizeof(addr));
	if (unlikely(ipv6_addr_any(&addr) && to->family))
		replace_by_own(to, sk);
}

/* As the socket was connected; nothing if it is not. */
static void set_peer(struct ygr_address *to, const struct sock *sk)
{
	if (sk && sk->sk_state == TCP_ESTABLISHED)
		ygr_address_set_peer(to, sk);
}

/* IPv6 takes an address without family for none at all. */
static void set_destination(struct ygr_address *to, const struct sock *sk,
			    const struct sockaddr *from, int len)
{
	if (!from || (sk && sk->sk_family == AF_INET6 && from->sa_family == AF_UNSPEC)) {
		set_peer(to, sk);
		return;
	}
	set_ipv4_or_sockaddr(to, sk, from, len);
	replace_unspecified(to, sk);
}

/* A name of a Unix socket, as given. */
struct unix_name {
	const char *given;	/* starts with NUL if abstract; NULL: none */
	u32 len;
	char judged[UNIX_PATH_MAX]; /* what rules see: '@' for the NUL in front */
};

static void set_unix_name(struct unix_name *name, const struct sockaddr *from, int len)
{
	const struct sockaddr_un *un = (const void *)from;

	len -= (int)offsetof(struct sockaddr_un, sun_path);
	name->given = NULL;
	if (!from || len <= 0 || from->sa_family != AF_UNIX)
		return;
	len = min_t(int, len, UNIX_PATH_MAX);
	name->given = un->sun_path;
	name->len = un->sun_path[0] ? strnlen(un->sun_path, len) : len;
	memcpy(name->judged, un->sun_path, name->len);
	if (!name->judged[0])
		name->judged[0] = '@';
}

static void init_socket(struct ygr_event *event, u16 type, enum ygr_on on, u16 family,
			u16 socket_type, u16 protocol)
{
	ygr_event_init(event, type, YGR_CLASS_SOCKET, on);
	event->match.family = family;
	event->match.socket_type = socket_type;
	event->match.protocol = protocol;
}

/* @body: filled; its @address, which rules look at, must outlive the event */
static void init_by(struct ygr_event *event, u16 type, enum ygr_on on,
		    const struct ygr_body_socket *body, const struct ygr_address *address)
{
	init_socket(event, type, on, body->family, body->type, body->protocol);
	event->match.addr_family = address->family;
	event->match.port = address->port;
	event->match.addr = address->addr;
}

static __always_inline void fill_socket(struct ygr_body_socket *body, const struct socket *sock)
{
	const struct sock *sk = sock->sk;

	body->socket_ino = SOCK_INODE((struct socket *)sock)->i_ino;
	body->type = sock->type;
	if (!sk)
		return;
	body->family = sk->sk_family;
	body->protocol = sk->sk_protocol;
	ygr_address_set_bound(&body->local, sk);
}

/* Returns, as do all judge_*() here, what the hook must: 0 or -errno. */
static noinline int judge_create(int family, int type, int protocol)
{
	const struct ygr_body_socket body = {
		.family = family, .type = type, .protocol = protocol,
	};
	struct ygr_event event __uninitialized;

	init_socket(&event, YGR_EV_SOCKET_CREATE, YGR_ON_SOCKET_CREATE, family, type, protocol);
	return ygr_pipeline_run(&event, &body, sizeof(body));
}

/* An attempt to use an address, which may be the name of a Unix socket; NULL: none is given. */
static int run_named(struct ygr_event *event, const struct ygr_body_socket *body,
		     const struct sockaddr *from, int len)
{
	struct ygr_event_strings strings __uninitialized;
	struct unix_name name __uninitialized;

	set_unix_name(&name, from, len);
	if (name.given) {
		event->match.unix_name.bytes = name.judged;
		event->match.unix_name.len = name.len;
	}
	preempt_disable_notrace();
	if (ygr_pipeline_judge(event)) {
		strings.nr = 0;
		if (name.given)
			ygr_event_add_whole(&strings, YGR_STR_UNIX_PATH, name.given, name.len);
		ygr_pipeline_record(event, body, sizeof(*body), &strings);
	}
	preempt_enable_notrace();
	return ygr_event_error(event);
}

static noinline int judge_bind(const struct socket *sock, const struct sockaddr *address, int len)
{
	struct ygr_body_socket body = { 0 };
	struct ygr_event event __uninitialized;

	fill_socket(&body, sock);
	memset(&body.local, 0, sizeof(body.local));
	set_ipv4_or_sockaddr(&body.local, sock->sk, address, len);
	init_by(&event, YGR_EV_BIND, YGR_ON_BIND, &body, &body.local);
	return run_named(&event, &body, address, len);
}

static noinline int judge_listen(const struct socket *sock, int backlog)
{
	struct ygr_body_socket body = { .backlog = backlog };
	struct ygr_event event __uninitialized;

	fill_socket(&body, sock);
	init_by(&event, YGR_EV_LISTEN, YGR_ON_LISTEN, &body, &body.local);
	return ygr_pipeline_run(&event, &body, sizeof(body));
}

/* The number that joins it to what comes of it; 0: there is none. Context: preemption off. */
static __always_inline u64 cookie_of(const struct sock *sk)
{
	const struct ygr_flow *flow = sk ? ygr_flow_begin(sk) : NULL;

	return flow ? flow->cookie : 0;
}

/* Before the verdict: it is told of a denial, too. */
static void set_cookie(struct ygr_body_socket *body, const struct sock *sk)
{
	preempt_disable_notrace();
	body->socket_cookie = cookie_of(sk);
	preempt_enable_notrace();
}

static __always_inline void fill_connect(struct ygr_body_socket *body, const struct socket *sock,
					 const struct ygr_address *to, u64 cookie)
{
	body->family = 0;
	body->protocol = 0;
	body->pad = 0;
	body->backlog = 0;
	body->pad2 = 0;
	body->local = (struct ygr_address) { 0 };
	fill_socket(body, sock);
	body->remote = *to;
	body->socket_cookie = cookie;
	body->peer_start_ns = 0;
	body->peer_tgid = 0;
	body->peer_uid = 0;
}

/* The first of its process for a while: that is told before it. */
static noinline bool record_first_connect(const struct socket *sock, const struct ygr_address *to, u64 cookie,
					  struct ygr_context *context, const struct ygr_policy *policy)
{
	const struct ygr_context_judge judge = ygr_context_judge_of(policy, 0);
	struct ygr_body_socket *body = ygr_compact_begin_first(YGR_EV_CONNECT, YGR_CLASS_SOCKET, &judge, sizeof(*body),
							       NULL, NULL);

	if (!body) {
		ygr_noise_pass_back(context);
		return false;
	}
	fill_connect(body, sock, to, cookie);
	ygr_record_commit();
	ygr_noise_passed(context, &policy->noise);
	return true;
}

/*
 * The short way, if no rule looks at connects. For the name of a Unix socket only a whole record has room.
 *
 * Return: false: it is not done.
 */
static __always_inline bool record_connect(const struct socket *sock, const struct ygr_address *to,
					   const struct ygr_policy *policy)
{
	struct ygr_context *context = ygr_context_slot(current, 0);
	unsigned long grace = ygr_compat_grace_periods();
	struct ygr_ring_compact *record = NULL;
	u64 cookie, pos;

	if (!to->family || !ygr_noise_passes(context, &policy->noise, YGR_ON_CONNECT,
					     ygr_noise_what_of_connect(to->family, to->port, to->addr)))
		return false;
	cookie = cookie_of(sock->sk);
	if (likely(ygr_context_is_of(context, current, policy->generation, 0, grace)))
		record = ygr_compact_begin_other(YGR_EV_CONNECT, YGR_CLASS_SOCKET, context,
						 sizeof(struct ygr_body_socket), &pos);
	if (unlikely(!record))
		return record_first_connect(sock, to, cookie, context, policy);
	fill_connect((void *)(record + 1), sock, to, cookie);
	ygr_compact_commit(record, pos, YGR_CLASS_SOCKET);
	ygr_noise_passed(context, &policy->noise);
	return true;
}

static __always_inline void set_connected(struct ygr_address *to, const struct socket *sock,
					  const struct sockaddr *address, int len)
{
	set_sockaddr(to, address, len);
	replace_unspecified(to, sock->sk);
}

/* @to: set_connected() */
static noinline int judge_connect(const struct socket *sock, const struct sockaddr *address, int len,
				  const struct ygr_address *to)
{
	struct ygr_body_socket body __uninitialized;
	struct ygr_event event __uninitialized;

	fill_connect(&body, sock, to, 0);
	set_cookie(&body, sock->sk);
	init_by(&event, YGR_EV_CONNECT, YGR_ON_CONNECT, &body, &body.remote);
	return run_named(&event, &body, address, len);
}

static noinline void run_unruled_connect(const struct socket *sock, const struct sockaddr *address, int len,
					 const struct ygr_policy *policy, struct ftrace_regs *fregs)
{
	struct ygr_address to = { 0 };
	int error = 0;

	set_connected(&to, sock, address, len);
	if (!record_connect(sock, &to, policy))
		error = judge_connect(sock, address, len, &to);
	preempt_enable_notrace();
	ygr_attach_answer(fregs, error);
}

static noinline void run_ruled_connect(const struct socket *sock, const struct sockaddr *address, int len,
				       struct ftrace_regs *fregs)
{
	struct ygr_address to = { 0 };
	int error;

	set_connected(&to, sock, address, len);
	error = judge_connect(sock, address, len, &to);
	preempt_enable_notrace();
	ygr_attach_answer(fregs, error);
}

static int judge_send(const struct socket *sock, const struct msghdr *msg)
{
	struct ygr_body_socket body = { 0 };
	struct ygr_event event __uninitialized;
	bool is_first;

	fill_socket(&body, sock);
	set_cookie(&body, sock->sk);
	set_destination(&body.remote, sock->sk, msg->msg_name, msg->msg_namelen);
	is_first = ygr_destination_is_new(&body, sock->sk);
	if (!is_first && !ygr_pipeline_looks_at(YGR_ON_SEND))
		return 0;
	init_by(&event, YGR_EV_SEND, YGR_ON_SEND, &body, &body.remote);
	event.only_if_ruled = !is_first;
	return run_named(&event, &body, msg->msg_name, msg->msg_namelen);
}

/* The attempt: nobody has come yet, so only a denial is worth a record. */
static noinline int judge_accept(const struct socket *sock)
{
	struct ygr_body_socket body = { 0 };
	struct ygr_event event __uninitialized;

	fill_socket(&body, sock);
	init_by(&event, YGR_EV_ACCEPT, YGR_ON_ACCEPT, &body, &body.local);
	event.only_if_denied = true;
	return ygr_pipeline_run(&event, &body, sizeof(body));
}

/* Who was at the other end of a Unix connection when that was made, as far as he lives. */
static void set_peer_process(struct ygr_body_socket *body, const struct sock *sk)
{
	const struct task_struct *task;

	body->peer_uid = ~0u;
	if (sk->sk_family != AF_UNIX || !sk->sk_peer_pid)
		return;
	body->peer_tgid = pid_nr(sk->sk_peer_pid);
	if (sk->sk_peer_cred)
		body->peer_uid = __kuid_val(sk->sk_peer_cred->euid);
	rcu_read_lock();
	task = pid_task(sk->sk_peer_pid, PIDTYPE_TGID);
	if (task)
		body->peer_start_ns = ygr_subject_start_ns(task);
	rcu_read_unlock();
}

/* Return: the flow's cookie; 0: there is none. */
static u64 begin_accepted(const struct sock *sk)
{
	struct ygr_flow *flow;
	u64 cookie = 0;

	preempt_disable_notrace();
	flow = ygr_flow_begin(sk);
	if (flow) {
		set_bit(YGR_FLOW_ACCEPTED, &flow->bits);
		cookie = flow->cookie;
	}
	preempt_enable_notrace();
	return cookie;
}

/* A connection becomes a socket of the current task. */
static noinline void tell_accepted(const struct sock *sk, const struct socket *parent, u64 cookie)
{
	struct ygr_body_socket body = {
		.socket_cookie = cookie,
		.socket_ino = SOCK_INODE((struct socket *)parent)->i_ino,
		.family = sk->sk_family,
		.type = sk->sk_type,
		.protocol = sk->sk_protocol,
	};
	struct ygr_event event __uninitialized;

	ygr_address_set_bound(&body.local, sk);
	ygr_address_set_peer(&body.remote, sk);
	set_peer_process(&body, sk);
	init_by(&event, YGR_EV_ACCEPT, YGR_ON_ACCEPT, &body, &body.local);
	event.settled = true;
	ygr_pipeline_run(&event, &body, sizeof(body));
}

static void notrace on_create(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	bool is_kernels_own = (int)ygr_attach_number(fregs, 3);

	if (!is_kernels_own && !ygr_pipeline_skips(YGR_ON_SOCKET_CREATE))
		ygr_attach_answer(fregs, judge_create(ygr_attach_number(fregs, 0),
						      ygr_attach_number(fregs, 1),
						      ygr_attach_number(fregs, 2)));
}

static void notrace on_bind(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!ygr_pipeline_skips(YGR_ON_BIND))
		ygr_attach_answer(fregs, judge_bind(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
						    ygr_attach_number(fregs, 2)));
}

static void notrace on_listen(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!ygr_pipeline_skips(YGR_ON_LISTEN))
		ygr_attach_answer(fregs, judge_listen(ygr_attach_arg(fregs, 0),
						      ygr_attach_number(fregs, 1)));
}

/* The way goes on in each of these to its end, as that of opens does. */
static void notrace on_connect(unsigned long ip, unsigned long parent_ip,
			       struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct socket *sock = ygr_attach_arg(fregs, 0);
	const struct sockaddr *address = ygr_attach_arg(fregs, 1);
	int len = ygr_attach_number(fregs, 2);
	const struct ygr_policy *policy;

	preempt_disable_notrace();
	policy = ygr_policy_get();
	switch (policy->plans[YGR_ON_CONNECT]) {
	case YGR_POLICY_RECORDS:
		run_unruled_connect(sock, address, len, policy, fregs);
		return;
	case YGR_POLICY_IGNORES:
		ygr_pipeline_count_ignored(policy, YGR_ON_CONNECT);
		fallthrough;
	case YGR_POLICY_SKIPS:
		preempt_enable_notrace();
		return;
	default:
		run_ruled_connect(sock, address, len, fregs);
	}
}

static void see_stream(const struct socket *sock, const struct msghdr *msg, size_t size,
		       const struct ygr_address *remote)
{
	preempt_disable_notrace();
	ygr_stream_see(sock, msg, size, remote);
	preempt_enable_notrace();
}

/* What is sent over a connection of its own has been judged when that was made. */
static bool is_datagram(const struct socket *sock, const struct msghdr *msg)
{
	return sock->type != SOCK_STREAM && (sock->type != SOCK_SEQPACKET || msg->msg_name);
}

/* TCP Fast Open connects in the first send, without a connect(). */
static bool connects(const struct socket *sock, const struct msghdr *msg)
{
	return unlikely(msg->msg_flags & MSG_FASTOPEN) && msg->msg_name &&
	       sock->type == SOCK_STREAM;
}

static int judge_connecting_send(const struct socket *sock, const struct msghdr *msg, size_t size)
{
	struct ygr_address remote = { 0 };
	int error = 0;

	set_connected(&remote, sock, msg->msg_name, msg->msg_namelen);
	if (!ygr_pipeline_skips(YGR_ON_CONNECT))
		error = judge_connect(sock, msg->msg_name, msg->msg_namelen, &remote);
	if (error)
		return error;
	see_stream(sock, msg, size, &remote);
	return 0;
}

static void notrace on_sendmsg(unsigned long ip, unsigned long parent_ip,
			       struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct socket *sock = ygr_attach_arg(fregs, 0);
	const struct msghdr *msg = ygr_attach_arg(fregs, 1);
	size_t size = ygr_attach_number(fregs, 2);

	if (connects(sock, msg))
		ygr_attach_answer(fregs, judge_connecting_send(sock, msg, size));
	else if (sock->type == SOCK_STREAM)
		see_stream(sock, msg, size, NULL);
	else if (is_datagram(sock, msg) && !ygr_pipeline_skips(YGR_ON_SEND))
		ygr_attach_answer(fregs, judge_send(sock, msg));
}

static void notrace on_accept(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (ygr_pipeline_may_deny(YGR_ON_ACCEPT))
		ygr_attach_answer(fregs, judge_accept(ygr_attach_arg(fregs, 0)));
}

static void notrace on_graft(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct sock *sk = ygr_attach_arg(fregs, 0);
	u64 cookie;

	if (!in_task() || (current->flags & PF_KTHREAD))
		return;
	/* Its end is told also where this is not. */
	cookie = begin_accepted(sk);
	if (!ygr_pipeline_skips(YGR_ON_ACCEPT))
		tell_accepted(sk, ygr_attach_arg(fregs, 1), cookie);
}

static struct ygr_hook hooks[] = {
	YGR_HOOK_FUNCTION(security_socket_create, on_create),
	YGR_HOOK_FUNCTION(security_socket_bind, on_bind),
	YGR_HOOK_FUNCTION(security_socket_listen, on_listen),
	YGR_HOOK_HOT_FUNCTION(security_socket_connect, on_connect),
	YGR_HOOK_HOT_FUNCTION(security_socket_sendmsg, on_sendmsg),
	YGR_HOOK_FUNCTION(security_socket_accept, on_accept),
	YGR_HOOK_FUNCTION(security_sock_graft, on_graft),
};

const struct ygr_hook_table ygr_hook_socket_table = { hooks, ARRAY_SIZE(hooks) };
