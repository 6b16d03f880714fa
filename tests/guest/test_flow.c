// SPDX-License-Identifier: GPL-2.0-only
/* What went over a socket: told when it is let go, to the byte. */
#include <errno.h>
#include <liburing.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loopback.h"

#define OTHER	(PORT + 1)

static char bytes[1 << 16];

/* ---- helpers ---- */

static bool is_of(const struct guest_event *event, const void *arg)
{
	return event->body.close.socket_ino == *(const uint64_t *)arg;
}

static const struct guest_event *find_close(struct guest *guest, uint64_t ino)
{
	return guest_expect(guest, .type = YGR_EV_SOCKET_CLOSE, .where = is_of, .arg = &ino);
}

/* Closes @fd. Return: what is told of it. */
static const struct ygr_body_close *close_and_expect(struct guest *guest, int fd)
{
	uint64_t ino = inode_of(fd);

	close(fd);
	return &find_close(guest, ino)->body.close;
}

static void close_and_reject(struct guest *guest, int fd)
{
	uint64_t ino = inode_of(fd);

	close(fd);
	/* What was written after it is there. */
	close(open_socket(AF_INET, SOCK_STREAM));
	guest_expect(guest, .type = YGR_EV_SOCKET_CREATE, .tgid = getpid());
	guest_reject(guest, .type = YGR_EV_SOCKET_CLOSE, .where = is_of, .arg = &ino);
}

static uint64_t ignored(struct guest *guest)
{
	return guest_stats(guest, YGR_CPU_ALL).ignored;
}

static void send_all(int fd, size_t nr)
{
	while (nr) {
		ssize_t sent = send(fd, bytes, nr < sizeof(bytes) ? nr : sizeof(bytes), 0);

		assert_true(sent > 0);
		nr -= (size_t)sent;
	}
}

static void await_input(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	assert_int_equal(poll(&pfd, 1, GUEST_WAIT_MS), 1);
}

static void receive_all(int fd, size_t nr)
{
	while (nr) {
		ssize_t got;

		await_input(fd);
		got = recv(fd, bytes, nr < sizeof(bytes) ? nr : sizeof(bytes), 0);
		assert_true(got > 0);
		nr -= (size_t)got;
	}
}

struct pair {
	int server, client, accepted;
};

static struct pair open_pair(int family)
{
	struct sockaddr_in6 sin6 = ipv6("::1", PORT);
	struct pair pair = { .server = open_server(family) };

	if (family == AF_INET) {
		pair.client = connect_to_server("127.0.0.1");
	} else {
		pair.client = open_socket(AF_INET6, SOCK_STREAM);
		assert_int_equal(try_connect(pair.client, &sin6, sizeof(sin6)), 0);
	}
	pair.accepted = accept_soon(pair.server);
	assert_true(pair.accepted >= 0);
	return pair;
}

static void assert_counts_at(const struct ygr_body_close *body, uint64_t out, uint64_t in, int line)
{
	if (body->bytes_out == out && body->bytes_in == in)
		return;
	printf("# %llu bytes out, %llu in, %llu unsent; wanted %llu and %llu\n",
	       (unsigned long long)body->bytes_out, (unsigned long long)body->bytes_in,
	       (unsigned long long)body->bytes_unsent, (unsigned long long)out, (unsigned long long)in);
	_fail(__FILE__, line);
}

#define assert_counts(body, out, in) assert_counts_at(body, out, in, __LINE__)

/* ---- TCP ---- */

