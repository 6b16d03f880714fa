/* SPDX-License-Identifier: GPL-2.0-only */
/* One TCP connection, in TLS or not, under an event transport: where to, and bytes on their way. */
#ifndef YGR_EVENT_LINK_H
#define YGR_EVENT_LINK_H

#include "event_transport.h"
#include "stream.h"

/* How long the far end may take to connect and shake hands. */
#define YGR_EVENT_LINK_TIMEOUT_NS	(10 * YGR_NS_PER_S)

struct ygr_event_link_settings {
	const char *host;
	uint64_t port;
	struct ygr_tls_settings tls;
};

/* Rows for a table of options; @type: the settings, with a member `link`. */
#define YGR_EVENT_LINK_OPTIONS(type) \
	{ "host", YGR_OPTION_TEXT, .at = offsetof(type, link.host), .is_required = true }, \
	{ "port", YGR_OPTION_NUMBER, .at = offsetof(type, link.port), .is_required = true, \
	  .low = 1, .high = 65535 }, \
	{ "tls", YGR_OPTION_STRUCT, .at = offsetof(type, link.tls), .members = ygr_tls_options }

struct ygr_event_link {
	struct ygr_event_transport base;	/* first */
	const char *host;
	char port[8];
	struct ygr_tls *tls;			/* NULL: none */
	struct ygr_stream stream;
	struct ygr_text_buffer out;
	size_t out_at;				/* what was sent of it */
};

/*
 * Once, by set_up(). Reads keys and certificates. @ready: as
 * ygr_stream's; its argument is @link.
 * Return: 0; -errno, and *reason.
 */
int ygr_event_link_init(struct ygr_event_link *link,
			const struct ygr_event_link_settings *settings,
			void (*ready)(void *arg), const char **reason);
void ygr_event_link_exit(struct ygr_event_link *link);

/* Begins to connect, and wakes the transport when that took too long. Return: 0 or -errno. */
int ygr_event_link_open(struct ygr_event_link *link);
void ygr_event_link_close(struct ygr_event_link *link);

/* Sends what is in link->out. Return: 0: all of it, and it is empty; -EAGAIN; -errno. */
int ygr_event_link_flush(struct ygr_event_link *link);

/* The link is of no use any more: says what the stream says of it. */
void ygr_event_link_fail(struct ygr_event_link *link);

#endif
