/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the sender's batches go. A transport is a link to one far end:
 *
 *	start() ... up(last) ... send() ... acked(id) ... down(reason)
 *	                             ^ room()
 *
 * It never calls back from within a call, keeps no batch beyond its own buffer,
 * and forgets everything when it goes down: the spool is what remembers.
 * An acknowledged batch is durable at the far end, and so is every one before it.
 */
#ifndef YGR_TRANSPORT_H
#define YGR_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>

#include "loop.h"
#include "spool_format.h"

struct ygr_transport;

/* What it tells the sender. */
struct ygr_transport_user {
	/* @last_batch_id is durable there already, and this is its header_hash; 0: none is */
	void (*up)(void *arg, uint64_t last_batch_id, uint64_t last_hash);
	void (*acked)(void *arg, uint64_t batch_id);
	void (*room)(void *arg);			/* after send() said -EAGAIN */
	void (*down)(void *arg, const char *reason);	/* until start() again */
	void *arg;
};

struct ygr_transport_hello {
	uint8_t	 spool_id[YGR_BATCH_ID_BYTES];
	uint64_t next_batch_id;
	const char *host_name;
};

struct ygr_transport_ops {
	const char *name;
	/* Return: 0, then up() or down(); -errno: down at once, nothing follows. */
	int (*start)(struct ygr_transport *transport, const struct ygr_transport_hello *hello);
	/* While up. Return: 0: taken; -EAGAIN: after room(); -errno: it will go down(). */
	int (*send)(struct ygr_transport *transport, uint64_t batch_id,
		    const uint8_t *batch, size_t len);
	/* Ends the link without down(). */
	void (*stop)(struct ygr_transport *transport);
	void (*destroy)(struct ygr_transport *transport);
};

struct ygr_transport {
	const struct ygr_transport_ops *ops;
	struct ygr_transport_user user;
	struct ygr_loop *loop;
};

/* Return: NULL if out of memory (or of descriptors). Strings are not copied. */
struct ygr_transport *ygr_transport_null_create(struct ygr_loop *loop,
						const struct ygr_transport_user *user);
struct ygr_transport *ygr_transport_file_create(struct ygr_loop *loop,
						const struct ygr_transport_user *user,
						const char *path);
struct ygr_transport *ygr_transport_tcp_create(struct ygr_loop *loop,
					       const struct ygr_transport_user *user,
					       const char *host, const char *port);

#endif
