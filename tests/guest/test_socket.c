// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets: what each act tells, by which address it is judged, and that a
 * denied one has no effect. Everything stays on the loopback interface.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "guest_assert.h"

#define PORT		4000
#define UNIX_PATH	"/tmp/socket_unix"

static struct sockaddr_in ipv4(const char *addr, uint16_t port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(port) };

	assert_int_equal(inet_pton(AF_INET, addr, &sin.sin_addr), 1);
	return sin;
}

static struct sockaddr_in6 ipv6(const char *addr, uint16_t port)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	assert_int_equal(inet_pton(AF_INET6, addr, &sin6.sin6_addr), 1);
	return sin6;
}

static int open_socket(int family, int type)
{
	int fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1;

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)), 0);
	return fd;
}

/* Return: errno of the connect; 0: done or under way. */
static int try_connect(int fd, const void *address, socklen_t len)
{
	return connect(fd, address, len) && errno != EINPROGRESS ? errno : 0;
}

static int try_bind(int fd, const void *address, socklen_t len)
{
	return bind(fd, address, len) ? errno : 0;
}

static uint64_t inode_of(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_ino;
}

static uint16_t port_of(int fd)
{
	struct sockaddr_in6 address;	/* its port is where IPv4 has it */
	socklen_t len = sizeof(address);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	return ntohs(address.sin6_port);
}

/* A listening socket; its port is PORT. */
static int open_server(int family)
{
	struct sockaddr_in sin = ipv4("127.0.0.1", PORT);
	struct sockaddr_in6 sin6 = ipv6("::", PORT);
	int fd = open_socket(family, SOCK_STREAM);

	if (family == AF_INET)
		assert_int_equal(try_bind(fd, &sin, sizeof(sin)), 0);
	else
		assert_int_equal(try_bind(fd, &sin6, sizeof(sin6)), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static int connect_to_server(const char *addr)
{
	struct sockaddr_in sin = ipv4(addr, PORT);
	int fd = open_socket(AF_INET, SOCK_STREAM);

	assert_int_equal(try_connect(fd, &sin, sizeof(sin)), 0);
	return fd;
}

/* The connection is there when the handshake is over. */
static int accept_soon(int server)
{
	uint64_t deadline_ns = guest_now_ns() + GUEST_WAIT_MS * 1000000ull;
	int fd;

	do
		fd = accept4(server, NULL, NULL, SOCK_CLOEXEC);
	while (fd < 0 && errno == EAGAIN && guest_now_ns() < deadline_ns);
	return fd < 0 ? -errno : fd;
}

static const struct guest_event *expect_socket(struct guest *guest, enum ygr_event_type type)
{
	const struct guest_query query = { .type = type, .tgid = getpid() };
	const struct guest_event *event = guest_expect(guest, .type = type, .tgid = getpid());

	assert_int_equal(guest_count(guest, &query), 1);
	assert_int_equal(event->head.class, event->head.verdict ? YGR_CLASS_DENY : YGR_CLASS_SOCKET);
	assert_int_equal(event->head.flags, 0);
	assert_int_equal(event->body.socket.pad, 0);
	assert_int_equal(event->body.socket.pad2, 0);
	return event;
}

/* @text: NULL for no address at all */
static void assert_address_at(const struct ygr_address *address, const char *text, uint16_t port, int line)
{
	struct ygr_address want = { 0 };

	if (text) {
		want.family = strchr(text, ':') ? AF_INET6 : AF_INET;
		want.port = port;
		want.scope_id = address->scope_id;
		assert_int_equal(inet_pton(want.family, text, want.addr), 1);
	}
	if (!memcmp(address, &want, sizeof(want)))
		return;
	printf("# address: family %u port %u scope %u, bytes", address->family, address->port,
	       address->scope_id);
	for (size_t i = 0; i < sizeof(address->addr); i++)
		printf(" %02x", address->addr[i]);
	printf("\n# wanted %s port %u\n", text ?: "none", port);
	_fail(__FILE__, line);
}

#define assert_address(address, text, port)	assert_address_at(address, text, port, __LINE__)

/* ---- create ---- */

static void create_tells_what_was_asked_for(void **state)
{
	static const struct { int family, type, protocol; } cases[] = {
		{ AF_INET, SOCK_STREAM, 0 },
		{ AF_INET, SOCK_STREAM, IPPROTO_TCP },
		{ AF_INET6, SOCK_DGRAM, IPPROTO_UDP },
		{ AF_INET, SOCK_RAW, IPPROTO_ICMP },
		{ AF_UNIX, SOCK_SEQPACKET, 0 },
		{ AF_NETLINK, SOCK_RAW, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct ygr_body_socket *body;
		int fd;

		guest_forget(*state);
		fd = socket(cases[i].family, cases[i].type | SOCK_CLOEXEC | SOCK_NONBLOCK,
			    cases[i].protocol);
		assert_true(fd >= 0);
		body = &expect_socket(*state, YGR_EV_SOCKET_CREATE)->body.socket;
		assert_int_equal(body->family, cases[i].family);
		assert_int_equal(body->type, cases[i].type);
		assert_int_equal(body->protocol, cases[i].protocol);
		assert_int_equal(body->socket_ino, 0);
		assert_int_equal(body->backlog, 0);
		assert_address(&body->local, NULL, 0);
		assert_address(&body->remote, NULL, 0);
		close(fd);
	}
}

static void pair_is_two_sockets(void **state)
{
	const struct guest_query query = { .type = YGR_EV_SOCKET_CREATE, .tgid = getpid() };
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), 0);
	guest_expect(*state, .type = YGR_EV_SOCKET_CREATE, .tgid = getpid());
	assert_int_equal(guest_count(*state, &query), 2);
	close(fd[0]);
	close(fd[1]);
}

/* A new network namespace brings several sockets of the kernel's own. */
static int make_net_namespace(void *arg)
{
	int fd;

	(void)arg;
	if (unshare(CLONE_NEWNET))
		return 1;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	return fd < 0;
}

static void sockets_of_the_kernel_are_not_told(void **state)
{
	pid_t pid = guest_child_start(make_net_namespace, NULL);
	const struct guest_query query = { .type = YGR_EV_SOCKET_CREATE, .tgid = pid };

	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), 0);
	guest_expect(*state, .type = YGR_EV_EXIT, .tgid = pid);
	assert_int_equal(guest_count(*state, &query), 1);
}