static void check_connection(struct guest *guest, int family, const char *addr)
{
	struct pair pair = open_pair(family);
	uint16_t port = port_of(pair.client);
	uint64_t connect_cookie, accept_cookie;
	const struct ygr_body_close *body;

	connect_cookie = expect_socket(guest, YGR_EV_CONNECT)->body.socket.socket_cookie;
	accept_cookie = expect_socket(guest, YGR_EV_ACCEPT)->body.socket.socket_cookie;
	assert_true(connect_cookie && accept_cookie && connect_cookie != accept_cookie);
	send_all(pair.client, 1000);
	receive_all(pair.accepted, 1000);
	send_all(pair.accepted, 3000);
	receive_all(pair.client, 3000);

	body = close_and_expect(guest, pair.client);
	assert_counts(body, 1000, 3000);
	assert_int_equal(body->socket_cookie, connect_cookie);
	assert_int_equal(body->family, family);
	assert_int_equal(body->type, SOCK_STREAM);
	assert_int_equal(body->protocol, IPPROTO_TCP);
	assert_int_equal(body->owner_tgid, getpid());
	assert_int_equal(body->bytes_unsent, 0);
	assert_int_equal(body->retransmit_nr, 0);
	assert_true(body->packets_out >= 2 && body->packets_in >= 2);
	assert_address(&body->local, addr, port);
	assert_address(&body->remote, addr, PORT);

	/* It has seen the other end's FIN, which is no byte of the process's. */
	await_input(pair.accepted);
	body = close_and_expect(guest, pair.accepted);
	assert_counts(body, 3000, 1000);
	assert_int_equal(body->socket_cookie, accept_cookie);
	assert_address(&body->local, addr, PORT);
	assert_address(&body->remote, addr, port);
	close_and_reject(guest, pair.server);
}

static void connection_is_told_to_the_byte(void **state)
{
	check_connection(*state, AF_INET, "127.0.0.1");
}

static void so_is_one_of_ipv6(void **state)
{
	check_connection(*state, AF_INET6, "::1");
}

static void many_bytes(void **state)
{
	struct pair pair = open_pair(AF_INET);
	const size_t chunk = 30000, nr = 100;

	for (size_t i = 0; i < nr; i++) {
		send_all(pair.client, chunk);
		receive_all(pair.accepted, chunk);
	}
	assert_counts(close_and_expect(*state, pair.client), chunk * nr, 0);
	assert_counts(close_and_expect(*state, pair.accepted), 0, chunk * nr);
	close(pair.server);
}

/* What the other end does not read stays here, and is told apart. */
static void what_waits_has_not_left(void **state)
{
	struct pair pair = open_pair(AF_INET);
	const struct ygr_body_close *body;
	uint64_t written = 0;
	ssize_t sent;

	while ((sent = send(pair.client, bytes, sizeof(bytes), 0)) > 0)
		written += (uint64_t)sent;
	assert_int_equal(errno, EAGAIN);
	body = close_and_expect(*state, pair.client);
	assert_true(body->bytes_unsent > 0);
	assert_true(body->bytes_out > 0);
	assert_int_equal(body->bytes_out + body->bytes_unsent, written);
	close(pair.accepted);
	close(pair.server);
}

static void shutting_down_is_no_byte(void **state)
{
	struct pair pair = open_pair(AF_INET);

	send_all(pair.client, 10);
	assert_int_equal(shutdown(pair.client, SHUT_WR), 0);
	receive_all(pair.accepted, 10);
	send_all(pair.accepted, 20);
	assert_int_equal(shutdown(pair.accepted, SHUT_WR), 0);
	receive_all(pair.client, 20);
	await_input(pair.client);
	assert_counts(close_and_expect(*state, pair.client), 10, 20);
	assert_counts(close_and_expect(*state, pair.accepted), 20, 10);
	close(pair.server);
}

static void refused_connection_has_no_bytes(void **state)
{
	struct sockaddr_in sin = ipv4("127.0.0.1", OTHER);
	int fd = open_socket(AF_INET, SOCK_STREAM);
	const struct ygr_body_close *body;

	assert_int_equal(try_connect(fd, &sin, sizeof(sin)), 0);
	assert_int_equal(poll(&(struct pollfd){ .fd = fd }, 1, GUEST_WAIT_MS), 1);
	body = close_and_expect(*state, fd);
	assert_counts(body, 0, 0);
	assert_int_equal(body->packets_out, 1);
}

