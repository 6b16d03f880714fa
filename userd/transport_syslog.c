// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events as syslog over TCP or TLS, with a JSON object as the message.
 *
 * Syslog has no acknowledgements. The best that can be known is that the far end's
 * kernel has all bytes: a batch counts as delivered when nothing of it is left
 * unacknowledged in the TCP connection. What the far end loses after that, nobody
 * here hears of.
 */
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "clock.h"
#include "event_link.h"
#include "syslog_frame.h"

#define CHUNK_BYTES	(256u << 10)
/* From so many on, the batches that were written are settled before another is begun: a link that
 * breaks now and then must not have all of them written again. */
#define ROUND_BYTES	(256u << 10)
#define LOOK_NS		(10 * YGR_NS_PER_MS)

struct syslog_settings {
	struct ygr_event_link_settings link;
	int format;
	int facility;
	uint64_t message_bytes;
};

struct syslog_transport {
	struct ygr_event_link link;		/* first */
	const struct syslog_settings *settings;
	struct ygr_text_buffer message;
	bool has_ended;				/* all events of the round were put */
	size_t round_bytes;			/* that were */
};

static struct syslog_transport *from_base(struct ygr_event_transport *base)
{
	return (struct syslog_transport *)base;
}

/* Longer ones the far end would cut. */
static void put_event(struct syslog_transport *syslog, const struct ygr_event_value *event)
{
	struct ygr_text_buffer *out = &syslog->link.out;
	size_t before = out->len;

	ygr_text_buffer_clear(&syslog->message);
	ygr_event_transport_put(&syslog->link.base, &syslog->message, event);
	if (syslog->message.failed) {
		out->failed = true;
		return;
	}
	if (ygr_syslog_frame_put(out, (unsigned int)syslog->settings->facility,
				 syslog->link.base.queue.host_name, event, syslog->message.bytes,
				 syslog->message.len) <= syslog->settings->message_bytes)
		return;
	ygr_event_transport_refuse(&syslog->link.base, "an event of %zu bytes is longer than max_message",
				   syslog->message.len);
	if (!out->failed)
		out->len = before;
}

/* The next event of this round; NULL: it is over. */
static const struct ygr_event_value *next_of_round(struct syslog_transport *syslog)
{
	struct ygr_event_transport *base = &syslog->link.base;
	struct ygr_event_mark before = ygr_event_transport_mark(base);
	const struct ygr_event_value *event = ygr_event_transport_next(base);

	if (!event || syslog->round_bytes < ROUND_BYTES ||
	    ygr_event_transport_mark(base).nr == before.nr)
		return event;
	ygr_event_transport_rewind(base, before);
	return NULL;
}

static void fill(struct syslog_transport *syslog)
{
	const struct ygr_event_value *event;

	while (syslog->link.out.len < CHUNK_BYTES) {
		event = next_of_round(syslog);
		syslog->has_ended = !event;
		if (!event)
			break;
		put_event(syslog, event);
	}
	syslog->round_bytes += syslog->link.out.len;
}

/* Return: 0: the far end's kernel has all that was written; -EAGAIN: not yet; -errno. */
static int check_arrived(const struct syslog_transport *syslog)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(syslog->link.stream.fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		return -errno;
	return info.tcpi_unacked || info.tcpi_notsent_bytes ? -EAGAIN : 0;
}

/* Return: 0: all is there; -EAGAIN: later; -errno. */
static int write_batch(struct syslog_transport *syslog)
{
	int ret;

	do {
		if (!syslog->has_ended && !syslog->link.out.len)
			fill(syslog);
		if (syslog->link.out.failed)
			return -ENOMEM;
		ret = ygr_event_link_flush(&syslog->link);
		if (ret)
			return ret;
	} while (!syslog->has_ended);
	return check_arrived(syslog);
}

/* Nothing is to be heard from the far end but that it goes away. Return: 0 or -errno. */
static int hear(struct syslog_transport *syslog)
{
	char bytes[512];
	ssize_t got;

	do {
		got = ygr_stream_recv(&syslog->link.stream, bytes, sizeof(bytes));
	} while (got > 0);
	return got == -EAGAIN ? 0 : got ? (int)got : -ECONNRESET;
}