/* ---- bind, listen ---- */

static void bind_tells_the_wanted_address(void **state)
{
	struct sockaddr_in sin = ipv4("127.0.0.2", PORT);
	int fd = open_socket(AF_INET, SOCK_STREAM);
	const struct ygr_body_socket *body;

	assert_int_equal(try_bind(fd, &sin, sizeof(sin)), 0);
	body = &expect_socket(*state, YGR_EV_BIND)->body.socket;
	assert_address(&body->local, "127.0.0.2", PORT);
	assert_address(&body->remote, NULL, 0);
	assert_int_equal(body->socket_ino, inode_of(fd));
	assert_int_equal(body->family, AF_INET);
	assert_int_equal(body->type, SOCK_STREAM);
	assert_int_equal(body->protocol, IPPROTO_TCP);
	close(fd);
}

static void bind_to_ipv6(void **state)
{
	struct sockaddr_in6 sin6 = ipv6("::1", PORT);
	int fd = open_socket(AF_INET6, SOCK_DGRAM);
	const struct ygr_body_socket *body;

	assert_int_equal(try_bind(fd, &sin6, sizeof(sin6)), 0);
	body = &expect_socket(*state, YGR_EV_BIND)->body.socket;
	assert_address(&body->local, "::1", PORT);
	assert_int_equal(body->family, AF_INET6);
	assert_int_equal(body->protocol, IPPROTO_UDP);
	close(fd);
}

static void mapped_address_is_ipv4(void **state)
{
	struct sockaddr_in6 sin6 = ipv6("::ffff:127.0.0.3", PORT);
	int fd = open_socket(AF_INET6, SOCK_STREAM);

	assert_int_equal(try_bind(fd, &sin6, sizeof(sin6)), 0);
	assert_address(&expect_socket(*state, YGR_EV_BIND)->body.socket.local, "127.0.0.3", PORT);
	guest_forget(*state);
	assert_int_equal(listen(fd, 1), 0);
	assert_address(&expect_socket(*state, YGR_EV_LISTEN)->body.socket.local, "127.0.0.3", PORT);
	close(fd);
}

/* The kernel takes "no family" and no address for IPv4's "any": so does a rule. */
static void bind_without_a_family_is_ipv4(void **state)
{
	struct sockaddr_in sin = ipv4("0.0.0.0", PORT);
	int fd = open_socket(AF_INET, SOCK_STREAM);

	sin.sin_family = AF_UNSPEC;
	assert_int_equal(try_bind(fd, &sin, sizeof(sin)), 0);
	assert_int_equal(port_of(fd), PORT);
	assert_address(&expect_socket(*state, YGR_EV_BIND)->body.socket.local, "0.0.0.0", PORT);
	close(fd);
	guest_policy_load(*state, RULES_1("{ name: no, on: bind, do: deny, where: { port: 4000 } }"));
	fd = open_socket(AF_INET, SOCK_STREAM);
	assert_int_equal(try_bind(fd, &sin, sizeof(sin)), EPERM);
	close(fd);
}

static void failed_bind_is_an_attempt(void **state)
{
	struct sockaddr_in sin = ipv4("192.0.2.1", PORT);
	int fd = open_socket(AF_INET, SOCK_STREAM);

	assert_int_equal(try_bind(fd, &sin, sizeof(sin)), EADDRNOTAVAIL);
	assert_address(&expect_socket(*state, YGR_EV_BIND)->body.socket.local, "192.0.2.1", PORT);
	close(fd);
}