static void unused_socket_is_not_told(void **state)
{
	close_and_reject(*state, open_socket(AF_INET, SOCK_STREAM));
	close_and_reject(*state, open_socket(AF_INET, SOCK_DGRAM));
	close_and_reject(*state, open_socket(AF_INET6, SOCK_DGRAM));
}

/* ---- UDP ---- */

static void check_datagrams(struct guest *guest, int family, const void *here, const void *there,
			    socklen_t len)
{
	int fd = open_socket(family, SOCK_DGRAM), other = open_socket(family, SOCK_DGRAM);
	const struct ygr_body_close *body;

	assert_int_equal(try_bind(fd, here, len), 0);
	assert_int_equal(try_bind(other, there, len), 0);
	for (size_t nr = 10; nr <= 30; nr += 10)
		assert_int_equal(sendto(fd, bytes, nr, 0, there, len), nr);
	/* Looking is not reading, and a datagram that is cut was one all the same. */
	await_input(other);
	assert_int_equal(recv(other, bytes, sizeof(bytes), MSG_PEEK), 10);
	assert_int_equal(recv(other, bytes, sizeof(bytes), 0), 10);
	assert_int_equal(recv(other, bytes, 5, 0), 5);
	assert_int_equal(sendto(other, bytes, 7, 0, here, len), 7);
	await_input(fd);
	assert_int_equal(recv(fd, bytes, sizeof(bytes), 0), 7);
	body = close_and_expect(guest, fd);
	assert_counts(body, 60, 7);
	assert_int_equal(body->packets_out, 3);
	assert_int_equal(body->packets_in, 1);
	assert_int_equal(body->protocol, IPPROTO_UDP);
	assert_int_equal(body->local.port, PORT);
	assert_int_equal(body->remote.family, 0);
	/* The third was never read. */
	body = close_and_expect(guest, other);
	assert_counts(body, 7, 30);
	assert_int_equal(body->packets_in, 2);
}

static void datagrams_are_counted(void **state)
{
	struct sockaddr_in here = ipv4("127.0.0.1", PORT), there = ipv4("127.0.0.1", OTHER);

	check_datagrams(*state, AF_INET, &here, &there, sizeof(here));
}

static void so_are_those_of_ipv6(void **state)
{
	struct sockaddr_in6 here = ipv6("::1", PORT), there = ipv6("::1", OTHER);

	check_datagrams(*state, AF_INET6, &here, &there, sizeof(here));
}

static void connected_datagram_socket_has_a_peer(void **state)
{
	struct sockaddr_in sin = ipv4("127.0.0.1", OTHER);
	int fd = open_socket(AF_INET, SOCK_DGRAM);
	const struct ygr_body_close *body;
	uint64_t cookie;

	assert_int_equal(try_connect(fd, &sin, sizeof(sin)), 0);
	cookie = expect_socket(*state, YGR_EV_CONNECT)->body.socket.socket_cookie;
	body = close_and_expect(*state, fd);
	assert_counts(body, 0, 0);
	assert_int_equal(body->socket_cookie, cookie);
	assert_address(&body->remote, "127.0.0.1", OTHER);
}

/* ---- who ---- */

static int connect_and_end(void *arg)
{
	struct sockaddr_in sin = ipv4("127.0.0.1", PORT);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)arg;
	if (fd < 0 || connect(fd, (void *)&sin, sizeof(sin)) || send(fd, "12345", 5, 0) != 5)
		return 1;
	return 0;
}

static void end_of_the_process_lets_go(void **state)
{
	int server = open_server(AF_INET);
	pid_t pid = guest_child_start(connect_and_end, NULL);
	const struct guest_event *event;

	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), 0);
	event = guest_expect(*state, .type = YGR_EV_SOCKET_CLOSE, .tgid = (uint32_t)pid);
	assert_counts(&event->body.close, 5, 0);
	assert_int_equal(event->body.close.owner_tgid, pid);
	assert_true(event->body.close.owner_start_ns == event->head.start_ns);
	close(server);
}

static int close_later(void *arg)
{
	char go;

	if (read(*(int *)arg, &go, 1) != 1)
		return 1;
	return 0;
}

