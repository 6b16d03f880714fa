// SPDX-License-Identifier: GPL-2.0-only
/* The first bytes of a connection: of TLS and HTTP, once, and of nothing else. */
#include <errno.h>
#include <liburing.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

#include "loopback.h"

#define REQUEST		"GET /a?b=c HTTP/1.1\r\nHost: one.test\r\n\r\n"
#define HELLO		"\x16\x03\x01\x00\x2a\x01\x00\x00\x26\x03\x03"

struct pair {
	int server, client, accepted;
};

static struct pair begin(void)
{
	struct pair pair = { .server = open_server(AF_INET), .client = connect_to_server("127.0.0.1") };

	pair.accepted = accept_soon(pair.server);
	assert_true(pair.accepted >= 0);
	return pair;
}

static void end(const struct pair *pair)
{
	close(pair->client);
	close(pair->accepted);
	close(pair->server);
}

static bool is_netlink(const struct guest_event *event, const void *arg)
{
	(void)arg;
	return event->body.socket.family == AF_NETLINK;
}

/* Until now: what was written after the last one is there. */
static size_t streams(struct guest *guest)
{
	close(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0));
	guest_expect(guest, .type = YGR_EV_SOCKET_CREATE, .where = is_netlink);
	return guest_count(guest, &(struct guest_query){ .type = YGR_EV_STREAM });
}

static const struct guest_event *expect_stream(struct guest *guest)
{
	assert_int_equal(streams(guest), 1);
	return guest_expect(guest, .type = YGR_EV_STREAM, .tgid = getpid());
}

#define send_text(fd, text) assert_int_equal(send(fd, text, sizeof(text) - 1, 0), sizeof(text) - 1)

static void request_is_told_with_its_connection(void **state)
{
	struct pair pair = begin();
	uint64_t cookie = expect_socket(*state, YGR_EV_CONNECT)->body.socket.socket_cookie;
	const struct guest_event *event;

	send_text(pair.client, REQUEST);
	event = expect_stream(*state);
	assert_text(event, YGR_STR_PAYLOAD, REQUEST);
	assert_int_equal(event->head.class, YGR_CLASS_SOCKET);
	assert_int_equal(event->body.stream.sent_bytes, sizeof(REQUEST) - 1);
	assert_int_equal(event->body.stream.socket_ino, inode_of(pair.client));
	assert_true(cookie && event->body.stream.socket_cookie == cookie);
	assert_int_equal(event->body.stream.family, AF_INET);
	assert_int_equal(event->body.stream.type, SOCK_STREAM);
	assert_int_equal(event->body.stream.protocol, IPPROTO_TCP);
	assert_address(&event->body.stream.remote, "127.0.0.1", PORT);
	assert_address(&event->body.stream.local, "127.0.0.1", port_of(pair.client));
	/* The second one is not the first. */
	send_text(pair.client, REQUEST);
	assert_int_equal(streams(*state), 1);
	end(&pair);
}

static void so_is_the_beginning_of_tls(void **state)
{
	struct pair pair = begin();

	send_text(pair.client, HELLO);
	assert_text(expect_stream(*state), YGR_STR_PAYLOAD, HELLO);
	end(&pair);
}

static void other_protocols_are_left_alone(void **state)
{
	static const char *const texts[] = { "SSH-2.0-x\r\n", "GETTING", "\x16\x03", "EHLO x\r\n", "\x17\x03\x03\x00\x01x" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct pair pair = begin();

		assert_true(send(pair.client, texts[i], strlen(texts[i]), 0) > 0);
		/* Nor what comes later: it could be anything. */
		send_text(pair.client, REQUEST);
		end(&pair);
	}
	assert_int_equal(streams(*state), 0);
}

static void who_is_connected_to_does_not_ask(void **state)
{
	struct pair pair = begin();

	send_text(pair.accepted, REQUEST);
	assert_int_equal(streams(*state), 0);
	end(&pair);
}

static void pieces_are_put_together(void **state)
{
	struct pair pair = begin();
	struct iovec iov[3] = {
		{ "GET ", 4 }, { "/a?b=c HTTP/1.1\r\nHost: ", 23 }, { "one.test\r\n\r\n", 12 },
	};

	assert_int_equal(writev(pair.client, iov, 3), sizeof(REQUEST) - 1);
	assert_text(expect_stream(*state), YGR_STR_PAYLOAD, REQUEST);
	end(&pair);
}

