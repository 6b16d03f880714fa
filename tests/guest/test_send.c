// SPDX-License-Identifier: GPL-2.0-only
/* Datagrams: told once to each destination, or all when a rule looks; and denied. */
#include <errno.h>
#include <netinet/ip_icmp.h>
#include <string.h>
#include <unistd.h>

#include "loopback.h"

#define OTHER		(PORT + 1)
#define WATCH		RULES_1("{ name: see, on: send, do: record }")
#define DENY(where)	RULES_1("{ name: no, on: send, do: deny, where: " where " }")

/* ---- helpers ---- */

/* Return: errno of the send, 0 if it went off. @to: NULL: as connected */
static int try_send(int fd, const void *to, socklen_t len)
{
	return sendto(fd, "x", 1, 0, to, len) == 1 ? 0 : errno;
}

static int send_ipv4(const char *addr, uint16_t port)
{
	struct sockaddr_in to = ipv4(addr, port);
	int fd = open_socket(AF_INET, SOCK_DGRAM), error = try_send(fd, &to, sizeof(to));

	close(fd);
	return error;
}

static int send_ipv6(const char *addr, uint16_t port)
{
	struct sockaddr_in6 to = ipv6(addr, port);
	int fd = open_socket(AF_INET6, SOCK_DGRAM), error = try_send(fd, &to, sizeof(to));

	close(fd);
	return error;
}

/* A receiver at PORT. */
static int open_receiver(void)
{
	struct sockaddr_in sin = ipv4("127.0.0.1", PORT);
	int fd = open_socket(AF_INET, SOCK_DGRAM);

	assert_int_equal(try_bind(fd, &sin, sizeof(sin)), 0);
	return fd;
}

static bool has_received(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_DONTWAIT) == 1;
}

static size_t sends(struct guest *guest)
{
	guest_drain(guest);
	return guest_count(guest, &(struct guest_query){ .type = YGR_EV_SEND, .tgid = getpid() });
}

static const struct ygr_body_socket *expect_send(struct guest *guest, const char *addr, uint16_t port)
{
	const struct guest_event *event = expect_socket(guest, YGR_EV_SEND);

	assert_address(&event->body.socket.remote, addr, port);
	return &event->body.socket;
}

/* ---- what is told ---- */

static int send_to_other(void *arg)
{
	struct sockaddr_in to = ipv4("127.0.0.1", OTHER);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)arg;
	return fd < 0 ? 1 : try_send(fd, &to, sizeof(to)) || try_send(fd, &to, sizeof(to));
}

/* Whatever the socket; what is not told is not "ignored", which is a rule's. */
static void first_datagram_to_a_destination_is_told(void **state)
{
	struct ygr_stats before = guest_stats(*state, YGR_CPU_ALL);
	pid_t pid;

	for (int i = 0; i < 3; i++)
		assert_int_equal(send_ipv4("127.0.0.1", OTHER), 0);
	assert_no_rule(expect_socket(*state, YGR_EV_SEND));
	assert_int_equal(send_ipv4("127.0.0.1", OTHER + 1), 0);
	assert_int_equal(send_ipv4("127.0.0.2", OTHER), 0);
	assert_int_equal(send_ipv6("::1", OTHER), 0);
	assert_int_equal(send_ipv6("::ffff:127.0.0.1", OTHER), 0);
	assert_int_equal(sends(*state), 4);
	/* To another process it is the first. */
	pid = guest_child_start(send_to_other, NULL);
	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), 0);
	guest_drain(*state);
	assert_int_equal(guest_count(*state, &(struct guest_query){ .type = YGR_EV_SEND, .tgid = (uint32_t)pid }), 1);
	assert_int_equal(guest_stats(*state, YGR_CPU_ALL).ignored, before.ignored);
}

static void ignored_datagram_is_not_told(void **state)
{
	guest_policy_load(*state, RULES_1("{ name: no, on: send, do: ignore, where: { port: 4010 } }"));
	assert_int_equal(send_ipv4("127.0.0.1", OTHER + 9), 0);
	assert_int_equal(send_ipv4("127.0.0.1", OTHER + 10), 0);
	assert_int_equal(sends(*state), 1);
}

/* A rule asks for each, not only for the first. */
static void rule_records_each(void **state)
{
	guest_policy_load(*state, WATCH);
	for (int i = 0; i < 3; i++)
		assert_int_equal(send_ipv4("127.0.0.1", OTHER), 0);
	assert_int_equal(sends(*state), 3);
}

static void socket_of_another_kind_is_quiet(void **state)
{
	struct sockaddr_un un;
	socklen_t len = unix_address(&un, "\0quiet", 6);
	int server = open_socket(AF_UNIX, SOCK_DGRAM), fd = open_socket(AF_UNIX, SOCK_DGRAM);

	assert_int_equal(try_bind(server, &un, len), 0);
	assert_int_equal(try_send(fd, &un, len), 0);
	assert_int_equal(sends(*state), 0);
	close(fd);
	close(server);
}