/* It is the last one who lets go, and the first one whose it is. */
static void inherited_socket_is_told_once(void **state)
{
	struct pair pair = open_pair(AF_INET);
	const struct guest_event *event;
	uint64_t ino = inode_of(pair.client);
	int go[2];
	pid_t pid;

	assert_int_equal(pipe(go), 0);
	pid = guest_child_start(close_later, &go[0]);
	close_and_reject(*state, pair.client);
	assert_int_equal(write(go[1], "", 1), 1);
	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), 0);
	event = find_close(*state, ino);
	assert_int_equal(event->head.tgid, pid);
	assert_int_equal(event->body.close.owner_tgid, getpid());
	close(pair.accepted);
	close(pair.server);
	close(go[0]);
	close(go[1]);
}

/* Return: 0, or what went wrong. The network is a new one, with nothing but a loopback device. */
static int talk_elsewhere(void *arg)
{
	struct sockaddr_in sin = ipv4("127.0.0.1", OTHER);
	struct ifreq up = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	struct stat st;
	int fd;

	if (unshare(CLONE_NEWNET) || stat("/proc/self/ns/net", &st))
		return 1;
	*(uint32_t *)arg = (uint32_t)st.st_ino;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &up) ||
	    sendto(fd, bytes, 9, 0, (void *)&sin, sizeof(sin)) != 9)
		return 2;
	return 0;
}

static void socket_is_of_its_network(void **state)
{
	uint32_t *net_ns = mmap(NULL, sizeof(*net_ns), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid = guest_child_start(talk_elsewhere, net_ns);
	const struct ygr_body_close *body;

	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), 0);
	body = &guest_expect(*state, .type = YGR_EV_SOCKET_CLOSE, .tgid = (uint32_t)pid)->body.close;
	assert_counts(body, 9, 0);
	assert_int_equal(body->net_ns, *net_ns);
	munmap(net_ns, sizeof(*net_ns));
}

static void ring_sends_like_anybody(void **state)
{
	struct pair pair = open_pair(AF_INET);
	struct io_uring_cqe *cqe;
	struct io_uring ring;

	assert_int_equal(io_uring_queue_init(4, &ring, 0), 0);
	for (int i = 0; i < 3; i++) {
		io_uring_prep_send(io_uring_get_sqe(&ring), pair.client, bytes, 100, 0);
		assert_int_equal(io_uring_submit_and_wait(&ring, 1), 1);
		assert_int_equal(io_uring_peek_cqe(&ring, &cqe), 0);
		assert_int_equal(cqe->res, 100);
		io_uring_cqe_seen(&ring, cqe);
	}
	io_uring_queue_exit(&ring);
	receive_all(pair.accepted, 300);
	assert_counts(close_and_expect(*state, pair.accepted), 0, 300);
	assert_counts(close_and_expect(*state, pair.client), 300, 0);
	close(pair.server);
}

static void ignored_close_is_not_told(void **state)
{
	struct pair pair = open_pair(AF_INET);

	guest_policy_load(*state, RULES_1("{ name: no, on: socket-close, do: ignore, where: { port: 4000 } }"));
	close_and_reject(*state, pair.client);
	/* The other end's remote port is another one. */
	close_and_expect(*state, pair.accepted);
	close(pair.server);
}

/* A socket that went nowhere has no end that could be told: there is nothing to ignore. */
static void close_that_is_no_event_is_not_ignored(void **state)
{
	struct sockaddr_in sin = ipv4("127.0.0.1", PORT);
	int unconnected, bound;
	struct pair pair;
	uint64_t before;

	guest_policy_load(*state, RULES_1("{ name: no, on: socket-close, do: ignore }"));
	before = ignored(*state);
	unconnected = open_socket(AF_INET, SOCK_STREAM);
	bound = open_socket(AF_INET, SOCK_DGRAM);
	assert_int_equal(bind(bound, (void *)&sin, sizeof(sin)), 0);
	close(unconnected);
	close(bound);
	assert_int_equal(ignored(*state) - before, 0);
	pair = open_pair(AF_INET);
	close(pair.server);
	assert_int_equal(ignored(*state) - before, 0);
	close(pair.client);
	close(pair.accepted);
	assert_int_equal(ignored(*state) - before, 2);
}