static void much_is_cut(void **state)
{
	static char bytes[3000] = "POST / HTTP/1.1\r\n";
	struct pair pair = begin();
	const struct guest_event *event;

	assert_int_equal(write(pair.client, bytes, sizeof(bytes)), sizeof(bytes));
	event = expect_stream(*state);
	assert_int_equal(event->head.flags, YGR_F_TRUNCATED);
	assert_int_equal(event->text[YGR_STR_PAYLOAD].len, 512);
	assert_int_equal(event->text[YGR_STR_PAYLOAD].true_len, sizeof(bytes));
	assert_memory_equal(event->text[YGR_STR_PAYLOAD].bytes, bytes, 512);
	end(&pair);
}

/* A page that is not there is not fetched: what is before it is all, and the send goes on as ever. */
static void page_that_is_not_there_is_not_waited_for(void **state)
{
	struct pair pair = begin();
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const struct guest_event *event;

	memcpy(pages + 4096 - 20, REQUEST, 20);
	assert_int_equal(send(pair.client, pages + 4096 - 20, 100, 0), 100);
	event = expect_stream(*state);
	assert_int_equal(event->head.flags, YGR_F_TRUNCATED);
	assert_int_equal(event->text[YGR_STR_PAYLOAD].len, 20);
	assert_int_equal(event->text[YGR_STR_PAYLOAD].true_len, 100);
	munmap(pages, 8192);
	end(&pair);
}

static void ring_sends_like_anybody(void **state)
{
	struct pair pair = begin();
	struct io_uring_cqe *cqe;
	struct io_uring ring;

	assert_int_equal(io_uring_queue_init(4, &ring, 0), 0);
	io_uring_prep_send(io_uring_get_sqe(&ring), pair.client, REQUEST, sizeof(REQUEST) - 1, 0);
	assert_int_equal(io_uring_submit_and_wait(&ring, 1), 1);
	assert_int_equal(io_uring_peek_cqe(&ring, &cqe), 0);
	assert_int_equal(cqe->res, sizeof(REQUEST) - 1);
	io_uring_queue_exit(&ring);
	assert_text(expect_stream(*state), YGR_STR_PAYLOAD, REQUEST);
	end(&pair);
}

static void fast_open_sends_before_it_is_connected(void **state)
{
	struct sockaddr_in to = ipv4("127.0.0.1", PORT);
	int server = open_server(AF_INET), fd = open_socket(AF_INET, SOCK_STREAM);
	const struct guest_event *event;
	ssize_t sent;

	sent = sendto(fd, REQUEST, sizeof(REQUEST) - 1, MSG_FASTOPEN, (void *)&to, sizeof(to));
	assert_true(sent > 0 || errno == EINPROGRESS);
	event = expect_stream(*state);
	assert_text(event, YGR_STR_PAYLOAD, REQUEST);
	assert_address(&event->body.stream.remote, "127.0.0.1", PORT);
	close(fd);
	close(server);
}

static void policy_switches_it_off(void **state)
{
	struct pair pair = begin();

	guest_policy_load(*state, RULES_1("{ name: no, on: stream, do: ignore, where: { port: 4000 } }"));
	send_text(pair.client, REQUEST);
	assert_int_equal(streams(*state), 0);
	end(&pair);
	guest_policy_load(*state, RULES_1("{ name: no, on: stream, do: ignore }"));
	pair = begin();
	send_text(pair.client, REQUEST);
	assert_int_equal(streams(*state), 0);
	end(&pair);
}

/* What is left alone anyway is not ignored. */
static void only_what_is_an_event_is_ignored(void **state)
{
	uint64_t before;
	struct pair pair;

	guest_policy_load(*state, RULES_1("{ name: no, on: stream, do: ignore }"));
	before = guest_stats(*state, YGR_CPU_ALL).ignored;
	pair = begin();
	send_text(pair.client, "SSH-2.0-x\r\n");
	send_text(pair.accepted, REQUEST);
	end(&pair);
	assert_int_equal(guest_stats(*state, YGR_CPU_ALL).ignored - before, 0);
	pair = begin();
	send_text(pair.client, REQUEST);
	end(&pair);
	assert_int_equal(guest_stats(*state, YGR_CPU_ALL).ignored - before, 1);
}

#define test(f) cmocka_unit_test_setup(f, guest_fresh)

int main(void)
{
	const struct CMUnitTest stream[] = {
		test(request_is_told_with_its_connection),
		test(so_is_the_beginning_of_tls),
		test(other_protocols_are_left_alone),
		test(who_is_connected_to_does_not_ask),
		test(pieces_are_put_together),
		test(much_is_cut),
		test(page_that_is_not_there_is_not_waited_for),
		test(ring_sends_like_anybody),
		test(fast_open_sends_before_it_is_connected),
		test(policy_switches_it_off),
		test(only_what_is_an_event_is_ignored),
	};

	return cmocka_run_group_tests(stream, guest_setup, guest_teardown);
}