static void listen_tells_backlog_and_address(void **state)
{
	struct sockaddr_in sin = ipv4("127.0.0.1", PORT);
	int fd = open_socket(AF_INET, SOCK_STREAM);
	const struct ygr_body_socket *body;

	assert_int_equal(try_bind(fd, &sin, sizeof(sin)), 0);
	assert_int_equal(listen(fd, 17), 0);
	body = &expect_socket(*state, YGR_EV_LISTEN)->body.socket;
	assert_address(&body->local, "127.0.0.1", PORT);
	assert_address(&body->remote, NULL, 0);
	assert_int_equal(body->backlog, 17);
	assert_int_equal(body->socket_ino, inode_of(fd));
	close(fd);
}

static void listen_without_bind_has_no_port_yet(void **state)
{
	int fd = open_socket(AF_INET, SOCK_STREAM);

	assert_int_equal(listen(fd, 1), 0);
	assert_address(&expect_socket(*state, YGR_EV_LISTEN)->body.socket.local, "0.0.0.0", 0);
	close(fd);
}

/* ---- connect ---- */

static void connect_tells_both_ends(void **state)
{
	struct sockaddr_in from = ipv4("127.0.0.5", PORT + 1), to = ipv4("127.0.0.1", PORT);
	int server = open_server(AF_INET), fd = open_socket(AF_INET, SOCK_STREAM);
	const struct ygr_body_socket *body;

	assert_int_equal(try_bind(fd, &from, sizeof(from)), 0);
	assert_int_equal(try_connect(fd, &to, sizeof(to)), 0);
	body = &expect_socket(*state, YGR_EV_CONNECT)->body.socket;
	assert_address(&body->remote, "127.0.0.1", PORT);
	assert_address(&body->local, "127.0.0.5", PORT + 1);
	assert_int_equal(body->socket_ino, inode_of(fd));
	assert_int_equal(body->family, AF_INET);
	assert_int_equal(body->type, SOCK_STREAM);
	assert_int_equal(body->protocol, IPPROTO_TCP);
	close(fd);
	close(server);
}

static void refused_connect_is_an_attempt(void **state)
{
	struct sockaddr_in to = ipv4("127.0.0.1", 1);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct ygr_body_socket *body;

	assert_int_equal(try_connect(fd, &to, sizeof(to)), ECONNREFUSED);
	body = &expect_socket(*state, YGR_EV_CONNECT)->body.socket;
	assert_address(&body->remote, "127.0.0.1", 1);
	assert_address(&body->local, "0.0.0.0", 0);
	close(fd);
}

static void datagram_socket_connects(void **state)
{
	struct sockaddr_in to = ipv4("127.0.0.1", 53);
	int fd = open_socket(AF_INET, SOCK_DGRAM);
	const struct ygr_body_socket *body;

	assert_int_equal(try_connect(fd, &to, sizeof(to)), 0);
	body = &expect_socket(*state, YGR_EV_CONNECT)->body.socket;
	assert_address(&body->remote, "127.0.0.1", 53);
	assert_int_equal(body->type, SOCK_DGRAM);
	assert_int_equal(body->protocol, IPPROTO_UDP);
	close(fd);
}

static void ipv6_connect_tells_its_scope(void **state)
{
	struct sockaddr_in6 to = ipv6("fe80::1", 53);
	int fd = open_socket(AF_INET6, SOCK_DGRAM);
	const struct ygr_body_socket *body;

	to.sin6_scope_id = if_nametoindex("lo");
	try_connect(fd, &to, sizeof(to));	/* there may be no route; the attempt counts */
	body = &expect_socket(*state, YGR_EV_CONNECT)->body.socket;
	assert_address(&body->remote, "fe80::1", 53);
	assert_int_equal(body->remote.scope_id, if_nametoindex("lo"));
	close(fd);
}

/* Each way to name one IPv4 address is that address. */
static void ipv4_has_many_spellings(void **state)
{
	union {
		struct sockaddr_in sin;
		struct sockaddr_in6 sin6;
		struct sockaddr_storage room;
	} plain = { .sin = ipv4("127.0.0.1", PORT) }, mapped = { .sin6 = ipv6("::ffff:127.0.0.1", PORT) };
	struct { int family; const void *address; socklen_t len; } cases[] = {
		{ AF_INET, &plain, sizeof(plain.sin) },
		{ AF_INET, &plain, sizeof(plain) },
		{ AF_INET6, &plain, sizeof(plain.sin) },
		{ AF_INET6, &mapped, sizeof(mapped.sin6) },
		{ AF_INET6, &mapped, 24 },		/* before there was a scope id */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int fd;

		guest_policy_clear(*state);
		guest_forget(*state);
		fd = open_socket(cases[i].family, SOCK_DGRAM);
		assert_int_equal(try_connect(fd, cases[i].address, cases[i].len), 0);
		assert_address(&expect_socket(*state, YGR_EV_CONNECT)->body.socket.remote, "127.0.0.1", PORT);
		close(fd);
		guest_policy_load(*state, RULES_1("{ name: no, on: connect, do: deny, where: { cidr: 127.0.0.1/32 } }"));
		fd = open_socket(cases[i].family, SOCK_DGRAM);
		assert_int_equal(try_connect(fd, cases[i].address, cases[i].len), EPERM);
		close(fd);
	}
}