/* @policy ignores the event of @type by which one end of a connection is made: it sends, and its close is told. */
static void check_ignored_has_an_end(struct guest *guest, const char *policy, unsigned int type, bool client_sends)
{
	const struct ygr_body_close *body;
	int sender, receiver;
	struct pair pair;

	guest_policy_load(guest, policy);
	pair = open_pair(AF_INET);
	sender = client_sends ? pair.client : pair.accepted;
	receiver = client_sends ? pair.accepted : pair.client;
	send_all(sender, 300);
	receive_all(receiver, 300);
	body = close_and_expect(guest, sender);
	assert_counts(body, 300, 0);
	assert_true(body->socket_cookie);
	assert_int_equal(body->owner_tgid, getpid());
	guest_reject(guest, .type = type);
	close(receiver);
	close(pair.server);
}

static void ignored_accept_has_an_end(void **state)
{
	check_ignored_has_an_end(*state, RULES_1("{ name: no, on: accept, do: ignore }"), YGR_EV_ACCEPT, false);
}

/* Its socket is followed from the first send on. */
static void ignored_connect_has_an_end(void **state)
{
	check_ignored_has_an_end(*state, RULES_1("{ name: no, on: connect, do: ignore }"), YGR_EV_CONNECT, true);
}

/* ---- Unix ---- */

static int connect_unix(void *arg)
{
	struct sockaddr_un un;
	socklen_t len = unix_address(&un, "\0flow", 5);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char go;

	if (fd < 0 || connect(fd, (void *)&un, len))
		return 1;
	return read(*(int *)arg, &go, 1) == 1 ? 0 : 2;
}

static void accept_tells_who_is_there(void **state)
{
	struct sockaddr_un un;
	socklen_t len = unix_address(&un, "\0flow", 5);
	int server = open_socket(AF_UNIX, SOCK_STREAM), fd, go[2];
	const struct ygr_body_socket *body;
	pid_t pid;

	assert_int_equal(pipe(go), 0);
	assert_int_equal(try_bind(server, &un, len), 0);
	assert_int_equal(listen(server, 1), 0);
	pid = guest_child_start(connect_unix, &go[0]);
	fd = accept_soon(server);
	assert_true(fd >= 0);
	body = &expect_socket(*state, YGR_EV_ACCEPT)->body.socket;
	assert_int_equal(body->peer_tgid, pid);
	assert_int_equal(body->peer_uid, 0);
	assert_true(body->peer_start_ns ==
		    guest_expect(*state, .type = YGR_EV_CONNECT, .tgid = (uint32_t)pid)->head.start_ns);
	assert_int_equal(write(go[1], "", 1), 1);
	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), 0);
	close(fd);
	close(server);
	close(go[0]);
	close(go[1]);
}

#define test(f) cmocka_unit_test_setup(f, guest_fresh)

int main(void)
{
	const struct CMUnitTest flow[] = {
		test(connection_is_told_to_the_byte),
		test(so_is_one_of_ipv6),
		test(many_bytes),
		test(what_waits_has_not_left),
		test(shutting_down_is_no_byte),
		test(refused_connection_has_no_bytes),
		test(unused_socket_is_not_told),
		test(datagrams_are_counted),
		test(so_are_those_of_ipv6),
		test(connected_datagram_socket_has_a_peer),
		test(end_of_the_process_lets_go),
		test(inherited_socket_is_told_once),
		test(socket_is_of_its_network),
		test(ring_sends_like_anybody),
		test(ignored_close_is_not_told),
		test(close_that_is_no_event_is_not_ignored),
		test(ignored_accept_has_an_end),
		test(ignored_connect_has_an_end),
		test(accept_tells_who_is_there),
	};

	return cmocka_run_group_tests(flow, guest_setup, guest_teardown);
}