static void datagram_tells_where_it_goes(void **state)
{
	struct sockaddr_in to = ipv4("127.0.0.1", OTHER);
	int receiver = open_receiver();
	uint64_t generation = guest_policy_load(*state, WATCH);
	const struct guest_event *event;

	assert_int_equal(try_send(receiver, &to, sizeof(to)), 0);
	event = expect_socket(*state, YGR_EV_SEND);
	assert_rule(event, 1, "see", generation);
	assert_address(&event->body.socket.remote, "127.0.0.1", OTHER);
	assert_address(&event->body.socket.local, "127.0.0.1", PORT);
	assert_int_equal(event->body.socket.family, AF_INET);
	assert_int_equal(event->body.socket.type, SOCK_DGRAM);
	assert_int_equal(event->body.socket.protocol, IPPROTO_UDP);
	assert_int_equal(event->body.socket.socket_ino, inode_of(receiver));
	close(receiver);
}

static void connected_datagram_goes_to_the_peer(void **state)
{
	struct sockaddr_in to = ipv4("127.0.0.1", OTHER);
	int fd = open_socket(AF_INET, SOCK_DGRAM);

	guest_policy_load(*state, WATCH);
	assert_int_equal(try_connect(fd, &to, sizeof(to)), 0);
	assert_int_equal(try_send(fd, NULL, 0), 0);
	expect_send(*state, "127.0.0.1", OTHER);
	close(fd);
}

static void datagram_without_a_destination_goes_nowhere(void **state)
{
	int fd = open_socket(AF_INET, SOCK_DGRAM);

	guest_policy_load(*state, WATCH);
	assert_int_equal(try_send(fd, NULL, 0), EDESTADDRREQ);
	expect_send(*state, NULL, 0);
	close(fd);
}

static void stream_sends_no_datagrams(void **state)
{
	int server = open_server(AF_INET), fd = connect_to_server("127.0.0.1");

	guest_policy_load(*state, WATCH);
	assert_int_equal(try_send(fd, NULL, 0), 0);
	close(open_socket(AF_INET, SOCK_DGRAM));
	assert_int_equal(sends(*state), 0);
	close(fd);
	close(server);
}

/* The kernel asks once for a row of datagrams to one address. */
static void many_in_one_call(void **state)
{
	struct sockaddr_in to[2] = { ipv4("127.0.0.1", OTHER), ipv4("127.0.0.1", OTHER + 1) };
	struct iovec iov = { .iov_base = "x", .iov_len = 1 };
	struct mmsghdr msgs[4] = { 0 };
	int fd = open_socket(AF_INET, SOCK_DGRAM);

	for (size_t i = 0; i < 4; i++)
		msgs[i].msg_hdr = (struct msghdr){ .msg_name = &to[i / 2], .msg_namelen = sizeof(to[0]),
						   .msg_iov = &iov, .msg_iovlen = 1 };
	guest_policy_load(*state, WATCH);
	assert_int_equal(sendmmsg(fd, msgs, 4, 0), 4);
	assert_int_equal(sends(*state), 2);
	guest_policy_load(*state, DENY("{ port: 4002 }"));
	assert_int_equal(sendmmsg(fd, msgs, 4, 0), 2);
	assert_int_equal(sendmmsg(fd, msgs + 2, 2, 0), -1);
	assert_int_equal(errno, EPERM);
	close(fd);
}

/* ---- what is denied ---- */

static void denied_datagram_does_not_arrive(void **state)
{
	uint64_t denied = guest_stats(*state, YGR_CPU_ALL).denied;
	int receiver = open_receiver();
	uint64_t generation;

	assert_int_equal(send_ipv4("127.0.0.1", PORT), 0);
	assert_true(has_received(receiver));
	guest_forget(*state);
	generation = guest_policy_load(*state, DENY("{ cidr: 127.0.0.0/8, port: 4000 }"));
	assert_int_equal(send_ipv4("127.0.0.1", PORT), EPERM);
	assert_false(has_received(receiver));
	assert_rule(expect_socket(*state, YGR_EV_SEND), 1, "no", generation);
	assert_int_equal(send_ipv4("127.0.0.1", OTHER), 0);
	assert_int_equal(sends(*state), 1);
	assert_int_equal(guest_stats(*state, YGR_CPU_ALL).denied - denied, 1);
	close(receiver);
}

static void error_is_the_rules(void **state)
{
	guest_policy_load(*state, RULES_1("{ name: no, on: send, do: deny, errno: ECONNREFUSED, "
					  "where: { port: 4000 } }"));
	assert_int_equal(send_ipv4("127.0.0.1", PORT), ECONNREFUSED);
}

static void connected_datagram_is_denied(void **state)
{
	struct sockaddr_in to = ipv4("127.0.0.1", PORT);
	int fd = open_socket(AF_INET, SOCK_DGRAM);

	assert_int_equal(try_connect(fd, &to, sizeof(to)), 0);
	guest_policy_load(*state, DENY("{ cidr: 127.0.0.1 }"));
	assert_int_equal(try_send(fd, NULL, 0), EPERM);
	close(fd);
}

