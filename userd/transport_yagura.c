// SPDX-License-Identifier: GPL-2.0-only
/* The far end that speaks docs/WIRE.md: takes batches as they are. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "config_output.h"
#include "stream.h"
#include "wire.h"

/* How long the far end may take to connect and answer. */
#define REPLY_TIMEOUT_NS	(10 * YGR_NS_PER_S)
/* Beyond this send() says "later": the window bounds batches, this bounds bytes. */
#define OUT_BYTES_SOFT		(2u << 20)
/* Only replies, acknowledgements and refusals come back. */
#define IN_BYTES		4096
#define IN_PAYLOAD_MAX		512

struct yagura_settings {
	const char *host;
	uint64_t port;
	struct ygr_tls_settings tls;
};

struct yagura_transport {
	struct ygr_transport base;
	const char *host;
	char	 port[8];
	struct ygr_tls *tls;		/* NULL: none */
	struct ygr_stream stream;
	bool	 is_up;			/* the hello was answered */
	bool	 was_full;		/* send() said -EAGAIN */
	struct ygr_loop_timer timer;	/* of the reply */
	uint8_t	 *out;			/* [out_at, out_len) is to be sent */
	size_t	 out_at, out_len, out_cap;
	uint8_t	 in[IN_BYTES];
	size_t	 in_len;
};

static void yagura_close(struct yagura_transport *link)
{
	ygr_loop_timer_arm(&link->timer, 0);
	ygr_stream_close(&link->stream);
	link->is_up = false;
	link->was_full = false;
	link->out_at = 0;
	link->out_len = 0;
	link->in_len = 0;
}

static void yagura_down(struct yagura_transport *link, const char *reason)
{
	char copy[256];

	snprintf(copy, sizeof(copy), "%s", reason);	/* close() may end what it lies in */
	yagura_close(link);
	link->base.user.down(link->base.user.arg, copy);
}

/* ---- out ------------------------------------------------------------------ */

static int out_reserve(struct yagura_transport *link, size_t more)
{
	uint8_t *out;

	if (link->out_at > 0) {
		memmove(link->out, link->out + link->out_at, link->out_len - link->out_at);
		link->out_len -= link->out_at;
		link->out_at = 0;
	}
	if (link->out_len + more <= link->out_cap)
		return 0;
	out = realloc(link->out, link->out_len + more);
	if (!out)
		return -ENOMEM;
	link->out = out;
	link->out_cap = link->out_len + more;
	return 0;
}

/* Return: 0: all sent, or the socket is full; -errno. */
static int out_flush(struct yagura_transport *link)
{
	while (link->out_at < link->out_len) {
		ssize_t ret = ygr_stream_send(&link->stream, link->out + link->out_at,
					      link->out_len - link->out_at);

		if (ret < 0)
			return ret == -EAGAIN ? 0 : (int)ret;
		link->out_at += (size_t)ret;
	}
	return 0;
}

/* ---- in ------------------------------------------------------------------- */

/* Return: NULL or why the link has to end. */
static const char *take_reply(struct yagura_transport *link, const struct ygr_wire_message *message)
{
	if (message->status == YGR_WIRE_E_VERSION || message->version != YGR_WIRE_VERSION)
		return "the receiver speaks another version";
	if (message->status == YGR_WIRE_E_STORAGE)
		return "the receiver cannot store this spool";
	if (message->status != YGR_WIRE_OK)
		return "the receiver refuses";
	ygr_loop_timer_arm(&link->timer, 0);
	link->is_up = true;
	link->base.user.up(link->base.user.arg, message->batch_id, message->last_hash);
	return NULL;
}

static void take_refusal(struct yagura_transport *link, const struct ygr_wire_message *message)
{
	char reason[YGR_WIRE_TEXT_BYTES_MAX + 1];

	for (size_t i = 0; i < message->text_len; i++)
		reason[i] = message->text[i] >= ' ' && message->text[i] < 0x7f ? message->text[i] : '?';
	reason[message->text_len] = '\0';
	link->base.user.refused(link->base.user.arg, message->batch_id, reason);
}

static const char *take_message(struct yagura_transport *link, const struct ygr_wire_message *message)
{
	if (!link->is_up && message->type == YGR_WIRE_REPLY)
		return take_reply(link, message);
	if (link->is_up && message->type == YGR_WIRE_ACK)
		link->base.user.acked(link->base.user.arg, message->batch_id);
	else if (link->is_up && message->type == YGR_WIRE_REFUSED)
		take_refusal(link, message);
	else
		return "the receiver sent a message out of turn";
	return NULL;
}

/* The user may stop the link from within what it is told. */
static bool is_closed(const struct yagura_transport *link)
{
	return link->stream.state == YGR_STREAM_CLOSED;
}

static const char *take_messages(struct yagura_transport *link)
{
	const char *reason = NULL;
	size_t at = 0;

	while (!reason && !is_closed(link)) {
		struct ygr_wire_message message;
		ssize_t used = ygr_wire_parse(link->in + at, link->in_len - at, IN_PAYLOAD_MAX, &message);

		if (used == 0)
			break;
		if (used < 0)
			return "the receiver does not speak this protocol";
		at += (size_t)used;
		reason = take_message(link, &message);
	}
	if (is_closed(link))
		return NULL;
	memmove(link->in, link->in + at, link->in_len - at);
	link->in_len -= at;
	return reason;
}

