/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What transports that ship events rather than batches have in common: they open one
 * batch at a time, leave out what `where:` does not want, put the rest into the
 * `format:` asked for, and settle the batch when the last of its events is.
 *
 *	ops->open ... up() ... ops->step: next(), put() ... done() or down()
 *
 * step() is called from the loop whenever there is a batch to go on with, and when
 * wake() said so; never before open() or after close(). A batch is acknowledged by done(), or, if refuse() was called
 * meanwhile, refused: a part of it never got there.
 */
#ifndef YGR_EVENT_TRANSPORT_H
#define YGR_EVENT_TRANSPORT_H

#include "config_output.h"
#include "event_batch.h"
#include "event_filter.h"
#include "event_format.h"
#include "transport.h"

struct ygr_event_transport;

struct ygr_event_transport_ops {
	size_t bytes;			/* of the implementation's struct, which begins with the base */
	/*
	 * Once, on zeroed memory: sets ->format, reads what the sender's own user may not.
	 * Return: 0; -errno, and *reason if there is more to say; destroy() follows.
	 */
	int (*set_up)(struct ygr_event_transport *transport,
		      const struct ygr_output_config *config, const char **reason);
	/* Return: 0: up() or down() will come, not from within; -errno. */
	int (*open)(struct ygr_event_transport *transport);
	void (*step)(struct ygr_event_transport *transport);
	void (*close)(struct ygr_event_transport *transport);	/* fine at any time */
	void (*destroy)(struct ygr_event_transport *transport);	/* frees all, itself included */
	void (*describe)(const struct ygr_event_transport *transport, json_t *object); /* may be NULL */
};

struct ygr_event_transport {
	struct ygr_transport base;	/* first: each is the other */
	const struct ygr_event_transport_ops *ops;
	struct ygr_loop_timer timer;
	enum ygr_event_format format;
	struct ygr_event_filter where;
	const char *host_name;

	struct ygr_event_batch batch;
	uint64_t batch_id;
	bool is_open;			/* between open() and close() */
	bool is_up;
	bool is_busy;			/* with that batch */
	bool was_full;			/* send() said -EAGAIN */
	char refusal[192];		/* "": none */

	struct {
		uint64_t event_nr;	/* that next() gave, less those that rewind() took back */
		uint64_t left_out_nr;	/* by `where:` */
	} stats;
};

/* For `check` of a transport type: is `where:` an expression? */
void ygr_event_transport_check(const struct ygr_output_config *config,
			       const struct ygr_yaml_node *node, struct ygr_text_errors *errors);

/* Row for a table of options; @type: the settings, with a member `int format`. */
#define YGR_EVENT_TRANSPORT_FORMAT(type) \
	{ "format", YGR_OPTION_WORD, .at = offsetof(type, format), .words = ygr_event_transport_formats }
extern const char *const ygr_event_transport_formats[];	/* JSON ones, up to a NULL */

/* `create` of a transport type, but for the ops. */
int ygr_event_transport_create(struct ygr_transport **out,
			       const struct ygr_event_transport_ops *ops, struct ygr_loop *loop,
			       const struct ygr_transport_user *user,
			       const struct ygr_output_config *config, const char **reason);

/* For ops->destroy. */
void ygr_event_transport_exit(struct ygr_event_transport *transport);

/* ---- for implementations, from step() or from callbacks of the loop ---- */

void ygr_event_transport_up(struct ygr_event_transport *transport);

/* Calls step() then, rather than at a time that was asked for before. Nothing while it is closed. */
void ygr_event_transport_wake(struct ygr_event_transport *transport, uint64_t after_ns);

/* The next event that is wanted; NULL: all were given. transport->batch.origin names it. */
const struct ygr_event_value *ygr_event_transport_next(struct ygr_event_transport *transport);

void ygr_event_transport_put(struct ygr_event_transport *transport, struct ygr_text_buffer *out,
			     const struct ygr_event_value *event);

/* Goes back to the event at @index of the batch (batch.next_index, as it was before next()). */
void ygr_event_transport_rewind(struct ygr_event_transport *transport, uint32_t index);

/* Of the batch at hand, something is refused for good. The first reason is kept. */
void ygr_event_transport_refuse(struct ygr_event_transport *transport, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* These may lead to the next batch, or to close(), before they return. */
void ygr_event_transport_done(struct ygr_event_transport *transport);
void ygr_event_transport_down(struct ygr_event_transport *transport, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
