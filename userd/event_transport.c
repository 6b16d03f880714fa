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

	transport->host_name = hello->host_name;
	transport->is_open = true;
	transport->is_up = false;
	transport->is_busy = false;
	transport->was_full = false;
	err = transport->ops->open(transport);
	if (err)
		transport->is_open = false;
	return err;
}

static int send_batch(struct ygr_transport *base, uint64_t batch_id, const uint8_t *bytes,
		      size_t len)
{
	struct ygr_event_transport *transport = from_base(base);
	int err;

	if (transport->is_busy) {
		transport->was_full = true;
		return -EAGAIN;
	}
	err = ygr_event_batch_open(&transport->batch, bytes, len, transport->host_name);
	if (err == -ENOMEM)
		return err;
	transport->is_busy = true;
	transport->batch_id = batch_id;
	transport->refusal[0] = '\0';
	if (err) {
		/* Nothing of it can be read: all the same it is settled in its turn. */
		ygr_event_map_restart(&transport->batch.stream, "", 0);
		ygr_event_transport_refuse(transport, "it does not expand as its header says");
	}
	ygr_event_transport_wake(transport, 1);
	return 0;
}

static void close_link(struct ygr_event_transport *transport)
{
	transport->is_open = false;
	transport->is_up = false;
	transport->is_busy = false;
	transport->was_full = false;
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
	json_t *object = json_pack("{s:s, s:I, s:I}",
				   "format", ygr_event_format_names[transport->format],
				   "events", (json_int_t)transport->stats.event_nr,
				   "left_out", (json_int_t)transport->stats.left_out_nr);

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
	ygr_event_batch_exit(&transport->batch);
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
	const struct ygr_event_value *event;

	while ((event = ygr_event_batch_next(&transport->batch))) {
		if (ygr_event_filter_passes(&transport->where, event)) {
			transport->stats.event_nr++;
			return event;
		}
		transport->stats.left_out_nr++;
	}
	if (!ygr_event_batch_is_whole(&transport->batch))
		ygr_event_transport_refuse(transport, "it holds what is no event");
	return NULL;
}

void ygr_event_transport_put(struct ygr_event_transport *transport, struct ygr_text_buffer *out,
			     const struct ygr_event_value *event)
{
	ygr_event_format_put(out, transport->format, event, &transport->batch.origin);
}

/* Counts as if what comes again had not been there the first time. */
void ygr_event_transport_rewind(struct ygr_event_transport *transport, uint32_t index)
{
	const struct ygr_event_value *event;
	uint32_t end = transport->batch.next_index;

	ygr_event_batch_rewind(&transport->batch, index);
	while (transport->batch.next_index < end &&
	       (event = ygr_event_batch_next(&transport->batch))) {
		if (ygr_event_filter_passes(&transport->where, event))
			transport->stats.event_nr--;
		else
			transport->stats.left_out_nr--;
	}
	ygr_event_batch_rewind(&transport->batch, index);
}

void ygr_event_transport_refuse(struct ygr_event_transport *transport, const char *fmt, ...)
{
	va_list args;

	if (transport->refusal[0])
		return;
	va_start(args, fmt);
	vsnprintf(transport->refusal, sizeof(transport->refusal), fmt, args);
	va_end(args);
}

void ygr_event_transport_done(struct ygr_event_transport *transport)
{
	const struct ygr_transport_user *user = &transport->base.user;
	bool was_full = transport->was_full;

	transport->is_busy = false;
	transport->was_full = false;
	if (transport->refusal[0])
		user->refused(user->arg, transport->batch_id, transport->refusal);
	else
		user->acked(user->arg, transport->batch_id);
	if (was_full && transport->is_up && !transport->is_busy)
		user->room(user->arg);
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