/* Return: NULL or why the link has to end. */
static const char *in_drain(struct yagura_transport *link)
{
	while (!is_closed(link)) {
		ssize_t got = ygr_stream_recv(&link->stream, link->in + link->in_len,
					      sizeof(link->in) - link->in_len);
		const char *reason;

		if (got < 0)
			return got == -EAGAIN ? NULL : ygr_stream_reason(&link->stream);
		if (got == 0)
			return "the receiver closed the connection";
		link->in_len += (size_t)got;
		reason = take_messages(link);
		if (reason)
			return reason;
	}
	return NULL;
}

/* ---- the link ------------------------------------------------------------- */

static void link_ready(void *arg)
{
	struct yagura_transport *link = arg;
	const char *reason = in_drain(link);

	if (!reason && !is_closed(link) && out_flush(link))
		reason = ygr_stream_reason(&link->stream);
	if (reason) {
		yagura_down(link, reason);
		return;
	}
	if (link->was_full && link->out_len - link->out_at < OUT_BYTES_SOFT / 2) {
		link->was_full = false;
		link->base.user.room(link->base.user.arg);
	}
}

/* There was no answer to the hello, or something failed and nobody was told yet. */
static void link_timer(void *arg)
{
	struct yagura_transport *link = arg;

	if (link->stream.state == YGR_STREAM_FAILED)
		yagura_down(link, ygr_stream_reason(&link->stream));
	else if (!link->is_up)
		yagura_down(link, "no answer in time");
}

static int yagura_start(struct ygr_transport *transport, const struct ygr_transport_hello *hello)
{
	struct yagura_transport *link = (struct yagura_transport *)transport;
	int ret;

	ret = out_reserve(link, YGR_WIRE_HELLO_BYTES_MAX);
	if (ret)
		return ret;
	link->out_len = ygr_wire_put_hello(link->out, hello->spool_id, hello->next_batch_id,
					   hello->host_name);
	ret = ygr_stream_connect(&link->stream, link->host, link->port, link->tls);
	ygr_loop_timer_arm(&link->timer, ret ? 1 : REPLY_TIMEOUT_NS);
	return 0;
}

static int yagura_send(struct ygr_transport *transport, uint64_t batch_id,
		       const uint8_t *batch, size_t len)
{
	struct yagura_transport *link = (struct yagura_transport *)transport;
	int ret;

	if (!link->is_up)
		return -ENOTCONN;
	if (link->out_len - link->out_at >= OUT_BYTES_SOFT) {
		link->was_full = true;
		return -EAGAIN;
	}
	ret = out_reserve(link, YGR_WIRE_BATCH_HEAD_BYTES + len);
	if (ret)
		return ret;
	link->out_len += ygr_wire_put_batch_head(link->out + link->out_len, batch_id, len);
	memcpy(link->out + link->out_len, batch, len);
	link->out_len += len;
	if (out_flush(link))
		ygr_loop_timer_arm(&link->timer, 1);
	return 0;
}

static void yagura_stop(struct ygr_transport *transport)
{
	yagura_close((struct yagura_transport *)transport);
}

static void yagura_destroy(struct ygr_transport *transport)
{
	struct yagura_transport *link = (struct yagura_transport *)transport;

	yagura_close(link);
	ygr_loop_timer_exit(transport->loop, &link->timer);
	ygr_tls_destroy(link->tls);
	free(link->out);
	free(link);
}

static json_t *yagura_describe(const struct ygr_transport *transport)
{
	return ygr_stream_describe(&((const struct yagura_transport *)transport)->stream);
}

static const struct ygr_transport_ops yagura_ops = {
	.start	  = yagura_start,
	.send	  = yagura_send,
	.stop	  = yagura_stop,
	.destroy  = yagura_destroy,
	.describe = yagura_describe,
};

static int yagura_create(struct ygr_transport **out, struct ygr_loop *loop,
			 const struct ygr_transport_user *user,
			 const struct ygr_output_config *config, const char **reason)
{
	const struct yagura_settings *settings = config->settings;
	struct yagura_transport *link = calloc(1, sizeof(*link));
	int ret = 0;

	if (!link)
		return -ENOMEM;
	link->base = (struct ygr_transport) { .ops = &yagura_ops, .user = *user, .loop = loop };
	link->host = settings->host;
	snprintf(link->port, sizeof(link->port), "%u", (unsigned int)settings->port);
	ygr_stream_init(&link->stream, loop, link_ready, link);
	if (settings->tls.is_set)
		ret = ygr_tls_create_client(&link->tls, &settings->tls, settings->host, reason);
	if (!ret)
		ret = ygr_loop_timer_init(loop, &link->timer, link_timer, link);
	if (ret) {
		ygr_tls_destroy(link->tls);
		free(link);
		return ret;
	}
	*out = &link->base;
	return 0;
}

#define AT(member)	offsetof(struct yagura_settings, member)
static const struct ygr_option yagura_options[] = {
	{ "host", YGR_OPTION_TEXT,   .at = AT(host), .is_required = true },
	{ "port", YGR_OPTION_NUMBER, .at = AT(port), .is_required = true, .low = 1, .high = 65535 },
	{ "tls",  YGR_OPTION_STRUCT, .at = AT(tls), .members = ygr_tls_options },
	{ 0 }
};

const struct ygr_transport_type ygr_transport_yagura = {
	.name		= "yagura",
	.options	= yagura_options,
	.settings_bytes	= sizeof(struct yagura_settings),
	.create		= yagura_create,
};
