// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loopback.h"

struct sockaddr_in ipv4(const char *addr, uint16_t port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(port) };

	assert_int_equal(inet_pton(AF_INET, addr, &sin.sin_addr), 1);
	return sin;
}

struct sockaddr_in6 ipv6(const char *addr, uint16_t port)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	assert_int_equal(inet_pton(AF_INET6, addr, &sin6.sin6_addr), 1);
	return sin6;
}

int open_socket(int family, int type)
{
	int fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1;

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)), 0);
	return fd;
}

int try_connect(int fd, const void *address, socklen_t len)
{
	return connect(fd, address, len) && errno != EINPROGRESS ? errno : 0;
}

int try_bind(int fd, const void *address, socklen_t len)
{
	return bind(fd, address, len) ? errno : 0;
}

uint64_t inode_of(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_ino;
}

uint16_t port_of(int fd)
{
	struct sockaddr_in6 address;	/* its port is where IPv4 has it */
	socklen_t len = sizeof(address);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	return ntohs(address.sin6_port);
}

int open_server(int family)
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

int connect_to_server(const char *addr)
{
	struct sockaddr_in sin = ipv4(addr, PORT);
	int fd = open_socket(AF_INET, SOCK_STREAM);

	assert_int_equal(try_connect(fd, &sin, sizeof(sin)), 0);
	return fd;
}

int accept_soon(int server)
{
	uint64_t deadline_ns = guest_now_ns() + GUEST_WAIT_MS * 1000000ull;
	int fd;

	do
		fd = accept4(server, NULL, NULL, SOCK_CLOEXEC);
	while (fd < 0 && errno == EAGAIN && guest_now_ns() < deadline_ns);
	return fd < 0 ? -errno : fd;
}

const struct guest_event *expect_socket(struct guest *guest, enum ygr_event_type type)
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

void assert_address_at(const struct ygr_address *address, const char *text, uint16_t port,
		       const char *file, int line)
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
	_fail(file, line);
}

socklen_t unix_address(struct sockaddr_un *un, const char *bytes, size_t nr)
{
	memset(un, 0, sizeof(*un));
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path, bytes, nr);
	return offsetof(struct sockaddr_un, sun_path) + nr;
}