static void half_an_address_is_none(void **state)
{
	struct sockaddr_in plain = ipv4("127.0.0.1", PORT);
	struct sockaddr_in6 long_one = ipv6("::1", PORT);
	struct { int family; const void *address; socklen_t len; int want; } cases[] = {
		{ AF_INET, &plain, 1, EINVAL },
		{ AF_INET, &plain, 2, EINVAL },
		{ AF_INET, &plain, sizeof(plain) - 1, EINVAL },
		{ AF_INET6, &long_one, 23, EINVAL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int fd = open_socket(cases[i].family, SOCK_STREAM);
		const struct ygr_body_socket *body;

		guest_forget(*state);
		assert_int_equal(try_connect(fd, cases[i].address, cases[i].len), cases[i].want);
		body = &expect_socket(*state, YGR_EV_CONNECT)->body.socket;
		assert_address(&body->remote, NULL, 0);
		assert_int_equal(body->family, cases[i].family);
		close(fd);
	}
}

static void disconnect_has_no_address(void **state)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	int fd = open_socket(AF_INET, SOCK_DGRAM);

	assert_int_equal(try_connect(fd, &none, sizeof(none)), 0);
	assert_address(&expect_socket(*state, YGR_EV_CONNECT)->body.socket.remote, NULL, 0);
	close(fd);
}

/* The peer as getpeername() has it, which no record may contradict. */
static void assert_is_peer_of(const struct ygr_address *address, int fd)
{
	struct sockaddr_in6 peer = { 0 };
	socklen_t len = sizeof(peer);
	char text[INET6_ADDRSTRLEN];
	const char *plain = text;

	assert_int_equal(getpeername(fd, (struct sockaddr *)&peer, &len), 0);
	if (peer.sin6_family == AF_INET)
		inet_ntop(AF_INET, &((struct sockaddr_in *)&peer)->sin_addr, text, sizeof(text));
	else
		inet_ntop(AF_INET6, &peer.sin6_addr, text, sizeof(text));
	if (!strncmp(text, "::ffff:", 7))
		plain += 7;
	assert_address(address, plain, ntohs(peer.sin6_port));
}

/* Who asks for no address in particular gets one all the same, and it depends. */
static void unspecified_address_is_where_it_leads(void **state)
{
	static const struct { int family; const char *from, *to; } cases[] = {
		{ AF_INET, NULL, "0.0.0.0" },
		{ AF_INET, "127.0.0.5", "0.0.0.0" },
		{ AF_INET6, NULL, "::" },
		{ AF_INET6, NULL, "0.0.0.0" },
		{ AF_INET6, NULL, "::ffff:0.0.0.0" },
		{ AF_INET6, "::1", "::" },
		{ AF_INET6, "::ffff:127.0.0.5", "::" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int fd = open_socket(cases[i].family, SOCK_DGRAM);
		union {
			struct sockaddr_in sin;
			struct sockaddr_in6 sin6;
		} from, to;

		guest_forget(*state);
		if (cases[i].from && cases[i].family == AF_INET)
			from.sin = ipv4(cases[i].from, 0);
		else if (cases[i].from)
			from.sin6 = ipv6(cases[i].from, 0);
		if (cases[i].from)
			assert_int_equal(try_bind(fd, &from, sizeof(from)), 0);
		if (strchr(cases[i].to, ':'))
			to.sin6 = ipv6(cases[i].to, PORT);
		else
			to.sin = ipv4(cases[i].to, PORT);
		printf("# %s to %s\n", cases[i].from ?: "unbound", cases[i].to);
		assert_int_equal(try_connect(fd, &to, sizeof(to)), 0);
		assert_is_peer_of(&expect_socket(*state, YGR_EV_CONNECT)->body.socket.remote, fd);
		close(fd);
	}
}

/* Return: errno of a send that connects. */
static int try_fast_open(int fd, const void *address, socklen_t len)
{
	return sendto(fd, "x", 1, MSG_FASTOPEN, address, len) == 1 ? 0 : errno;
}

static void fast_open_is_a_connect(void **state)
{
	int server = open_server(AF_INET), fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in to = ipv4("127.0.0.1", PORT);
	const struct ygr_body_socket *body;

	guest_policy_load(*state, RULES_1("{ name: no, on: connect, do: deny, where: { port: 4000 } }"));
	assert_int_equal(try_fast_open(fd, &to, sizeof(to)), EPERM);
	assert_int_equal(expect_socket(*state, YGR_EV_CONNECT)->head.verdict, YGR_VERDICT_DENY);
	usleep(10000);
	assert_int_equal(accept(server, NULL, NULL), -1);
	assert_int_equal(errno, EAGAIN);
	guest_policy_clear(*state);
	guest_forget(*state);
	assert_int_equal(try_fast_open(fd, &to, sizeof(to)), 0);
	body = &expect_socket(*state, YGR_EV_CONNECT)->body.socket;
	assert_address(&body->remote, "127.0.0.1", PORT);
	assert_int_equal(body->socket_ino, inode_of(fd));
	close(fd);
	close(server);
}

/* Elsewhere the flag means nothing, and nothing connects. */
static void fast_open_is_for_tcp_alone(void **state)
{
	int fd = open_socket(AF_INET, SOCK_DGRAM);
	struct sockaddr_in to = ipv4("127.0.0.1", PORT);

	assert_int_equal(try_fast_open(fd, &to, sizeof(to)), 0);
	close(fd);
	close(open_socket(AF_INET, SOCK_STREAM));
	guest_drain(*state);
	guest_reject(*state, .type = YGR_EV_CONNECT, .tgid = getpid());
}

/* ---- AF_UNIX ---- */

static socklen_t unix_address(struct sockaddr_un *un, const char *bytes, size_t nr)
{
	memset(un, 0, sizeof(*un));
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path, bytes, nr);
	return offsetof(struct sockaddr_un, sun_path) + nr;
}

