/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where an output's batches go. A transport is a link to one far end:
 *
 *	start() ... up(last) ... send() ... acked(id), refused(id) ... down(reason)
 *	                             ^ room()
 *
 * It never calls back from within a call, keeps no batch beyond its own buffer,
 * and forgets everything when it goes down: the spool is what remembers.
 *
 * Batches come in rising order of id. Each one ends in exactly one of:
 *	acked(id)	it is durable at the far end, and so is every one before it
 *			that was not refused
 *	refused(id)	the far end will never take it as it is, wholly or in part; the
 *			output parks it. An acked() of a later one does not undo that
 *	down()		nothing is known of those in between: they are sent again, so
 *			the far end has to be able to tell (batch id, spool id) apart
 * What may pass (no connection, 429, 5xx, a full disk) is down(), not refused().
 *
 * A new kind of output is a struct ygr_transport_type in a file of its own, and a
 * row in transport.c. How batches are read is no business of this header:
 * shippers of whole batches pass @batch on, shippers of events decode it.
 */
#ifndef YGR_TRANSPORT_H
#define YGR_TRANSPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop.h"
#include "option.h"
#include "spool_format.h"

struct ygr_transport;
struct ygr_output_config;

/* What it tells the output. */
struct ygr_transport_user {
	/* @last_batch_id is durable there already, and this is its header_hash; 0: none, or unknown */
	void (*up)(void *arg, uint64_t last_batch_id, uint64_t last_hash);
	void (*acked)(void *arg, uint64_t batch_id);
	void (*refused)(void *arg, uint64_t batch_id, const char *reason);
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
	/* Return: 0, then up() or down(); -errno: down at once, nothing follows. */
	int (*start)(struct ygr_transport *transport, const struct ygr_transport_hello *hello);
	/*
	 * While up. @batch is a whole batch as it lies in the spool, checked, and good
	 * until the call returns.
	 * Return: 0: taken; -EAGAIN: after room(); -errno: it will go down().
	 */
	int (*send)(struct ygr_transport *transport, uint64_t batch_id,
		    const uint8_t *batch, size_t len);
	/* Ends the link without down(). Fine at any time. */
	void (*stop)(struct ygr_transport *transport);
	void (*destroy)(struct ygr_transport *transport);
	/* Members of its own for the status file, an object; may be NULL. */
	json_t *(*describe)(const struct ygr_transport *transport);
};

struct ygr_transport {
	const struct ygr_transport_ops *ops;
	struct ygr_transport_user user;
	struct ygr_loop *loop;
};

struct ygr_transport_type {
	const char *name;			/* `type:` in the configuration */
	bool	 takes_events;			/* looks at events, so `where:` is for it to apply */
	const struct ygr_option *options;	/* the keys of its own; common ones: config_output.h */
	size_t	 settings_bytes;		/* of the struct that they fill */
	const void *defaults;			/* of that size; NULL: zero */

	/* What a table of options cannot say; adds errors at @node. Pure. May be NULL. */
	void (*check)(const struct ygr_output_config *config, const struct ygr_yaml_node *node,
		      struct ygr_text_errors *errors);
	/*
	 * Called with the rights that the process started with: read here what the
	 * sender's own user may not (keys). @config outlives the transport.
	 * Return: 0; -errno, and @reason says what is wrong.
	 */
	int (*create)(struct ygr_transport **transport, struct ygr_loop *loop,
		      const struct ygr_transport_user *user,
		      const struct ygr_output_config *config, const char **reason);
};

/* All of them, up to a NULL. */
extern const struct ygr_transport_type *const ygr_transport_types[];

extern const struct ygr_transport_type ygr_transport_yagura;
extern const struct ygr_transport_type ygr_transport_file;
extern const struct ygr_transport_type ygr_transport_jsonl;
extern const struct ygr_transport_type ygr_transport_http;
extern const struct ygr_transport_type ygr_transport_syslog;
extern const struct ygr_transport_type ygr_transport_kafka;
extern const struct ygr_transport_type ygr_transport_fluent;
extern const struct ygr_transport_type ygr_transport_null;

#endif
