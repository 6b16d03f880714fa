// SPDX-License-Identifier: GPL-2.0-only
/* Sockets made, named, listening, and connections taken: what each tells. */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "loopback.h"

#define UNIX_PATH	"/tmp/socket_unix"

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

/* ---- AF_UNIX ---- */

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
		test(unix_name_is_told),
		test(abstract_name_is_told_with_its_nuls),
		test(longest_unix_name_has_no_end),
		test(unnamed_unix_socket_has_no_name),
		test(accept_tells_the_peer),
		test(ipv4_peer_of_an_ipv6_server_is_ipv4),
		test(unix_peer_has_no_address),
		test(multipath_connection_is_one),
		test(accept_of_nobody_is_not_told),
	};

	return cmocka_run_group_tests(sockets, guest_setup, guest_teardown);
}