static void unix_name_is_told(void **state)
{
	int server = open_socket(AF_UNIX, SOCK_STREAM), fd = open_socket(AF_UNIX, SOCK_STREAM);
	/* What follows the NUL is no part of the name. */
	static const char bytes[] = UNIX_PATH "\0rest";
	const struct guest_event *event;
	struct sockaddr_un un;
	socklen_t len = unix_address(&un, bytes, sizeof(bytes));

	unlink(UNIX_PATH);
	guest_forget(*state);
	assert_int_equal(try_bind(server, &un, len), 0);
	event = expect_socket(*state, YGR_EV_BIND);
	assert_text(event, YGR_STR_UNIX_PATH, UNIX_PATH);
	assert_address(&event->body.socket.local, NULL, 0);
	assert_int_equal(event->body.socket.family, AF_UNIX);
	guest_expect(*state, .type = YGR_EV_CREATE, .path = UNIX_PATH);
	assert_int_equal(listen(server, 1), 0);
	assert_int_equal(try_connect(fd, &un, len), 0);
	event = expect_socket(*state, YGR_EV_CONNECT);
	assert_text(event, YGR_STR_UNIX_PATH, UNIX_PATH);
	assert_int_equal(event->body.socket.socket_ino, inode_of(fd));
	close(fd);
	close(server);
	unlink(UNIX_PATH);
}

static void abstract_name_is_told_with_its_nuls(void **state)
{
	static const char name[] = { '\0', 'y', '\0', '\0', 'z' };
	int fd = open_socket(AF_UNIX, SOCK_DGRAM);
	struct sockaddr_un un;
	socklen_t len = unix_address(&un, name, sizeof(name));

	assert_int_equal(try_bind(fd, &un, len), 0);
	assert_text(expect_socket(*state, YGR_EV_BIND), YGR_STR_UNIX_PATH, "\0y\0\0z");
	close(fd);
}

static void longest_unix_name_has_no_end(void **state)
{
	int fd = open_socket(AF_UNIX, SOCK_STREAM);
	struct sockaddr_un un;
	char name[sizeof(un.sun_path)];
	socklen_t len;

	memset(name, 'n', sizeof(name));
	len = unix_address(&un, name, sizeof(name));
	assert_int_equal(try_connect(fd, &un, len), ENOENT);
	assert_text_at(expect_socket(*state, YGR_EV_CONNECT), YGR_STR_UNIX_PATH, name, sizeof(name),
		       __FILE__, __LINE__);
	close(fd);
}

static void unnamed_unix_socket_has_no_name(void **state)
{
	int fd = open_socket(AF_UNIX, SOCK_DGRAM);
	struct sockaddr_un un;

	assert_int_equal(try_bind(fd, &un, unix_address(&un, "", 0)), 0);	/* the kernel picks one */
	assert_no_text(expect_socket(*state, YGR_EV_BIND), YGR_STR_UNIX_PATH);
	close(fd);
}

/* ---- accept ---- */

static void accept_tells_the_peer(void **state)
{
	int server = open_server(AF_INET), client = connect_to_server("127.0.0.1"), fd;
	const struct ygr_body_socket *body;

	fd = accept_soon(server);
	assert_true(fd >= 0);
	body = &expect_socket(*state, YGR_EV_ACCEPT)->body.socket;
	assert_address(&body->local, "127.0.0.1", PORT);
	assert_address(&body->remote, "127.0.0.1", port_of(client));
	assert_int_equal(body->socket_ino, inode_of(fd));
	assert_int_equal(body->family, AF_INET);
	assert_int_equal(body->type, SOCK_STREAM);
	assert_int_equal(body->protocol, IPPROTO_TCP);
	close(fd);
	close(client);
	close(server);
}

