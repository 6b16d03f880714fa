/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Listens, and serves one connection per sender. A batch is acknowledged only
 * after it is on disk; batches that arrive together share one sync.
 *
 * A client that breaks the protocol loses its connection and nothing else. A batch
 * that is not whole, or too large, is refused, and the connection goes on. Who does
 * not say hello within 5 s loses it too. Memory: one message per connection.
 */
#ifndef YGR_SERVER_H
#define YGR_SERVER_H

#include <stdint.h>

#include "loop.h"
#include "tls.h"

struct ygr_server;

struct ygr_server_config {
	const char *host, *port;
	const char *out_dir;
	const struct ygr_tls *tls;	/* NULL: none */
	uint64_t max_batch_bytes;	/* a larger one is refused */
};

/* @config outlives the server. Return: 0 or -errno. */
int ygr_server_create(struct ygr_server **server, struct ygr_loop *loop,
		      const struct ygr_server_config *config);
void ygr_server_destroy(struct ygr_server *server);
unsigned int ygr_server_port(const struct ygr_server *server);

#endif