static void go_on(struct syslog_transport *syslog)
{
	struct ygr_event_transport *base = &syslog->link.base;
	int err = hear(syslog);

	if (!err && !base->is_up && ygr_stream_is_open(&syslog->link.stream)) {
		ygr_event_transport_wake(base, 0);
		ygr_event_transport_up(base);
		return;
	}
	if (!err && ygr_event_transport_is_busy(base))
		err = write_batch(syslog);
	else if (!err)
		return;
	if (err == -EAGAIN) {
		ygr_event_transport_wake(base, LOOK_NS);
	} else if (err) {
		ygr_event_link_fail(&syslog->link);
	} else {
		syslog->has_ended = false;
		syslog->round_bytes = 0;
		ygr_event_transport_done(base);
	}
}

static void ready(void *arg)
{
	go_on(arg);
}

static void step(struct ygr_event_transport *base)
{
	struct syslog_transport *syslog = from_base(base);

	if (!base->is_up && !ygr_stream_is_open(&syslog->link.stream))
		ygr_event_transport_down(base, "no connection in time");
	else
		go_on(syslog);
}

static int open_link(struct ygr_event_transport *base)
{
	struct syslog_transport *syslog = from_base(base);

	syslog->has_ended = false;
	syslog->round_bytes = 0;
	return ygr_event_link_open(&syslog->link);
}

static void close_link(struct ygr_event_transport *base)
{
	ygr_event_link_close(&from_base(base)->link);
}

static void describe(const struct ygr_event_transport *base, json_t *object)
{
	json_t *stream = ygr_stream_describe(&((const struct ygr_event_link *)base)->stream);

	json_object_update(object, stream);
	json_decref(stream);
}

static void destroy(struct ygr_event_transport *base)
{
	struct syslog_transport *syslog = from_base(base);

	ygr_event_link_exit(&syslog->link);
	ygr_event_transport_exit(base);
	ygr_text_buffer_exit(&syslog->message);
	free(syslog);
}

static int set_up(struct ygr_event_transport *base, const struct ygr_output_config *config,
		  const char **reason)
{
	struct syslog_transport *syslog = from_base(base);

	syslog->settings = config->settings;
	base->format = (enum ygr_event_format)syslog->settings->format;
	return ygr_event_link_init(&syslog->link, &syslog->settings->link, ready, reason);
}

static const struct ygr_event_transport_ops syslog_ops = {
	.bytes	  = sizeof(struct syslog_transport),
	.set_up	  = set_up,
	.open	  = open_link,
	.step	  = step,
	.close	  = close_link,
	.destroy  = destroy,
	.describe = describe,
};

static int create(struct ygr_transport **out, struct ygr_loop *loop,
		  const struct ygr_transport_user *user, const struct ygr_output_config *config,
		  const char **reason)
{
	return ygr_event_transport_create(out, &syslog_ops, loop, user, config, reason);
}

/* By number, as in RFC 5424. */
static const char *const facilities[] = {
	"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron",
	"authpriv", "ftp", "ntp", "audit", "alert", "clock", "local0", "local1", "local2",
	"local3", "local4", "local5", "local6", "local7", NULL
};

#define AT(member) offsetof(struct syslog_settings, member)
static const struct ygr_option syslog_options[] = {
	YGR_EVENT_LINK_OPTIONS(struct syslog_settings),
	{ "facility", YGR_OPTION_WORD, .at = AT(facility), .words = facilities },
	{ "max_message", YGR_OPTION_BYTES, .at = AT(message_bytes), .low = 480, .high = 16 << 20 },
	YGR_EVENT_TRANSPORT_FORMAT(struct syslog_settings),
	{ 0 }
};

static const struct syslog_settings defaults = {
	.facility = 10,			/* authpriv: not for everybody's eyes */
	.message_bytes = 64 << 10,
};

const struct ygr_transport_type ygr_transport_syslog = {
	.name		= "syslog",
	.takes_events	= true,
	.options	= syslog_options,
	.settings_bytes	= sizeof(struct syslog_settings),
	.defaults	= &defaults,
	.check		= ygr_event_transport_check,
	.create		= create,
};