static void ipv4_peer_of_an_ipv6_server_is_ipv4(void **state)
{
	int server = open_server(AF_INET6), client = connect_to_server("127.0.0.1"), fd;
	const struct ygr_body_socket *body;

	fd = accept_soon(server);
	assert_true(fd >= 0);
	body = &expect_socket(*state, YGR_EV_ACCEPT)->body.socket;
	assert_address(&body->local, "127.0.0.1", PORT);
	assert_address(&body->remote, "127.0.0.1", port_of(client));
	assert_int_equal(body->family, AF_INET6);
	close(fd);
	close(client);
	close(server);
}

static void unix_peer_has_no_address(void **state)
{
	int server = open_socket(AF_UNIX, SOCK_STREAM), client = open_socket(AF_UNIX, SOCK_STREAM), fd;
	const struct ygr_body_socket *body;
	struct sockaddr_un un;
	socklen_t len = unix_address(&un, "\0peer", 5);

	assert_int_equal(try_bind(server, &un, len), 0);
	assert_int_equal(listen(server, 1), 0);
	assert_int_equal(try_connect(client, &un, len), 0);
	fd = accept_soon(server);
	assert_true(fd >= 0);
	body = &expect_socket(*state, YGR_EV_ACCEPT)->body.socket;
	assert_address(&body->local, NULL, 0);
	assert_address(&body->remote, NULL, 0);
	assert_int_equal(body->family, AF_UNIX);
	assert_int_equal(body->socket_ino, inode_of(fd));
	close(fd);
	close(client);
	close(server);
}

/* The several TCP connections below one of MPTCP are the kernel's affair. */
static void multipath_connection_is_one(void **state)
{
	struct sockaddr_in here = ipv4("127.0.0.1", PORT);
	const struct ygr_body_socket *body;
	int server, client, fd, one = 1;

	server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_MPTCP);
	if (server < 0)
		skip();
	assert_int_equal(expect_socket(*state, YGR_EV_SOCKET_CREATE)->body.socket.protocol, IPPROTO_MPTCP);
	assert_int_equal(setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)), 0);
	assert_int_equal(try_bind(server, &here, sizeof(here)), 0);
	assert_int_equal(listen(server, 1), 0);
	guest_forget(*state);
	client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
	assert_int_equal(try_connect(client, &here, sizeof(here)), 0);
	fd = accept_soon(server);
	assert_true(fd >= 0);
	expect_socket(*state, YGR_EV_SOCKET_CREATE);
	body = &expect_socket(*state, YGR_EV_CONNECT)->body.socket;
	assert_int_equal(body->protocol, IPPROTO_MPTCP);
	assert_address(&body->remote, "127.0.0.1", PORT);
	body = &expect_socket(*state, YGR_EV_ACCEPT)->body.socket;
	assert_int_equal(body->socket_ino, inode_of(fd));
	assert_address(&body->remote, "127.0.0.1", port_of(client));
	guest_policy_load(*state, RULES_1("{ name: no, on: connect, do: deny, where: { port: 4000 } }"));
	close(client);
	client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
	assert_int_equal(try_connect(client, &here, sizeof(here)), EPERM);
	close(client);
	close(fd);
	close(server);
}

static void accept_of_nobody_is_not_told(void **state)
{
	int server = open_server(AF_INET);

	assert_int_equal(accept(server, NULL, NULL), -1);
	assert_int_equal(errno, EAGAIN);
	close(open_socket(AF_INET, SOCK_STREAM));
	guest_drain(*state);
	guest_reject(*state, .type = YGR_EV_ACCEPT, .tgid = getpid());
	close(server);
}

/* ---- denial ---- */

#define DENY(on, where)		RULES_1("{ name: no, on: " on ", do: deny, where: " where " }")

static const struct guest_event *expect_denied(struct guest *guest, enum ygr_event_type type,
					       uint64_t generation)
{
	const struct guest_event *event = expect_socket(guest, type);

	assert_int_equal(event->head.verdict, YGR_VERDICT_DENY);
	assert_rule(event, 1, "no", generation);
	return event;
}

static void denied_create(void **state)
{
	uint64_t denied = guest_stats(*state, YGR_CPU_ALL).denied;
	uint64_t generation = guest_policy_load(*state, DENY("socket-create", "{ uid: 0 }"));
	const struct guest_event *event;

	assert_int_equal(socket(AF_INET, SOCK_STREAM, 0), -1);
	assert_int_equal(errno, EPERM);
	event = expect_denied(*state, YGR_EV_SOCKET_CREATE, generation);
	assert_int_equal(event->body.socket.family, AF_INET);
	assert_int_equal(guest_stats(*state, YGR_CPU_ALL).denied - denied, 1);
}

