// SPDX-License-Identifier: GPL-2.0-only
/* The far end that takes everything: for benchmarks, and to run without a receiver. */
#include <errno.h>
#include <stdlib.h>

#include "transport.h"

struct null_transport {
	struct ygr_transport base;
	struct ygr_loop_timer timer;	/* "later": nothing is called back from within a call */
	bool	 is_up;
	uint64_t sent_id;
	uint64_t acked_id;
};

static void null_later(void *arg)
{
	struct null_transport *null = arg;

	if (!null->is_up) {
		null->is_up = true;
		null->base.user.up(null->base.user.arg, 0, 0);
	} else if (null->sent_id > null->acked_id) {
		null->acked_id = null->sent_id;
		null->base.user.acked(null->base.user.arg, null->acked_id);
	}
}

static int null_start(struct ygr_transport *transport, const struct ygr_transport_hello *hello)
{
	struct null_transport *null = (struct null_transport *)transport;

	(void)hello;
	null->is_up = false;
	null->sent_id = 0;
	null->acked_id = 0;
	ygr_loop_timer_arm(&null->timer, 1);
	return 0;
}

static int null_send(struct ygr_transport *transport, uint64_t batch_id,
		     const uint8_t *batch, size_t len)
{
	struct null_transport *null = (struct null_transport *)transport;

	(void)batch;
	(void)len;
	null->sent_id = batch_id;
	ygr_loop_timer_arm(&null->timer, 1);
	return 0;
}

static void null_stop(struct ygr_transport *transport)
{
	struct null_transport *null = (struct null_transport *)transport;

	ygr_loop_timer_arm(&null->timer, 0);
	null->is_up = false;
}

static void null_destroy(struct ygr_transport *transport)
{
	struct null_transport *null = (struct null_transport *)transport;

	ygr_loop_timer_exit(transport->loop, &null->timer);
	free(null);
}

static const struct ygr_transport_ops null_ops = {
	.start	 = null_start,
	.send	 = null_send,
	.stop	 = null_stop,
	.destroy = null_destroy,
};

static int null_create(struct ygr_transport **out, struct ygr_loop *loop,
		       const struct ygr_transport_user *user,
		       const struct ygr_output_config *config, const char **reason)
{
	struct null_transport *null = calloc(1, sizeof(*null));
	int ret;

	(void)reason;
	(void)config;
	if (!null)
		return -ENOMEM;
	null->base = (struct ygr_transport) { .ops = &null_ops, .user = *user, .loop = loop };
	ret = ygr_loop_timer_init(loop, &null->timer, null_later, null);
	if (ret) {
		free(null);
		return ret;
	}
	*out = &null->base;
	return 0;
}

const struct ygr_transport_type ygr_transport_null = {
	.name	= "null",
	.create	= null_create,
};
