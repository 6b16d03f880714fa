// SPDX-License-Identifier: GPL-2.0-only
/* Answers of name servers, in every network: as they came in, and whom they are for. */
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loopback.h"

#define DNS	53

/* "one.test A?", and the same with "192.0.2.1" behind it. */
static const char query[] =
	"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03" "one\x04test\x00\x00\x01\x00\x01";
static const char answer[] =
	"\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x03" "one\x04test\x00\x00\x01\x00\x01"
	"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x01";

#define QUERY_LEN	(sizeof(query) - 1)
#define ANSWER_LEN	(sizeof(answer) - 1)

/* ---- helpers ---- */

static const struct guest_event *expect_answer(struct guest *guest)
{
	const struct guest_query dns = { .type = YGR_EV_DNS };
	const struct guest_event *event = guest_expect(guest, .type = YGR_EV_DNS);

	assert_int_equal(guest_count(guest, &dns), 1);
	/* No process did it. */
	assert_int_equal(event->head.tgid, 0);
	assert_int_equal(event->head.tid, 0);
	assert_int_equal(event->head.loginuid, ~0u);
	assert_int_equal(event->head.comm[0], 0);
	return event;
}

static bool is_netlink(const struct guest_event *event, const void *arg)
{
	(void)arg;
	return event->body.socket.family == AF_NETLINK;
}

/* Answers until now: what was written after the last one is there. */
static size_t answers(struct guest *guest)
{
	const struct guest_query dns = { .type = YGR_EV_DNS };

	close(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0));
	guest_expect(guest, .type = YGR_EV_SOCKET_CREATE, .where = is_netlink);
	return guest_count(guest, &dns);
}

static uint32_t net_ns(void)
{
	struct stat st;

	assert_int_equal(stat("/proc/self/ns/net", &st), 0);
	return (uint32_t)st.st_ino;
}

/* A name server, and who asks it. */
struct talk {
	int server, client;
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} to, from;
	socklen_t len;
};

static struct talk begin(int family)
{
	struct talk talk = {
		.server = open_socket(family, SOCK_DGRAM), .client = open_socket(family, SOCK_DGRAM),
	};
	socklen_t len = sizeof(talk.from);

	if (family == AF_INET) {
		talk.to.in = ipv4("127.0.0.1", DNS);
		talk.len = sizeof(talk.to.in);
	} else {
		talk.to.in6 = ipv6("::1", DNS);
		talk.len = sizeof(talk.to.in6);
	}
	assert_int_equal(try_bind(talk.server, &talk.to, talk.len), 0);
	assert_int_equal(try_connect(talk.client, &talk.to, talk.len), 0);
	assert_int_equal(send(talk.client, query, QUERY_LEN, 0), QUERY_LEN);
	assert_int_equal(getsockname(talk.client, &talk.from.any, &len), 0);
	return talk;
}

static void reply(const struct talk *talk, const void *bytes, size_t nr)
{
	assert_int_equal(sendto(talk->server, bytes, nr, 0, &talk->from.any, talk->len), nr);
}

static void end(const struct talk *talk)
{
	close(talk->client);
	close(talk->server);
}

/* ---- UDP ---- */

static void check_answer(struct guest *guest, int family, const char *addr)
{
	struct talk talk = begin(family);
	const struct guest_event *event;
	uint64_t cookie = expect_socket(guest, YGR_EV_CONNECT)->body.socket.socket_cookie;

	reply(&talk, answer, ANSWER_LEN);
	event = expect_answer(guest);
	assert_int_equal(event->head.flags, 0);
	assert_text(event, YGR_STR_PAYLOAD, answer);
	assert_int_equal(event->body.dns.transport, IPPROTO_UDP);
	assert_int_equal(event->body.dns.net_ns, net_ns());
	assert_int_equal(event->body.dns.true_len, ANSWER_LEN);
	assert_address(&event->body.dns.source, addr, DNS);
	assert_address(&event->body.dns.destination, addr, port_of(talk.client));
	assert_int_equal(event->body.dns.owner_tgid, getpid());
	assert_true(cookie && event->body.dns.socket_cookie == cookie);
	end(&talk);
}

static void answer_is_told_as_it_came(void **state)
{
	check_answer(*state, AF_INET, "127.0.0.1");
}

static void so_is_one_by_ipv6(void **state)
{
	check_answer(*state, AF_INET6, "::1");
}

/* Questions (of which begin() has sent one already), and what is no message. */
static void what_is_no_answer_is_not_told(void **state)
{
	struct talk talk = begin(AF_INET);

	reply(&talk, query, QUERY_LEN);
	reply(&talk, answer, 11);
	reply(&talk, "", 0);
	assert_int_equal(answers(*state), 0);
	end(&talk);
}

/* What nobody waits for could say anything. */
static void unasked_answer_is_not_told(void **state)
{
	struct talk talk = begin(AF_INET);

	close(talk.client);
	reply(&talk, answer, ANSWER_LEN);
	assert_int_equal(answers(*state), 0);
	close(talk.server);
}

static void only_the_port_of_names_is_looked_at(void **state)
{
	struct sockaddr_in there = ipv4("127.0.0.1", PORT);
	int fd = open_socket(AF_INET, SOCK_DGRAM), other = open_socket(AF_INET, SOCK_DGRAM);

	assert_int_equal(try_bind(other, &there, sizeof(there)), 0);
	assert_int_equal(sendto(fd, answer, ANSWER_LEN, 0, (void *)&there, sizeof(there)), ANSWER_LEN);
	assert_int_equal(answers(*state), 0);
	close(fd);
	close(other);
}

