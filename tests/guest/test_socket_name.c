// SPDX-License-Identifier: GPL-2.0-only
/* Sockets denied by the name of a Unix socket, and by what kind of socket they are. */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "loopback.h"

#define DENY(on, where)	RULES_1("{ name: no, on: " on ", do: deny, where: " where " }")

#define NAME		"/tmp/name.sock"

/* Return: errno of a connect to a name, which nobody has; @len: of it, 0: strlen() */
static int connect_name(const char *name, size_t len)
{
	struct sockaddr_un un;
	socklen_t bytes = unix_address(&un, name, len ?: strlen(name));
	int fd = open_socket(AF_UNIX, SOCK_STREAM), error = try_connect(fd, &un, bytes);

	close(fd);
	return error;
}

static int bind_name(const char *name, size_t len)
{
	struct sockaddr_un un;
	socklen_t bytes = unix_address(&un, name, len ?: strlen(name));
	int fd = open_socket(AF_UNIX, SOCK_STREAM), error = try_bind(fd, &un, bytes);

	close(fd);
	return error;
}

static void connect_is_denied_by_name(void **state)
{
	guest_policy_load(*state, DENY("connect", "{ unix: " NAME " }"));
	assert_int_equal(connect_name(NAME, 0), EPERM);
	assert_text(expect_socket(*state, YGR_EV_CONNECT), YGR_STR_UNIX_PATH, NAME);
	assert_int_equal(connect_name(NAME "x", 0), ENOENT);
	assert_int_equal(connect_name("/tmp/name.soc", 0), ENOENT);
}

/* What stands behind the NUL is not part of the name. */
static void name_ends_at_its_nul(void **state)
{
	guest_policy_load(*state, DENY("connect", "{ unix: " NAME " }"));
	assert_int_equal(connect_name(NAME "\0rest", sizeof(NAME) + 4), EPERM);
}

/* All 108 bytes may be name, without a NUL. */
static void longest_name_is_judged_whole(void **state)
{
	char name[108], yaml[512] = DENY("connect", "{ unix: ");

	memset(name, 'n', sizeof(name));
	memcpy(name, "/tmp/", 5);
	snprintf(yaml, sizeof(yaml), DENY("connect", "{ unix: %.108s }"), name);
	guest_policy_load(*state, yaml);
	assert_int_equal(connect_name(name, sizeof(name)), EPERM);
	assert_int_equal(expect_socket(*state, YGR_EV_CONNECT)->text[YGR_STR_UNIX_PATH].len, sizeof(name));
	assert_int_equal(connect_name(name, sizeof(name) - 1), ENOENT);
}

static void abstract_name_is_another(void **state)
{
	guest_policy_load(*state, DENY("connect", "{ unix: \"@" NAME "\" }"));
	assert_int_equal(connect_name("\0" NAME, sizeof(NAME)), EPERM);
	assert_text(expect_socket(*state, YGR_EV_CONNECT), YGR_STR_UNIX_PATH, "\0" NAME);
	assert_int_equal(connect_name(NAME, 0), ENOENT);
	/* Its length counts, not a NUL in it. */
	assert_int_equal(connect_name("\0" NAME "\0", sizeof(NAME) + 1), ECONNREFUSED);
	/* A relative name that starts with '@' passes for one. */
	assert_int_equal(connect_name("@" NAME, 0), EPERM);
}

static void names_are_denied_by_pattern(void **state)
{
	guest_policy_load(*state, DENY("connect", "{ unix: [\"/tmp/name.*\", \"/run/**\", \"@x-*\"] }"));
	assert_int_equal(connect_name(NAME, 0), EPERM);
	assert_int_equal(connect_name("/run/a/b", 0), EPERM);
	assert_int_equal(connect_name("\0x-1", 4), EPERM);
	assert_int_equal(connect_name("/tmp/x-1", 0), ENOENT);
	assert_int_equal(connect_name("\0y-1", 4), ECONNREFUSED);
}

static void bind_is_denied_by_name(void **state)
{
	guest_policy_load(*state, DENY("bind", "{ unix: " NAME " }"));
	assert_int_equal(bind_name(NAME, 0), EPERM);
	assert_text(expect_socket(*state, YGR_EV_BIND), YGR_STR_UNIX_PATH, NAME);
	assert_int_equal(access(NAME, F_OK), -1);
	assert_int_equal(bind_name("\0" NAME, sizeof(NAME)), 0);
}

