// SPDX-License-Identifier: GPL-2.0-only
/* Connect, by every spelling of an address: what it tells, and where it leads. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "loopback.h"

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

#define test(f) cmocka_unit_test_setup(f, guest_fresh)

int main(void)
{
	const struct CMUnitTest connects[] = {
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
	};

	return cmocka_run_group_tests(connects, guest_setup, guest_teardown);
}