/* ---- one address in other words ---- */

static void mapped_address_is_ipv4(void **state)
{
	guest_policy_load(*state, DENY("{ cidr: 127.0.0.1 }"));
	assert_int_equal(send_ipv6("::ffff:127.0.0.1", PORT), EPERM);
	assert_int_equal(send_ipv6("::1", PORT), 0);
}

static void unspecified_address_is_where_it_leads(void **state)
{
	guest_policy_load(*state, DENY("{ cidr: [127.0.0.1, \"::1\"] }"));
	assert_int_equal(send_ipv4("0.0.0.0", PORT), EPERM);
	assert_int_equal(send_ipv6("::", PORT), EPERM);
}

/* IPv4 takes no family for its own. */
static void address_without_a_family_is_ipv4(void **state)
{
	struct sockaddr_in to = ipv4("127.0.0.1", PORT);
	int receiver = open_receiver(), fd = open_socket(AF_INET, SOCK_DGRAM);

	to.sin_family = AF_UNSPEC;
	assert_int_equal(try_send(fd, &to, sizeof(to)), 0);
	assert_true(has_received(receiver));
	guest_policy_load(*state, DENY("{ cidr: 127.0.0.1, port: 4000 }"));
	assert_int_equal(try_send(fd, &to, sizeof(to)), EPERM);
	expect_send(*state, "127.0.0.1", PORT);
	close(fd);
	close(receiver);
}

/* IPv6 takes it for none. */
static void address_without_a_family_is_the_peers(void **state)
{
	struct sockaddr_in6 peer = ipv6("::1", PORT), none = ipv6("::2", OTHER);
	int fd = open_socket(AF_INET6, SOCK_DGRAM);

	none.sin6_family = AF_UNSPEC;
	assert_int_equal(try_connect(fd, &peer, sizeof(peer)), 0);
	guest_policy_load(*state, DENY("{ cidr: \"::1\", port: 4000 }"));
	assert_int_equal(try_send(fd, &none, sizeof(none)), EPERM);
	expect_send(*state, "::1", PORT);
	close(fd);
}

/* ---- other sockets ---- */

static void raw_datagram_has_no_port(void **state)
{
	const struct icmphdr echo = { .type = ICMP_ECHO };
	struct sockaddr_in to = ipv4("127.0.0.1", 0);
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);

	assert_true(fd >= 0);
	guest_policy_load(*state, DENY("{ type: raw, protocol: icmp, cidr: 127.0.0.1 }"));
	assert_int_equal(sendto(fd, &echo, sizeof(echo), 0, (void *)&to, sizeof(to)), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(expect_send(*state, "127.0.0.1", 0)->type, SOCK_RAW);
	assert_int_equal(send_ipv4("127.0.0.1", PORT), 0);
	close(fd);
}

static void unix_datagram_is_denied_by_name(void **state)
{
	struct sockaddr_un un;
	socklen_t len = unix_address(&un, "\0send", 5);
	int server = open_socket(AF_UNIX, SOCK_DGRAM), fd = open_socket(AF_UNIX, SOCK_DGRAM);

	assert_int_equal(try_bind(server, &un, len), 0);
	assert_int_equal(try_send(fd, &un, len), 0);
	guest_policy_load(*state, DENY("{ unix: \"@send\" }"));
	assert_int_equal(try_send(fd, &un, len), EPERM);
	assert_text(expect_socket(*state, YGR_EV_SEND), YGR_STR_UNIX_PATH, "\0send");
	/* One that is connected has been judged as it was. */
	assert_int_equal(try_connect(fd, &un, len), 0);
	assert_int_equal(try_send(fd, NULL, 0), 0);
	close(fd);
	close(server);
}

#define test(f) cmocka_unit_test_setup(f, guest_fresh)

int main(void)
{
	const struct CMUnitTest send[] = {
		test(first_datagram_to_a_destination_is_told),
		test(ignored_datagram_is_not_told),
		test(rule_records_each),
		test(socket_of_another_kind_is_quiet),
		test(datagram_tells_where_it_goes),
		test(connected_datagram_goes_to_the_peer),
		test(datagram_without_a_destination_goes_nowhere),
		test(stream_sends_no_datagrams),
		test(many_in_one_call),
		test(denied_datagram_does_not_arrive),
		test(error_is_the_rules),
		test(connected_datagram_is_denied),
		test(mapped_address_is_ipv4),
		test(unspecified_address_is_where_it_leads),
		test(address_without_a_family_is_ipv4),
		test(address_without_a_family_is_the_peers),
		test(raw_datagram_has_no_port),
		test(unix_datagram_is_denied_by_name),
	};

	return cmocka_run_group_tests(send, guest_setup, guest_teardown);
}
