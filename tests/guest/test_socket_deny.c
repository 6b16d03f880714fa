// SPDX-License-Identifier: GPL-2.0-only
/* Socket acts that are denied, and have no effect; those that are watched or ignored, and have. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "loopback.h"

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
