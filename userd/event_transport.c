// SPDX-License-Identifier: GPL-2.0-only
#include "event_transport.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const ygr_event_transport_formats[] = { "json", "ecs", "ocsf", "sigma", NULL };

_Static_assert(YGR_FORMAT_JSON == 0 && YGR_FORMAT_SIGMA == 3, "order of the formats");

void ygr_event_transport_check(const struct ygr_output_config *config,
			       const struct ygr_yaml_node *node, struct ygr_text_errors *errors)
{
	const struct ygr_yaml_node *where = ygr_yaml_tree_find(node, "where");
	struct ygr_event_filter filter;
	struct ygr_filter_error error;

	if (!where || !config->where || !ygr_event_filter_parse(&filter, config->where, &error))
		return;
	ygr_text_error_add(errors, YGR_TEXT_ERROR, where->line, where->column,
			   "where: at character %u: %s", error.column, error.message);
}

/* ---- the ops of a transport ------------------------------------------------- */

static struct ygr_event_transport *from_base(struct ygr_transport *base)
{
	return (struct ygr_event_transport *)base;
}

static int start(struct ygr_transport *base, const struct ygr_transport_hello *hello)
{
	struct ygr_event_transport *transport = from_base(base);
	int err;

	transport->queue.host_name = hello->host_name;
	transport->is_open = true;
	transport->is_up = false;
	transport->was_full = false;
	err = transport->ops->open(transport);
	if (err)
		transport->is_open = false;
	return err;
}

/* Who is at work comes to it by himself, with next() or after done(). */
static int send_batch(struct ygr_transport *base, uint64_t batch_id, const uint8_t *bytes,
		      size_t len)
{
	struct ygr_event_transport *transport = from_base(base);
	bool was_idle = !ygr_event_transport_is_busy(transport);
	int err = ygr_event_queue_put(&transport->queue, batch_id, bytes, len);

	if (err == -EAGAIN)
		transport->was_full = true;
	else if (!err && was_idle)
		ygr_event_transport_wake(transport, 1);
	return err;
}

static void close_link(struct ygr_event_transport *transport)
{
	transport->is_open = false;
	transport->is_up = false;
	transport->was_full = false;
	ygr_event_queue_clear(&transport->queue);
	ygr_event_transport_wake(transport, 0);
	transport->ops->close(transport);
}

static void stop(struct ygr_transport *base)
{
	close_link(from_base(base));
}

static void destroy(struct ygr_transport *base)
{
	struct ygr_event_transport *transport = from_base(base);

	close_link(transport);
	transport->ops->destroy(transport);
}

static json_t *describe(const struct ygr_transport *base)
{
	const struct ygr_event_transport *transport = (const struct ygr_event_transport *)base;
	uint64_t event_nr, left_out_nr;
	json_t *object;

	ygr_event_queue_count(&transport->queue, &event_nr, &left_out_nr);
	object = json_pack("{s:s, s:I, s:I}",
			   "format", ygr_event_format_names[transport->format],
			   "events", (json_int_t)event_nr,
			   "left_out", (json_int_t)left_out_nr);
	if (object && transport->ops->describe)
		transport->ops->describe(transport, object);
	return object;
}

static const struct ygr_transport_ops base_ops = {
	.start	  = start,
	.send	  = send_batch,
	.stop	  = stop,
	.destroy  = destroy,
	.describe = describe,
};

static void timer_fired(void *arg)
{
	struct ygr_event_transport *transport = arg;

	transport->ops->step(transport);
}

static int init(struct ygr_event_transport *transport, const struct ygr_event_transport_ops *ops,
		struct ygr_loop *loop, const struct ygr_transport_user *user,
		const struct ygr_output_config *config)
{
	struct ygr_filter_error error;

	transport->base = (struct ygr_transport) { .ops = &base_ops, .user = *user, .loop = loop };
	transport->ops = ops;
	transport->queue.where = &transport->where;
	if (config->where && ygr_event_filter_parse(&transport->where, config->where, &error))
		return -EINVAL;
	return ygr_loop_timer_init(loop, &transport->timer, timer_fired, transport);
}

