/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What transports that ship events rather than batches have in common: they hold a few
 * batches (event_queue.h), leave out what `where:` does not want, put the rest into the
 * `format:` asked for, and settle batches when all of their events are.
 *
 *	ops->open ... up() ... ops->step: next(), put() ... done() or down()
 *
 * step() is called from the loop whenever there is a batch to go on with, and when
 * wake() said so; never before open() or after close(). done() acknowledges all batches
 * that next() has given to their end, but for those that refuse() was called for: a part
 * of them never got there.
 */
#ifndef YGR_EVENT_TRANSPORT_H
#define YGR_EVENT_TRANSPORT_H

#include "config_output.h"
#include "event_format.h"
#include "event_queue.h"
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

	struct ygr_event_queue queue;
	bool is_open;			/* between open() and close() */
	bool is_up;
	bool was_full;			/* send() said -EAGAIN */
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

/* Are there batches that done() has not settled? */
static inline bool ygr_event_transport_is_busy(const struct ygr_event_transport *transport)
{
	return !ygr_event_queue_is_empty(&transport->queue);
}

/* The next event that is wanted; NULL: all were given. */
const struct ygr_event_value *ygr_event_transport_next(struct ygr_event_transport *transport);

/* What names the event that next() gave last. */
static inline const struct ygr_event_origin *
ygr_event_transport_origin(const struct ygr_event_transport *transport)
{
	return &transport->queue.batch.origin;
}

void ygr_event_transport_put(struct ygr_event_transport *transport, struct ygr_text_buffer *out,
			     const struct ygr_event_value *event);

/* Before the event that next() will give; and back to there, before done(). */
struct ygr_event_mark ygr_event_transport_mark(const struct ygr_event_transport *transport);
void ygr_event_transport_rewind(struct ygr_event_transport *transport, struct ygr_event_mark mark);

/* Of the batch at hand, something is refused for good. The first reason is kept. */
void ygr_event_transport_refuse(struct ygr_event_transport *transport, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The same of batch mark().nr. */
void ygr_event_transport_refuse_of(struct ygr_event_transport *transport, uint64_t nr,
				   const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* These may lead to the next batch, or to close(), before they return. */
void ygr_event_transport_done(struct ygr_event_transport *transport);
void ygr_event_transport_down(struct ygr_event_transport *transport, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