static void long_answer_is_cut(void **state)
{
	static char bytes[6000];
	struct talk talk = begin(AF_INET);
	const struct guest_event *event;

	memcpy(bytes, answer, ANSWER_LEN);
	reply(&talk, bytes, sizeof(bytes));
	event = expect_answer(*state);
	assert_int_equal(event->head.flags, YGR_F_TRUNCATED);
	assert_int_equal(event->body.dns.true_len, sizeof(bytes));
	assert_int_equal(event->text[YGR_STR_PAYLOAD].true_len, sizeof(bytes));
	assert_int_equal(event->text[YGR_STR_PAYLOAD].len, 4096);
	assert_memory_equal(event->text[YGR_STR_PAYLOAD].bytes, bytes, 4096);
	end(&talk);
}

/* ---- TCP ---- */

static size_t put_message(char *to)
{
	to[0] = 0;
	to[1] = (char)ANSWER_LEN;
	memcpy(to + 2, answer, ANSWER_LEN);
	return 2 + ANSWER_LEN;
}

static void answers_of_a_segment_are_told(void **state)
{
	struct sockaddr_in sin = ipv4("127.0.0.1", DNS);
	int server = open_socket(AF_INET, SOCK_STREAM), client = open_socket(AF_INET, SOCK_STREAM), fd;
	const struct guest_event *event = NULL;
	const struct guest_query dns = { .type = YGR_EV_DNS };
	char bytes[256];
	size_t nr;

	assert_int_equal(try_bind(server, &sin, sizeof(sin)), 0);
	assert_int_equal(listen(server, 1), 0);
	assert_int_equal(try_connect(client, &sin, sizeof(sin)), 0);
	fd = accept_soon(server);
	assert_true(fd >= 0);
	nr = put_message(bytes);
	nr += put_message(bytes + nr);
	assert_int_equal(send(fd, bytes, nr, 0), nr);
	/* Not a message: the first byte is no length. */
	assert_int_equal(send(fd, answer, ANSWER_LEN, 0), ANSWER_LEN);
	assert_int_equal(answers(*state), 2);
	while ((event = guest_find(*state, &dns, event))) {
		assert_text(event, YGR_STR_PAYLOAD, answer);
		assert_int_equal(event->body.dns.transport, IPPROTO_TCP);
		assert_int_equal(event->body.dns.true_len, ANSWER_LEN);
	}
	close(fd);
	close(client);
	close(server);
}

/* ---- elsewhere ---- */

static int talk_elsewhere(void *arg)
{
	struct ifreq up = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	struct sockaddr_in to = ipv4("127.0.0.1", DNS), from;
	socklen_t len = sizeof(from);
	int server, client;

	(void)arg;
	if (unshare(CLONE_NEWNET))
		return 1;
	server = socket(AF_INET, SOCK_DGRAM, 0);
	client = socket(AF_INET, SOCK_DGRAM, 0);
	if (ioctl(server, SIOCSIFFLAGS, &up) || bind(server, (void *)&to, len) ||
	    connect(client, (void *)&to, len) || getsockname(client, (void *)&from, &len))
		return 2;
	if (sendto(server, answer, ANSWER_LEN, 0, (void *)&from, len) != (ssize_t)ANSWER_LEN)
		return 3;
	return 0;
}

/* One that came into being after the module. */
static void answer_in_another_network_is_told(void **state)
{
	pid_t pid = guest_child_start(talk_elsewhere, NULL);
	const struct guest_event *event;

	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), 0);
	event = expect_answer(*state);
	assert_true(event->body.dns.net_ns && event->body.dns.net_ns != net_ns());
	assert_int_equal(event->body.dns.owner_tgid, pid);
	assert_text(event, YGR_STR_PAYLOAD, answer);
}

/* ---- policy ---- */

static void policy_switches_it_off(void **state)
{
	uint64_t ignored = guest_stats(*state, YGR_CPU_ALL).ignored;
	struct talk talk = begin(AF_INET);

	guest_policy_load(*state, RULES_1("{ name: no, on: dns, do: ignore }"));
	reply(&talk, answer, ANSWER_LEN);
	assert_int_equal(answers(*state), 0);
	assert_int_equal(guest_stats(*state, YGR_CPU_ALL).ignored, ignored + 1);
	end(&talk);
}

/* The softirq that brings it runs in some process, of which it is not. */
static void rules_about_processes_do_not_hold(void **state)
{
	struct talk talk = begin(AF_INET);
	uint64_t generation;

	generation = guest_policy_load(*state,
		RULES_2("{ name: uid, on: dns, do: ignore, where: { uid: 0 } }",
			"{ name: port, on: dns, do: record, set: l, where: { port: 53, family: inet } }\nlabels: [l]"));
	reply(&talk, answer, ANSWER_LEN);
	assert_rule(expect_answer(*state), 2, "port", generation);
	end(&talk);
}

#define test(f) cmocka_unit_test_setup(f, guest_fresh)

int main(void)
{
	const struct CMUnitTest dns[] = {
		test(answer_is_told_as_it_came),
		test(so_is_one_by_ipv6),
		test(what_is_no_answer_is_not_told),
		test(unasked_answer_is_not_told),
		test(only_the_port_of_names_is_looked_at),
		test(long_answer_is_cut),
		test(answers_of_a_segment_are_told),
		test(answer_in_another_network_is_told),
		test(policy_switches_it_off),
		test(rules_about_processes_do_not_hold),
	};

	return cmocka_run_group_tests(dns, guest_setup, guest_teardown);
}
