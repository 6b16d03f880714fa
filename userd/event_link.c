// SPDX-License-Identifier: GPL-2.0-only
#include "event_link.h"

#include <errno.h>
#include <stdio.h>

#include "clock.h"

int ygr_event_link_init(struct ygr_event_link *link,
			const struct ygr_event_link_settings *settings,
			void (*ready)(void *arg), const char **reason)
{
	link->host = settings->host;
	snprintf(link->port, sizeof(link->port), "%u", (unsigned int)settings->port);
	ygr_stream_init(&link->stream, link->base.base.loop, ready, link);
	if (!settings->tls.is_set)
		return 0;
	return ygr_tls_create_client(&link->tls, &settings->tls, settings->host, reason);
}

void ygr_event_link_exit(struct ygr_event_link *link)
{
	ygr_event_link_close(link);
	ygr_tls_destroy(link->tls);
	ygr_text_buffer_exit(&link->out);
}

int ygr_event_link_open(struct ygr_event_link *link)
{
	int err = ygr_stream_connect(&link->stream, link->host, link->port, link->tls);

	if (!err)
		ygr_event_transport_wake(&link->base, YGR_EVENT_LINK_TIMEOUT_NS);
	return err;
}

void ygr_event_link_close(struct ygr_event_link *link)
{
	ygr_stream_close(&link->stream);
	ygr_text_buffer_clear(&link->out);
	link->out_at = 0;
}

int ygr_event_link_flush(struct ygr_event_link *link)
{
	while (link->out_at < link->out.len) {
		ssize_t sent = ygr_stream_send(&link->stream, link->out.bytes + link->out_at,
					       link->out.len - link->out_at);

		if (sent < 0)
			return (int)sent;
		link->out_at += (size_t)sent;
	}
	ygr_text_buffer_clear(&link->out);
	link->out_at = 0;
	return 0;
}

void ygr_event_link_fail(struct ygr_event_link *link)
{
	const char *reason = ygr_stream_reason(&link->stream);

	ygr_event_transport_down(&link->base, "%s", *reason ? reason :
				 "the receiver closed the connection");
}