static void denied_bind_leaves_the_socket_unbound(void **state)
{
	uint64_t generation = guest_policy_load(*state, DENY("bind", "{ port: 4000-4001 }"));
	struct sockaddr_in sin = ipv4("127.0.0.1", PORT);
	int fd = open_socket(AF_INET, SOCK_STREAM);

	assert_int_equal(try_bind(fd, &sin, sizeof(sin)), EPERM);
	assert_address(&expect_denied(*state, YGR_EV_BIND, generation)->body.socket.local, "127.0.0.1", PORT);
	assert_int_equal(port_of(fd), 0);
	sin.sin_port = htons(PORT + 2);
	assert_int_equal(try_bind(fd, &sin, sizeof(sin)), 0);
	close(fd);
}

static void denied_listen_takes_no_connection(void **state)
{
	uint64_t generation = guest_policy_load(*state, DENY("listen", "{ port: 4000 }"));
	struct sockaddr_in sin = ipv4("127.0.0.1", PORT);
	int fd = open_socket(AF_INET, SOCK_STREAM), client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(try_bind(fd, &sin, sizeof(sin)), 0);
	assert_int_equal(listen(fd, 1), -1);
	assert_int_equal(errno, EPERM);
	expect_denied(*state, YGR_EV_LISTEN, generation);
	assert_int_equal(try_connect(client, &sin, sizeof(sin)), ECONNREFUSED);
	close(client);
	close(fd);
}

static void denied_connect_reaches_nobody(void **state)
{
	int server = open_server(AF_INET), fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in to = ipv4("127.0.0.1", PORT);
	uint64_t generation = guest_policy_load(*state, DENY("connect", "{ cidr: 127.0.0.0/8, port: 4000 }"));

	assert_int_equal(try_connect(fd, &to, sizeof(to)), EPERM);
	assert_address(&expect_denied(*state, YGR_EV_CONNECT, generation)->body.socket.remote, "127.0.0.1", PORT);
	usleep(10000);
	assert_int_equal(accept(server, NULL, NULL), -1);
	assert_int_equal(errno, EAGAIN);
	guest_policy_clear(*state);
	assert_int_equal(try_connect(fd, &to, sizeof(to)), 0);
	close(fd);
	close(server);
}

/* Nobody is lost: who could not be taken is still in the queue. */
static void denied_accept_leaves_the_peer_waiting(void **state)
{
	int server = open_server(AF_INET), client = connect_to_server("127.0.0.1"), fd;
	uint64_t generation = guest_policy_load(*state, DENY("accept", "{ port: 4000 }"));
	const struct guest_event *event;

	assert_int_equal(accept_soon(server), -EPERM);
	event = expect_denied(*state, YGR_EV_ACCEPT, generation);
	assert_address(&event->body.socket.local, "127.0.0.1", PORT);
	assert_address(&event->body.socket.remote, NULL, 0);
	assert_int_equal(event->body.socket.socket_ino, inode_of(server));
	guest_policy_clear(*state);
	fd = accept_soon(server);
	assert_true(fd >= 0);
	close(fd);
	close(client);
	close(server);
}

/* Return: errno of a connect of a datagram socket: no server is needed. */
static int connect_ipv4(const char *addr, uint16_t port)
{
	struct sockaddr_in to = ipv4(addr, port);
	int fd = open_socket(AF_INET, SOCK_DGRAM), error = try_connect(fd, &to, sizeof(to));

	close(fd);
	return error;
}

static int connect_ipv6(const char *addr, uint16_t port)
{
	struct sockaddr_in6 to = ipv6(addr, port);
	int fd = open_socket(AF_INET6, SOCK_DGRAM), error = try_connect(fd, &to, sizeof(to));

	close(fd);
	return error;
}

static int connect_unix(void)
{
	int fd = open_socket(AF_UNIX, SOCK_DGRAM), error;
	struct sockaddr_un un;

	error = try_connect(fd, &un, unix_address(&un, "\0nobody", 7));
	close(fd);
	return error;
}

static void network_and_port_both_count(void **state)
{
	guest_policy_load(*state, DENY("connect", "{ cidr: [127.1.0.0/16, \"::1/128\"], port: [53, 1000-2000] }"));
	assert_int_equal(connect_ipv4("127.1.0.0", 53), EPERM);
	assert_int_equal(connect_ipv4("127.1.255.255", 1000), EPERM);
	assert_int_equal(connect_ipv4("127.1.2.3", 2000), EPERM);
	assert_int_equal(connect_ipv4("127.1.2.3", 2001), 0);
	assert_int_equal(connect_ipv4("127.1.2.3", 999), 0);
	assert_int_equal(connect_ipv4("127.2.0.0", 53), 0);
	assert_int_equal(connect_ipv4("127.0.255.255", 53), 0);
	assert_int_equal(connect_ipv6("::1", 53), EPERM);
	assert_int_equal(connect_ipv6("::1", 54), 0);
	assert_int_equal(connect_ipv6("::ffff:127.1.2.3", 53), EPERM);
	assert_int_equal(connect_unix(), ECONNREFUSED);
}

