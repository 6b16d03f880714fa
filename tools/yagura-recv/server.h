/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Listens, and serves one connection per sender. A batch is acknowledged only
 * after it is on disk; batches that arrive together share one sync.
 *
 * A client that breaks the protocol, or sends a batch that is not whole, loses
 * its connection and nothing else. Memory: one message per connection.
 */
#ifndef YGR_SERVER_H
#define YGR_SERVER_H

#include "loop.h"

struct ygr_server;

/* Strings are not copied. Return: 0 or -errno. */
int ygr_server_create(struct ygr_server **server, struct ygr_loop *loop, const char *host,
		      const char *port, const char *out_dir);
void ygr_server_destroy(struct ygr_server *server);
unsigned int ygr_server_port(const struct ygr_server *server);

#endif