/* A name is compared as given: with a rule about names, name the others' way, too. */
static void relative_name_is_another_name(void **state)
{
	guest_policy_load(*state, DENY("connect", "{ unix: " NAME " }"));
	assert_int_equal(connect_name("../tmp/name.sock", 0), ENOENT);
	assert_int_equal(connect_name("//tmp/name.sock", 0), ENOENT);
	guest_policy_load(*state, DENY("connect", "{ family: unix, not: { unix: /run/log } }"));
	assert_int_equal(connect_name("../tmp/name.sock", 0), EPERM);
	assert_int_equal(connect_name("/run/log", 0), ENOENT);
}

static void internet_socket_has_no_name(void **state)
{
	struct sockaddr_in to = ipv4("127.0.0.1", PORT);
	int fd = open_socket(AF_INET, SOCK_DGRAM);

	guest_policy_load(*state, DENY("connect", "{ not: { unix: " NAME " }, port: 4000 }"));
	assert_int_equal(try_connect(fd, &to, sizeof(to)), EPERM);
	assert_no_text(expect_socket(*state, YGR_EV_CONNECT), YGR_STR_UNIX_PATH);
	close(fd);
}

/* Return: errno of the attempt to make a socket. */
static int try_socket(int family, int type, int protocol)
{
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static void creation_is_denied_by_family(void **state)
{
	guest_policy_load(*state, DENY("socket-create", "{ family: [inet6, packet] }"));
	assert_int_equal(try_socket(AF_INET6, SOCK_STREAM, 0), EPERM);
	assert_int_equal(try_socket(AF_PACKET, SOCK_RAW, 0), EPERM);
	assert_int_equal(try_socket(AF_INET, SOCK_STREAM, 0), 0);
	assert_int_equal(try_socket(AF_UNIX, SOCK_STREAM, 0), 0);
}

static void creation_is_denied_by_type_and_protocol(void **state)
{
	guest_policy_load(*state, DENY("socket-create", "{ type: raw, protocol: [icmp, 255] }"));
	assert_int_equal(try_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), EPERM);
	assert_int_equal(try_socket(AF_INET, SOCK_RAW, IPPROTO_RAW), EPERM);
	assert_int_equal(try_socket(AF_INET, SOCK_RAW, IPPROTO_UDP), 0);
	assert_int_equal(try_socket(AF_INET, SOCK_DGRAM, 0), 0);
}

static void flags_are_no_part_of_the_type(void **state)
{
	guest_policy_load(*state, DENY("socket-create", "{ type: dgram }"));
	assert_int_equal(try_socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), EPERM);
	assert_int_equal(expect_socket(*state, YGR_EV_SOCKET_CREATE)->body.socket.type, SOCK_DGRAM);
}

static void use_is_denied_by_kind(void **state)
{
	struct sockaddr_in to = ipv4("127.0.0.1", PORT);
	int server = open_server(AF_INET), udp = open_socket(AF_INET, SOCK_DGRAM),
	    tcp = open_socket(AF_INET, SOCK_STREAM);

	guest_policy_load(*state, RULES_1("{ name: no, on: connect, do: deny, errno: ECONNREFUSED, "
					  "where: { protocol: udp, family: inet, type: dgram } }"));
	assert_int_equal(try_connect(udp, &to, sizeof(to)), ECONNREFUSED);
	assert_int_equal(try_connect(tcp, &to, sizeof(to)), 0);
	close(tcp);
	close(udp);
	close(server);
}

#define test(f) cmocka_unit_test_setup(f, guest_fresh)

int main(void)
{
	const struct CMUnitTest name[] = {
		test(connect_is_denied_by_name),
		test(name_ends_at_its_nul),
		test(longest_name_is_judged_whole),
		test(abstract_name_is_another),
		test(names_are_denied_by_pattern),
		test(bind_is_denied_by_name),
		test(relative_name_is_another_name),
		test(internet_socket_has_no_name),
		test(creation_is_denied_by_family),
		test(creation_is_denied_by_type_and_protocol),
		test(flags_are_no_part_of_the_type),
		test(use_is_denied_by_kind),
	};

	return cmocka_run_group_tests(name, guest_setup, guest_teardown);
}