int ygr_event_transport_create(struct ygr_transport **out,
			       const struct ygr_event_transport_ops *ops, struct ygr_loop *loop,
			       const struct ygr_transport_user *user,
			       const struct ygr_output_config *config, const char **reason)
{
	struct ygr_event_transport *transport = calloc(1, ops->bytes);
	int err;

	if (!transport)
		return -ENOMEM;
	err = init(transport, ops, loop, user, config);
	if (err) {
		free(transport);
		return err;
	}
	err = ops->set_up(transport, config, reason);
	if (err) {
		ops->destroy(transport);
		return err;
	}
	*out = &transport->base;
	return 0;
}

void ygr_event_transport_exit(struct ygr_event_transport *transport)
{
	ygr_loop_timer_exit(transport->base.loop, &transport->timer);
	ygr_event_queue_exit(&transport->queue);
}

/* ---- for implementations ------------------------------------------------------ */

void ygr_event_transport_up(struct ygr_event_transport *transport)
{
	transport->is_up = true;
	transport->base.user.up(transport->base.user.arg, 0, 0);
}

void ygr_event_transport_wake(struct ygr_event_transport *transport, uint64_t after_ns)
{
	ygr_loop_timer_arm(&transport->timer, transport->is_open ? after_ns : 0);
}

const struct ygr_event_value *ygr_event_transport_next(struct ygr_event_transport *transport)
{
	return ygr_event_queue_next(&transport->queue);
}

void ygr_event_transport_put(struct ygr_event_transport *transport, struct ygr_text_buffer *out,
			     const struct ygr_event_value *event)
{
	ygr_event_format_put(out, transport->format, event, ygr_event_transport_origin(transport));
}

struct ygr_event_mark ygr_event_transport_mark(const struct ygr_event_transport *transport)
{
	return ygr_event_queue_mark(&transport->queue);
}

void ygr_event_transport_rewind(struct ygr_event_transport *transport, struct ygr_event_mark mark)
{
	ygr_event_queue_rewind(&transport->queue, mark);
}

void ygr_event_transport_refuse(struct ygr_event_transport *transport, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	ygr_event_queue_refuse(&transport->queue, transport->queue.at_nr, fmt, args);
	va_end(args);
}

void ygr_event_transport_refuse_of(struct ygr_event_transport *transport, uint64_t nr,
				   const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	ygr_event_queue_refuse(&transport->queue, nr, fmt, args);
	va_end(args);
}

/* Each answer may bring new batches, or the end of the link and with it of all batches. */
static void settle(struct ygr_event_transport *transport)
{
	const struct ygr_transport_user *user = &transport->base.user;
	char reason[YGR_EVENT_QUEUE_REASON];
	uint64_t batch_id;

	while (ygr_event_queue_take(&transport->queue, &batch_id, reason)) {
		if (reason[0])
			user->refused(user->arg, batch_id, reason);
		else
			user->acked(user->arg, batch_id);
	}
}

void ygr_event_transport_done(struct ygr_event_transport *transport)
{
	const struct ygr_transport_user *user = &transport->base.user;
	bool was_full = transport->was_full;

	if (transport->queue.failed) {
		ygr_event_transport_down(transport, "out of memory");
		return;
	}
	transport->was_full = false;
	settle(transport);
	if (was_full && transport->is_up)
		user->room(user->arg);
	if (transport->is_up && ygr_event_transport_is_busy(transport))
		ygr_event_transport_wake(transport, 1);
}

void ygr_event_transport_down(struct ygr_event_transport *transport, const char *fmt, ...)
{
	char reason[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(reason, sizeof(reason), fmt, args);
	va_end(args);
	close_link(transport);
	transport->base.user.down(transport->base.user.arg, reason);
}
