/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sockets, servers and addresses for the tests of the socket hooks; all on the
 * loopback interface. Failures fail the cmocka test: not for children.
 */
#ifndef YGR_TEST_LOOPBACK_H
#define YGR_TEST_LOOPBACK_H

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "guest_assert.h"

#define PORT		4000	/* rules in tests have it in figures */

struct sockaddr_in ipv4(const char *addr, uint16_t port);
struct sockaddr_in6 ipv6(const char *addr, uint16_t port);

/* @bytes: a name, abstract if it starts with NUL. Return: length of the address. */
socklen_t unix_address(struct sockaddr_un *un, const char *bytes, size_t nr);

/* Does not block, and may use an address again at once. */
int open_socket(int family, int type);

/* Return: errno of the connect; 0: done or under way. */
int try_connect(int fd, const void *address, socklen_t len);

/* Return: errno of the bind or 0. */
int try_bind(int fd, const void *address, socklen_t len);

/* Of a socket: as its record names it; the port it is bound to. */
uint64_t inode_of(int fd);
uint16_t port_of(int fd);

/* Listens at PORT, on the loopback address (AF_INET) or on any (AF_INET6). */
int open_server(int family);

/* A socket that is connected, or soon will be, to PORT at @addr. */
int connect_to_server(const char *addr);

/* Waits for the handshake. Return: the connection or -errno. */
int accept_soon(int server);

/* The one event of that type of this process. */
const struct guest_event *expect_socket(struct guest *guest, enum ygr_event_type type);

/* @text: NULL for no address at all. The scope is not looked at. */
#define assert_address(address, text, port) \
	assert_address_at(address, text, port, __FILE__, __LINE__)

void assert_address_at(const struct ygr_address *address, const char *text, uint16_t port,
		       const char *file, int line);

#endif