/* What has no address is in no network: an exception from networks does not cover it. */
static void what_is_not_excepted_is_denied(void **state)
{
	guest_policy_load(*state, DENY("connect", "{ not: { cidr: 127.0.0.0/8, port: 53 } }"));
	assert_int_equal(connect_ipv4("127.0.0.1", 4000), 0);
	assert_int_equal(connect_ipv6("::1", 53), 0);
	assert_int_equal(connect_ipv6("::1", 4000), EPERM);
	assert_int_equal(connect_unix(), EPERM);
}

static int connect_as_other(void *arg)
{
	(void)arg;
	return connect_ipv4("127.0.0.1", 53);
}

static void denial_is_by_user(void **state)
{
	guest_policy_load(*state, DENY("connect", "{ uid: 1000 }"));
	assert_int_equal(guest_child_call(1000, connect_as_other, NULL), EPERM);
	assert_int_equal(guest_child_call(1001, connect_as_other, NULL), 0);
}

static void monitored_acts_are_done(void **state)
{
	uint64_t generation = guest_policy_load(*state,
		RULES_1("{ name: try, on: [bind, listen, connect, accept], do: deny, mode: monitor }"));
	static const enum ygr_event_type told[] = { YGR_EV_BIND, YGR_EV_LISTEN, YGR_EV_CONNECT, YGR_EV_ACCEPT };
	int server = open_server(AF_INET), client = connect_to_server("127.0.0.1"), fd = accept_soon(server);

	assert_true(fd >= 0);
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		assert_rule(guest_expect(*state, .type = told[i], .tgid = getpid(), .verdict = GUEST_WOULD_DENY),
			    1, "try", generation);
	/* The connection itself is told as well. */
	guest_expect(*state, .type = YGR_EV_ACCEPT, .tgid = getpid(), .verdict = GUEST_ALLOWED);
	close(fd);
	close(client);
	close(server);
}

static void ignored_acts_are_counted(void **state)
{
	struct ygr_stats before, after;

	guest_policy_load(*state, RULES_1("{ name: r, on: socket, do: ignore, where: { uid: 0 } }"));
	before = guest_stats(*state, YGR_CPU_ALL);
	close(open_server(AF_INET));			/* create, bind, listen */
	assert_int_equal(connect_ipv4("127.0.0.1", 53), 0);	/* create, connect */
	after = guest_stats(*state, YGR_CPU_ALL);
	assert_int_equal(after.ignored - before.ignored, 5);
	guest_policy_clear(*state);
	close(open_socket(AF_INET, SOCK_STREAM));
	expect_socket(*state, YGR_EV_SOCKET_CREATE);
	guest_reject(*state, .type = YGR_EV_BIND, .tgid = getpid());
	guest_reject(*state, .type = YGR_EV_LISTEN, .tgid = getpid());
	guest_reject(*state, .type = YGR_EV_CONNECT, .tgid = getpid());
}

#define test(f) cmocka_unit_test_setup(f, guest_fresh)

int main(void)
{
	const struct CMUnitTest sockets[] = {
		test(create_tells_what_was_asked_for),
		test(pair_is_two_sockets),
		test(sockets_of_the_kernel_are_not_told),
		test(bind_tells_the_wanted_address),
		test(bind_to_ipv6),
		test(mapped_address_is_ipv4),
		test(bind_without_a_family_is_ipv4),
		test(failed_bind_is_an_attempt),
		test(listen_tells_backlog_and_address),
		test(listen_without_bind_has_no_port_yet),
		test(connect_tells_both_ends),
		test(refused_connect_is_an_attempt),
		test(datagram_socket_connects),
		test(ipv6_connect_tells_its_scope),
		test(ipv4_has_many_spellings),
		test(half_an_address_is_none),
		test(disconnect_has_no_address),
		test(unspecified_address_is_where_it_leads),
		test(fast_open_is_a_connect),
		test(fast_open_is_for_tcp_alone),
		test(unix_name_is_told),
		test(abstract_name_is_told_with_its_nuls),
		test(longest_unix_name_has_no_end),
		test(unnamed_unix_socket_has_no_name),
		test(accept_tells_the_peer),
		test(ipv4_peer_of_an_ipv6_server_is_ipv4),
		test(unix_peer_has_no_address),
		test(multipath_connection_is_one),
		test(accept_of_nobody_is_not_told),
		test(denied_create),
		test(denied_bind_leaves_the_socket_unbound),
		test(denied_listen_takes_no_connection),
		test(denied_connect_reaches_nobody),
		test(denied_accept_leaves_the_peer_waiting),
		test(network_and_port_both_count),
		test(what_is_not_excepted_is_denied),
		test(denial_is_by_user),
		test(monitored_acts_are_done),
		test(ignored_acts_are_counted),
	};

	return cmocka_run_group_tests(sockets, guest_setup, guest_teardown);
}
